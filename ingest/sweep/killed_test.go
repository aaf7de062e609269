package sweep

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/embedded"
)

// A process of a test's own is what is killed: this binary, told by its environment
// what to do and in which world.
const (
	envRole  = "SWEEP_TEST_ROLE"  // "sweep" or "work"
	envRoot  = "SWEEP_TEST_ROOT"  // directory
	envState = "SWEEP_TEST_STATE" // file or URL
	envStore = "SWEEP_TEST_STORE" // the archive that a fleet shares, "" for the directory
	envFeeds = "SWEEP_TEST_FEEDS" // lines of name and source
	envRules = "SWEEP_TEST_RULES" // Options.Accept, JSON
	envJudge = "SWEEP_TEST_JUDGE" // not "" where the models are interpreters, too
	envStep  = "SWEEP_TEST_STEP"  // where it kills itself: the step's name, ":", how many of them go well
)

// TestProcess is what such a process runs. In the test itself it does nothing.
func TestProcess(t *testing.T) {
	role := os.Getenv(envRole)
	if role == "" {
		return
	}
	w := &world{t: t, root: os.Getenv(envRoot), name: os.Getenv(envState), shared: os.Getenv(envStore), line: models(), now: func() time.Time { return night }, step: suicide(os.Getenv(envStep))}
	if os.Getenv(envJudge) != "" {
		w.judge = judging(embedded.New())
	}
	for line := range strings.Lines(os.Getenv(envFeeds)) {
		name, source, _ := strings.Cut(strings.TrimSpace(line), " ")
		w.feeds = append(w.feeds, plenty(t, name, source))
	}
	if err := json.Unmarshal([]byte(os.Getenv(envRules)), &w.accept); err != nil {
		t.Fatal(err)
	}
	fmt.Println("begins")
	w.open()
	defer w.db.Close()
	if role == "work" {
		o := w.options()
		o.Fetch.Retries = 2
		if err := Work(t.Context(), o); err != nil {
			t.Error(err)
		}
		return
	}
	if _, err := w.try(t.Context()); err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// plenty is a feed that takes everything.
func plenty(t *testing.T, name, source string) config.Feed {
	f := feed(t, name, source)
	f.Backfill = 10_000
	return f
}

// suicide kills this process with SIGKILL at a step.
func suicide(at string) func(string) {
	name, skip, found := strings.Cut(at, ":")
	if !found {
		return nil
	}
	left, _ := strconv.Atoi(skip)
	return func(step string) {
		if step != name {
			return
		}
		if left--; left < 0 {
			if self, err := os.FindProcess(os.Getpid()); err == nil {
				_ = self.Kill() // SIGKILL, where there are signals
			}
			select {}
		}
	}
}

// start starts a process in the world and waits until it begins.
func (w *world) start(role, step string) *exec.Cmd {
	w.t.Helper()
	var feeds strings.Builder
	for _, f := range w.feeds {
		fmt.Fprintln(&feeds, f.Name, f.Source.URL)
	}
	rules, err := json.Marshal(w.accept)
	if err != nil {
		w.t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestProcess$", "-test.timeout=120s")
	cmd.Env = append(os.Environ(), envRole+"="+role, envRoot+"="+w.root, envState+"="+w.name, envStore+"="+w.shared, envFeeds+"="+feeds.String(), envRules+"="+string(rules), envStep+"="+step)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	r := bufio.NewReader(out)
	if _, err := r.ReadString('\n'); err != nil {
		w.t.Fatal(err)
	}
	go func() { _, _ = io.Copy(io.Discard, r) }()
	return cmd
}

// scale is how much of a long test is run: what the environment says, else little.
func scale(t *testing.T, variable string, little int) int {
	t.Helper()
	s := os.Getenv(variable)
	if s == "" {
		return little
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
	return n
}

// outcomes counts what is recorded.
func (w *world) outcomes() int {
	w.t.Helper()
	var n int
	if err := w.db.SQL().QueryRow("SELECT count(*) FROM outcomes").Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// TestSweepKilled kills the sweeping process itself, with SIGKILL, at every step
// between two writes and at random moments, FEEDPARITY_KILLS of them: whoever sweeps
// next finds what one undisturbed sweep finds, so that nothing is lost, recorded twice,
// half there, or broken.
func TestSweepKilled(t *testing.T) { onBoth(t, testSweepKilled) }

func testSweepKilled(t *testing.T, fresh func(*testing.T, ...config.Feed) *world) {
	k := testKilledAtSteps(t, fresh)
	rnd := rand.New(rand.NewPCG(1, 2))
	n := scale(t, "FEEDPARITY_KILLS", 3)
	for range n {
		w := fresh(t, k.feeds...)
		w.db.Close()
		cmd := w.start("sweep", "")
		at := time.Duration(rnd.Int64N(int64(k.took))) // while it is at work, however fast the machine is
		time.Sleep(at)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		k.after(fmt.Sprintf("after %v", at), w)
	}
	t.Logf("killed at 12 steps and %d random moments; %d had not recorded everything", n, k.cut)
}

// killing is what sweeps are killed in, with what one undisturbed sweep leaves.
type killing struct {
	t          *testing.T
	feeds      []config.Feed
	told, want string
	recorded   int
	took       time.Duration // for a process, from its beginning to its end
	cut        int           // had not recorded everything
}

func newKilling(t *testing.T, fresh func(*testing.T, ...config.Feed) *world) *killing {
	t.Helper()
	d, e, m := newDrop(t), newDrop(t), newDrop(t)
	for i := range 5 {
		d.put(fmt.Sprintf("%d.csv", i), fmt.Sprintf("sku,name\r\n%d,caf\xe9\r\n", i), i)
	}
	e.put("night.zip", zipped("a.csv", broken, "b.csv", plain, "c.csv", "sku,name\r\n7,\xe4\xe4\r\n"), 1)
	for i := range 40 { // which the archive packs
		m.put(fmt.Sprintf("%d.csv", i), fmt.Sprintf("sku,name\r\n%d,cafe\r\n", i), i)
	}
	feeds := []config.Feed{plenty(t, "acme", d.dir), plenty(t, "packed", e.dir), plenty(t, "many", m.dir)}
	whole := fresh(t, feeds...)
	k := &killing{t: t, feeds: feeds, told: toldBy(whole.clean())}
	k.want, k.recorded = whole.snapshot(), whole.outcomes()
	if strings.Count(k.want, "processed") != 46 || k.recorded != 96 {
		t.Fatalf("%d recorded:\n%s", k.recorded, k.want)
	}
	w := fresh(t, feeds...)
	w.db.Close()
	cmd, began := w.start("sweep", ""), time.Now()
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	k.took = time.Since(began)
	return k
}

// after sweeps once more where one was killed.
func (k *killing) after(how string, w *world) {
	k.t.Helper()
	w.open()
	if w.outcomes() != k.recorded {
		k.cut++
	}
	w.tells = true
	if got := toldBy(w.clean()); got != k.told {
		k.t.Errorf("killed %s: the next one tells of\n%s\nwant\n%s", how, got, k.told)
	}
	if got := w.snapshot(); got != k.want || w.outcomes() != k.recorded {
		k.t.Errorf("killed %s: afterwards there is, with %d outcomes,\n%s\nwant %d\n%s", how, w.outcomes(), got, k.recorded, k.want)
	}
	w.inside()
	for _, f := range k.feeds {
		known, err := w.db.Latest(k.t.Context(), f.Name, 100)
		if err != nil {
			k.t.Fatal(err)
		}
		for _, d := range known {
			if _, err := w.store().Read(k.t.Context(), d.SHA256); err != nil {
				k.t.Errorf("killed %s: %v", how, err)
			}
		}
	}
	if packs, _ := filepath.Glob(filepath.Join(w.dir("archive"), "packs", "*.zst")); len(packs) == 0 {
		k.t.Errorf("killed %s: nothing is packed", how)
	}
	w.db.Close()
}

// testKilledAtSteps kills the process at each step that has a name: between two writes.
func testKilledAtSteps(t *testing.T, fresh func(*testing.T, ...config.Feed) *world) *killing {
	k := newKilling(t, fresh)
	steps := []string{"migrate:0", "migrate:2", "queue fetch:0", "fetch:0", "record fetch:0", "record fetch:3", "record outcome:0", "record outcome:5", "commit:0", "commit:4", "commit:7", "report:0"}
	for _, step := range steps {
		w := fresh(t, k.feeds...)
		w.db.Close()
		w.forget()
		if err := w.start("sweep", step).Wait(); err == nil {
			t.Errorf("at %s: it went on to its end", step)
		}
		k.after("at "+step, w)
	}
	if k.cut < len(steps)-2 { // at the last commit and the report all is recorded
		t.Errorf("only %d sweeps were cut short", k.cut)
	}
	return k
}

// toldBy are the deliveries of a result, what verdicts they have, and how often which
// signature is new in them.
func toldBy(res *Result) string {
	var all []string
	for _, f := range res.Feeds {
		for _, d := range f.Deliveries {
			all = append(all, fmt.Sprint(d, " ", d.Known, d.Err))
			for _, v := range d.Views {
				all = append(all, fmt.Sprint(d, " ", v.View, " ", v.Verdict))
				for _, found := range v.Findings {
					if found.New {
						all = append(all, fmt.Sprint("new: ", f.Name, " ", v.View, " ", found.Signature))
					}
				}
			}
		}
	}
	slices.Sort(all)
	return strings.Join(all, "\n")
}

// forget takes the state away, so that whoever opens it has to make it.
func (w *world) forget() {
	w.t.Helper()
	w.open()
	defer w.db.Close()
	if err := w.db.Migrate(w.t.Context(), 0); err != nil {
		w.t.Fatal(err)
	}
}
