package detect

import (
	"fmt"
	"hash/maphash"
	"slices"
	"strings"

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
	for _, known := range []struct{ source, words, charset string }{{"declared", "the supplier declares", o.Declared}, {"history", "earlier deliveries were", o.History}} {
		if known.charset == "" || known.charset == r.Charset || r.Charset == "ascii" && readsASCII(known.charset) {
			continue
		}
		why, err := r.against(src, known.charset)
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
func (r *Result) against(src source, charset string) (string, error) {
	i := slices.IndexFunc(r.Candidates, func(c Candidate) bool { return c.Charset == charset })
	switch {
	case i >= 0 && r.Candidates[i].Same:
		return "", nil
	case i >= 0:
		return "is " + r.Candidates[i].Why, nil
	}
	theirs, ok, err := textSum(src, charset, "")
	if err != nil || !ok {
		return "does not decode the input", err
	}
	for _, mark := range []string{"", "\ufeff"} {
		ours, ok, err := textSum(src, r.Charset, mark)
		switch {
		case err != nil:
			return "", err
		case ok && ours == theirs && mark == "":
			return "", nil
		case ok && ours == theirs:
			return "leaves the byte order mark in the text", nil
		}
	}
	switch {
	case r.ranking == nil || r.unmarked != "":
		return "is not what the bytes prove", nil
	case r.ranking.ranks(charset):
		return "is " + strings.TrimSuffix(farBehind, ", "), nil
	}
	return "makes another text of the input, whose odds are not known", nil
}

// textSum sums up the text of the input in a charset, with something in front; ok is false
// if that does not decode it.
func textSum(src source, charset, before string) (sum uint64, ok bool, err error) {
	var h maphash.Hash
	h.SetSeed(textSeed)
	h.WriteString(before)
	ok, err = decodes(src, charset, func(text []byte) { h.Write(text) })
	return h.Sum64(), ok, err
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
