package main

import (
	"context"
	_ "embed" // of the peer script
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/pycodec"
)

type options struct {
	size   int // MB
	rounds int
	only   string
	out    string
}

// suite is one run of the bench.
type suite struct {
	options
	dir      string
	script   string    // of the peers
	pythons  [2]string // interpreters' paths, "" where there is none
	versions [2]string // their full versions
}

//go:embed peers/pipeline.py
var pipelineSource []byte

// errSkip: a row cannot be measured here, with the reason.
type errSkip string

func (e errSkip) Error() string { return string(e) }

// bench measures every row and prints the table.
func bench(ctx context.Context, out io.Writer, o options) error {
	dir, err := os.MkdirTemp("", "feedparity-bench-")
	if err != nil {
		return fmt.Errorf("make bench directory: %w", err)
	}
	defer os.RemoveAll(dir)
	s := &suite{options: o, dir: dir, script: filepath.Join(dir, "pipeline.py")}
	if err := os.WriteFile(s.script, pipelineSource, 0o644); err != nil {
		return fmt.Errorf("write peer script: %w", err)
	}
	for _, i := range interp.Find(ctx) {
		for n, want := range []ingest.Python{ingest.Python27, ingest.Python313} {
			if i.Version == want {
				s.pythons[n], s.versions[n] = i.Path, i.Full
			}
		}
	}
	var results []result
	for _, r := range s.rows() {
		if !strings.Contains(r.what, o.only) {
			continue
		}
		fmt.Fprintf(os.Stderr, "bench: %s\n", r.what)
		res, err := s.measure(ctx, r)
		if err != nil {
			return fmt.Errorf("measure %s: %w", r.what, err)
		}
		fmt.Fprintf(os.Stderr, "bench:   %s, goal %s\n", res.measured, r.goal)
		results = append(results, res)
	}
	return s.print(out, results, s.markdown)
}

// A row is one line of the table. Measure returns one round's figure and a
// note on the rest; the median of the rounds is judged.
type row struct {
	what    string
	goal    string
	format  string // of the figure
	holds   func(figure float64) bool
	measure func(ctx context.Context) (figure float64, note string, err error)
	rounds  int // 0: as many as the options say
}

type result struct {
	row
	measured, note string
	ok, skipped    bool
}

func (s *suite) measure(ctx context.Context, r row) (result, error) {
	res := result{row: r}
	var figures []float64
	n := r.rounds
	if n == 0 {
		n = s.rounds
	}
	for range n {
		figure, note, err := r.measure(ctx)
		var skip errSkip
		if errors.As(err, &skip) {
			res.skipped, res.measured, res.note = true, "not measured", string(skip)
			return res, nil
		}
		if err != nil {
			return res, err
		}
		figures = append(figures, figure)
		res.note = note
	}
	m := median(figures)
	res.measured, res.ok = fmt.Sprintf(r.format, m), r.holds(m)
	return res, nil
}

func atLeast(x float64) func(float64) bool { return func(f float64) bool { return f >= x } }
func atMost(x float64) func(float64) bool  { return func(f float64) bool { return f <= x } }

// rows are the lines of the table, in its order.
func (s *suite) rows() []row {
	big, half := s.size*1e6, s.size*1e6/2
	rows := []row{
		s.feedRow(asciiFeed, big, 40), s.feedRow(utf8Feed, big, 40), s.feedRow(cp1252Feed, big, 40),
		s.feedRow(quotedFeed, half, 30), s.feedRow(gb18030Feed, half, 15), s.filesRow(),
	}
	for _, size := range []int{200, 4096} {
		rows = append(rows, s.smallRow(size, "trips", 100), s.smallRow(size, "batches", 50))
	}
	for _, django := range []bool{false, true} {
		rows = append(rows, s.callRow(ingest.Py2, django), s.callRow(ingest.Py3, django))
	}
	rows = append(rows, s.detectRow(200, 3), s.detectRow(2000, 5), s.detectRow(200_000, 20), s.validRow(asciiFeed, 20_000), s.validRow(utf8Feed, 20_000))
	rows = append(rows, s.endureRow(), s.loopRow(), s.targetRow(), s.shrinkRow())
	return append(rows, s.memoryRow(), s.growthRow(), s.allocsRow(), s.startRow(), s.startPythonRow(), s.spawnRow())
}

func (s *suite) needPythons() error {
	for i, p := range []string{"2.7", "3.13"} {
		if s.pythons[i] == "" {
			return errSkip("no python " + p + " found")
		}
	}
	return nil
}

