package fetch

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"
)

// A file that could not be taken to its end may be gone on with, by the next attempt
// or the next night: its part stays, and beside it a note of which version it is a part
// of. LocalName escapes every "%", so that no delivery has such a name.
const noteSuffix = "%of"

const (
	// resumeAbove is from where on a part is worth the doubt: CSV feeds are small.
	resumeAbove = 8 << 20
	// overlap is how much of a part is fetched again to see that it is of this file: a
	// server may send from the beginning although it agreed to go on.
	overlap = 64 << 10
	// keepParts is how long a part waits for its file to be offered again.
	keepParts = 7 * 24 * time.Hour
)

// note says which version of which file a part belongs to.
type note struct {
	Path  string    `json:"path"` // hexadecimal: names are bytes
	Size  int64     `json:"size"`
	MTime time.Time `json:"mtime"`
	MPrec Precision `json:"precision"`
	ETag  string    `json:"etag,omitempty"`
}

// noteOf is what a file must be like for its part to be gone on with.
func noteOf(p string, e Entry) note {
	return note{hex.EncodeToString([]byte(p)), e.Size, e.MTime, e.MPrec, e.ETag}
}

// partial is the part of a file that is being taken.
type partial struct {
	f    *os.File // nil where it is in memory
	memo memory
	have int64     // bytes of an earlier attempt
	sum  hash.Hash // of them
	tail []byte    // the last of them, to be compared with what is sent
}

// begin opens the part of a file: one to go on with, or a new one with a note beside
// it, where there may be a reason to go on with it later.
func (d *download) begin(e Entry) (*partial, error) {
	worth := d.host != nil && d.resume >= 0 && e.Size > d.resume && e.MPrec >= PrecisionMinute
	if e.Size >= 0 && e.Size <= d.small && !worth {
		return &partial{memo: memory{most: 2 * d.small}, sum: sha256.New()}, d.room(e.Size)
	}
	if worth && !d.host.flags().noREST {
		if p, err := d.goOn(e); p != nil || err != nil {
			return p, err
		}
	}
	d.discard()
	if err := d.room(e.Size); err != nil {
		return nil, err
	}
	f, err := d.dir.OpenFile(d.name+partSuffix, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return nil, targetError(err)
	}
	if worth {
		text, err := json.Marshal(noteOf(d.path, e))
		if err == nil {
			err = d.dir.WriteFile(d.name+noteSuffix, text, 0o644)
		}
		if err != nil {
			_ = f.Close()
			return nil, targetError(err)
		}
	}
	return &partial{f: f, sum: sha256.New()}, nil
}

