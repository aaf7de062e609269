package sweep

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/archive"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/embedded"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
	"github.com/feedparity/feedparity/ingest/state"
)

// TestSampled: at most ten feeds a night, each once in a turn, and every one comes by
// whatever other sweeps take numbers in between.
func TestSampled(t *testing.T) {
	for _, feeds := range []int{0, 1, 9, 10, 11, 20, 99, 300} {
		turns := int64(max(1, (feeds+9)/10))
		for stride := range int64(13) {
			came := make([]int, feeds)
			nights := 40 * turns
			for n := range nights {
				tonight := 0
				for place := range feeds {
					if sampled(place, feeds, turns+n*(stride+1)) {
						came[place]++
						tonight++
					}
				}
				if tonight > sampledFeeds {
					t.Fatalf("%d of %d feeds in a night", tonight, feeds)
				}
			}
			for place, n := range came {
				if n == 0 || stride == 0 && n != 40 {
					t.Errorf("place %d of %d came by %d times in %d nights, each %d after the last", place, feeds, n, nights, stride+1)
				}
			}
		}
	}
}

// judging are interpreters that do what an engine does.
func judging(e ingest.Engine) golden.Judge {
	return golden.Judge{Engine: e, Full: func(py ingest.Python) string { return py.String() + ".9" }}
}

// spoiled is the models, but for the outcome of what is asked for.
func spoiled(which func(ingest.Input) bool, rows ingest.Rows, err error) ingest.Engine {
	return engineFunc(func(ctx context.Context, in ingest.Input) (ingest.Rows, error) {
		if which(in) {
			return rows, err
		}
		return embedded.New().Ingest(ctx, in)
	})
}

// newSampling is a feed of which a night has a delivery that is alike and one that diverges.
func newSampling(t *testing.T, fresh func(*testing.T, ...config.Feed) *world) (*world, drop) {
	d := newDrop(t)
	d.put("a.csv", plain, 3)
	d.put("b.csv", broken, 2)
	w := fresh(t, plenty(t, "acme", d.dir))
	w.tells = true
	return w, d
}

// TestConfirmed: of deliveries that are alike one is repeated on interpreters, and the
// report counts it.
func TestConfirmed(t *testing.T) { onBoth(t, testConfirmed) }

func testConfirmed(t *testing.T, fresh func(*testing.T, ...config.Feed) *world) {
	w, _ := newSampling(t, fresh)
	w.judge = judging(embedded.New())
	res := w.clean()
	a, b := res.Feeds[0].Deliveries[0], res.Feeds[0].Deliveries[1]
	if !slices.Equal(a.Confirmed, []string{"2.7.9", "3.13.9"}) || b.Confirmed != nil || len(a.Warnings) > 0 {
		t.Errorf("a on %q, b on %q, warnings %q", a.Confirmed, b.Confirmed, a.Warnings)
	}
	looked, err := Morning(t.Context(), w.db, w.feeds, res, night)
	if err != nil || looked[0].Confirmed != 1 || looked[0].Parity != 1 {
		t.Errorf("%v, %+v", err, looked)
	}
	if w.clean(); w.waiting() != 0 {
		t.Error("a night without deliveries repeats one")
	}
}

// waiting counts the samples that nobody came to.
func (w *world) waiting() int {
	w.t.Helper()
	all, err := w.db.Beside(w.t.Context(), 1<<40, sampleTask, "acme")
	if err != nil {
		w.t.Fatal(err)
	}
	return len(slices.DeleteFunc(all, func(t state.Task) bool { return t.Result != nil }))
}

// TestModelWrong: where the models read otherwise than an interpreter what they found alike,
// the delivery says so, of which view, version and settings, and the sweep is not complete.
func TestModelWrong(t *testing.T) { onBoth(t, testModelWrong) }