// pipeline runs the peers over a file or directory and compares their dumps.
func (s *suite) pipeline(ctx context.Context, codec, source string) (cost, error) {
	if err := s.needPythons(); err != nil {
		return cost{}, err
	}
	var total cost
	dumps := [2]string{filepath.Join(s.dir, "py2.jsonl"), filepath.Join(s.dir, "py3.jsonl")}
	for i, python := range s.pythons {
		c, _, err := run(ctx, python, s.script, codec, dumps[i], source)
		if err != nil {
			return cost{}, err
		}
		total = total.plus(c)
		defer os.Remove(dumps[i])
	}
	c, _, err := run(ctx, "cmp", dumps[0], dumps[1])
	return total.plus(c), err
}

// modelled says why a codec cannot be measured.
func modelled(codec string) error {
	for _, py := range []ingest.Python{ingest.Python27, ingest.Python313} {
		if _, _, err := pycodec.Lookup(py, codec); err != nil {
			return errSkip(err.Error())
		}
	}
	return nil
}

func (s *suite) feedRow(f feed, size, goal int) row {
	path := ""
	return row{
		what:   fmt.Sprintf("both paths in full and compared, %d MB %s", size/1e6, f.name),
		goal:   fmt.Sprintf(">= %d times the pipeline", goal),
		format: "%.1f times", holds: atLeast(float64(goal)),
		measure: func(ctx context.Context) (float64, string, error) {
			if err := modelled(f.codec); err != nil {
				return 0, "", err
			}
			if path == "" {
				var err error
				if path, err = f.file(s.dir, size); err != nil {
					return 0, "", err
				}
			}
			return s.versus(ctx, f.codec, path, size)
		},
	}
}

// versus is the pipeline's CPU time in ours.
func (s *suite) versus(ctx context.Context, codec, source string, size int) (float64, string, error) {
	theirs, err := s.pipeline(ctx, codec, source)
	if err != nil {
		return 0, "", err
	}
	ours, d, err := work(ctx, "files", codec, source)
	if err != nil {
		return 0, "", err
	}
	mb := float64(size) / 1e6
	note := fmt.Sprintf("%.2f s against %.2f s, %.0f MB/s, %d rows, %.1f MB", ours.cpu.Seconds(), theirs.cpu.Seconds(), mb/ours.cpu.Seconds(), d.Rows, float64(ours.rss)/1e6)
	return theirs.cpu.Seconds() / ours.cpu.Seconds(), note, nil
}

// filesRow compares many small files with interpreters that stay and are sent the
// paths of a hundred at once; the note has the pipeline, too.
func (s *suite) filesRow() row {
	const batch = 100
	n, dir := s.size*100, ""
	return row{
		what: fmt.Sprintf("%d files of 2 KB, interpreters in batches of %d", n, batch), goal: ">= 25 times",
		format: "%.1f times", holds: atLeast(25),
		measure: func(ctx context.Context) (float64, string, error) {
			if err := s.needPythons(); err != nil {
				return 0, "", err
			}
			if dir == "" {
				var err error
				if dir, err = utf8Feed.files(s.dir, n, 2000); err != nil {
					return 0, "", err
				}
			}
			theirs, t, err := work(ctx, "peerfiles", batch, dir, s.pythons[0], s.pythons[1])
			if err != nil {
				return 0, "", err
			}
			ours, o, err := work(ctx, "files", "utf-8", dir)
			if err != nil {
				return 0, "", err
			}
			piped, err := s.pipeline(ctx, "utf-8", dir)
			a, b := perSecond(o.Inputs, ours), perSecond(t.Inputs, theirs)
			note := fmt.Sprintf("%.0f files/s against %.0f; %.1f times the pipeline", a, b, piped.cpu.Seconds()/ours.cpu.Seconds())
			return a / b, note, err
		},
	}
}

// smallRow compares inputs of a fuzz target's size in process with the same on
// interpreters that stay, running a script that does just this.
func (s *suite) smallRow(size int, peer string, goal int) row {
	names := map[string]string{"trips": "one request per trip", "batches": "in batches of 1000"}
	return row{
		what: fmt.Sprintf("inputs of %d bytes, interpreters %s", size, names[peer]), goal: fmt.Sprintf(">= %d times", goal),
		format: "%.0f times", holds: atLeast(float64(goal)),
		measure: func(ctx context.Context) (float64, string, error) {
			if err := s.needPythons(); err != nil {
				return 0, "", err
			}
			// So many that starting and making the inputs is a small part of it, on either side.
			few := max(s.size*200_000/(size+400)/1000, 1) * 1000
			theirs, t, err := work(ctx, peer, few, size, s.pythons[0], s.pythons[1])
			if err != nil {
				return 0, "", err
			}
			ours, o, err := work(ctx, "small", few*50, size)
			if err != nil {
				return 0, "", err
			}
			a, b := perSecond(o.Inputs, ours), perSecond(t.Inputs, theirs)
			return a / b, fmt.Sprintf("%.0f inputs/s against %.0f", a, b), nil
		},
	}
}
