// Package detect ranks guesses at the charset and the dialect of a delivery and
// says why. It sees the whole input with bounded memory, answers the same
// whatever the size of the reads, and names charsets as Python does.
//
// The order of evidence: what other files begin with; rows of UTF-16 before or behind
// rows of bytes; a byte order mark; NULs where
// UTF-16 and UTF-32 have them; control characters of several kinds, which no text has;
// escape sequences of ISO-2022 and HZ; pure ASCII; strict UTF-8, CESU-8 included;
// EBCDIC; UTF-8 but for characters that something cut (torn.go); and for what is none
// of these a score (rank.go) of sixty charsets that decode the whole input strictly:
// how likely each makes the text of the words and signs that hold non-ASCII bytes.
// Whatever is scored, a charset that cannot decode the whole input is no candidate.
package detect

import (
	"cmp"
	"errors"
	"fmt"
	"io"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycodec"
)

// Options steer detection; the zero value detects from the bytes alone.
type Options struct {
	// Declared is what the supplier says it sends, as a Python codec name, "" if
	// nothing. It is strong evidence, but not proof: see Result.Alarms.
	Declared string
	// Charset is what the input is in, whatever its bytes say. Then that is the answer,
	// and the dialect is looked for in what it decodes to.
	Charset string
	// Given is what is known of the dialect.
	Given Given
	// History is what the feed's earlier deliveries were in, as a Python codec
	// name, "" if unknown; weaker evidence of the same kind.
	History string
	// Markup takes what is HTML, XML or JSON throughout for text, as code may be to parse
	// it; else it is named in Result.Binary. So does a Charset.
	Markup bool
	// Second asks saintfish/chardet for a second opinion where the charset was not
	// proven. It costs several times what everything else does.
	Second bool
	// Brief leaves out the dialect's reasons, and what is read for their sake: half of what
	// finding the dialect of a small file costs.
	Brief bool
	// Explain looks up the cells that decide, in one more pass over the input.
	Explain bool

	chunk func() int // bytes of the next read, for tests
}

// Result is what detection found.
type Result struct {
	// Charset is a Python codec name, such as "utf-8-sig" or "cp1250". It is ""
	// when Binary is set.
	Charset    string
	Confidence float64 // of Charset, from 0 to 1: how often such an answer is right
	Why        string  // one sentence
	// Margin is how many nats likelier the text is than the next different one, 0
	// where a proof decided.
	Margin float64
	// Candidates are the charsets that decode the whole input, what is UTF-8 aside if
	// some of it is, and are not hopeless, the best (which is Charset) first.
	Candidates []Candidate
	// Alarms say where the answer contradicts Options.Declared or History.
	Alarms []Alarm
	// Mixed says where an input in more than one charset has which; it is empty
	// where there is only one. Charset then is that of what is not UTF-8, and decodes
	// the rest too if there is such a one. MoreMixed reports that after the last of
	// these, 65,536, come others.
	Mixed     []Range
	MoreMixed bool
	// Cells decide between Charset and Against, the best candidate with another text,
	// those that tell most first. Where a proof decided they are some that show it, and
	// Against is what they would be mistaken for. They are looked up if Options.Explain
	// is set.
	Cells   []Cell
	Against string
	// Second is the second opinion, nil if none was asked for or needed.
	Second *Opinion
	// Dialect is how the decoded text is laid out.
	Dialect Dialect
	// Binary names what the input is if it is no text at all, or no table, such as "zip",
	// "pdf" or "html"; nothing else is then set but Why.
	Binary string
	// Size, NonASCII and NULs count bytes of the input.
	Size, NonASCII, NULs int64
	// FirstHigh is the offset of the first byte above 0x7F, -1 if there is none.
	FirstHigh int64
	// CESU reports UTF-8 in which surrogates are encoded (CESU-8); Python 2
	// decodes them, Python 3 refuses.
	CESU bool
	// Doubled tells of text that was encoded twice; its Layers are 0 if none was.
	Doubled Doubled
	// Truncated reports that the input ends in the middle of a character.
	Truncated bool
	// Torn tells of characters in the middle of UTF-8 that end too early; there it does not
	// decode.
	Torn Torn

	ranking       *ranking // for what needs the dialect, nil where a proof decided
	first, second *mixture
	mixedWith     []*candidate
	unmarked      string // what an input with a mark is in that is not UTF-8 throughout
}

