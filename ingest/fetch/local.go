package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"syscall"
)

// localSource is a directory of this machine, such as a mounted drop folder.
// os.Root keeps every path inside it, symbolic links included.
type localSource struct {
	root  *os.Root
	name  string
	spare int64 // of Options.Spare
}

func openLocal(name string, spare int64) (Source, error) {
	if name == "" {
		return nil, errors.New("open source: no directory given")
	}
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, fmt.Errorf("open source: %w", unavailable(err))
	}
	return &localSource{root, name, spare}, nil
}

// Close implements Source.
func (l *localSource) Close() error { return l.root.Close() }

// List implements Files.
func (l *localSource) List(ctx context.Context, dir string) ([]Entry, []Unparsed, error) {
	if err := checkPath(dir); err != nil {
		return nil, nil, fmt.Errorf("list: %w", err)
	}
	at := dir
	if at == "" {
		at = "."
	}
	f, err := l.root.Open(at)
	if err != nil {
		return nil, nil, fmt.Errorf("list %q in %q: %w", dir, l.name, l.astray(err))
	}
	defer f.Close()
	names, err := f.ReadDir(-1)
	if err != nil {
		return nil, nil, fmt.Errorf("list %q in %q: %w", dir, l.name, err)
	}
	entries := make([]Entry, 0, len(names))
	for _, d := range names {
		if ctx.Err() != nil {
			return nil, nil, fmt.Errorf("list %q in %q: %w", dir, l.name, context.Cause(ctx))
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // gone since
		}
		if err != nil {
			return nil, nil, fmt.Errorf("list %q in %q: %w", dir, l.name, err)
		}
		e := localEntry(d.Name(), info)
		if dir != "" {
			e.Path = dir + "/" + e.Path
		}
		entries = append(entries, e)
	}
	return entries, nil, nil
}

func localEntry(p string, info fs.FileInfo) Entry {
	e := Entry{Path: p, Size: -1, MTime: info.ModTime().UTC(), MPrec: PrecisionSecond}
	switch mode := info.Mode(); {
	case mode.IsRegular():
		e.Size = info.Size()
		e.ETag = strconv.FormatInt(info.ModTime().UnixNano(), 36) // tells more than the second
	case mode.IsDir():
		e.Kind = KindDir
	case mode&fs.ModeSymlink != 0:
		e.Kind = KindLink
	default:
		e.Kind = KindOther
	}
	return e
}

// errLeadsOut is of a link that is absolute, or climbs: os.Root follows neither.
var errLeadsOut = errors.New("it leads out of the source")

// astray is unavailable for what links may lead to besides: out of the directory, in a
// circle, through a file, to a name that is none. It is one name's and not the directory's.
func (l *localSource) astray(err error) error {
	if errors.Is(err, syscall.ELOOP) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.ENAMETOOLONG) {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	_, climbing := l.root.Lstat("..") // package os does not export what it calls that
	if errors.Is(err, errors.Unwrap(climbing)) {
		return fmt.Errorf("%w: %w: %w", ErrUnavailable, errLeadsOut, err)
	}
	return unavailable(err)
}

// Stat implements Files; it follows links within the directory.
func (l *localSource) Stat(ctx context.Context, p string) (Entry, error) {
	if err := errors.Join(ctx.Err(), checkFile(p)); err != nil {
		return Entry{}, fmt.Errorf("stat: %w", err)
	}
	info, err := l.root.Stat(p)
	if err != nil {
		return Entry{}, fmt.Errorf("stat %q in %q: %w", p, l.name, l.astray(err))
	}
	if !info.Mode().IsRegular() { // a FIFO would hold Open for ever
		return Entry{}, fmt.Errorf("stat %q in %q: %w: no regular file", p, l.name, ErrUnavailable)
	}
	return localEntry(p, info), nil
}

// Open implements Files.
func (l *localSource) Open(ctx context.Context, p string, off int64) (io.ReadCloser, error) {
	e, err := l.Stat(ctx, p)
	if err != nil {
		return nil, err
	}
	if off < 0 || off > e.Size {
		return nil, fmt.Errorf("open %q in %q: offset %d is not within its %d bytes", p, l.name, off, e.Size)
	}
	f, err := l.root.Open(p)
	if err != nil {
		return nil, fmt.Errorf("open %q in %q: %w", p, l.name, l.astray(err))
	}
	if _, err := f.Seek(off, io.SeekStart); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("open %q in %q: %w", p, l.name, err)
	}
	return &localReader{ctx: ctx, f: f, want: e.Size - off}, nil
}

// localReader holds a file to the size it had when it was opened.
type localReader struct {
	ctx       context.Context
	f         *os.File
	got, want int64
	err       error
}

// Read implements io.Reader.
func (r *localReader) Read(p []byte) (int, error) {
	if r.ctx.Err() != nil {
		r.err = context.Cause(r.ctx)
		return 0, r.err
	}
	n, err := r.f.Read(p)
	r.got += int64(n)
	if err != nil && err != io.EOF {
		r.err = err
	}
	return n, err
}

// Close implements io.Closer.
func (r *localReader) Close() error {
	err := r.f.Close()
	if r.err != nil {
		err = r.err
	}
	if err != nil || r.got != r.want {
		return fmt.Errorf("read %q: %w", r.f.Name(), &LengthError{r.got, r.want, err})
	}
	return nil
}