func testModelWrong(t *testing.T, fresh func(*testing.T, ...config.Feed) *world) {
	w, _ := newSampling(t, fresh)
	w.judge = judging(spoiled(func(in ingest.Input) bool {
		return in.Settings.Python != ingest.Python27 && in.Size == int64(len(plain))
	}, ingest.Outcome{}.Stream(), nil))
	res := w.sweep()
	a := res.Feeds[0].Deliveries[0]
	var model *golden.ModelError
	if err := res.ErrModel(); !errors.As(err, &model) || model.Python != "3.13.9" || res.Failed() != 1 || a.Confirmed != nil {
		t.Fatalf("%v, %s", err, show(res))
	}
	found := a.Views[0].Findings
	if len(found) != 1 || found[0].Cause != "model" || found[0].Signature != "model:3.13.9" || a.Views[0].Verdict != ingest.Parity {
		t.Fatalf("%+v", found)
	}
	for _, want := range []string{a.SHA256[:16], w.options().withDefaults().Store.String(), "raw view", "python 3.13.9", "--codec utf-8", "feedparity doctor --confirm", "report it"} {
		if text := found[0].Err.Error(); !strings.Contains(text, want) || strings.Contains(text, "\n") {
			t.Errorf("%q does not say %q", text, want)
		}
	}
	looked, err := Morning(t.Context(), w.db, w.feeds, res, night)
	if err != nil || looked[0].Failed != 1 || looked[0].Confirmed != 0 || len(looked[0].Signatures) != 1 {
		t.Errorf("%v, %+v", err, looked)
	}
}

// TestNotConfirmed: an interpreter that does not work is no failure of the delivery, nor is
// one that is not there, and neither is tried for ever.
func TestNotConfirmed(t *testing.T) {
	died := &ingest.HarnessError{Code: "interpreter-died", Path: ingest.Py3, Msg: "killed"}
	for _, c := range []struct {
		name  string
		judge golden.Judge
		warns string
	}{
		{"dies", judging(spoiled(func(in ingest.Input) bool { return in.Settings.Python != ingest.Python27 }, nil, died)), "not confirmed on real Pythons: confirm on python 3.13.9: run py3: killed (interpreter-died)"},
		{"panics", judging(engineFunc(func(context.Context, ingest.Input) (ingest.Rows, error) { panic("ouch") })), "not confirmed on real Pythons: internal error: ouch (sample_test.go:"},
		{"no python 2", golden.Judge{Engine: embedded.New(), Full: func(py ingest.Python) string { return map[bool]string{true: "3.13.9"}[py != ingest.Python27] }}, ""},
		{"no python", golden.Judge{Engine: spoiled(func(ingest.Input) bool { return true }, nil, died), Full: func(ingest.Python) string { return "" }}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDrop(t)
			d.put("a.csv", plain, 1)
			w := newWorld(t, plenty(t, "acme", d.dir))
			w.tells, w.judge = true, c.judge
			a := w.clean().Feeds[0].Deliveries[0]
			if got := strings.Join(a.Warnings, "; "); !strings.HasPrefix(got, c.warns) || (got == "") != (c.warns == "") || a.Confirmed != nil || w.waiting() != 0 {
				t.Errorf("confirmed on %q, warnings %q, %d wait", a.Confirmed, got, w.waiting())
			}
		})
	}
}

// TestNothingToConfirm: of a feed whose deliveries diverge, are large or were run before
// nothing is repeated, and nobody asks for an interpreter.
func TestNothingToConfirm(t *testing.T) {
	d := newDrop(t)
	d.put("b.csv", "sku,name\r\n1,x\r\n2,caf\xe9\r\n", 3)
	d.put("large.csv", "sku,name\r\n"+strings.Repeat("1,"+strings.Repeat("x", 1021)+"\r\n", sampledBytes>>10), 2)
	w := newWorld(t, plenty(t, "acme", d.dir))
	w.tells = true
	asked := 0
	w.judge = judging(embedded.New())
	w.judge.Full = func(py ingest.Python) string {
		asked++
		return ""
	}
	res := w.clean()
	if got := res.Feeds[0].Deliveries[1]; got.Bytes <= sampledBytes || !alike(&got) {
		t.Fatal("the large one is not what it is to be")
	}
	if asked != 2 { // for the case of the first one
		t.Errorf("asked for %d interpreters", asked)
	}
}

// TestNominatedOnce: a job that is tried again, or done twice, has one delivery of its feed
// repeated, the same one, and another run another one.
func TestNominatedOnce(t *testing.T) { onBoth(t, testNominatedOnce) }

