package state

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest"
)

// TestUntold: what earlier runs did of some feeds is kept until somebody was told, whatever
// is told of others.
func TestUntold(t *testing.T) { onFresh(t, testUntold) }

func testUntold(t *testing.T, d *DB) {
	first, second := begin(t, d), begin(t, d)
	done := []byte("[]")
	if err := d.Transact(ctx, func(tx Tx) error {
		return tx.Put(ctx, Task{Run: first, Feed: "acme", Result: done}, Task{Run: first, Feed: "acme", Number: 1, Result: done}, Task{Run: first, Feed: "acme", Number: 2},
			Task{Run: first, Feed: "acme", Number: 2, Member: "m\xff", Result: done}, Task{Run: first, Feed: "beta", Number: 1, Result: done}, Task{Run: second, Feed: "acme", Number: 1, Result: done})
	}); err != nil {
		t.Fatal(err)
	}
	untold := func(before int64, feeds ...string) string {
		t.Helper()
		found, err := d.Untold(ctx, before, feeds...)
		if err != nil {
			t.Fatal(err)
		}
		var out string
		for _, task := range found {
			out += fmt.Sprintf("%d %s %d%q; ", task.Run, task.Feed, task.Number, task.Member)
		}
		return out
	}
	if got := untold(second, "acme", "beta"); got != `1 acme 1""; 1 acme 2"m\xff"; 1 beta 1""; ` {
		t.Error(got)
	}
	if got := untold(second+1, "acme"); got != `1 acme 1""; 1 acme 2"m\xff"; 2 acme 1""; ` {
		t.Error(got)
	}
	if err := d.Told(ctx, second, "acme"); err != nil {
		t.Fatal(err)
	}
	if got := untold(second+1, "acme", "beta"); got != `1 beta 1""; ` {
		t.Errorf("after acme was told: %s", got)
	}
}

// TestManyAtOnce: what is stored together is stored as it would be one by one, whatever
// comes twice, and where statements end.
func TestManyAtOnce(t *testing.T) { onFresh(t, testManyAtOnce) }

func testManyAtOnce(t *testing.T, d *DB) {
	const n = 2*insertedAtOnce + 1
	run := begin(t, d)
	var arrivals []Arrival
	var made []Made
	var tasks []Task
	for i := range n {
		path, sum := fmt.Sprint("p", i%(n-2)), fmt.Sprint("sum", i) // the last two are the first two again
		arrivals = append(arrivals, Arrival{Entry{Path: path, Size: int64(i)}, sum, int64(i)})
		o := Outcome{Key: key(sum), Verdict: ingest.Parity, Charset: fmt.Sprint("charset", i)}
		made = append(made, Made{path, []Outcome{o, o}})
		tasks = append(tasks, Task{Run: run, Feed: "acme", Number: i%(n-2) + 1, Body: []byte("{}"), Result: []byte(strconv.Itoa(i))})
	}
	made[1].Outcomes[1].Verdict = ingest.NotCompared // and so p1 is to be run again: by its last version it was
	made[2].Outcomes = []Outcome{{Key: key("sum2"), Verdict: ingest.Diverge, Findings: []Finding{{Signature: "lone-cr"}}}}
	made[3].Outcomes = nil
	var fresh [][]string
	err := d.Transact(ctx, func(tx Tx) (err error) {
		if err = errors.Join(tx.Fetched(ctx, "acme", t0, arrivals...), tx.Put(ctx, tasks...)); err != nil {
			return err
		}
		fresh, err = tx.Record(ctx, run, t0, made...)
		return err
	})
	if err != nil || len(fresh) != n || len(fresh[2]) != 1 || len(fresh[1]) != 0 {
		t.Fatalf("%v, %v", fresh, err)
	}
	for i, want := range []Arrival{arrivals[n-2], arrivals[n-1], arrivals[2]} {
		got, err := d.Delivery(ctx, "acme", fmt.Sprint("p", i))
		if err != nil || got.SHA256 != want.SHA256 || got.Size != want.Size || got.Status != Processed {
			t.Errorf("%+v, %v; want %+v", got, err, want)
		}
	}
	if got, err := d.Delivery(ctx, "acme", "p3"); err != nil || got.Status != Fetched {
		t.Errorf("without outcomes: %+v, %v", got, err)
	}
	fetched, err := d.Fetches(ctx, "acme", time.Time{})
	if err != nil || len(fetched) != n {
		t.Errorf("%d fetches, %v; want %d", len(fetched), err, n)
	}
	queued, err := d.Tasks(ctx, run)
	if err != nil || len(queued) != n-2 || string(queued[0].Result) != "0" || string(queued[2].Result) != "2" {
		t.Errorf("%d tasks, %v; the first result of each stands: %s", len(queued), err, queued[0].Result)
	}
	for sum, want := range map[string]bool{"sum0": true, "sum2": true, "sum3": false, fmt.Sprint("sum", n-1): true} {
		if got, err := d.Has(ctx, key(sum)); err != nil || got != want {
			t.Errorf("%s: recorded %v, %v; want %v", sum, got, err, want)
		}
	}
	if last, err := d.LastCharset(ctx, "acme"); err != nil || last != fmt.Sprint("charset", n-1) {
		t.Errorf("the charset of the last of them: %s, %v", last, err)
	}
}

