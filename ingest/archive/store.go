package archive

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/feedparity/feedparity/ingest/unpack"
)

// A Store keeps deliveries as sent, under the SHA-256 of their bytes, compressed, but for
// those that are no larger than a block of a disk:
//
//	blobs/ab/abcdef….zst   a delivery
//	packs/0123….zst        many small ones that were put together, in a directory
//	runs/000012.jsonl      what run 12 fetched (Manifest)
//
// Nothing in it is ever changed: a delivery is put in place whole, or not at all, and
// what is read is held against its name. It is safe for concurrent use, by many
// processes too.
type Store struct {
	place    place
	encoders sync.Pool
	decoders sync.Pool
	recent   recent
}

// place is where objects are: a directory or a bucket.
type place interface {
	holder
	remover
}

type holder interface {
	// put stores items, each whole or not at all, in place of what is there. When it
	// returns, all of them last.
	put(ctx context.Context, items ...item) error
	// get opens an object; the error wraps fs.ErrNotExist where there is none.
	get(ctx context.Context, name string) (io.ReadCloser, error)
	// stat returns an object's size as stored and when it was put; errors as of get.
	stat(ctx context.Context, name string) (object, error)
}

type remover interface {
	// list calls f for each object whose name begins with a prefix, in any order.
	list(ctx context.Context, prefix string, f func(object) error) error
	// remove removes objects as stat or list returned them; that one is not there is no error.
	remove(ctx context.Context, objects ...object) error
	// String names the place for messages: without secrets.
	String() string
}

// item is an object to be.
type item struct {
	name  string
	near  string // directory for a file of it, where it must be one before it is sent; "" for memory
	small int    // bytes of a delivery that may be packed with others
	write func(io.Writer) error
}

type object struct {
	name string
	size int64
	at   time.Time
	pack string // the file that it is in with others, "" for one of its own

	again bool // there is a younger one of its name
}

// blobs is what the names of deliveries begin with.
const blobs = "blobs/"

// ErrDamaged says that an object of the store does not hold what its name says.
var ErrDamaged = errors.New("the archive is damaged")

// Options say how a store is reached.
type Options struct {
	// AccessKey and SecretKey log in at an S3 server. Where both are "", the usual
	// places are looked at: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and
	// AWS_SESSION_TOKEN), MINIO_ROOT_USER and MINIO_ROOT_PASSWORD, ~/.aws/credentials, and
	// the role of the machine.
	AccessKey, SecretKey string
}

// OpenStore opens the store at a location, a directory or URL:
//
//	/srv/archive, file:///srv/archive
//	s3://bucket/prefix?endpoint=https://minio.example:9000&region=eu-central-1
//
// A directory is made when something is put into it. Nothing is dialled yet.
func OpenStore(location string, o Options) (*Store, error) {
	var p place
	var err error
	switch scheme, rest, isURL := strings.Cut(location, "://"); {
	case isURL && scheme == "s3":
		p, err = openBucket(location, o)
	case isURL && scheme == "file":
		p = &directory{root: filepath.Clean(rest)}
	case isURL:
		err = fmt.Errorf("scheme %q is not known", scheme)
	default:
		p = &directory{root: filepath.Clean(location)}
	}
	if err != nil {
		return nil, fmt.Errorf("open archive: %w", err)
	}
	return newStore(p), nil
}

// InDirectory returns the store of a directory.
func InDirectory(dir string) *Store { return newStore(&directory{root: filepath.Clean(dir)}) }

func newStore(p place) *Store {
	s := &Store{place: p}
	// One goroutine each, and little memory: deliveries are small and many.
	s.encoders.New = func() any {
		e, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true), zstd.WithWindowSize(1<<20))
		if err != nil { // of these options none is refused
			panic(err)
		}
		return e
	}
	s.decoders.New = func() any {
		d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(unpack.MaxWindow))
		if err != nil {
			panic(err)
		}
		return d
	}
	return s
}

// String names the store for messages.
func (s *Store) String() string { return s.place.String() }

// errEnough ends a listing of which no more is wanted.
var errEnough = errors.New("enough")

// Check reports whether the store can be read: a directory that is not there yet can, a
// bucket that is not there cannot. Nothing is written.
func (s *Store) Check(ctx context.Context) error {
	err := s.place.list(ctx, "runs", func(object) error { return errEnough })
	if err != nil && !errors.Is(err, errEnough) {
		return fmt.Errorf("look into archive: %w", err)
	}
	return nil
}

