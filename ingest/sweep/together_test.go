package sweep

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest/state"
)

// TestTogether: what is stored together comes apart as it was, in its place among others.
func TestTogether(t *testing.T) {
	task := func(number int, results ...string) state.Task {
		return state.Task{Run: 7, Feed: "acme", Number: number, Body: []byte("{}"), Result: []byte("[" + strings.Join(results, ",") + "]")}
	}
	for _, done := range [][]state.Task{
		{task(1, `{"a":[1,2]}`)},
		{task(1, `{"a":"],["}`), task(2)},
		{task(3), task(5), task(6)},
		{task(3, `{}`, `{"b":1}`, `{}`), task(9, `{"c":"é"}`), task(10, `{}`, `{}`)},
	} {
		var sizes []int
		for _, d := range done {
			sizes = append(sizes, strings.Count(string(d.Result), "{"))
		}
		one, err := together(done, sizes)
		if err != nil {
			t.Fatal(err)
		}
		if got := one.Member == togetherTask; got != (len(done) > 1) || one.Number != done[0].Number {
			t.Errorf("%d tasks: %q in %d", len(done), one.Member, one.Number)
		}
		before, behind := task(0), task(99, `{}`)
		want := append(append([]state.Task{before}, done...), behind)
		got, err := apart([]state.Task{before, one, behind})
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%v\n%s\nwant\n%s", err, fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want))
		}
	}
	for _, broken := range []struct{ body, result, want string }{
		{`{"tasks":[[1,1],[2,2]]}`, `[{},{}]`, `read tasks of feed "acme" from 1 on: 1 results are missing`},
		{`{`, `[]`, `read tasks of feed "acme" from 1 on: unexpected end of JSON input`},
		{`{"tasks":[[1,1]]}`, `{}`, `read tasks of feed "acme" from 1 on: json: cannot unmarshal`},
	} {
		_, err := apart([]state.Task{{Feed: "acme", Number: 1, Member: togetherTask, Body: []byte(broken.body), Result: []byte(broken.result)}})
		if !strings.HasPrefix(fmt.Sprint(err), broken.want) {
			t.Errorf("%v, want %s", err, broken.want)
		}
	}
}

// TestStoredTogether: many deliveries of a night are one task of a file's state, from which the
// next process tells each.
func TestStoredTogether(t *testing.T) {
	d := newDrop(t)
	for i := range 20 {
		d.put(fmt.Sprintf("%02d.csv", i), fmt.Sprintf("sku,name\r\n%d,caf\xe9\r\n", i), 1)
	}
	w := newWorld(t, plenty(t, "acme", d.dir))
	w.tells = true
	res := w.clean()
	var rows int
	if err := w.db.SQL().QueryRow("SELECT count(*) FROM tasks WHERE number > 0").Scan(&rows); err != nil || rows != 1 {
		t.Errorf("%d tasks, %v", rows, err)
	}
	next := w.clean() // nobody was told
	if got, want := toldBy(next), toldBy(res); got != want || len(next.Earlier) != 1 {
		t.Errorf("the next one tells of\n%s\nwant\n%s", got, want)
	}
}
