// Package detect ranks guesses at the charset and the dialect of a delivery and
// says why. It sees the whole input with bounded memory, answers the same
// whatever the size of the reads, and names charsets as Python does.
//
// The order of evidence: a byte order mark; NULs at every second byte (UTF-16
// without a mark); pure ASCII; strict UTF-8, CESU-8 included; and only for what
// is none of these a scorer (scorer.go) on a bounded sample of the cells that hold
// non-ASCII bytes. Whatever a scorer says, a charset that cannot decode the whole
// input is no candidate.
package detect

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycodec"
)

// Options steer detection; the zero value is what commands use.
type Options struct {
	// Declared is what the supplier says it sends, as a Python codec name, "" if
	// nothing. It is ranked first if it can decode the input and no proof (a byte
	// order mark, valid UTF-8) speaks against it.
	Declared string
	// Scorer replaces the statistical scorer, nil for the built-in one.
	Scorer Scorer

	chunk int // bytes per read, for tests
}

// Result is what detection found.
type Result struct {
	// Charset is a Python codec name, such as "utf-8-sig" or "cp1250". It is ""
	// when Binary is set.
	Charset    string
	Confidence float64 // of Charset, from 0 to 1
	Why        string  // one sentence
	// Candidates are all charsets that decode the input and were considered, the
	// best (which is Charset) first.
	Candidates []Candidate
	// Dialect is how the decoded text is laid out.
	Dialect Dialect
	// Binary names what the input is if it is no text at all, such as "zip" or
	// "pdf"; nothing else is then set but Why.
	Binary string
	// Size, NonASCII and NULs count bytes of the input.
	Size, NonASCII, NULs int64
	// FirstHigh is the offset of the first byte above 0x7F, -1 if there is none.
	FirstHigh int64
	// CESU reports UTF-8 in which surrogates are encoded (CESU-8); Python 2
	// decodes them, Python 3 refuses.
	CESU bool
	// DoubleEncoded reports UTF-8 text that was encoded twice ("cafÃ©").
	DoubleEncoded bool
	// Truncated reports that the input ends in the middle of a character.
	Truncated bool
}

// Candidate is one charset that could be meant.
type Candidate struct {
	Charset    string  // Python codec name
	Confidence float64 // from 0 to 1
	Why        string  // what speaks for it, one clause
}

// Bytes detects what data holds.
func Bytes(data []byte, o Options) (Result, error) {
	return Detect(bytes.NewReader(data), int64(len(data)), o)
}

// Detect reads size bytes of in, more than once, and returns what they hold.
// A binary file is no error: see Result.Binary. An error is in's own.
func Detect(in io.ReaderAt, size int64, o Options) (Result, error) {
	if o.chunk == 0 {
		o.chunk = 64 << 10
	}
	if o.Scorer == nil {
		o.Scorer = defaultScorer{}
	}
	var err error
	if o.Declared, err = canonical(o.Declared); err != nil {
		return Result{}, fmt.Errorf("detect charset: the declared one: %w", err)
	}
	src := source{in: in, size: size, chunk: o.chunk}
	head, err := src.head(headBytes)
	if err != nil {
		return Result{}, err
	}
	if kind, name := binaryKind(head); kind != "" {
		return Result{Binary: kind, Size: size, FirstHigh: -1, Why: "starts as " + name + " does"}, nil
	}
	st := newStats(head)
	if err := src.each(st.add); err != nil {
		return Result{}, err
	}
	st.finish()
	r, err := decide(src, st, o)
	if err != nil {
		return Result{}, err
	}
	r.Size, r.NonASCII, r.NULs, r.FirstHigh = size, st.high(), st.count[0], st.firstHigh
	r.DoubleEncoded = (r.Charset == "utf-8" || r.Charset == "utf-8-sig") && doubleEncoded(st.sample.cells)
	if r.Dialect, err = dialectOf(src, r.Charset, head); err != nil {
		return Result{}, err
	}
	return r, nil
}

// decide walks through the evidence in the order of the package's description.
func decide(src source, st *stats, o Options) (Result, error) {
	for _, step := range []func(source, *stats) (Result, bool, error){byBOM, byNULs, byASCII, byUTF8} {
		r, ok, err := step(src, st)
		if err != nil || ok {
			return withDeclared(r, st, o), err
		}
	}
	return byScore(src, st, o)
}

// result makes the result of evidence that leaves no second candidate.
func result(charset string, confidence float64, why string) Result {
	return Result{Charset: charset, Confidence: confidence, Why: why, Candidates: []Candidate{{charset, confidence, why}}}
}

// canonical returns Python's name of a charset, "" for "".
func canonical(charset string) (string, error) {
	if charset == "" || multis[charset] != nil {
		return charset, nil
	}
	c, fault, err := pycodec.Lookup(ingest.Python313, charset)
	switch {
	case errors.Is(err, pycodec.ErrNotModelled): // Python knows it, which is all that is asked
		return charset, nil
	case err != nil:
		return "", err
	case fault != nil:
		return "", errors.New(fault.Message)
	}
	return c.Name(), nil
}

// withDeclared notes that a proof contradicts the supplier's word. ASCII decodes
// alike in nearly every charset, so there the word is kept as a second candidate.
func withDeclared(r Result, st *stats, o Options) Result {
	if o.Declared == "" || o.Declared == r.Charset {
		return r
	}
	if r.Charset == "ascii" && st.decodes(o.Declared) {
		r.Candidates = append(r.Candidates, Candidate{o.Declared, r.Confidence, "the supplier declares it, and the text is the same"})
		return r
	}
	r.Why += fmt.Sprintf(" (the supplier declares %s)", o.Declared)
	return r
}

// source reads an input in order, as often as needed.
type source struct {
	in    io.ReaderAt
	size  int64
	chunk int
}

func (s source) reader() io.Reader { return io.NewSectionReader(s.in, 0, s.size) }

// head returns up to n bytes from the start.
func (s source) head(n int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(s.reader(), n))
	if err != nil {
		return nil, fmt.Errorf("read input: %w", err)
	}
	return b, nil
}

// each calls f with the input's bytes, chunk by chunk.
func (s source) each(f func([]byte)) error {
	buf := make([]byte, s.chunk)
	r := s.reader()
	for {
		n, err := r.Read(buf)
		f(buf[:n])
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read input: %w", err)
		}
	}
}

// sortCandidates orders by confidence, then name, so that no tie depends on the
// order in which goroutines of a library finished.
func sortCandidates(c []Candidate) {
	slices.SortFunc(c, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(b.Confidence, a.Confidence), strings.Compare(a.Charset, b.Charset))
	})
}