func testNominatedOnce(t *testing.T, fresh func(*testing.T, ...config.Feed) *world) {
	w := fresh(t, plenty(t, "acme", t.TempDir()))
	w.judge = judging(embedded.New())
	q, o := w.queue()
	taken := map[int]bool{}
	for n := range 8 {
		s := w.queued(q, o, n)
		fails := errors.New("the database is away")
		check := func(from, to int, err error) {
			t.Helper()
			if got := s.check(t.Context(), o.Feeds[0], checkArgs{From: from, To: to}, func(state.Tx) error { return err }); !errors.Is(got, err) {
				t.Fatal(got)
			}
		}
		check(1, 3, fails)
		if got := w.nominees(q, s.id); len(got) != 0 {
			t.Fatalf("what was not stored is to be repeated: %v", got)
		}
		check(1, 3, nil)
		got := w.nominees(q, s.id)
		check(1, 3, nil)
		check(4, 6, nil)
		if again := w.nominees(q, s.id); len(got) != 1 || !slices.Equal(got, again) || got[0] > 3 {
			t.Fatalf("first %v, then %v", got, again)
		}
		taken[got[0]] = true
		if _, err := w.db.SQL().Exec("DELETE FROM tasks WHERE number = 0"); err != nil {
			t.Fatal(err)
		}
		check(1, 3, nil) // all of it was done by an earlier try
		if again := w.nominees(q, s.id); len(again) != 2 || again[1] != got[0] {
			t.Fatalf("first %v, of what is done already %v", got, again)
		}
	}
	if len(taken) < 2 {
		t.Errorf("eight nights took %v", taken)
	}
}

