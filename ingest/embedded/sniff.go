package embedded

import (
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycsv"
	"github.com/feedparity/feedparity/ingest/pytext"
)

// sniffed is how many units (bytes in Python 2, else characters) csv.Sniffer is
// given: f.read(8192) is what its documentation has everybody write.
const sniffed = 8192

// sniff takes the sample from the lines, as far as it needs, and returns the
// dialect and an iterator that begins at the first line again.
func sniff(v *pycsv.Version, py ingest.Python, lines *pytext.Lines) (ingest.Dialect, pycsv.Lines, *ingest.Fault) {
	if whole, ok := lines.Whole(); ok {
		d, fault := pycsv.Sniff(v, head(whole))
		return d, lines, fault
	}
	again := &resumed{Lines: lines, at: -1}
	var sample ingest.Value
	for n := 0; n < sniffed; {
		item, ok := lines.Next()
		if !ok {
			break
		}
		item = item.Clone()
		again.taken = append(again.taken, taken{item, lines.Offset()})
		sample.Kind, sample.Str = item.Kind, sample.Str+item.Str
		n += length(item)
	}
	if fault := lines.Fault(); fault != nil {
		return nil, nil, fault
	}
	if len(again.taken) == 0 {
		sample = map[ingest.Path]ingest.Value{ingest.Py2: ingest.Bytes(""), ingest.Py3: ingest.Text("")}[py.Path()]
	}
	d, fault := pycsv.Sniff(v, head(sample))
	return d, again, fault
}

func length(v ingest.Value) int {
	if v.Kind == ingest.KindBytes {
		return len(v.Str)
	}
	return ingest.RuneCount(v.Str)
}

// head cuts a sample to the units that are sniffed.
func head(v ingest.Value) ingest.Value {
	if len(v.Str) <= sniffed {
		return v
	}
	if v.Kind == ingest.KindBytes {
		v.Str = v.Str[:sniffed]
		return v
	}
	end := 0
	for n := 0; n < sniffed && end < len(v.Str); n++ {
		_, width := ingest.DecodeRune(v.Str[end:])
		end += width
	}
	v.Str = v.Str[:end]
	return v
}

// resumed yields the lines a sample was taken from and then the rest, as
// itertools.chain does.
type resumed struct {
	*pytext.Lines
	taken []taken
	at    int
	ended bool // a chain ends for good, even where its last iterator would go on
}

type taken struct {
	item   ingest.Value
	offset int64
}

func (r *resumed) Next() (ingest.Value, bool) {
	if r.at+1 < len(r.taken) {
		r.at++
		return r.taken[r.at].item, true
	}
	if r.ended {
		return ingest.None, false
	}
	r.at = len(r.taken)
	item, ok := r.Lines.Next()
	r.ended = !ok
	return item, ok
}

// QuickLine knows nothing of the lines that come again.
func (r *resumed) QuickLine() (line string, offset int64, ok bool) {
	if r.at+1 < len(r.taken) {
		return "", -1, false
	}
	if line, offset, ok = r.Lines.QuickLine(); ok {
		r.at = len(r.taken)
	}
	return line, offset, ok
}

// QuickLines knows of no lines: where csv.Sniffer was asked, rows come one by one.
func (r *resumed) QuickLines(int) (text string, offset int64, width func([]byte) int64) {
	return "", -1, nil
}

func (r *resumed) Offset() int64 {
	if r.at >= 0 && r.at < len(r.taken) {
		return r.taken[r.at].offset
	}
	return r.Lines.Offset()
}