// blobName is where a delivery is, by its hash in lower-case hex.
func blobName(sum string) (string, error) {
	if raw, err := hex.DecodeString(sum); err != nil || len(raw) != sha256.Size || strings.ToLower(sum) != sum {
		return "", fmt.Errorf("%q is no SHA-256", sum)
	}
	return blobs + path.Join(sum[:2], sum+".zst"), nil
}

// blobOf is blobName of a hash's bytes.
func blobOf(sum [sha256.Size]byte) string {
	name, _ := blobName(hex.EncodeToString(sum[:]))
	return name
}

// Blob is a delivery to be kept.
type Blob struct {
	SHA256 string // of its bytes
	Data   []byte // the bytes, nil where they are in a file
	File   string // of a delivery that is large
}

// Put keeps the bytes of a file, whose hash must be sum.
func (s *Store) Put(ctx context.Context, file, sum string) error {
	return s.PutAll(ctx, Blob{SHA256: sum, File: file})
}

// PutAll keeps deliveries; when it returns, they last. Many small ones at once cost a
// fraction of what they do one by one, for it is the waiting for the disk that costs. What
// is there already begins to age anew. The error wraps ErrFull where there is no room.
func (s *Store) PutAll(ctx context.Context, all ...Blob) error {
	items := make([]item, len(all))
	for i, b := range all {
		name, err := blobName(b.SHA256)
		if err != nil {
			return fmt.Errorf("archive delivery: %w", err)
		}
		items[i] = item{name: name, write: func(w io.Writer) error { return s.putBlob(ctx, w, b) }}
		switch {
		case b.Data == nil:
			items[i].near = filepath.Dir(b.File)
		case len(b.Data) <= packedMost:
			items[i].small = max(1, len(b.Data))
		}
	}
	if err := s.place.put(ctx, items...); err != nil {
		return fmt.Errorf("archive delivery: %w", full(err))
	}
	s.recent.add(all)
	return nil
}

func (s *Store) putBlob(ctx context.Context, w io.Writer, b Blob) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if b.Data != nil {
		return s.packAll(w, b.Data, b.SHA256)
	}
	r, err := os.Open(b.File)
	if err != nil {
		return err
	}
	defer r.Close()
	return s.pack(w, stoppable{ctx, r}, b.SHA256)
}

// packAll compresses bytes, whose hash must be sum.
func (s *Store) packAll(w io.Writer, data []byte, sum string) error {
	if hash := sha256.Sum256(data); hex.EncodeToString(hash[:]) != sum {
		return otherBytes(sum, hash[:])
	}
	if len(data) <= tiny {
		_, err := w.Write(frame(data))
		return err
	}
	e := s.encoders.Get().(*zstd.Encoder)
	defer s.encoders.Put(e)
	_, err := w.Write(e.EncodeAll(data, make([]byte, 0, len(data)/2)))
	return err
}

// tiny is what fits into one block of a disk with its frame: compressed it takes as much
// room there, and a twentieth of the CPU of a sweep of small ones.
const tiny = 4<<10 - 16

// frame is data as a zstd frame of one raw block (RFC 8878, 3.1.1), which any zstd unpacks.
// It has no checksum: the delivery's name is one.
func frame(data []byte) []byte {
	const single, size2, last, raw = 1 << 5, 1 << 6, 1, 0 // flags of the frame's and the block's header
	out := make([]byte, 0, len(data)+16)
	out = append(out, frameMagic...)
	if n := len(data); n < 256 {
		out = append(out, single, byte(n))
	} else {
		out = binary.LittleEndian.AppendUint16(append(out, single|size2), uint16(n-256))
	}
	block := uint32(last | raw<<1 | len(data)<<3)
	return append(append(out, byte(block), byte(block>>8), byte(block>>16)), data...)
}

func otherBytes(sum string, got []byte) error {
	return fmt.Errorf("%w: %s was fetched, %x is in its file", ErrDamaged, sum, got)
}

// pack compresses what is in r, whose hash must be sum.
func (s *Store) pack(w io.Writer, r io.Reader, sum string) error {
	h := sha256.New()
	e := s.encoders.Get().(*zstd.Encoder)
	defer s.encoders.Put(e)
	e.Reset(w)
	if _, err := io.Copy(e, io.TeeReader(r, h)); err != nil {
		return errors.Join(err, e.Close())
	}
	if err := e.Close(); err != nil {
		return err
	}
	if got := h.Sum(nil); hex.EncodeToString(got) != sum {
		return otherBytes(sum, got)
	}
	return nil
}

