package sweep

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/config/secret"
	"github.com/feedparity/feedparity/ingest/embedded"
	"github.com/feedparity/feedparity/ingest/fetch"
	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
	"github.com/feedparity/feedparity/ingest/parity"
	"github.com/feedparity/feedparity/ingest/state"
)

// engineFunc is an engine made of a function, for what no real one does.
type engineFunc func(context.Context, ingest.Input) (ingest.Rows, error)

func (f engineFunc) Ingest(ctx context.Context, in ingest.Input) (ingest.Rows, error) {
	return f(ctx, in)
}

// TestFailingFeeds: whatever happens to one feed, the others are swept, the failure
// is said, nothing short is taken, and the next sweep takes what was missed.
func TestFailingFeeds(t *testing.T) {
	t.Setenv("SWEEP_TEST_PASSWORD", "wrong")
	big := []byte("sku,name\r\n" + strings.Repeat("1,plain\r\n", 20_000))
	file := func(faults ...ftptest.Fault) *ftptest.Server {
		return serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: big}}, Faults: faults})
	}
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	on := func(a ftptest.Action) ftptest.Fault {
		return ftptest.Fault{Command: "RETR", Action: a, After: 50_000, Times: 2}
	}
	for _, tt := range []struct {
		name   string
		url    string
		feed   func(*config.Feed)
		is     error
		text   string
		heals  func() // what lets the next sweep succeed; nil where nothing can
		failed int    // feeds and deliveries
	}{
		{name: "connection refused", url: "ftp://" + closed.Addr().String(), text: "refused", failed: 1},
		{name: "directory missing", url: file().URL() + "/nosuch", is: fetch.ErrUnavailable, failed: 1},
		{name: "local directory missing", url: "/nosuch/directory", is: fetch.ErrUnavailable, failed: 1},
		{name: "wrong password", url: serve(t, ftptest.Options{User: "acme", Password: "right"}).URL(), is: fetch.ErrLogin, failed: 1,
			feed: func(f *config.Feed) {
				f.Source.User, f.Source.Password = "acme", secret.Ref{Env: "SWEEP_TEST_PASSWORD"}
			}},
		{name: "password missing", url: file().URL(), text: "SWEEP_TEST_NONE is not set", failed: 1,
			feed: func(f *config.Feed) { f.Source.Password = secret.Ref{Env: "SWEEP_TEST_NONE"} }},
		{name: "short transfer", url: file(on(ftptest.Short)).URL(), text: "short transfer (50000/", heals: func() {}, failed: 1},
		{name: "reset", url: file(on(ftptest.Reset)).URL(), text: "short transfer", heals: func() {}, failed: 1},
		{name: "server killed", url: file(on(ftptest.CutBoth)).URL(), text: "short transfer", heals: func() {}, failed: 1},
		{name: "stall", url: file(on(ftptest.Stall)).URL(), text: "timeout", heals: func() {}, failed: 1},
		{name: "listing stalls", url: file(ftptest.Fault{Command: "MLSD", Action: ftptest.Stall, Times: 1}).URL(), text: "timeout", heals: func() {}, failed: 1},
		{name: "unsafe TLS", url: serve(t, ftptest.Options{TLS: ftptest.Explicit, Files: map[string]ftptest.File{"a.csv": {Data: big}}}).URL(), text: "certificate", failed: 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDrop(t)
			d.put("good.csv", broken, 1)
			bad := feed(t, "bad", tt.url)
			if tt.feed != nil {
				tt.feed(&bad)
			}
			w := newWorld(t, feed(t, "before", d.dir), bad, feed(t, "after", d.dir))
			start := time.Now()
			res := w.sweep()
			if took := time.Since(start); took > 3*time.Second+slack {
				t.Errorf("it took %v", took)
			}
			for _, i := range []int{0, 2} {
				if f := res.Feeds[i]; f.Err != nil || names(f) != "good.csv" || f.Deliveries[0].Err != nil {
					t.Errorf("another feed was not swept: %s", show(res))
				}
			}
			err := res.Feeds[1].Err
			for _, d := range res.Feeds[1].Deliveries {
				err = errors.Join(err, d.Err)
				if d.Views != nil || d.SHA256 != "" {
					t.Errorf("something was taken: %+v", d)
				}
			}
			if err == nil || tt.is != nil && !errors.Is(err, tt.is) || !strings.Contains(err.Error(), tt.text) || strings.Contains(err.Error(), "wrong") {
				t.Errorf("error %v, want %v with %q", err, tt.is, tt.text)
			}
			if res.Failed() != tt.failed {
				t.Errorf("%d failed: %s", res.Failed(), show(res))
			}
			if res.Feeds[1].Err != nil && !strings.HasPrefix(res.Feeds[1].Err.Error(), `sweep feed "bad": `) {
				t.Errorf("error %v does not name the feed", res.Feeds[1].Err)
			}
			w.inside()
			if tt.heals != nil {
				for range 2 { // the fault happens twice at most
					res = w.sweep()
				}
				got, err := w.db.Delivery(t.Context(), "bad", "a.csv")
				if err != nil || got.Bytes != int64(len(big)) || got.Status != state.Processed || res.Failed() != 0 {
					t.Errorf("afterwards: %+v, %v, %s", got, err, show(res))
				}
			}
		})
	}
}

