package detect

import (
	"fmt"
	"hash/maphash"
	"slices"
	"strings"
	"sync"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycodec"
)

// Alarm says that what was known beforehand contradicts the input.
type Alarm struct {
	Source  string // "declared" or "history"
	Charset string
	Why     string // one clause
}

// withAlarms notes where the answer contradicts what was known beforehand: where the
// input is not the same text in that.
func withAlarms(src source, r Result, o Options) (Result, error) {
	if o.Declared == "" && o.History == "" {
		return r, nil
	}
	charset := r.Charset
	ours := sync.OnceValues(func() (text, error) { return textIn(src, charset) })
	for _, known := range []struct{ source, words, charset string }{{"declared", "the supplier declares", o.Declared}, {"history", "earlier deliveries were", o.History}} {
		if known.charset == "" || known.charset == r.Charset || r.Charset == "ascii" && readsASCII(known.charset) {
			continue
		}
		why, err := r.against(src, known.charset, ours)
		if err != nil {
			return Result{}, err
		}
		if why != "" {
			r.Alarms = append(r.Alarms, Alarm{known.source, known.charset, why})
			r.Why += fmt.Sprintf(" (%s %s, which %s)", known.words, known.charset, why)
		}
	}
	return r, nil
}

// against says what speaks against a charset that the input is not found to be in, "" if
// it is the same text in it. Whether it decodes the input is tried, not guessed.
func (r *Result) against(src source, charset string, ours func() (text, error)) (string, error) {
	i := slices.IndexFunc(r.Candidates, func(c Candidate) bool { return c.Charset == charset })
	switch {
	case i >= 0 && r.Candidates[i].Same:
		return "", nil
	case i >= 0:
		return "is " + r.Candidates[i].Why, nil
	}
	theirs, err := textIn(src, charset)
	if err != nil || !theirs.ok {
		return "does not decode the input", err
	}
	mine, err := ours()
	switch {
	case err != nil:
		return "", err
	case mine.ok && mine.sum == theirs.sum:
		return "", nil
	case mine.ok && mine.marked == theirs.sum:
		return "leaves the byte order mark in the text", nil
	case r.ranking == nil || r.unmarked != "":
		return "is not what the bytes prove", nil
	case r.ranking.ranks(charset):
		return "is " + strings.TrimSuffix(farBehind, ", "), nil
	}
	return "makes another text of the input, whose odds are not known", nil
}

// text is the sum of an input's text in a charset, and that with a mark in front; ok is
// false if the charset does not decode it.
type text struct {
	sum, marked uint64
	ok          bool
}

func textIn(src source, charset string) (text, error) {
	var plain, marked maphash.Hash
	plain.SetSeed(textSeed)
	marked.SetSeed(textSeed)
	marked.WriteString("\ufeff")
	ok, err := decodes(src, charset, func(p []byte) {
		plain.Write(p)
		marked.Write(p)
	})
	return text{plain.Sum64(), marked.Sum64(), ok}, err
}

// ranks reports whether a charset was ranked at all.
func (k *ranking) ranks(charset string) bool {
	return slices.ContainsFunc(k.all, func(x mixture) bool { return x.name == charset })
}

// readsASCII reports whether ASCII text is the same in a charset.
func readsASCII(charset string) bool {
	c, fault, err := pycodec.Lookup(ingest.Python313, charset)
	if err != nil || fault != nil {
		return false
	}
	const sample = "Az09,;\t\"'\n"
	text, bad := c.Decode(nil, []byte(sample), "strict")
	return bad == nil && string(text) == sample && !strings.HasPrefix(charset, "utf-7")
}
