package detect

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/saintfish/chardet"

	"github.com/feedparity/feedparity/ingest"
)

// Scorer ranks charsets for an input that no proof decides. It is the seam at
// which a better model can be put in.
type Scorer interface {
	// Score is given a bounded sample (cells that hold non-ASCII bytes, one a
	// line, none cut inside a character) and returns charsets by Python's name in
	// any order. Whether they decode the whole input is checked by the caller.
	Score(sample []byte) []Candidate
}

// byScore ranks what the scorer and the supplier propose.
func byScore(src source, st *stats, o Options) (Result, error) {
	sample := st.sample.text()
	if st.high() == 0 { // escape sequences: ISO-2022 has no byte at which to cut
		sample = st.head[:min(len(st.head), sampleBytes)]
	}
	list := o.Scorer.Score(sample)
	if st.high() == 0 { // in any other charset than these, the bytes are ASCII and an ESC is an ESC
		list = slices.DeleteFunc(list, func(c Candidate) bool { return !strings.HasPrefix(c.Charset, "iso2022") })
	}
	sortCandidates(list)
	if o.Declared != "" {
		list = slices.DeleteFunc(list, func(c Candidate) bool { return c.Charset == o.Declared })
		list = slices.Insert(list, 0, Candidate{o.Declared, 0.9, "the supplier declares it, and it decodes the whole input"})
	}
	kept, err := keepDecodable(src, st, withC1(list, st))
	if err != nil {
		return Result{}, err
	}
	mergeSame(kept, st)
	if len(kept) == 0 {
		kept = fallback(st)
	}
	r := Result{Charset: kept[0].Charset, Confidence: kept[0].Confidence, Why: kept[0].Why, Candidates: kept}
	if o.Declared != "" && o.Declared != r.Charset {
		r.Why += fmt.Sprintf(" (the supplier declares %s, which does not decode the input)", o.Declared)
	}
	return r, nil
}

func keepDecodable(src source, st *stats, list []Candidate) ([]Candidate, error) {
	var kept []Candidate
	for _, c := range list {
		if c.Confidence < 0.005 && len(kept) > 0 {
			continue // not worth a pass over the input
		}
		if slices.ContainsFunc(kept, func(k Candidate) bool { return k.Charset == c.Charset }) {
			continue
		}
		ok, err := decodable(src, st, c.Charset)
		if err != nil {
			return nil, err
		}
		if ok {
			kept = append(kept, c)
		}
	}
	return kept, nil
}

// mergeSame gives the best candidate the confidence of those that decode the input
// to the same text: the doubt between them is about a name only.
func mergeSame(kept []Candidate, st *stats) {
	for i := 1; i < len(kept); i++ {
		if st.same(kept[0].Charset, kept[i].Charset) {
			kept[0].Confidence = min(kept[0].Confidence+kept[i].Confidence, 0.95)
			kept[i].Why += ", and it gives the same text as " + kept[0].Charset
		}
	}
	for i := range kept {
		kept[i].Confidence = math.Round(kept[i].Confidence*100) / 100
	}
}

// fallback is the last resort: escape sequences that no ISO-2022 charset reads are
// just ASCII; and Latin-1 decodes every byte.
func fallback(st *stats) []Candidate {
	if st.high() == 0 {
		return []Candidate{{"ascii", 0.9, "holds only ASCII, escape sequences among it"}}
	}
	return []Candidate{{"iso8859-1", 0.1, "decodes any bytes, and nothing better fits"}}
}

// withC1 settles what only the whole input can tell: bytes 0x80-0x9F are control
// characters in ISO 8859, which no supplier means, so the Windows code page is put
// in its place; without any of them both mean the same (where they do).
func withC1(list []Candidate, st *stats) []Candidate {
	if st.c1() == 0 {
		return list
	}
	for i, c := range list {
		if w, ok := windowsOf[c.Charset]; ok && st.decodes(w) {
			list[i].Charset, list[i].Why = w, c.Why+fmt.Sprintf("; %d bytes 0x80-0x9F rule out %s", st.c1(), c.Charset)
		}
	}
	return list
}

var windowsOf = map[string]string{
	"iso8859-1": "cp1252", "iso8859-2": "cp1250", "iso8859-5": "cp1251", "iso8859-6": "cp1256",
	"iso8859-7": "cp1253", "iso8859-8": "cp1255", "iso8859-9": "cp1254", "iso8859-15": "cp1252",
}

// chardetNames maps saintfish's labels to Python's codec names. UTF-8, UTF-16 and
// UTF-32 were decided before; EBCDIC (IBM420, IBM424) has no codec in Python that
// a CSV reader could use.
var chardetNames = map[string]string{
	"ISO-8859-1": "iso8859-1", "ISO-8859-2": "iso8859-2", "ISO-8859-5": "iso8859-5", "ISO-8859-6": "iso8859-6",
	"ISO-8859-7": "iso8859-7", "ISO-8859-8": "iso8859-8", "ISO-8859-8-I": "iso8859-8", "ISO-8859-9": "iso8859-9",
	"windows-1250": "cp1250", "windows-1251": "cp1251", "windows-1252": "cp1252", "windows-1253": "cp1253",
	"windows-1254": "cp1254", "windows-1255": "cp1255", "windows-1256": "cp1256", "KOI8-R": "koi8-r",
	"Shift_JIS": "shift_jis", "GB-18030": "gb18030", "GB18030": "gb18030", "EUC-JP": "euc_jp", "EUC-KR": "cp949", "Big5": "big5",
	"ISO-2022-JP": "iso2022_jp",
}

// defaultScorer joins two opinions: how well the bytes read as words of an alphabet
// (letters.go), where saintfish mostly says "ISO-8859-1", and saintfish/chardet
// for the scripts of East Asia.
type defaultScorer struct{}

// Score implements Scorer. saintfish's results are only used re-sorted: it lets
// some forty goroutines race and breaks ties by who came first.
func (defaultScorer) Score(sample []byte) []Candidate {
	found, _ := chardet.NewTextDetector().DetectAll(sample) // its error only says that nothing was found
	var list []Candidate
	if !ingest.IsASCII(sample) {
		list = readings(sample)
	}
	best := 0.0
	if len(list) > 0 {
		best = list[0].Confidence
	}
	for _, r := range found {
		name, ok := chardetNames[r.Charset]
		if !ok || isSpoken(name) {
			continue
		}
		c := Candidate{name, float64(r.Confidence) / 100, fmt.Sprintf("saintfish/chardet gives it %d of 100", r.Confidence)}
		c.Confidence = foreign(c.Confidence, best)
		list = append(list, c)
	}
	return list
}

// foreign weighs saintfish's word for a multi-byte charset against how well the
// bytes read as words of an alphabet: where they read well, its middling confidence
// means nothing (measured: 19-30 % right between 30 and 59).
func foreign(confidence, spelt float64) float64 {
	if confidence >= 0.8 || spelt < 0.5 {
		return confidence
	}
	return min(confidence, 0.5) * (1 - spelt)
}
