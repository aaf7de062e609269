package interptest

import (
	"context"
	"crypto/md5"
	_ "embed"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
)

// What a file yields when it is opened and iterated over: the text layer alone,
// without csv. text.py does in Python what is here in Go.

//go:embed text.py
var textSource string

// LoadText makes "text.digests", which reads what AppendReadings writes, and
// FullText ready in an interpreter.
func LoadText(ctx context.Context, p *interp.Process) error { return p.Load(ctx, "text", textSource) }

// Way is one manner of reading a file.
type Way struct {
	Mode          ingest.OpenMode
	Codec, Errors string
}

// Settings are the way's.
func (w Way) Settings(py ingest.Python) ingest.Settings {
	s := ingest.DefaultSettings(py)
	s.Open, s.Codec, s.Errors = w.Mode, w.Codec, w.Errors
	return s
}

// Reading is a file and ways to read it.
type Reading struct {
	Data []byte
	Ways []Way
}

// AppendReadings writes the argument of text.digests, which returns the TextDigest
// of each way of each reading.
func AppendReadings(dst []byte, readings ...Reading) []byte {
	dst = AppendMarshalList(dst, len(readings))
	for _, r := range readings {
		dst = AppendMarshalBytes(AppendMarshalTuple(dst, 2), r.Data)
		dst = AppendMarshalList(dst, len(r.Ways))
		for _, w := range r.Ways {
			dst = AppendMarshalTuple(dst, 3)
			for _, s := range []string{string(w.Mode), w.Codec, w.Errors} {
				dst = AppendMarshalText(dst, s)
			}
		}
	}
	return dst
}

// TextDigest is of all that was yielded: the length of each item, its text as
// UTF-32, which tells every surrogate apart, or its bytes, and the exception, ""
// or "Type: message".
func TextDigest(items []ingest.Value, fault string) [md5.Size]byte {
	var all []byte
	for i, v := range items {
		n := len(v.Str)
		if v.Kind == ingest.KindText {
			n = ingest.RuneCount(v.Str)
		}
		if i > 0 {
			all = append(all, ',')
		}
		all = strconv.AppendInt(all, int64(n), 10)
	}
	all = append(append(append(all, ' '), fault...), '\n')
	for i, v := range items {
		if i == 0 {
			all = append(all, v.Kind.String()[0]) // b or t
		}
		if v.Kind == ingest.KindBytes {
			all = append(all, v.Str...)
			continue
		}
		for s := v.Str; s != ""; {
			r, n := ingest.DecodeRune(s)
			all, s = binary.LittleEndian.AppendUint32(all, uint32(r)), s[n:]
		}
	}
	return md5.Sum(all)
}

// FullText lists what a way yields in the interpreter, as ShowItem has it, and the
// exception behind "! ".
func FullText(ctx context.Context, p *interp.Process, w Way, data []byte) ([]string, error) {
	raw, err := p.Call(ctx, "text.full", []any{hex.EncodeToString(data), []string{string(w.Mode), w.Codec, w.Errors}})
	if err != nil {
		return nil, err
	}
	var out []string
	return out, json.Unmarshal(raw, &out)
}

// ShowItem writes "b" and hexadecimal bytes, or "t" and code points.
func ShowItem(v ingest.Value) string {
	if v.Kind == ingest.KindBytes {
		return "b" + hex.EncodeToString([]byte(v.Str))
	}
	return "t" + codePoints(v.Str)
}

func codePoints(s string) string {
	var out []string
	for _, r := range ingest.Runes(s) {
		out = append(out, strconv.FormatInt(int64(r), 16))
	}
	return strings.Join(out, " ")
}