// fourDeliveries are two feeds with what there is to get wrong: two deliveries with
// one signature, one that is at parity, and one more signature.
func fourDeliveries(t *testing.T) []config.Feed {
	d, e := newDrop(t), newDrop(t)
	d.put("a.csv", broken, 5)
	d.put("b.csv", plain, 4)
	d.put("c.csv", "sku,name\r\n7,\xe4\xe4\r\n8,x\r\n", 3)
	e.put("e.csv", "sku,qty\r\n1,1_2\r\n", 1)
	first, second := feed(t, "first", d.dir), feed(t, "second", e.dir)
	second.Pair.Py2.Types = []ingest.ColumnType{{Column: "qty", Type: "int"}}
	second.Pair.Py3.Types = second.Pair.Py2.Types
	return []config.Feed{first, second}
}

// testCrashes stops a sweep at every step that there is: wherever it reads the
// clock (before each record and each case) and wherever it runs a path. However it
// stops, the next sweep loses nothing and doubles nothing.
func testCrashes(t *testing.T) {
	feeds := fourDeliveries(t)
	whole := newWorld(t, feeds...)
	whole.clean()
	want := whole.snapshot()
	if strings.Count(want, "processed") != 4 || len(whole.cases()) != 2 || whole.hits("first") != 2 {
		t.Fatalf("the sweep itself:\n%s", want)
	}
	for _, how := range []string{"cancelled", "state fails", "panics"} {
		t.Run(how, func(t *testing.T) {
			for step := 1; ; step += 1 + step/6 { // each of the first ones, then not every candidate
				if reached := crash(t, feeds, how, step, want); !reached {
					if step < 15 {
						t.Errorf("only %d steps", step-1)
					}
					return
				}
			}
		})
	}
}