// Candidate is one charset that could be meant.
type Candidate struct {
	Charset    string  // Python codec name
	Confidence float64 // from 0 to 1
	Why        string  // what speaks for it, one clause
	Same       bool    // the input is the same text in it as in the best
}

// Bytes detects what data holds.
func Bytes(data []byte, o Options) (Result, error) {
	return Detect(Mem(data), int64(len(data)), o)
}

// Detect reads size bytes of in, more than once, and returns what they hold.
// A binary file is no error: see Result.Binary. An error is in's own.
func Detect(in io.ReaderAt, size int64, o Options) (Result, error) {
	o.Given.brief = o.Brief
	r, src, head, err := detectIn(source{in: in, size: size, chunk: o.chunk}, o)
	if err != nil || r.Binary != "" {
		return r, err
	}
	if len(r.Mixed) > 0 {
		err = r.layOut(src, o.Given)
		return r, err
	}
	if r.Dialect, err = dialectOf(src, r.Charset, head, o.Given); err != nil {
		return Result{}, err
	}
	if r.ranking != nil {
		r.ranking.findMixture(&r)
		if o.Second && r.unmarked == "" {
			heard, err := r.ranking.heard(src, head)
			if err != nil {
				return Result{}, err
			}
			r.Second = secondOpinion(heard, r)
		}
	}
	if err = r.locate(src, o.Explain); err != nil {
		return Result{}, err
	}
	r.release()
	return r, nil
}

// Charset is Detect without the dialect and what needs it: Mixed, Cells and Second
// are not filled in.
func Charset(in io.ReaderAt, size int64, o Options) (Result, error) {
	r, _, _, err := detectIn(source{in: in, size: size, chunk: o.chunk}, o)
	r.Mixed = nil
	r.release()
	return r, err
}

// release lets go of what only detection needs.
func (r *Result) release() {
	if r.ranking != nil {
		r.ranking.release()
	}
	r.ranking, r.first, r.second, r.mixedWith, r.unmarked = nil, nil, nil, nil, ""
}

// detectIn is detect, unless the charset is known. A file that begins as those of a
// binary format do is none of text in any.
func detectIn(src source, o Options) (Result, source, []byte, error) {
	if o.Charset == "" {
		return detect(src, o)
	}
	known, err := canonical(o.Charset)
	if err != nil {
		return Result{}, src, nil, fmt.Errorf("detect dialect: the charset: %w", err)
	}
	o.Declared = known
	r, src, head, err := detect(src, o)
	if err != nil || r.Charset == known {
		return r, src, head, err
	}
	if kind, _ := binaryKind(src, head); kind != "" {
		return r, src, head, nil
	}
	r.release()
	in := result(known, 1, "is what it was said to be")
	in.Size, in.NonASCII, in.NULs, in.FirstHigh = r.Size, r.NonASCII, r.NULs, r.FirstHigh
	return in, src, head, nil
}

func detect(src source, o Options) (Result, source, []byte, error) {
	var err error
	if o.Declared, err = canonical(o.Declared); err != nil {
		return Result{}, src, nil, fmt.Errorf("detect charset: the declared one: %w", err)
	}
	if o.History, err = canonical(o.History); err != nil {
		return Result{}, src, nil, fmt.Errorf("detect charset: that of earlier deliveries: %w", err)
	}
	head, err := src.head(headBytes)
	if err != nil {
		return Result{}, src, nil, err
	}
	if kind, name := kindOf(src, head, o); kind != "" {
		return Result{Binary: kind, Size: src.size, FirstHigh: -1, Why: "starts as " + name + " does"}, src, head, nil
	}
	st := newStats(head)
	if err := src.each(st.add); err != nil {
		return Result{}, src, nil, err
	}
	r, err := decide(src, st, o)
	r.Size, r.NonASCII, r.NULs, r.FirstHigh = src.size, st.high, st.nuls, st.firstHigh
	return r, src, head, err
}

