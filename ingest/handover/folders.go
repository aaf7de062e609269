package handover

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
)

// FolderReport is what came of a folder that the calls of both paths write in: of its
// files, as far as their form is known, each read by the path that did not write it.
type FolderReport struct {
	Dir     string   `json:"dir"`              // as configured
	Entries [2]int   `json:"entries"`          // that each path wrote
	Opaque  []string `json:"opaque,omitempty"` // files whose form is not known
	// Marshal are files that marshal wrote, which no other version may read.
	Marshal []string `json:"marshal,omitempty"`
	Trials  []Trial  `json:"trials"`
}

// readersOf are the ways in which a path can read pickles, what a reader does that
// sets nothing first.
func readersOf(d Direction) []string {
	if d == Rollback {
		return []string{"pickle", "cPickle"}
	}
	return []string{"ASCII", "latin1", "utf-8", "bytes", "latin1>utf-8", "latin1>cp1252"}
}

// Check has both calls of a feed write into a folder and each path read what the
// other wrote. The input's own Settings and Call are not looked at.
func (c *Caches) Check(ctx context.Context, in ingest.Input, calls [2]*ingest.Call, dir string) (FolderReport, error) {
	r := FolderReport{Dir: dir}
	var own [2][]entry
	sides := [2]folderSide{}
	for _, p := range ingest.Paths {
		if calls[p] == nil {
			return r, fmt.Errorf("hand folder over: %s has no call", p)
		}
		files, read, err := c.written(ctx, in, *calls[p], dir)
		if err != nil {
			return r, fmt.Errorf("hand folder over: %w", err)
		}
		own[p], sides[p] = read, folderSide{call: *calls[p], files: files}
		for _, e := range read {
			if e.opaque {
				r.refuse(e)
			}
		}
	}
	for _, d := range []Direction{Forward, Rollback} {
		trials, n, err := c.handed(ctx, d, sides, own)
		if err != nil {
			return r, fmt.Errorf("hand folder over: %s: %w", d, err)
		}
		r.Trials, r.Entries[d.Writer()] = append(r.Trials, trials...), n
	}
	return r, nil
}

// refuse lists an entry that is not handed over.
func (r *FolderReport) refuse(e entry) {
	list := &r.Opaque
	if strings.HasSuffix(e.form, "marshal") {
		list = &r.Marshal
	}
	if !slices.Contains(*list, e.name) {
		*list = append(*list, e.name)
	}
}

// handed reads in one direction, in every way.
func (c *Caches) handed(ctx context.Context, d Direction, sides [2]folderSide, own [2][]entry) ([]Trial, int, error) {
	writer, reader := sides[d.Writer()], sides[d.Reader()]
	known := forms(own[d.Writer()])
	if len(known) == 0 {
		return nil, 0, nil
	}
	got, err := c.readAll(ctx, reader.call, writer.files, known, readersOf(d))
	if err != nil {
		return nil, 0, err
	}
	t := trier{direction: d, targets: targets(own[d.Writer()], own[d.Reader()], d.Reader())}
	t.add(got, false)
	if t.failed() && d == Rollback {
		files, err := c.again(ctx, writer.call, writer.files, known)
		if err != nil || len(files) == 0 {
			return t.trials, len(known), err
		}
		again := map[string]string{}
		for _, f := range files {
			again[f.Name] = "pickle:2"
		}
		if got, err = c.readAll(ctx, reader.call, files, again, readersOf(d)); err != nil {
			return nil, 0, err
		}
		t.add(got, true)
	}
	return t.trials, len(known), nil
}

// folderSide is a path's call and what it wrote.
type folderSide struct {
	call  ingest.Call
	files []interp.File
}

// targets are what the reader should get of each entry: what it has in its own folder
// where that is the same but for bytes against text, else what the writer has.
func targets(writer, reader []entry, path ingest.Path) map[string]ingest.Value {
	out := map[string]ingest.Value{}
	for _, w := range writer {
		if w.opaque || w.fault != nil {
			continue
		}
		out[w.name] = textual(w.value, path)
		for _, r := range reader {
			if r.name == w.name && !r.opaque && r.fault == nil && alike(w.value, r.value) {
				out[w.name] = r.value
			}
		}
	}
	return out
}

// trier sorts what was read into trials.
type trier struct {
	direction Direction
	targets   map[string]ingest.Value
	trials    []Trial
}

// add judges entries; again says that they were written anew, which a writer that sets
// nothing does not do.
func (t *trier) add(got []entry, again bool) {
	readers := readersOf(t.direction)
	for _, e := range got {
		want, ok := t.targets[e.name]
		if !ok || e.opaque {
			continue
		}
		trial := t.trial(e.form, e.reader, !again && (e.reader == "" || e.reader == readers[0]))
		trial.Rows++
		var loss *Loss
		if e.fault != nil {
			loss = &Loss{Kind: LossFault, Fault: e.fault}
		} else {
			loss = lossOf(e.value, want, t.direction.Reader())
		}
		if loss != nil && trial.First == nil {
			loss.Entry = e.name
		}
		trial.lose(loss, trial.Rows)
	}
}

// trial is the one of a form and a way to read it.
func (t *trier) trial(form, reader string, byDefault bool) *Trial {
	for i := range t.trials {
		if o := &t.trials[i]; o.Format == form && o.Reader == reader && o.Default == byDefault {
			return o
		}
	}
	t.trials = append(t.trials, Trial{Direction: t.direction, Format: form, Reader: reader, Default: byDefault})
	return &t.trials[len(t.trials)-1]
}

func (t *trier) failed() bool {
	return slices.ContainsFunc(t.trials, func(o Trial) bool { return o.Default && !o.Loads() })
}

// Losses are the advices of a folder on what is not safe, a line per direction and
// form.
func (r *FolderReport) Losses() []Advice {
	return slices.DeleteFunc(r.Advise(), func(a Advice) bool { return a.Safe })
}

// Advise sums up the trials, a line per direction and form.
func (r *FolderReport) Advise() []Advice {
	var out []Advice
	for _, d := range []Direction{Forward, Rollback} {
		var seen []string
		for _, t := range r.Trials {
			family := t.Family()
			if t.Direction != d || slices.Contains(seen, family) {
				continue
			}
			seen = append(seen, family)
			out = append(out, r.advise(d, family))
		}
	}
	return out
}

func (r *FolderReport) advise(d Direction, family string) Advice {
	a := Advice{Direction: d, Family: family, Safe: true}
	var of []Trial
	for _, t := range r.Trials {
		if t.Direction == d && t.Family() == family {
			of = append(of, t)
		}
	}
	for i, t := range of {
		if t.Default && !t.Loads() && (a.Worst == nil || worse(t, *a.Worst)) {
			a.Worst, a.Safe = &of[i], false
		}
	}
	switch {
	case a.Safe || family != "pickle" && family != "shelve":
	case d == Forward:
		a.Setting = strings.Replace(readerSetting(of), "pickle.loads(data,", "pickle.load(file,", 1)
	case slices.ContainsFunc(of, func(t Trial) bool { return !t.Default && t.Format == "pickle:2" && t.Reader == "pickle" && t.Loads() }):
		a.Setting = "pickle.dump(value, file, protocol=2)"
	}
	if !a.Safe && a.Setting == "" {
		a.Why = whyNone(d, family, of)
	}
	return a
}