// crash sweeps until a step, and once more. It reports whether the step was reached.
func crash(t *testing.T, feeds []config.Feed, how string, step int, want string) bool {
	w := newWorld(t, feeds...)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var steps atomic.Int64
	at := func() {
		if steps.Add(1) != int64(step) {
			return
		}
		switch how {
		case "cancelled":
			cancel()
		case "state fails":
			w.breakState()
		default:
			panic("crash of the test")
		}
	}
	running := false
	w.watch = func(e Event) { running = e.What != "done" || e.Delivery != "" }
	w.now = func() time.Time {
		if running { // not where the run itself begins and ends
			at()
		}
		return night
	}
	w.line = &parity.Line{Engine: engineFunc(func(ctx context.Context, in ingest.Input) (ingest.Rows, error) {
		if n := steps.Load(); n < int64(step) && (n < 10 || in.Size > 20) { // not every candidate of the shrinker
			at()
		}
		return embedded.New().Ingest(ctx, in)
	})}
	res, err := w.try(ctx)
	reached := steps.Load() >= int64(step)
	if reached && err == nil && res.Failed() == 0 {
		t.Errorf("step %d: nobody noticed: %s", step, show(res))
	}
	if how == "cancelled" && reached && !errors.Is(err, context.Canceled) {
		t.Errorf("step %d: %v", step, err)
	}
	if how == "panics" && reached && !strings.Contains(show(res), "internal error: crash of the test (") {
		t.Errorf("step %d: %s", step, show(res))
	}
	w.db.Close()
	w.open()
	w.inside()
	w.watch, w.now, w.line = nil, func() time.Time { return night }, models()
	w.clean()
	if got := w.snapshot(); got != want {
		t.Errorf("step %d: afterwards there is\n%s\nwant\n%s", step, got, want)
	}
	if res := w.clean(); len(res.Findings()) > 0 || w.snapshot() != want {
		t.Errorf("step %d: a sweep more finds %s", step, show(res))
	}
	return reached
}

// breakState has everything fail that is written to the state from now on, until it is
// opened again.
func (w *world) breakState() {
	for _, table := range []string{"runs", "deliveries", "outcomes", "signatures", "noise", "tasks"} {
		for _, what := range []string{"INSERT", "UPDATE"} {
			if _, err := w.db.SQL().Exec(fmt.Sprintf("CREATE TEMP TRIGGER broken_%s_%s BEFORE %s ON main.%s BEGIN SELECT raise(ABORT, 'disk is full'); END", table, what, what, table)); err != nil {
				w.t.Error(err)
			}
		}
	}
}

// TestSupplierTidiesUp: what was fetched and not run is run even if the supplier
// has removed or replaced it since.
func TestSupplierTidiesUp(t *testing.T) {
	d := newDrop(t)
	d.put("gone.csv", broken, 3)
	d.put("replaced.csv", "sku,name\r\n1,\xfc\r\n", 2)
	w := newWorld(t, feed(t, "acme", d.dir))
	harness := &ingest.HarnessError{Code: "import-error", Path: ingest.Py3, Msg: "no module named adapters"}
	w.line = &parity.Line{Engine: engineFunc(func(context.Context, ingest.Input) (ingest.Rows, error) { return nil, harness })}
	if res := w.sweep(); res.Failed() != 2 || w.hits("acme") != 0 || len(w.cases()) != 0 {
		t.Fatalf("%s", show(res))
	}
	d.remove("gone.csv")
	d.put("replaced.csv", plain, 1)
	w.line = models()
	res := w.clean()
	if names(res.Feeds[0]) != "gone.csv replaced.csv replaced.csv" || w.hits("acme") != 2 || len(w.cases()) != 1 {
		t.Errorf("%s\n%s", show(res), w.snapshot())
	}
	if res := w.clean(); len(res.Feeds[0].Deliveries) != 0 {
		t.Errorf("once more: %s", show(res))
	}
}

// TestCaseCannotBeWritten: its delivery stays unfinished until it can.
func TestCaseCannotBeWritten(t *testing.T) {
	d := newDrop(t)
	d.put("a.csv", broken, 1)
	w := newWorld(t, feed(t, "acme", d.dir))
	if err := os.WriteFile(w.dir("inbox"), []byte("in the way"), 0o600); err != nil {
		t.Fatal(err)
	}
	res := w.sweep()
	found := res.Findings()
	if len(found) != 1 || found[0].Err == nil || found[0].Case != "" || !found[0].New || res.Failed() != 1 || w.hits("acme") != 0 || res.Worst() != nil {
		t.Fatalf("%s", show(res))
	}
	if err := os.Remove(w.dir("inbox")); err != nil {
		t.Fatal(err)
	}
	res = w.clean()
	if found := res.Findings(); len(found) != 1 || !found[0].New || found[0].Case == "" || w.hits("acme") != 1 || len(w.cases()) != 1 {
		t.Errorf("%s", show(res))
	}
}

