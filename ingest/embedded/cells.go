package embedded

import (
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycodec"
	"github.com/feedparity/feedparity/ingest/pycsv"
)

// cellDecoder does cell.decode(codec, errors) in the modes that read bytes and
// decode afterwards.
type cellDecoder struct {
	codec  *pycodec.Codec
	lookup *ingest.Fault // raised by every decode if the version lacks the codec
	errors string
	ascii  bool // ASCII bytes are their own text

	arena []byte // the text of the current row's cells
	ends  []int  // where in arena each decoded cell ends, shared if it is not there
}

// newCellDecoder returns nil for modes that decode no cells.
func newCellDecoder(s ingest.Settings) (*cellDecoder, error) {
	codec, errors := s.Codec, s.Errors
	switch {
	case s.Open == ingest.OpenRecode: // its lines were encoded again, always as UTF-8
		codec, errors = "utf-8", "strict"
	case s.Python.Path() == ingest.Py3:
		return nil, nil
	case s.Open == ingest.OpenBytesDecode, s.Open == ingest.OpenUniversal, s.Open == ingest.OpenSplitlines:
	default:
		return nil, nil
	}
	c, fault, err := pycodec.LookupBy(pycodec.ByDecode, s.Python, codec)
	if err != nil {
		return nil, err
	}
	return &cellDecoder{codec: c, lookup: fault, errors: errors, ascii: fault == nil && decodesASCII(c)}, nil
}

// decodesASCII reports whether the codec is known to leave ASCII as it is,
// wherever it stands: not so those with states (utf-7, hz, iso2022).
func decodesASCII(c *pycodec.Codec) bool {
	switch c.Name() {
	case "utf-8", "utf-8-sig", "ascii", "gb2312", "gbk", "gb18030", "big5", "cp950", "cp949", "euc_kr", "cp932", "shift_jis", "euc_jp":
	default:
		if !c.SingleByte() {
			return false
		}
	}
	all := make([]byte, utf8.RuneSelf)
	for i := range all {
		all[i] = byte(i)
	}
	text, err := c.Decode(nil, all, "strict")
	return err == nil && string(text) == string(all)
}

// decodeRow decodes the cells of csv.reader's last row.
func (d *cellDecoder) decodeRow(r *pycsv.Reader, cells []ingest.Value) *ingest.Fault {
	if !d.ascii || !r.ASCII() {
		return d.decode(cells)
	}
	for i := range cells {
		if v := &cells[i]; v.Kind == ingest.KindBytes {
			v.Kind = ingest.KindText
		}
	}
	return nil
}

// decode replaces each byte string of a row by its text. The texts live until
// the next call.
func (d *cellDecoder) decode(cells []ingest.Value) *ingest.Fault {
	d.arena, d.ends = d.arena[:0], d.ends[:0]
	for _, c := range cells {
		if fault := d.append(c); fault != nil {
			return fault
		}
	}
	d.assign(cells)
	return nil
}

// mostKept bounds the memory that waits for another input.
const mostKept = 1 << 18

// release keeps no more memory than another input may need.
func (d *cellDecoder) release() {
	if cap(d.arena) > mostKept {
		d.arena = nil
	}
}

// shared stands for the end of a cell whose bytes are its text.
const shared = -1

func (d *cellDecoder) append(v ingest.Value) *ingest.Fault {
	if v.Kind == ingest.KindBytes {
		if d.ascii && ingest.IsASCII(v.Str) {
			d.ends = append(d.ends, shared)
			return nil
		}
		if d.lookup != nil {
			return d.lookup
		}
		out, err := d.codec.Decode(d.arena, raw(v.Str), d.errors)
		if err != nil {
			return err.Fault()
		}
		d.arena = out
	}
	d.ends = append(d.ends, len(d.arena))
	return nil
}

// assign gives the cells their texts once the arena has stopped growing, and
// with it moving.
func (d *cellDecoder) assign(cells []ingest.Value) {
	start := 0
	for i, end := range d.ends {
		if end == shared {
			cells[i].Kind = ingest.KindText
			continue
		}
		if cells[i].Kind == ingest.KindBytes {
			cells[i] = ingest.Text(view(d.arena[start:end]))
		}
		start = end
	}
}

// decodeDict decodes each key and then its value, in the dict's own order, into a
// new dict, whose order is the one of its unicode keys.
func (d *cellDecoder) decodeDict(row ingest.Value) (ingest.Value, *ingest.Fault) {
	flat := make([]ingest.Value, 0, len(row.Items))
	for _, v := range row.Items {
		if v.Kind == ingest.KindList {
			flat = append(flat, v.Items...)
		} else {
			flat = append(flat, v)
		}
	}
	if fault := d.decode(flat); fault != nil {
		return row, fault
	}
	var keys, values []ingest.Value
	for i, v := range row.Items {
		n := 1
		if v.Kind == ingest.KindList {
			n = len(v.Items)
			v.Items = flat[:n:n]
		} else {
			v = flat[0]
		}
		flat = flat[n:]
		if i%2 == 0 {
			keys = append(keys, v)
		} else {
			values = append(values, v)
		}
	}
	return py2Dict(keys, values), nil
}

// py2Dict builds a Python 2 dict by inserting pairs in order: the last value of a
// key wins, the order is that of the hash table.
func py2Dict(keys, values []ingest.Value) ingest.Value {
	out := ingest.Value{Kind: ingest.KindDict}
	for _, i := range pycsv.Py2DictOrder(keys) {
		last := i
		for j := i + 1; j < len(keys); j++ {
			if keys[j].Equal(keys[i]) {
				last = j
			}
		}
		out.Items = append(out.Items, keys[i], values[last])
	}
	return out
}