// decide walks through the evidence in the order of the package's description.
func decide(src source, st *stats, o Options) (Result, error) {
	mainframe := func(src source, st *stats) (Result, bool, error) { return byEBCDIC(src, st, o) }
	if st.nuls > 0 {
		if r, ok, err := bySeams(src, st, o); err != nil {
			return Result{}, err
		} else if ok {
			return withAlarms(src, r, o)
		}
	}
	for _, step := range []func(source, *stats) (Result, bool, error){byBOM, byNULs, byControls, byEscapes, byASCII, byUTF8, mainframe} {
		r, ok, err := step(src, st)
		if err != nil {
			return Result{}, err
		}
		if !ok {
			continue
		}
		if r.Binary != "" {
			return r, nil
		}
		if st.double && st.utf8.bad == 0 && (r.Charset == "utf-8" || r.Charset == "utf-8-sig") {
			r.Doubled, err = doubled(src, r.Charset)
		}
		if err == nil && r.Charset == "utf-8-sig" && st.utf8.bad > 0 {
			err = r.notAllUTF8(src, st, o)
		}
		if err != nil {
			return Result{}, err
		}
		return withAlarms(src, r, o)
	}
	if r, ok, err := byTorn(src); err != nil {
		return Result{}, err
	} else if ok {
		return withAlarms(src, r, o)
	}
	return byScore(src, st, o)
}

// result makes the result of evidence that leaves no second candidate.
func result(charset string, confidence float64, why string) Result {
	return Result{Charset: charset, Confidence: confidence, Why: why, Candidates: []Candidate{{charset, confidence, why, true}}}
}

// canonical returns Python's name of a charset, "" for "".
func canonical(charset string) (string, error) {
	if charset == "" {
		return charset, nil
	}
	c, fault, err := pycodec.Lookup(ingest.Python313, charset)
	switch {
	case errors.Is(err, pycodec.ErrNotModelled): // Python knows it, which is all that is asked
		return charset, nil
	case err != nil:
		return "", err
	case fault != nil:
		return "", cmp.Or(pycodec.CheckName(ingest.Python313, charset), errors.New(fault.Message))
	}
	return c.Name(), nil
}

// Mem is an input that is in memory, which Detect and Charset read without a copy.
type Mem []byte

// ReadAt implements io.ReaderAt.
func (m Mem) ReadAt(p []byte, at int64) (int, error) {
	if at >= int64(len(m)) {
		return 0, io.EOF
	}
	n := copy(p, m[at:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// source reads an input in order, as often as needed.
type source struct {
	in    io.ReaderAt
	size  int64
	chunk func() int
}

// head returns up to n bytes from the start.
func (s source) head(n int64) ([]byte, error) {
	n = min(n, s.size)
	if m, ok := s.in.(Mem); ok {
		return m[:min(n, int64(len(m)))], nil
	}
	b := make([]byte, n)
	got, err := s.in.ReadAt(b, 0)
	if err != nil && err != io.EOF && int64(got) < n {
		return nil, fmt.Errorf("read input: %w", err)
	}
	return b[:got], nil
}

// memChunk is how much of an input in memory is looked at together.
const memChunk = 32 << 10

// each calls f with the input's bytes, chunk by chunk.
func (s source) each(f func([]byte)) error {
	if m, ok := s.in.(Mem); ok && s.chunk == nil {
		for m = m[:min(s.size, int64(len(m)))]; len(m) > 0; { // parts that fit a cache, gone through several times
			n := min(len(m), memChunk)
			f(m[:n])
			m = m[n:]
		}
		return nil
	}
	buf := make([]byte, min(64<<10, s.size+1))
	for at := int64(0); at < s.size; {
		p := buf[:min(int64(len(buf)), s.size-at)]
		if s.chunk != nil {
			p = p[:min(s.chunk(), len(p))]
		}
		n, err := s.in.ReadAt(p, at)
		f(p[:n])
		at += int64(n)
		if n < len(p) {
			if err == io.EOF {
				return nil
			}
			return fmt.Errorf("read input: %w", err)
		}
	}
	return nil
}
