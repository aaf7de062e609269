package unpack

import (
	"bufio"
	"compress/bzip2"
	"compress/gzip"
	"errors"
	"io"
	"os"

	"github.com/klauspost/compress/zstd"
)

// single unpacks what holds one file without a list.
func single(open func(*bufio.Reader) (io.ReadCloser, error)) func(*unpacker, *os.File, string) error {
	return func(u *unpacker, f *os.File, name string) error {
		r, err := open(bufio.NewReaderSize(f, 64<<10))
		if err != nil {
			return corrupt(0, err)
		}
		defer r.Close()
		return u.add(withoutSuffix(name), r)
	}
}

// gzipped reads all of a file's gzip members one after the other, and passes over zeros
// behind each of them, with which tapes and mainframes fill their blocks: so do gzip and,
// measured, Python 2.7's and 3's gzip. Anything else there is an error to each.
type gzipped struct {
	in *bufio.Reader // from which gzip takes no byte too many
	z  *gzip.Reader
}

func gunzip(r *bufio.Reader) (io.ReadCloser, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, err
	}
	z.Multistream(false)
	return &gzipped{r, z}, nil
}

// Read implements io.Reader. It passes over empty members: who reads nothing a hundred times
// gives up, and would not see what is behind them.
func (g *gzipped) Read(p []byte) (n int, err error) {
	for n == 0 && err == nil && len(p) > 0 {
		if n, err = g.z.Read(p); err == io.EOF {
			err = g.next()
		}
	}
	return n, err
}

// next begins with another member; io.EOF says that there is none.
func (g *gzipped) next() error {
	for {
		switch c, err := g.in.ReadByte(); {
		case err != nil:
			return err
		case c == 0:
			continue
		}
		if err := errors.Join(g.in.UnreadByte(), g.z.Reset(g.in)); err != nil {
			return err
		}
		g.z.Multistream(false)
		return nil
	}
}

// Close implements io.Closer.
func (g *gzipped) Close() error { return g.z.Close() }

func bunzip(r *bufio.Reader) (io.ReadCloser, error) { return io.NopCloser(bzip2.NewReader(r)), nil }

// MaxWindow is the most memory that a zstd file may ask for: what its command line
// tool takes without --long.
const MaxWindow = 128 << 20

func unzstd(r *bufio.Reader) (io.ReadCloser, error) {
	d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(MaxWindow))
	if err != nil {
		return nil, err
	}
	return d.IOReadCloser(), nil
}
