package unpack

import (
	"bufio"
	"compress/bzip2"
	"compress/gzip"
	"io"
	"os"

	"github.com/klauspost/compress/zstd"
)

// single unpacks what holds one file without a list.
func single(open func(io.Reader) (io.ReadCloser, error)) func(*unpacker, *os.File, string) error {
	return func(u *unpacker, f *os.File, name string) error {
		r, err := open(bufio.NewReaderSize(f, 64<<10))
		if err != nil {
			return corrupt(0, err)
		}
		defer r.Close()
		return u.add(withoutSuffix(name), r)
	}
}

// gunzip reads all of a file's gzip members one after the other, as gzip does.
func gunzip(r io.Reader) (io.ReadCloser, error) { return gzip.NewReader(r) }

func bunzip(r io.Reader) (io.ReadCloser, error) { return io.NopCloser(bzip2.NewReader(r)), nil }

// MaxWindow is the most memory that a zstd file may ask for: what its command line
// tool takes without --long.
const MaxWindow = 128 << 20

func unzstd(r io.Reader) (io.ReadCloser, error) {
	d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(MaxWindow))
	if err != nil {
		return nil, err
	}
	return d.IOReadCloser(), nil
}
