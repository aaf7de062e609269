package normalize

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycodec"
)

// ErrNotModelled: Python knows the charset, but normalizing does not.
var ErrNotModelled = errors.New("not modelled")

// decoder takes an input apart into characters.
type decoder interface {
	// next decodes the character at the start of p, which is not empty: its UTF-8
	// (valid until the next call) and its size in p. A size of 0 asks for more
	// bytes, unless final; reason says what is wrong with the first size bytes.
	next(p []byte, final bool) (text []byte, size int, reason string)
	// ascii reports that a byte below 0x80 always is that ASCII character.
	ascii() bool
}

func newDecoder(charset string) (decoder, error) {
	c, fault, err := pycodec.Lookup(ingest.Python313, charset)
	switch {
	case errors.Is(err, pycodec.ErrNotModelled):
		return nil, fmt.Errorf("normalize %s: %w", charset, ErrNotModelled)
	case err != nil:
		return nil, fmt.Errorf("normalize %s: %w", charset, err)
	case fault != nil:
		return nil, fmt.Errorf("normalize %s: %s", charset, fault.Message)
	}
	if d := newCharDecoder(c); d != nil {
		return d, nil
	}
	switch name := c.Name(); name {
	case "utf-7", "hz", "iso2022_jp", "iso2022_jp_1", "iso2022_jp_2", "iso2022_jp_2004", "iso2022_jp_3", "iso2022_jp_ext", "iso2022_kr":
		return &statefulDecoder{codec: c.NewDecoder("strict")}, nil
	case "utf-8", "utf-8-sig":
		return &utf8Decoder{}, nil
	case "utf-16", "utf-32":
		return &wideDecoder{width: widthOf(name)}, nil
	case "utf-16-le", "utf-32-le":
		return &wideDecoder{width: widthOf(name), order: binary.LittleEndian}, nil
	case "utf-16-be", "utf-32-be":
		return &wideDecoder{width: widthOf(name), order: binary.BigEndian}, nil
	default:
		return newTable(name, c)
	}
}

func widthOf(charset string) int {
	if strings.HasPrefix(charset, "utf-32") {
		return 4
	}
	return 2
}

// utf8Decoder decodes by Python 3's rules and joins encoded surrogate pairs.
type utf8Decoder struct{ buf [utf8.UTFMax]byte }

func (*utf8Decoder) ascii() bool { return true }

func (d *utf8Decoder) next(p []byte, final bool) ([]byte, int, string) {
	r, n := utf8.DecodeRune(p)
	if r != utf8.RuneError || n > 1 {
		return p[:n], n, ""
	}
	if p[0] == 0xED {
		return d.surrogates(p, final)
	}
	if !utf8.FullRune(p) {
		if !final {
			return nil, 0, ""
		}
		return nil, len(p), "unexpected end of data"
	}
	if p[0] < 0xC2 || p[0] > 0xF4 {
		return nil, 1, "invalid start byte"
	}
	return nil, 1, "invalid continuation byte"
}

// surrogates decodes what starts with ED and is no UTF-8.
func (d *utf8Decoder) surrogates(p []byte, final bool) ([]byte, int, string) {
	if len(p) < 6 && !final {
		return nil, 0, ""
	}
	high, n := ingest.DecodeRune(p)
	low, m := ingest.DecodeRune(p[n:])
	if high >= 0xD800 && high < 0xDC00 && low >= 0xDC00 && low <= 0xDFFF {
		r := (high-0xD800)<<10 + (low - 0xDC00) + 0x10000
		return utf8.AppendRune(d.buf[:0], r), n + m, ""
	}
	if ingest.IsSurrogate(high) {
		return nil, 3, "lone surrogate"
	}
	if !utf8.FullRune(p) {
		return nil, len(p), "unexpected end of data"
	}
	return nil, 1, "invalid continuation byte"
}

// wideDecoder decodes UTF-16 and UTF-32. Without an order it must find a byte
// order mark, as Python's incremental decoders demand.
type wideDecoder struct {
	width int
	order binary.ByteOrder
	buf   [utf8.UTFMax]byte
}

func (*wideDecoder) ascii() bool { return false }

func (d *wideDecoder) next(p []byte, final bool) ([]byte, int, string) {
	if len(p) < d.width {
		return nil, len(p) * flag(final), strings.Repeat("truncated data", flag(final))
	}
	if d.order == nil && !d.mark(p) {
		return nil, d.width, "there is no byte order mark"
	}
	if d.width == 4 {
		r := d.order.Uint32(p)
		if r > utf8.MaxRune || ingest.IsSurrogate(rune(r)) {
			return nil, 4, "code point not in range(0x110000) or a surrogate"
		}
		return utf8.AppendRune(d.buf[:0], rune(r)), 4, ""
	}
	r := rune(d.order.Uint16(p))
	switch {
	case r < 0xD800 || r > 0xDFFF:
		return utf8.AppendRune(d.buf[:0], r), 2, ""
	case r >= 0xDC00:
		return nil, 2, "illegal encoding"
	case len(p) < 4:
		return nil, len(p) * flag(final), strings.Repeat("unexpected end of data", flag(final))
	}
	low := rune(d.order.Uint16(p[2:]))
	if low < 0xDC00 || low > 0xDFFF {
		return nil, 2, "illegal UTF-16 surrogate"
	}
	return utf8.AppendRune(d.buf[:0], (r-0xD800)<<10+(low-0xDC00)+0x10000), 4, ""
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// mark sets the order by the byte order mark at the start of p.
func (d *wideDecoder) mark(p []byte) bool {
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		if d.width == 2 && order.Uint16(p) == 0xFEFF || d.width == 4 && order.Uint32(p) == 0xFEFF {
			d.order = order
		}
	}
	return d.order != nil
}
