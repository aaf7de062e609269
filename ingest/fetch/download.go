package fetch

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// partSuffix marks a file that is not whole yet. LocalName never ends in it.
const partSuffix = ".part"

// Delivery is a file that was taken whole.
type Delivery struct {
	Entry     Entry  // as the source described it when it was read: exact size and time
	LocalName string // within the directory it was written to
	Size      int64  // bytes
	SHA256    [sha256.Size]byte
	Data      []byte // of a small one, which is in no file (Take); else nil
	// SizeUnknown says that the server would not tell the size, so the file was
	// read twice, with the same result.
	SizeUnknown bool
	// Later says that nobody has looked yet whether the file is still what it was before it
	// was taken: Many.Confirm does.
	Later bool
	// Unconfirmed says that the server sent all of the file twice, with the same result,
	// and neither time said that this was the end.
	Unconfirmed bool
}

// Download takes one file into dir under the given local name (LocalName makes
// safe ones), which is replaced if it exists. The file is written beside it as
// name + ".part", and renamed only if everything agrees: no error while
// reading, none on closing, and the source's size and time the same before and
// after and equal to the bytes that came. Otherwise nothing is left: a
// LengthError tells of a short transfer, ErrChanged of a file that was being
// written, ErrUnavailable of one that is gone, ErrTarget of our own disk. Where the
// entry's mark (Entry.Done) holds a checksum, ErrChecksum tells that it is another's.
//
// A source opened with retries makes them here. ctx ends it at once.
func Download(ctx context.Context, src Files, e Entry, dir *os.Root, name string) (Delivery, error) {
	return (&download{src: src, path: e.Path, listed: e, mark: e.Done, dir: dir, name: name, small: -1}).run(ctx, e)
}

// run makes attempts as its source's options have it.
func (d *download) run(ctx context.Context, e Entry) (Delivery, error) {
	src := d.src
	err := checkLocal(d.name)
	if err != nil {
		return Delivery{}, fmt.Errorf("download %q: %w", e.Path, err)
	}
	switch s := src.(type) {
	case *retrying:
		d.src, d.host, d.resume, d.spare = s.Source, s.host, s.resume, s.spare
		err = s.do(ctx, e.Path, d.once)
	case *localSource:
		d.spare = s.spare
		err = d.once(ctx)
	default:
		err = d.once(ctx)
	}
	if err != nil {
		return Delivery{}, fmt.Errorf("download %q: %w", e.Path, err)
	}
	return d.out, nil
}

