package questions

import (
	"encoding/binary"
	"slices"
	"strings"

	"github.com/feedparity/feedparity/ingest"
)

// handlers are names of error handlers, two of which are none.
var handlers = []string{
	"strict", "strict", "strict", "replace", "ignore", "backslashreplace", "surrogateescape", "surrogatepass", "xmlcharrefreplace", "namereplace", "nope", "",
}

// Decoding asks to decode bytes by one of the codecs, at once or by an incremental
// decoder that is given them in chunks.
func (g Generator) Decoding(codecs []string) ingest.Question {
	codec := pick(g, codecs...)
	data := g.encoded(strings.ReplaceAll(codec, "-", "_"))
	q := g.of(ingest.AskDecode, ingest.Bytes(data))
	if g.Chance(0.4) {
		q.Asked, q.Values = ingest.AskIncremental, g.chunks(data)
	}
	q.Codec, q.Errors = codec, pick(g, handlers...)
	return q
}

// chunks cuts data at two places, or one if they are the same; the end may be a chunk
// of its own, of no bytes.
func (g Generator) chunks(data string) []ingest.Value {
	at := []int{0, g.IntN(len(data) + 1), g.IntN(len(data) + 1), len(data)}
	slices.Sort(at)
	var out []ingest.Value
	for i := range at[1:] {
		out = append(out, ingest.Bytes(data[at[i]:at[i+1]]))
	}
	return out
}

// encoded is what means to be text of a codec, named as its module is.
func (g Generator) encoded(codec string) string {
	switch {
	case strings.HasSuffix(codec, "unicode_escape") && g.Chance(0.5):
		return g.joined(Names, 5)
	case codec == "punycode":
		return g.joined(Punycode, 8)
	case codec == "idna":
		return g.joined(IDNA, 7)
	case codec == "unicode_internal":
		return g.joined(Internal, 5)
	case strings.HasPrefix(codec, "utf_8"):
		return g.bytesOf(UTF8, 12)
	case strings.HasPrefix(codec, "utf_32"):
		return g.utf32()
	case strings.HasPrefix(codec, "utf_16"):
		return g.bytesOf(UTF16, 9)
	}
	for _, c := range Eastern {
		if strings.ReplaceAll(c.Name, "-", "_") == codec {
			return g.joined(c.Pieces+" , \" \n a \r", 8)
		}
	}
	b := make([]byte, g.IntN(12))
	for i := range b {
		b[i] = byte(g.IntN(256))
	}
	return string(b)
}

// joined is up to most of the pieces, in which ~ stands for a space in a name, and
// now and then any byte in the place of one.
func (g Generator) joined(pieces string, most int) string {
	of := strings.Split(pieces, " ")
	var b []byte
	for range g.IntN(most + 1) {
		piece := pick(g, of...)
		if len(piece) > 2 && strings.HasPrefix(piece, `\N`) {
			piece = strings.ReplaceAll(piece, "~", " ")
		}
		b = append(b, piece...)
	}
	if len(b) > 0 && g.Chance(0.25) {
		b[g.IntN(len(b))] = byte(g.IntN(256))
	}
	return string(b)
}

func (g Generator) bytesOf(alphabet string, most int) string {
	b := make([]byte, g.IntN(most+1))
	for i := range b {
		b[i] = alphabet[g.IntN(len(alphabet))]
	}
	return string(b)
}

// utf32 is near-valid UTF-32 of both orders, cut short now and then.
func (g Generator) utf32() string {
	var b []byte
	for range g.IntN(4) {
		b = binary.LittleEndian.AppendUint32(b, pick(g, UTF32...))
	}
	return string(b[:len(b)-min(len(b), g.IntN(8)%5)])
}
