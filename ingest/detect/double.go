package detect

import (
	"sync"
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest"
)

// samplers keep their memory for the next input.
var samplers = sync.Pool{New: func() any { return newSpanSampler() }}

// doubleEncoded reports whether UTF-8 text was encoded twice, or three times
// (layers 2): somebody read UTF-8 as cp1252 and wrote what they saw as UTF-8
// ("cafÃ©"). Most words with non-ASCII characters must turn into valid UTF-8 when
// encoded in cp1252 again, which ordinary text hardly ever does.
func doubleEncoded(src source) (bool, int, error) {
	s := samplers.Get().(*spanSampler)
	defer samplers.Put(s)
	s.reset()
	if err := src.each(s.add); err != nil {
		return false, 0, err
	}
	s.finish()
	var layers [3]int
	for _, sp := range s.spans {
		if word := dropMark(sp.raw); !ingest.IsASCII(word) {
			layers[layersOf(word)]++
		}
	}
	if layers[1]+layers[2] <= layers[0] {
		return false, 0, nil
	}
	if layers[2] > layers[1] {
		return true, 2, nil
	}
	return true, 1, nil
}

// layersOf counts the layers of encoding that can be taken off a word of UTF-8.
func layersOf(word []byte) int {
	n := 0
	for n < 2 {
		var ok bool
		if word, ok = unwrap(word); !ok {
			return n
		}
		n++
	}
	return n
}

// unwrap takes one layer off. ok is false if what is left would not be UTF-8 with
// characters above ASCII.
func unwrap(word []byte) (_ []byte, ok bool) {
	out, back := make([]byte, 0, len(word)), backTo1252()
	for len(word) > 0 {
		r, n := utf8.DecodeRune(word)
		word = word[n:]
		if r < utf8.RuneSelf {
			out = append(out, byte(r))
			continue
		}
		if int(r) >= len(back) || back[r] == 0 {
			return nil, false
		}
		out = append(out, back[r])
	}
	return out, utf8.Valid(out) && !ingest.IsASCII(out)
}