// Has reports whether a delivery is kept.
func (s *Store) Has(ctx context.Context, sum string) (bool, error) {
	name, err := blobName(sum)
	if err != nil {
		return false, nil
	}
	switch _, err = s.place.stat(ctx, name); {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("look for delivery %.16s in %s: %w", sum, s, err)
	}
	return true, nil
}

// Remove removes a delivery; that it is not kept is no error.
func (s *Store) Remove(ctx context.Context, sum string) error {
	s.recent.take(sum)
	name, err := blobName(sum)
	if err == nil {
		err = s.removeAll(ctx, name)
	}
	if err != nil {
		return fmt.Errorf("remove delivery %.16s from %s: %w", sum, s, err)
	}
	return nil
}

// removeAll removes an object as often as it is there: in packs, and by itself.
func (s *Store) removeAll(ctx context.Context, name string) error {
	for last := (object{}); ; {
		o, err := s.place.stat(ctx, name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil && o == last {
			err = errors.New("it is there still")
		}
		if err == nil {
			err = s.place.remove(ctx, o)
		}
		if err != nil {
			return err
		}
		last = o
	}
}

// Get writes a delivery to a new file, and its parent directories, and verifies it on
// the way. The error wraps fs.ErrNotExist where it is not kept, ErrDamaged where it is
// not what was put; then there is no file.
func (s *Store) Get(ctx context.Context, sum, file string) error {
	name, err := blobName(sum)
	if err == nil {
		err = s.getBlob(ctx, name, sum, file)
	}
	if err != nil {
		return fmt.Errorf("read delivery %.16s from %s: %w", sum, s, err)
	}
	return nil
}

// Read returns a delivery, verified; errors as of Get. It is for small ones. One that was
// put a moment ago, by this process, is not read back, once.
func (s *Store) Read(ctx context.Context, sum string) ([]byte, error) {
	if data := s.recent.take(sum); data != nil {
		return data, nil
	}
	name, err := blobName(sum)
	var r io.ReadCloser
	if err == nil {
		r, err = s.place.get(ctx, name)
	}
	var out bytes.Buffer
	if err == nil {
		err = s.unpack(&out, stoppable{ctx, r}, sum)
		r.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("read delivery %.16s from %s: %w", sum, s, cmp.Or(ctx.Err(), err))
	}
	return out.Bytes(), nil
}

func (s *Store) getBlob(ctx context.Context, name, sum, file string) (err error) {
	r, err := s.place.get(ctx, name)
	if err != nil {
		return err
	}
	defer r.Close()
	out, err := create(file)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := out.Close(); err == nil {
			err = cerr
		}
		if err != nil {
			os.Remove(file)
		}
	}()
	if err := s.unpack(out, stoppable{ctx, r}, sum); err != nil {
		return cmp.Or(ctx.Err(), err)
	}
	return nil
}

// unpack writes a delivery that is stored in r to w. Only what is wrong with the bytes
// themselves is ErrDamaged, since who reads that removes the delivery: not a connection
// that broke, nor a disk of ours that is full.
func (s *Store) unpack(w io.Writer, r io.Reader, sum string) error {
	d := s.decoders.Get().(*zstd.Decoder)
	defer s.decoders.Put(d)
	h := sha256.New()
	ends := &ends{r: r, w: io.MultiWriter(w, h)}
	if err := d.Reset(ends); err != nil {
		return cmp.Or(ends.err, err)
	}
	if _, err := io.Copy(ends, d); err != nil {
		return cmp.Or(ends.err, fmt.Errorf("%w: %w", ErrDamaged, err))
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != sum {
		return fmt.Errorf("%w: it holds %s", ErrDamaged, got)
	}
	return nil
}

// stoppable reads until its context ends: a delivery may be large.
type stoppable struct {
	ctx context.Context
	io.Reader
}

// Read implements io.Reader.
func (s stoppable) Read(p []byte) (int, error) {
	if s.ctx.Err() != nil {
		return 0, context.Cause(s.ctx)
	}
	return s.Reader.Read(p)
}

// ends are where bytes come from and go to; err is what either said was wrong.
type ends struct {
	r   io.Reader
	w   io.Writer
	err error
}

// Read implements io.Reader.
func (e *ends) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	if err != io.EOF {
		e.err = cmp.Or(e.err, err)
	}
	return n, err
}

// Write implements io.Writer.
func (e *ends) Write(p []byte) (int, error) {
	n, err := e.w.Write(p)
	e.err = cmp.Or(e.err, err)
	return n, err
}

// create makes a file that nobody else reads, and its parent directories.
func create(file string) (*os.File, error) {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return nil, err
	}
	return os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
}