// TestNoCase: a finding that can have none holds its delivery up only once, and
// the next delivery that shows it gets the case.
func TestNoCase(t *testing.T) {
	d := newDrop(t)
	d.put("a.csv", broken, 2)
	w := newWorld(t, feed(t, "acme", d.dir))
	var calls atomic.Int64
	w.line = &parity.Line{Engine: engineFunc(func(ctx context.Context, in ingest.Input) (ingest.Rows, error) {
		if calls.Add(1) > 8 { // the line and its counterfactuals, then no more
			in.Data, in.Size = strings.NewReader(plain), int64(len(plain))
		}
		return embedded.New().Ingest(ctx, in)
	})}
	res := w.sweep()
	found := res.Findings()
	if len(found) != 1 || !errors.Is(found[0].Err, parity.ErrNotDeterministic) || found[0].Case != "" || res.Failed() != 1 {
		t.Fatalf("%s", show(res))
	}
	w.line = models()
	if res := w.clean(); len(res.Feeds[0].Deliveries) != 0 || w.hits("acme") != 1 {
		t.Errorf("second night: %s", show(res))
	}
	d.put("b.csv", broken+"4,x\r\n", 1)
	res = w.clean()
	if found := res.Findings(); len(found) != 1 || found[0].Case == "" || found[0].New || w.hits("acme") != 2 {
		t.Errorf("third night: %s", show(res))
	}
}

// TestModelError: where the models are not what the interpreters do, the sweep says
// so every night and files nothing.
func TestModelError(t *testing.T) {
	d := newDrop(t)
	d.put("a.csv", broken, 2)
	d.put("b.csv", plain, 1)
	w := newWorld(t, feed(t, "acme", d.dir))
	other := spoiled(func(in ingest.Input) bool { return in.Name != "b.csv" }, ingest.Outcome{}.Stream(), nil)
	w.judge = golden.Judge{Engine: other, Full: func(ingest.Python) string { return "2.7.18" }}
	for range 2 {
		res := w.sweep()
		var model *golden.ModelError
		if err := res.ErrModel(); !errors.As(err, &model) || model.Python != "2.7.18" || res.Failed() != 1 || len(w.cases()) != 0 || w.hits("acme") != 0 {
			t.Fatalf("%v, %s", err, show(res))
		}
		if text := res.Findings()[0].Err.Error(); !strings.Contains(text, w.dir("archive")) || strings.Contains(text, "\n") {
			t.Errorf("error %q does not say where the delivery is", text)
		}
	}
	// A judge that cannot be run is a failure, too, but the case is the models'.
	w.judge.Engine = engineFunc(func(context.Context, ingest.Input) (ingest.Rows, error) {
		return nil, errors.New("no such interpreter")
	})
	res := w.sweep()
	if found := res.Findings(); len(found) != 1 || found[0].Err == nil || found[0].Case == "" || res.Failed() != 1 || w.hits("acme") != 1 || res.ErrModel() != nil {
		t.Errorf("%s", show(res))
	}
	w.judge.Engine = embedded.New()
	if res := w.clean(); len(res.Findings()) != 0 {
		t.Errorf("%s", show(res))
	}
}