// TestCancelled: a transaction in a file ends with its context all the same.
func TestCancelled(t *testing.T) {
	onFresh(t, func(t *testing.T, d *DB) {
		within, stop := context.WithCancel(ctx)
		err := d.Transact(within, func(tx Tx) error {
			if err := tx.Fetched(within, "acme", t0, Arrival{Entry: Entry{Path: "a"}}); err != nil {
				t.Fatal(err)
			}
			stop()
			return tx.Fetched(within, "acme", t0, Arrival{Entry: Entry{Path: "b"}})
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		if all, err := d.Fetches(ctx, "acme", time.Time{}); err != nil || len(all) != 0 {
			t.Errorf("%d are there, %v", len(all), err)
		}
	})
}

// TestBeside: what is beside a feed's result is stored by who comes first, done once, and no
// delivery that somebody is to be told of.
func TestBeside(t *testing.T) { onFresh(t, testBeside) }

func testBeside(t *testing.T, d *DB) {
	first, second := begin(t, d), begin(t, d)
	store := func(run int64, feed, body string) (stored bool) {
		t.Helper()
		err := d.Transact(ctx, func(tx Tx) (err error) {
			stored, err = tx.Once(ctx, Task{Run: run, Feed: feed, Member: "aside", Body: []byte(body)})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return stored
	}
	if !store(first, "acme", "1") || store(first, "acme", "2") || !store(second, "acme", "3") || !store(first, "beta", "4") {
		t.Error("not stored once")
	}
	for _, result := range []string{"5", "6"} {
		if err := d.Transact(ctx, func(tx Tx) error {
			return tx.Put(ctx, Task{Run: first, Feed: "acme", Member: "aside", Body: []byte("{}"), Result: []byte(result)}, Task{Run: first, Feed: "acme", Result: []byte("7")})
		}); err != nil {
			t.Fatal(err)
		}
	}
	for before, want := range map[int64]string{first: "1 1 5; ", second: "1 1 5; 2 3 ; ", first - 1: ""} {
		found, err := d.Beside(ctx, before, "aside", "acme")
		var got string
		for _, one := range found {
			got += fmt.Sprintf("%d %s %s; ", one.Run, one.Body, one.Result)
		}
		if err != nil || got != want {
			t.Errorf("up to run %d: %q, %v; want %q", before, got, err, want)
		}
	}
	if found, err := d.Untold(ctx, second+1, "acme", "beta"); err != nil || len(found) > 0 {
		t.Errorf("to be told: %+v, %v", found, err)
	}
	if err := d.Told(ctx, second, "acme"); err != nil {
		t.Fatal(err)
	}
	if found, err := d.Beside(ctx, second, "aside", "acme", "beta"); err != nil || len(found) != 1 {
		t.Errorf("once it was told: %+v, %v", found, err)
	}
}

// TestOutline: of deliveries it is known whether they have a result, and nothing else is read.
func TestOutline(t *testing.T) {
	onFresh(t, func(t *testing.T, d *DB) {
		run := begin(t, d)
		all := []Task{
			{Run: run, Feed: "acme", Number: 0, Body: []byte("{}"), Result: []byte(`{"listed":2}`)},
			{Run: run, Feed: "acme", Number: 1, Body: []byte("long"), Result: []byte("longer")},
			{Run: run, Feed: "acme", Number: 2, Body: []byte("long")},
		}
		if err := d.Transact(ctx, func(tx Tx) error { return tx.Put(ctx, all...) }); err != nil {
			t.Fatal(err)
		}
		got, err := d.Outline(ctx, run)
		if err != nil || len(got) != 3 || string(got[0].Body)+string(got[0].Result) != `{}{"listed":2}` {
			t.Fatalf("%+v, %v", got, err)
		}
		for _, one := range got[1:] {
			if len(one.Body)+len(one.Result) > 0 || (one.Result != nil) != (one.Number == 1) {
				t.Errorf("task %d: body %q, result %q, nil %v", one.Number, one.Body, one.Result, one.Result == nil)
			}
		}
	})
}
