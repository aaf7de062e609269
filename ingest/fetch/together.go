package fetch

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path"
	"time"
)

const (
	// fewTogether is how many files of a directory are looked at one by one after their
	// transfers: a listing takes a connection of its own.
	fewTogether = 32
	// listedPerLook is how many lines of a listing cost no more than a question about one file.
	listedPerLook = 16
	// mostTogether is about how many files are looked at by one listing.
	mostTogether = 1024
)

// Many takes files of one source, of which it knows how many there will be. Where that is
// much of what a directory of an FTP server lists by MLSD, the look after a small file's
// transfer is not a question about each: another listing, which tells as exactly as MLST
// does, is the look at all that were taken before it began (Confirm).
type Many struct {
	src   Files
	dir   *os.Root
	small int64
	todo  map[string]int // files by directory, as path.Dir names it
	disk  disk           // that dir is on
}

// NewMany returns what takes files of src into dir: those of up to so many bytes into memory.
func NewMany(src Files, dir *os.Root, small int64, todo ...Entry) *Many {
	m := &Many{src: src, dir: dir, small: small, todo: map[string]int{}}
	for _, e := range todo {
		m.todo[path.Dir(e.Path)]++
	}
	return m
}

// Take is Download but for small files, which are in memory (Delivery.Data) and in no file.
// Where Delivery.Later is set, it is not taken for good before Confirm has looked at it.
func (m *Many) Take(ctx context.Context, e Entry, name string) (Delivery, error) {
	d := download{src: m.src, path: e.Path, listed: e, mark: e.Done, dir: m.dir, name: name, small: m.small, disk: &m.disk, together: m.together(path.Dir(e.Path))}
	return d.run(ctx, e)
}

// together reports whether listing a directory once more costs less than asking about all
// that is to be taken of it.
func (m *Many) together(dir string) bool {
	f, _ := m.ftp()
	if n := m.todo[dir]; f != nil && n >= fewTogether {
		return f.lastListing(dir).entries <= listedPerLook*min(n, mostTogether)
	}
	return false
}

// ftp is the source below the retries, nil if it is of another kind.
func (m *Many) ftp() (*ftpSource, *retrying) {
	if r, ok := m.src.(*retrying); ok {
		f, _ := r.Source.(*ftpSource)
		return f, r
	}
	return nil, nil
}

// Confirm looks at files that Take took (Delivery.Entry, where Later is set), and returns
// of which it could not be seen that they are what they were: these are to be taken again,
// with their listed lines forgotten (Entry.Raw).
func (m *Many) Confirm(ctx context.Context, taken ...Entry) (again []bool) {
	byDir := map[string][]int{}
	for i, e := range taken {
		dir := path.Dir(e.Path)
		byDir[dir] = append(byDir[dir], i)
	}
	again = make([]bool, len(taken))
	for dir, which := range byDir {
		files := make([]Entry, len(which))
		for n, i := range which {
			files[n] = taken[i]
		}
		for n, same := range m.unchanged(ctx, dir, files) {
			again[which[n]] = !same
		}
	}
	return again
}

// unchanged reports which files of a directory are what they were.
func (m *Many) unchanged(ctx context.Context, dir string, files []Entry) []bool {
	f, r := m.ftp()
	if len(files)*listedPerLook >= f.lastListing(dir).entries {
		var same []bool
		err := r.do(ctx, "list again", func(ctx context.Context) (err error) {
			same, err = f.listedStill(ctx, dir, files)
			return err
		})
		if err == nil {
			return same
		}
		r.log.Warn("fetch: asking about each file, as they could not be listed again", "directory", dir, "files", len(files), "cause", err)
	}
	same := make([]bool, len(files))
	for i, e := range files {
		d := download{src: f, path: e.Path, host: f.host}
		_ = r.do(ctx, e.Path, func(ctx context.Context) error {
			after, err := d.after(ctx, true)
			same[i] = err == nil && d.unchanged(e, after, true) == nil
			return err
		})
		if d.asked && !same[i] {
			f.host.learn("the listing's word", func(k *flags) *bool { return &k.noTold })
		}
	}
	return same
}

// listedStill lists a directory and reports which files are in it as they were. Nearly all
// are, to the byte, and their lines need not be understood once more.
func (f *ftpSource) listedStill(ctx context.Context, dir string, files []Entry) ([]bool, error) {
	below := dir
	if dir == "." {
		below = ""
	}
	var raw []byte
	var mlsd bool
	err := f.do(ctx, func(s *session) (err error) {
		raw, mlsd, err = s.lines(f.remote(s, below))
		return err
	})
	switch {
	case err != nil:
		return nil, fmt.Errorf("list %q on %s: %w", below, f.at(), err)
	case !mlsd:
		return nil, fmt.Errorf("list %q on %s: %w", below, f.at(), errMLSD)
	}
	same, all := sameLines(raw, files)
	if all {
		return same, nil
	}
	entries, _, err := parseListing(raw, below, true, time.Now(), time.UTC)
	if err != nil {
		return nil, fmt.Errorf("list %q on %s: %w", below, f.at(), err)
	}
	now := make(map[string]Entry, len(entries))
	for _, e := range entries {
		now[e.Path] = e
	}
	for i, was := range files {
		e, there := now[was.Path]
		same[i] = there && e.Kind == KindFile && e.Size == was.Size && e.SameVersion(was)
	}
	return same, nil
}

// sameLines reports which files' lines are in a listing, and whether all are.
func sameLines(raw []byte, files []Entry) (same []bool, all bool) {
	want := make(map[string]int, len(files))
	for i, e := range files {
		want[e.Raw] = i
	}
	same = make([]bool, len(files))
	left := len(want)
	for line := range bytes.Lines(raw) {
		whole, ended := bytes.CutSuffix(line, []byte("\n"))
		if i, ok := want[string(bytes.TrimSuffix(whole, []byte("\r")))]; ok && ended && !same[i] {
			same[i] = true
			left--
		}
	}
	return same, left == 0 && len(want) == len(files)
}