// TestHarnessFault: a path that could not be run is not-compared, is tried again,
// and counts once in the end.
func TestHarnessFault(t *testing.T) {
	d := newDrop(t)
	d.put("a.csv", broken, 2)
	w := newWorld(t, feed(t, "acme", d.dir))
	fails := true
	w.line = &parity.Line{Engine: engineFunc(func(ctx context.Context, in ingest.Input) (ingest.Rows, error) {
		if fails && in.Settings.Codec == "utf-8" && in.Settings.Python == ingest.Python27 { // the normalized view
			return nil, &ingest.HarnessError{Code: "import-error", Path: ingest.Py2, Msg: "no module named adapters"}
		}
		return embedded.New().Ingest(ctx, in)
	})}
	for range 2 {
		res := w.sweep()
		v := res.Feeds[0].Deliveries[0].Views
		if v[0].Verdict != ingest.Diverge || v[1].Verdict != ingest.NotCompared || v[1].Err == nil || v[1].Severity != ingest.Info || res.Failed() != 1 || w.hits("acme") != 1 {
			t.Fatalf("%s", show(res))
		}
	}
	fails = false
	if w.clean(); w.hits("acme") != 1 || len(w.cases()) != 1 {
		t.Errorf("afterwards: %s", w.snapshot())
	}
	if res := w.clean(); len(res.Feeds[0].Deliveries) != 0 {
		t.Errorf("once more: %s", show(res))
	}
}

// TestPanic: a fault of ours in one delivery costs neither its feed nor the others.
func TestPanic(t *testing.T) {
	d := newDrop(t)
	d.put("a.csv", plain, 3)
	d.put("evil.csv", plain+"2,evil\r\n", 2)
	d.put("z.csv", broken, 1)
	w := newWorld(t, feed(t, "one", d.dir), feed(t, "two", d.dir))
	w.line = &parity.Line{Engine: engineFunc(func(ctx context.Context, in ingest.Input) (ingest.Rows, error) {
		if in.Name == "evil.csv" {
			var rows []ingest.Row
			_ = rows[len(in.Name)]
		}
		return embedded.New().Ingest(ctx, in)
	})}
	res := w.sweep()
	for _, f := range res.Feeds {
		if f.Err != nil || names(f) != "a.csv evil.csv z.csv" || f.Deliveries[0].Err != nil || f.Deliveries[2].Err != nil {
			t.Fatalf("%s", show(res))
		}
		if err := f.Deliveries[1].Err; err == nil || !strings.Contains(err.Error(), "internal error: runtime error: index out of range") || !strings.Contains(err.Error(), "(fault_test.go:") {
			t.Errorf("%v", err)
		}
	}
	if res.Failed() != 2 {
		t.Errorf("%d failed", res.Failed())
	}
}

// TestInterrupted: a sweep that is told to stop says so in its result and in the
// state, and at once.
func TestInterrupted(t *testing.T) {
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: bytes.Repeat([]byte("x"), 1<<20)}},
		Faults: []ftptest.Fault{{Command: "RETR", Action: ftptest.Drip, Delay: 50 * time.Millisecond}}})
	d := newDrop(t)
	d.put("a.csv", plain, 1)
	w := newWorld(t, feed(t, "drip", srv.URL()), feed(t, "later", srv.URL()), feed(t, "other", d.dir))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	w.watch = func(e Event) {
		if e.Feed == "drip" && e.What == "fetching" {
			time.AfterFunc(200*time.Millisecond, cancel)
		}
	}
	start := time.Now()
	res, err := w.try(ctx)
	if took := time.Since(start); !errors.Is(err, context.Canceled) || took > 2*time.Second+slack {
		t.Errorf("%v after %v", err, took)
	}
	if res.Feeds[0].Err == nil || res.Feeds[1].Err == nil || !errors.Is(res.Feeds[1].Err, context.Canceled) || res.Feeds[2].Err != nil {
		t.Errorf("%s", show(res))
	}
	w.inside()
	if left, _ := filepath.Glob(w.dir("archive/drip/*")); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
}

