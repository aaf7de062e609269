package parity

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/detect"
	"github.com/feedparity/feedparity/ingest/normalize"
)

// input is the bytes of a view.
type input struct {
	data io.ReaderAt
	size int64
	file string   // a file with exactly these bytes, "" if there is none
	temp *os.File // ours to remove
	sent bool     // it is the delivery itself
}

func (in *input) release() {
	if in.temp != nil {
		in.temp.Close()
		os.Remove(in.temp.Name())
		in.temp = nil
	}
}

// inMemory is the size up to which a normalized view is held in memory; larger
// ones go to a temporary file, so that memory stays bounded.
const inMemory = 1 << 20

// NormalizeOptions are how the normalizer is to read a delivery by what was found.
func NormalizeOptions(found detect.Result) normalize.Options {
	d := found.Dialect
	o := normalize.Options{Charset: found.Charset, Delimiter: rune(d.Delimiter), Quotechar: rune(d.Quotechar), Escapechar: rune(d.Escapechar),
		NoQuotes: d.NoQuotes, SkipInitialSpace: d.SkipInitialSpace, Columns: d.Columns, QuoteAll: d.QuoteAll, Unfinished: d.Unfinished, Fits: d.Fits}
	for _, m := range found.Mixed {
		o.Ranges = append(o.Ranges, normalize.Range{From: m.Start, To: m.End, Charset: m.Charset})
	}
	if n := len(o.Ranges); found.MoreMixed && n > 0 {
		o.Ranges = append(o.Ranges, rest(o.Ranges))
	}
	if d.Preamble > 0 {
		o.TableFrom = d.TableFrom
	}
	if d.Footer > 0 {
		o.TableTo = d.TableTo
	}
	return o
}

// rest is what is behind the last of as many ranges as are told. Beside UTF-8, which is
// known by itself, one charset may go on; of several nobody knows which, and what is
// above ASCII is an error with its position.
func rest(ranges []normalize.Range) normalize.Range {
	var names []string
	for _, r := range ranges {
		if !slices.Contains(names, r.Charset) {
			names = append(names, r.Charset)
		}
	}
	out := normalize.Range{From: ranges[len(ranges)-1].To, To: math.MaxInt64, Charset: "ascii"}
	if i := slices.Index(names, "utf-8"); i >= 0 && len(names) == 2 {
		out.Charset, out.Or = names[i], names[1-i]
	}
	return out
}

// normalized makes the normalized view of a delivery. One with bytes that its
// charset does not define has none: guessing what they stand for would make the
// paths agree on text that nobody sent. The error has their position.
func normalized(ctx context.Context, d Delivery, found detect.Result) (input, Edits, error) {
	edits := Edits{ByKind: map[normalize.Kind]int{}}
	o := NormalizeOptions(found)
	o.TableFrom, o.TableTo = 0, 0 // the paths read what is above and below the table as well
	o.Record = func(e normalize.Edit) error {
		edits.Count++
		edits.ByKind[e.Kind]++
		return nil
	}
	sent := stoppable{ctx, d.Data}
	if same, err := normalize.Unchanged(io.NewSectionReader(sent, 0, d.Size), o); err != nil {
		return input{}, edits, fmt.Errorf("normalize %q: %w", d.Name, err)
	} else if same {
		return asSent(d), edits, nil
	}
	src := io.NewSectionReader(sent, 0, d.Size)
	if d.Size <= inMemory {
		var out bytes.Buffer
		if _, err := normalize.Normalize(&out, src, o); err != nil {
			return input{}, edits, fmt.Errorf("normalize %q: %w", d.Name, located(err, src, o))
		}
		return input{data: bytes.NewReader(out.Bytes()), size: int64(out.Len())}, edits, nil
	}
	in, err := toFile(src, o)
	if err != nil {
		return input{}, edits, fmt.Errorf("normalize %q: %w", d.Name, located(err, src, o))
	}
	return in, edits, nil
}

// located adds to an error about bytes that do not decode where in the table they are.
func located(err error, src *io.SectionReader, o normalize.Options) error {
	var bad *normalize.DecodeError
	if !errors.As(err, &bad) {
		return err
	}
	if _, serr := src.Seek(0, io.SeekStart); serr != nil {
		return err
	}
	if lerr := bad.Locate(src, o); lerr != nil {
		return lerr
	}
	return err
}

// asSent is the normalized view that is the delivery itself.
func asSent(d Delivery) input {
	return input{data: d.Data, size: d.Size, file: d.File, sent: true}
}

// repeats reports whether to run a normalized view could only repeat the raw one, which
// found nothing: it is what was sent, to the byte, and what is done with it is the same. The
// team's own functions are given the same bytes; policies are the same, or differ in nothing
// but codecs that read ASCII alike, and it is ASCII. (A call that gives something else the
// second time is found out by being repeated, which the raw view was.)
func (v *View) repeats(raw *View, found detect.Result, calls [2]*ingest.Call) bool {
	if raw.Err != nil || len(raw.Findings) > 0 || raw.Result.Verdict == ingest.Diverge || !v.input.sent {
		return false
	}
	for _, p := range ingest.Paths {
		was, is := *raw.settings(p), *v.settings(p)
		if found.Charset == "ascii" && raw.Result.Verdict != ingest.AgreeFault && ofASCII(was.Codec) && ofASCII(is.Codec) {
			was.Codec = is.Codec
		}
		if calls[p] == nil && !was.Same(&is) {
			return false
		}
	}
	return true
}

// ofASCII reports whether a codec reads a text of ASCII as ASCII, whatever its handler of
// errors and however it is cut. Many more do.
func ofASCII(codec string) bool {
	return codec == "ascii" || codec == "utf-8" || codec == "latin-1" || strings.HasPrefix(codec, "iso8859-") || strings.HasPrefix(codec, "cp125")
}

// settings are a path's.
func (v *View) settings(p ingest.Path) *ingest.Settings {
	return []*ingest.Settings{&v.Py2, &v.Py3}[p]
}

// repeat has a view say what the raw one did.
func (v *View) repeat(raw *View) {
	v.Result, v.Compare, v.Warnings, v.FaultLine, v.stable = raw.Result, raw.Compare, raw.Warnings, raw.FaultLine, raw.stable
	for _, p := range ingest.Paths {
		v.settings(p).Python = raw.settings(p).Python // that ran a call
	}
}

// toFile writes the view to a temporary file, which is gone again on an error.
func toFile(src io.Reader, o normalize.Options) (input, error) {
	f, err := os.CreateTemp("", "feedparity-normalized-*.csv")
	if err != nil {
		return input{}, err
	}
	in := input{data: f, file: f.Name(), temp: f}
	_, err = normalize.Normalize(f, src, o)
	if info, serr := f.Stat(); serr == nil {
		in.size = info.Size()
	} else {
		err = errors.Join(err, serr)
	}
	if err != nil {
		in.release()
		return input{}, err
	}
	return in, nil
}