// goOn opens a part that is of this very version of the file and shorter than it; nil
// if there is none.
func (d *download) goOn(e Entry) (*partial, error) {
	text, err := d.dir.ReadFile(d.name + noteSuffix)
	if err != nil {
		return nil, nil
	}
	var n note
	if json.Unmarshal(text, &n) != nil || n.Path != hex.EncodeToString([]byte(d.path)) || n.Size != e.Size || min(n.MPrec, e.MPrec) < PrecisionMinute ||
		n.ETag != "" && e.ETag != "" && n.ETag != e.ETag ||
		!e.SameVersion(Entry{Size: n.Size, MTime: n.MTime, MPrec: n.MPrec}) {
		return nil, nil
	}
	f, err := d.dir.OpenFile(d.name+partSuffix, os.O_RDWR, 0o644)
	if err != nil {
		return nil, nil
	}
	p := &partial{f: f, sum: sha256.New()}
	p.have, err = io.Copy(p.sum, f)
	// A part as long as the file lacks the server's last word alone, and that cannot be
	// asked for by itself.
	if err != nil || p.have >= e.Size || p.have <= d.resume {
		_ = f.Close()
		return nil, nil
	}
	p.tail = make([]byte, min(p.have, overlap))
	if _, err = f.ReadAt(p.tail, p.have-int64(len(p.tail))); err != nil {
		err = targetError(err)
	} else {
		err = d.room(e.Size - p.have)
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return p, nil
}

// clear begins anew.
func (p *partial) clear() error {
	p.have, p.tail = 0, nil
	p.sum.Reset()
	if p.f == nil {
		p.memo.Reset()
		return nil
	}
	if err := p.f.Truncate(0); err != nil {
		return targetError(err)
	}
	return nil
}

// writer returns where the part is gone on with.
func (p *partial) writer() (io.Writer, error) {
	if p.f == nil {
		return &p.memo, nil
	}
	if _, err := p.f.Seek(p.have, io.SeekStart); err != nil {
		return nil, targetError(err)
	}
	return p.f, nil
}

// reader returns what came, all of it.
func (d *download) reader(p *partial) (io.ReadCloser, error) {
	if p.f == nil {
		return io.NopCloser(bytes.NewReader(p.memo.Bytes())), nil
	}
	return d.dir.Open(d.name + partSuffix)
}

// memory is a part that is in no file. A server that sends more than it said is cut off
// before it fills ours.
type memory struct {
	bytes.Buffer
	most int64
}

// errTooMuch is a file that goes on and on.
var errTooMuch = errors.New("more is sent than the file is long")

// Write implements io.Writer.
func (m *memory) Write(b []byte) (int, error) {
	if int64(m.Len()+len(b)) > m.most {
		return 0, errTooMuch
	}
	return m.Buffer.Write(b)
}

// errOverlap is what a server sends that does not go on where the part ends.
var errOverlap = errors.New("what the server sends does not continue the part")

// continued is a writer that holds what comes first against the part's tail and
// appends the rest.
type continued struct {
	tail []byte
	w    io.Writer
}

// Write implements io.Writer. The first byte that differs ends the transfer: a server that
// sends from the beginning would else send all of it for nothing.
func (c *continued) Write(b []byte) (int, error) {
	n := min(len(b), len(c.tail))
	if !bytes.Equal(b[:n], c.tail[:n]) {
		return 0, errOverlap
	}
	c.tail = c.tail[n:]
	m, err := c.w.Write(b[n:])
	return n + m, err
}

// leave decides about the part of an attempt that failed: it stays if the failure may
// pass and it is worth going on with.
func (d *download) leave(p *partial, e Entry, err error) {
	if p.f == nil {
		return
	}
	size := int64(0)
	if info, errStat := p.f.Stat(); errStat == nil {
		size = info.Size()
	}
	_ = p.f.Close()
	passes := Transient(err) || errors.Is(err, ErrGivenUp) || !isPermanent(err) || d.cancelled
	lost := errors.Is(err, ErrChanged) || errors.Is(err, errOverlap) || errors.Is(err, ErrTarget) || size > e.Size
	var length *LengthError
	lost = lost || errors.As(err, &length) && length.Want >= 0 && length.Got > length.Want
	if lost || !passes || d.host == nil || d.resume < 0 || size <= d.resume {
		d.discard()
	}
}

// discard removes part and note. That they may not be there is what is wanted.
func (d *download) discard() {
	_ = d.dir.Remove(d.name + partSuffix)
	_ = d.dir.Remove(d.name + noteSuffix)
}

// Tidy removes from a directory of deliveries what sweeps that died left in it: all but
// the parts that a download may go on with, for a week.
func Tidy(dir *os.Root, now time.Time) error {
	names, err := fs.ReadDir(dir.FS(), ".")
	if err != nil {
		return fmt.Errorf("tidy: %w", err)
	}
	wanted := map[string]bool{}
	for _, entry := range names {
		base, ok := strings.CutSuffix(entry.Name(), noteSuffix)
		info, err := entry.Info()
		if ok && err == nil && now.Sub(info.ModTime()) < keepParts {
			wanted[base+noteSuffix], wanted[base+partSuffix] = true, true
		}
	}
	for _, entry := range names {
		if wanted[entry.Name()] {
			continue
		}
		if err := dir.RemoveAll(entry.Name()); err != nil {
			return fmt.Errorf("tidy: %w", err)
		}
	}
	return nil
}