// TestLeftovers: what a killed sweep left where deliveries arrive is removed.
func TestLeftovers(t *testing.T) {
	d := newDrop(t)
	w := newWorld(t, feed(t, "acme", d.dir))
	if err := os.MkdirAll(w.dir("archive/acme/incoming"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a.csv.part", "b.csv"} {
		if err := os.WriteFile(filepath.Join(w.dir("archive/acme/incoming"), name), []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w.clean()
	w.inside()
}

// testArchiveCannotBeWritten is a failure of each delivery, not of the state.
func testArchiveCannotBeWritten(t *testing.T) {
	d := newDrop(t)
	d.put("a.csv", plain, 1)
	w := newWorld(t, feed(t, "acme", d.dir))
	if err := os.WriteFile(w.dir("archive"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if res := w.sweep(); res.Failed() == 0 {
		t.Errorf("%s", show(res))
	}
	if err := os.Remove(w.dir("archive")); err != nil {
		t.Fatal(err)
	}
	if res := w.clean(); names(res.Feeds[0]) != "a.csv" {
		t.Errorf("%s", show(res))
	}
}

// TestArchiveLost: a delivery that waits in an archive which is gone is fetched again.
func TestArchiveLost(t *testing.T) {
	d := newDrop(t)
	d.put("a.csv", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 1)
	w := newWorld(t, feed(t, "acme", d.dir))
	w.sweep()
	if err := os.RemoveAll(w.dir("archive")); err != nil {
		t.Fatal(err)
	}
	res := w.sweep()
	if f := res.Feeds[0]; names(f) != "a.csv" || !errors.Is(f.Deliveries[0].Err, parity.ErrBinary) {
		t.Errorf("%s", show(res))
	}
	if err := os.RemoveAll(w.dir("archive")); err != nil {
		t.Fatal(err)
	}
	d.remove("a.csv")
	if res := w.clean(); len(res.Feeds[0].Deliveries) != 0 {
		t.Errorf("%s", show(res))
	}
}

// TestNeverToBeRun: what is no CSV file fails every sweep while the supplier offers
// it, is said once more when it has gone, and then is over.
func TestNeverToBeRun(t *testing.T) {
	d := newDrop(t)
	d.put("a.csv", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 1)
	d.put("b.csv", plain, 1)
	w := newWorld(t, feed(t, "acme", d.dir))
	for range 2 {
		if res := w.sweep(); res.Failed() != 1 || res.Feeds[0].Deliveries[0].Dropped {
			t.Errorf("offered: %s", show(res))
		}
	}
	d.remove("a.csv")
	res := w.sweep()
	if f := res.Feeds[0]; res.Failed() != 0 || names(f) != "a.csv" || !f.Deliveries[0].Dropped || !errors.Is(f.Deliveries[0].Err, parity.ErrBinary) {
		t.Errorf("gone: %s", show(res))
	}
	if res := w.clean(); len(res.Feeds[0].Deliveries) != 0 {
		t.Errorf("over: %s", show(res))
	}
	// Put in the place of a good file, it fails until that is replaced in turn.
	d.put("b.csv", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 2)
	if res := w.sweep(); res.Failed() != 1 {
		t.Errorf("replaced: %s", show(res))
	}
	d.put("b.csv", plain+"x,y\n", 3)
	if res := w.sweep(); res.Failed() != 0 || names(res.Feeds[0]) != "b.csv b.csv" {
		t.Errorf("replaced again: %s", show(res))
	}
	if res := w.clean(); len(res.Feeds[0].Deliveries) != 0 {
		t.Errorf("over: %s", show(res))
	}
}

// TestStateFails: a sweep without a state is no sweep.
func TestStateFails(t *testing.T) {
	w := newWorld(t, feed(t, "acme", newDrop(t).dir))
	w.db.Close()
	res, err := w.try(t.Context())
	if err == nil || res == nil || !strings.HasPrefix(err.Error(), "begin sweep: ") {
		t.Errorf("%v, %v", res, err)
	}
	if fmt.Sprint(res.Feeds[0].Deliveries) != "[]" {
		t.Errorf("%+v", res)
	}
}