// TestSampleFrom: a job of a feed's first deliveries names none where a later one is to, and
// over many nights each delivery that is new has its turn.
func TestSampleFrom(t *testing.T) {
	w := newWorld(t, plenty(t, "acme", t.TempDir()))
	w.judge = judging(embedded.New())
	q, o := w.queue()
	s := w.queued(q, o, 1)
	for _, a := range []checkArgs{{From: 1, To: 2, Sample: 4}, {From: 3, To: 4, Sample: 4}, {From: 5, To: 6, Sample: 4}} {
		if err := s.check(t.Context(), o.Feeds[0], a, func(state.Tx) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.nominees(q, s.id); len(got) != 1 || got[0] < 3 || got[0] > 4 {
		t.Errorf("to be repeated are %v", got)
	}
	came := map[int]bool{}
	for run := range int64(200) {
		came[sampleFrom(run, []task{{}, {again: true}, {}, {}})] = true
	}
	if len(came) != 3 || !came[1] || !came[3] || sampleFrom(1, nil) != 1 || sampleFrom(1, []task{{again: true}}) != 1 {
		t.Errorf("of three it begins with %v", came)
	}
	last := 0
	for run := range int64(200) {
		last = max(last, sampleFrom(run, make([]task, 1000)))
	}
	if last < 700 || last > 750 {
		t.Errorf("of a thousand it begins with %d at the latest", last)
	}
}

// TestConfirmedMember: of an archive a file is repeated, and the report says of which.
func TestConfirmedMember(t *testing.T) { onBoth(t, testConfirmedMember) }

func testConfirmedMember(t *testing.T, fresh func(*testing.T, ...config.Feed) *world) {
	for _, c := range []struct {
		name, data string
		want       string // the file that is confirmed
	}{
		{"a.csv.gz", gzipped(plain), "a.csv.gz/a.csv"},
		{"a.zip", zipped("one.csv", broken, "in\\two.csv", plain), "a.zip/in\\two.csv"},
		{"members", zipped("one.csv", broken, "one.csv", plain), "members/one.csv"}, // two of one name
	} {
		d := newDrop(t)
		d.put(c.name, c.data, 1)
		w := fresh(t, plenty(t, "acme", d.dir))
		w.tells = true
		for _, wrong := range []bool{false, true} {
			w.judge = judging(spoiled(func(in ingest.Input) bool { return wrong && in.Size == int64(len(plain)) }, ingest.Outcome{}.Stream(), nil))
			res := w.sweep()
			for _, got := range res.Feeds[0].Deliveries {
				if alike := got.Name == c.want && got.Bytes == int64(len(plain)); len(got.Warnings) > 0 || (len(got.Confirmed) == 2) != (alike && !wrong) || (len(got.Views[0].Findings) > 0) != (!alike || wrong) {
					t.Errorf("%s, wrong %v: on %q, %s", got.Name, wrong, got.Confirmed, show(res))
				}
			}
			said := ""
			for _, f := range res.Findings() {
				if f.Cause == "model" {
					said = f.Err.Error()
				}
			}
			if wrong != (res.ErrModel() != nil) || wrong != strings.Contains(said, `.csv" in it, raw view`) {
				t.Errorf("%s: %q, %v", c.name, said, res.ErrModel())
			}
			if left, err := filepath.Glob(w.dir("archive/acme/unpacked*")); len(left) > 0 || err != nil {
				t.Errorf("left is %q, %v", left, err)
			}
			w = fresh(t, plenty(t, "acme", d.dir))
			w.tells = true
		}
	}
}

// queue opens the queue of a world in which no sweep is under way.
func (w *world) queue() (*queue, Options) {
	w.t.Helper()
	o := w.options().withDefaults()
	q, err := openQueue(w.t.Context(), o, (&crew{Options: o}).workers)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(q.close)
	return q, o
}

// queued begins a run with six deliveries to be checked.
func (w *world) queued(q *queue, o Options, n int) *sweeper {
	w.t.Helper()
	run, err := w.db.Begin(w.t.Context(), "", "test", night)
	if err != nil {
		w.t.Fatal(err)
	}
	var tasks []state.Task
	for i := 1; i <= 6; i++ {
		data := fmt.Appendf(nil, "sku,name\r\n%d,%d\r\n", n, i)
		sum := fmt.Sprintf("%x", sha256.Sum256(data))
		if err := o.Store.PutAll(w.t.Context(), archive.Blob{SHA256: sum, Data: data}); err != nil {
			w.t.Fatal(err)
		}
		body, _ := json.Marshal(taskBody{Path: fmt.Appendf(nil, "%d-%d.csv", n, i), SHA256: sum, Bytes: int64(len(data))})
		tasks = append(tasks, state.Task{Run: run, Feed: "acme", Number: i, Body: body})
	}
	if err := w.db.Transact(w.t.Context(), func(tx state.Tx) error { return tx.Put(w.t.Context(), tasks...) }); err != nil {
		w.t.Fatal(err)
	}
	return newSweeper(o, q, run)
}

// TestNothingLeftBetween: while a job has ended and the one that follows from it is not
// queued, a sweep does not take itself for done.
func TestNothingLeftBetween(t *testing.T) {
	w := newWorld(t, plenty(t, "acme", t.TempDir()))
	q, _ := w.queue()
	inside, end, left := make(chan struct{}), make(chan struct{}), make(chan int)
	go func() {
		err := follow(t.Context(), q, func(queue func(state.Tx, []confirmArgs) error) error {
			close(inside)
			<-end
			return queue(state.Tx{}, []confirmArgs{{1, "acme", nominated{Number: 1}}})
		})
		if err != nil {
			t.Error(err)
		}
	}()
	<-inside
	go func() {
		jobs, err := q.left(t.Context())
		if err != nil {
			t.Error(err)
		}
		left <- len(jobs)
	}()
	select {
	case n := <-left:
		t.Errorf("%d jobs are left in between", n)
		close(end)
		return
	case <-time.After(100 * time.Millisecond):
		close(end)
	}
	if n := <-left; n != 1 {
		t.Errorf("%d jobs are left", n)
	}
}

// TestLooksAgain: a feed is pulled again if an earlier try ended before it was pulled, though
// one of its deliveries is to be repeated by then.
func TestLooksAgain(t *testing.T) {
	w := newWorld(t, plenty(t, "acme", t.TempDir()))
	o := w.options().withDefaults()
	s := w.queued(nil, o, 1)
	put := func(one state.Task) int {
		t.Helper()
		one.Run, one.Feed, one.Body = s.id, "acme", []byte("{}")
		if err := w.db.Transact(t.Context(), func(tx state.Tx) error { return tx.Put(t.Context(), one) }); err != nil {
			t.Fatal(err)
		}
		looks, err := s.looks(t.Context(), o.Feeds)
		if err != nil {
			t.Fatal(err)
		}
		return len(looks)
	}
	if n := put(state.Task{Member: sampleTask}); n != 1 {
		t.Errorf("%d looks at a feed that was not pulled", n)
	}
	if n := put(state.Task{Result: []byte("{}")}); n != 0 {
		t.Errorf("%d looks at one that was", n)
	}
}

// nominees are the deliveries of a run that jobs are to repeat.
func (w *world) nominees(q *queue, run int64) (numbers []int) {
	w.t.Helper()
	jobs, err := q.list(w.t.Context(), 1000, unfinished...)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, j := range jobs {
		var a confirmArgs
		if err := json.Unmarshal(j.EncodedArgs, &a); err != nil {
			w.t.Fatal(err)
		}
		if j.Kind == confirmKind && a.Run == run {
			numbers = append(numbers, a.Number)
		}
	}
	return numbers
}

// TestConfirmKilled: what was to be repeated when the process was killed is repeated by the
// next run, and told once, as is what an interpreter makes of it that its model does not.
func TestConfirmKilled(t *testing.T) { onBoth(t, testConfirmKilled) }

func testConfirmKilled(t *testing.T, fresh func(*testing.T, ...config.Feed) *world) {
	t.Setenv(envJudge, "embedded")
	for _, wrong := range []bool{false, true} {
		w, _ := newSampling(t, fresh)
		w.db.Close()
		if err := w.start("sweep", "confirm:0").Wait(); err == nil {
			t.Fatal("it went on to its end")
		}
		w.open()
		if w.outcomes() != 4 || w.waiting() != 1 {
			t.Fatalf("%d outcomes, %d wait", w.outcomes(), w.waiting())
		}
		w.judge = judging(spoiled(func(in ingest.Input) bool { return wrong && in.Size == int64(len(plain)) }, ingest.Outcome{}.Stream(), nil))
		res := w.sweep()
		if names(res.Feeds[0]) != "a.csv b.csv" || w.waiting() != 0 || w.outcomes() != 4 || len(res.Earlier) != 1 {
			t.Fatalf("%d outcomes, %d wait, %s", w.outcomes(), w.waiting(), show(res))
		}
		if got := len(res.Feeds[0].Deliveries[0].Confirmed); got != map[bool]int{false: 2}[wrong] || (res.ErrModel() != nil) != wrong {
			t.Errorf("confirmed on %d, %s", got, show(res))
		}
		if err := Told(t.Context(), w.db, res); err != nil {
			t.Fatal(err)
		}
		if res := w.clean(); len(res.Feeds[0].Deliveries) > 0 {
			t.Errorf("told again: %s", show(res))
		}
	}
}

// TestSampleConfirm has the interpreters that are there read the night's sample: raw views
// and normalized ones, as the feed's versions.
func TestSampleConfirm(t *testing.T) {
	interptest.Pairs(t, func(t *testing.T, pair [2]*interp.Process) {
		d := newDrop(t)
		d.put("a.csv", "\xef\xbb\xbfsku;name\n1;\xe2\x82\xac 5\n", 1) // a mark, which normalizing takes away
		f := plenty(t, "acme", d.dir)
		p, err := ingest.BuiltinPair("utf8")
		if err != nil {
			t.Fatal(err)
		}
		f.Pair = p
		f.Pair.Py2.Python, f.Pair.Py3.Python = pair[0].Interpreter.Version, pair[1].Interpreter.Version
		w := newWorld(t, f)
		real := interp.NewEngine(interp.Options{Interpreters: []interp.Interpreter{pair[0].Interpreter, pair[1].Interpreter}})
		defer real.Close()
		asked := 0
		w.judge = golden.Judge{Full: judging(nil).Full, Engine: engineFunc(func(ctx context.Context, in ingest.Input) (ingest.Rows, error) {
			asked++
			return real.Ingest(ctx, in)
		})}
		began := time.Now()
		got := w.clean().Feeds[0].Deliveries[0]
		if len(got.Confirmed) != 2 || asked < 4 || len(got.Warnings) > 0 || !alike(&got) {
			t.Errorf("confirmed on %q, asked %d times, warnings %q", got.Confirmed, asked, got.Warnings)
		}
		mismatches := len(got.Views[0].Findings) + len(got.Views[1].Findings)
		interptest.Record(t, "the sample of a sweep", pair[1], asked, mismatches)
		t.Logf("%s and %s took %v", pair[0].Interpreter.Full, pair[1].Interpreter.Full, time.Since(began))
	})
}
