package parity

import (
	"bytes"
	"context"
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
		SkipInitialSpace: d.SkipInitialSpace, Columns: d.Columns, QuoteAll: d.QuoteAll, Fits: d.Fits}
	for _, m := range found.Mixed {
		o.Ranges = append(o.Ranges, normalize.Range{From: m.Start, To: m.End, Charset: m.Charset})
	}
	if n := len(o.Ranges); found.MoreMixed && n > 0 { // what is above ASCII there is in nobody knows what: an error with its position
		o.Ranges = append(o.Ranges, normalize.Range{From: o.Ranges[n-1].To, To: math.MaxInt64, Charset: "ascii"})
	}
	if d.Preamble > 0 {
		o.TableFrom = d.TableFrom
	}
	if d.Footer > 0 {
		o.TableTo = d.TableTo
	}
	return o
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
	out := &rewritten{sent: sent, size: d.Size, memory: d.Size <= inMemory}
	_, err := normalize.Normalize(out, io.NewSectionReader(sent, 0, d.Size), o)
	if err == nil {
		err = out.end()
	}
	if err != nil {
		out.input.release()
		return input{}, edits, fmt.Errorf("normalize %q: %w", d.Name, err)
	}
	if out.to == nil {
		return asSent(d), edits, nil
	}
	return out.input, edits, nil
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

// rewritten takes a normalized view. As long as that is what was sent it is nowhere else:
// most deliveries are canonical already, and need no memory and no disk.
type rewritten struct {
	sent   io.ReaderAt
	size   int64 // of what was sent
	memory bool
	same   int64  // so many bytes are those that were sent
	buf    []byte // for what is compared with them
	to     io.Writer
	text   bytes.Buffer
	input  input // valid once to is set
}

// Write implements io.Writer.
func (r *rewritten) Write(p []byte) (int, error) {
	if r.to == nil {
		equal, err := r.repeats(p)
		if equal || err != nil {
			return len(p), err
		}
		if err := r.begin(); err != nil {
			return 0, err
		}
	}
	n, err := r.to.Write(p)
	r.input.size += int64(n)
	return n, err
}

// repeats reports whether what was sent goes on with p.
func (r *rewritten) repeats(p []byte) (bool, error) {
	if int64(len(p)) > r.size-r.same {
		return false, nil
	}
	r.buf = slices.Grow(r.buf[:0], len(p))[:len(p)]
	if n, err := r.sent.ReadAt(r.buf, r.same); n < len(p) {
		return false, err
	}
	equal := bytes.Equal(r.buf, p)
	if equal {
		r.same += int64(len(p))
	}
	return equal, nil
}

// begin copies what was the same to where all of the view is to be.
func (r *rewritten) begin() error {
	r.to = &r.text
	if !r.memory {
		f, err := os.CreateTemp("", "feedparity-normalized-*.csv")
		if err != nil {
			return err
		}
		r.to, r.input = f, input{data: f, file: f.Name(), temp: f}
	}
	n, err := io.Copy(r.to, io.NewSectionReader(r.sent, 0, r.same))
	r.input.size = n
	return err
}

// end tells that nothing more comes.
func (r *rewritten) end() error {
	if r.to == nil && r.same < r.size {
		if err := r.begin(); err != nil {
			return err
		}
	}
	if r.to != nil && r.memory {
		r.input.data = bytes.NewReader(r.text.Bytes())
	}
	return nil
}