func checkLocal(name string) error {
	if name == "." || strings.ContainsAny(name, `/\`) || !filepath.IsLocal(name) || len(name) > maxName || strings.HasSuffix(name, partSuffix) {
		return fmt.Errorf("%w: %q is no local file name", ErrTarget, name)
	}
	return nil
}

// download is one Download: once makes one attempt.
type download struct {
	src        Files
	path, name string
	listed     Entry  // what the listing said
	asked      bool   // what the file is after an attempt was not told as the listing tells it
	mark       string // of Entry.Done
	together   bool   // a small one that is as it was listed is looked at later, with others
	dir        *os.Root
	small      int64  // up to so many bytes it is taken into memory
	host       *host  // nil for a directory
	resume     int64  // from how many bytes on a part is gone on with, -1 for never
	spare      int64  // bytes that must stay free
	disk       *disk  // that dir is on, nil to ask each time
	cancelled  bool   // by the caller, in the last attempt
	whole      []byte // hash of all bytes of an attempt that lacked the server's last word
	out        Delivery
}

func (d *download) once(ctx context.Context) error {
	if before, ok := d.told(); ok {
		err := d.attempt(ctx, before, true)
		if err == nil {
			return nil
		}
		if again, err := d.doubted(ctx, before, err); !again {
			return err
		}
	}
	before, err := d.src.Stat(ctx, d.path)
	if err != nil {
		return err
	}
	return d.attempt(ctx, before, false)
}

// attempt takes the file, of which the listing told what it was before, or the server.
func (d *download) attempt(ctx context.Context, before Entry, told bool) (err error) {
	p, err := d.begin(before)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			d.cancelled = ctx.Err() != nil
			d.leave(p, before, err)
		}
	}()
	if err := d.transfer(ctx, before, p); err != nil {
		return d.outgrown(ctx, before, told, err)
	}
	after := before
	if d.out.Later = told && d.together && p.f == nil; !d.out.Later {
		if after, err = d.after(ctx, told); err != nil {
			return err
		}
	}
	if err := d.unchanged(before, after, told); err != nil {
		return err
	}
	if err := d.verify(ctx, p); err != nil {
		return err
	}
	d.out.Entry = after
	d.out.LocalName = d.name
	return d.keep(p)
}

// transfer reads the file, or what its part lacks, to the part. A server that does not
// go on where it was asked to is asked no more. Where the size is not known, a second
// reading must give the same bytes: it is all there is to tell a short one.
func (d *download) transfer(ctx context.Context, before Entry, p *partial) error {
	n, err := d.fill(ctx, before, p)
	var length *LengthError
	if p.have > 0 && (errors.Is(err, errOverlap) || refusal(err) != 0 || errors.As(err, &length) && length.Got > length.Want) {
		d.host.learn("going on with parts", func(k *flags) *bool { return &k.noREST })
		if err := p.clear(); err != nil {
			return err
		}
		n, err = d.fill(ctx, before, p)
	}
	unconfirmed := d.twice(ctx, err, p)
	if err != nil && !unconfirmed {
		return err
	}
	d.out = Delivery{Size: n, SHA256: [sha256.Size]byte(p.sum.Sum(nil)), SizeUnknown: before.Size < 0, Unconfirmed: unconfirmed}
	if before.Size >= 0 {
		return nil
	}
	again := sha256.New()
	m, err := d.read(ctx, 0, -1, again)
	switch {
	case err != nil:
		return err
	case m != n:
		return &LengthError{Got: min(m, n), Want: max(m, n), Err: errors.New("two readings differ in length")}
	case [sha256.Size]byte(again.Sum(nil)) != d.out.SHA256:
		return ErrChanged
	}
	return nil
}

// twice reports whether a transfer failed for nothing but the server's last word, as one
// before it did, with the same bytes. A router that forgets control connections eats
// that word each time. A server that says that it failed is believed.
func (d *download) twice(ctx context.Context, err error, p *partial) bool {
	var length *LengthError
	var reply *textproto.Error
	if !errors.As(err, &length) || length.Got != length.Want || errors.As(err, &reply) || !Transient(err) || ctx.Err() != nil {
		return false
	}
	sum := p.sum.Sum(nil)
	same := bytes.Equal(sum, d.whole)
	d.whole = sum
	if same && d.host != nil {
		d.host.log.Warn("fetch: all of it came twice and the server never said so", "server", d.host.addr, "file", d.path, "cause", err)
	}
	return same
}

// fill appends to the part what it lacks and returns its length.
func (d *download) fill(ctx context.Context, before Entry, p *partial) (int64, error) {
	to, err := p.writer()
	if err != nil {
		return 0, err
	}
	from := p.have - int64(len(p.tail))
	want := before.Size
	if want >= 0 {
		want -= from
	}
	n, err := d.read(ctx, from, want, &continued{p.tail, target{to, p.sum}})
	return from + n, err
}

// buffers are what files come through: most of them are much smaller.
var buffers = sync.Pool{New: func() any { return new(make([]byte, 32<<10)) }}

// read copies the file from a byte on to w and believes in its end only if reading,
// closing and the size say so.
func (d *download) read(ctx context.Context, from, want int64, w io.Writer) (int64, error) {
	r, err := d.open(ctx, from, want)
	if err != nil {
		return 0, err
	}
	r = d.host.slow(ctx, r)
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	n, err := io.CopyBuffer(w, r, *buf)
	errClose := r.Close()
	switch {
	case errors.Is(err, ErrTarget), errors.Is(err, errOverlap):
		return n, err // the reader's complaint about being closed early says nothing new
	case errClose != nil: // tells the length, and the reading error if there was one
		return n, errClose
	case err != nil || want >= 0 && n != want:
		return n, &LengthError{n, want, err}
	}
	return n, nil
}

// open spares a server the question for a size that it has just answered.
func (d *download) open(ctx context.Context, from, want int64) (io.ReadCloser, error) {
	if f, ok := d.src.(*ftpSource); ok && want >= 0 {
		return f.openKnown(ctx, d.path, from, from+want)
	}
	return d.src.Open(ctx, d.path, from)
}

// unchanged compares what the source said before, or listed, and after.
func (d *download) unchanged(before, after Entry, told bool) error {
	if before.Size != after.Size || !before.SameVersion(after) {
		return &changedError{before, after, told}
	}
	return nil
}

// changedError is an ErrChanged that knows how.
type changedError struct {
	before, after Entry
	listed        bool // before is what was listed: it may have been whole when it was read
}

func (e *changedError) Error() string {
	return fmt.Sprintf("%v: before %d bytes of %s, after %d of %s", ErrChanged, e.before.Size, stamp(e.before), e.after.Size, stamp(e.after))
}

// Is reports whether it is an ErrChanged, or one of a file that has become longer meanwhile.
func (e *changedError) Is(target error) bool {
	return target == ErrChanged || target == errGrown && !e.listed && e.before.Size >= 0 && e.after.Size > e.before.Size
}

// errGrown is a file that somebody still writes: it is not tried again at once.
var errGrown = errors.New("grown while it was read")

// outgrown says of a transfer that was too long that the file has grown, if it has: some
// servers send what is written while they send.
func (d *download) outgrown(ctx context.Context, before Entry, told bool, err error) error {
	var length *LengthError
	if told || !errors.As(err, &length) || before.Size < 0 || length.Got <= length.Want && !errors.Is(err, errTooMuch) {
		return err
	}
	after, err2 := d.src.Stat(ctx, d.path)
	if err2 != nil || after.Size <= before.Size {
		return err
	}
	return fmt.Errorf("%w: %w", d.unchanged(before, after, false), err)
}

func stamp(e Entry) string {
	if e.MPrec == PrecisionNone {
		return "unknown time"
	}
	return e.MTime.UTC().Format("2006-01-02T15:04:05.999Z")
}

// keep gives the file its name. Nothing is synced: whoever wants it to last puts it
// where it is to stay.
func (d *download) keep(p *partial) error {
	if p.f == nil {
		d.out.Data = append([]byte{}, p.memo.Bytes()...) // not nil, however little it is
		return nil
	}
	err := p.f.Close()
	if err == nil {
		err = d.dir.Rename(d.name+partSuffix, d.name)
	}
	if err != nil {
		return targetError(err)
	}
	_ = d.dir.Remove(d.name + noteSuffix)
	return nil
}

// target writes the file and its hash, and marks errors of writing as ours:
// io.Copy does not tell them from those of the source.
type target struct {
	f   io.Writer
	sum hash.Hash
}

func (t target) Write(p []byte) (int, error) {
	n, err := t.f.Write(p)
	t.sum.Write(p[:n])
	if err != nil && !errors.Is(err, errTooMuch) {
		err = targetError(err)
	}
	return n, err
}
