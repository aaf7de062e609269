// Package unpack opens deliveries that are sent compressed: gzip, bzip2, zstd and
// zip. What they hold is written below a directory of the caller's, member by member,
// within limits on size, growth and number. What a delivery is is told by its first
// bytes, since suppliers name files as they like.
package unpack

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Why an archive is not opened. Each is about the delivery, not about us.
var (
	ErrCorrupt   = errors.New("the archive is corrupt")
	ErrEncrypted = errors.New("the archive is encrypted")
	ErrTooLarge  = errors.New("the archive holds more than is allowed")
	ErrNested    = errors.New("an archive in an archive is not opened")
	ErrEmpty     = errors.New("the archive holds no file")
	ErrMethod    = errors.New("the archive is packed by a method that is not known")
)

// Limits bound what an archive may hold. The zero value of a field takes its default.
type Limits struct {
	Size    int64 // bytes of all members together, 4 GiB
	Ratio   int   // bytes unpacked of a byte packed, 250: CSV of the dullest kind reaches 100
	Members int   // files, 1000
	// Exclude are patterns of path.Match of files of a zip that are not unpacked, in lower or
	// upper case: with a slash of the whole name, else of its last element.
	Exclude []string
}

// floor is what may be unpacked whatever the ratio: a little file of one repeated
// byte harms nobody.
const floor = 16 << 20

func (l Limits) orDefaults() Limits {
	if l.Size == 0 {
		l.Size = 4 << 30
	}
	if l.Ratio == 0 {
		l.Ratio = 250
	}
	if l.Members == 0 {
		l.Members = 1000
	}
	return l
}

// A Member is one file of an archive.
type Member struct {
	Name string // as the archive has it, raw bytes; of a single compressed file its own name without the suffix
	File string // where it was unpacked to
	Size int64  // bytes
}

// Base is the last element of a member's name, whichever slashes it has: the file's
// own name.
func (m Member) Base() string { return path.Base(strings.ReplaceAll(m.Name, `\`, "/")) }

// A format is a kind of archive.
type format struct {
	name, magic string
	suffixes    []string // of names, lower case
	unpack      func(u *unpacker, f *os.File, name string) error
}

// formats are those that are known. What unpacks some of them asks for the names of all.
var formats []format

func init() {
	formats = []format{
		{"gzip", "\x1f\x8b\x08", []string{".gz", ".gzip"}, single(gunzip)},
		{"bzip2", "BZh", []string{".bz2"}, single(bunzip)},
		{"zstd", "\x28\xb5\x2f\xfd", []string{".zst", ".zstd"}, single(unzstd)},
		{"zip", "PK\x03\x04", []string{".zip"}, unzip},
		{"zip", "PK\x05\x06", []string{".zip"}, unzip}, // of no files
	}
}

// formatOf tells an archive by its first bytes, nil for none. bzip2's magic alone
// could begin a CSV, so that its level and block are looked at too.
func formatOf(head []byte) *format {
	for _, f := range formats {
		if bytes.HasPrefix(head, []byte(f.magic)) && (f.name != "bzip2" || isBzip2(head)) {
			return &f
		}
	}
	return nil
}

func isBzip2(head []byte) bool {
	return len(head) >= 10 && head[3] >= '1' && head[3] <= '9' &&
		(string(head[4:10]) == "1AY&SY" || string(head[4:10]) == "\x17\x72\x45\x38\x50\x90")
}

// Is reports whether a delivery is an archive that Open would unpack. An office
// document is a zip file too, and is none.
func Is(file io.ReaderAt, size int64) bool {
	f := formatOf(headOf(file))
	return f != nil && (f.name != "zip" || !isDocument(file, size))
}

func headOf(file io.ReaderAt) []byte {
	head := make([]byte, 16)
	n, _ := file.ReadAt(head, 0)
	return head[:n]
}

// Open unpacks the delivery in a file into a directory, which it makes, and returns its
// members in the archive's order. It returns nil if the delivery is no archive.
// Errors wrap one of ErrCorrupt, ErrEncrypted, ErrTooLarge, ErrNested, ErrEmpty and
// ErrMethod and name the member; what was unpacked until then is left for the caller to remove.
func Open(ctx context.Context, file, name, dir string, l Limits) ([]Member, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !Is(f, info.Size()) {
		return nil, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	format := formatOf(headOf(f))
	u := &unpacker{ctx: ctx, dir: dir, packed: info.Size(), limits: l.orDefaults()}
	if err := format.unpack(u, f, name); err != nil {
		return nil, fmt.Errorf("open %s archive: %w", format.name, err)
	}
	if len(u.members) == 0 {
		return nil, fmt.Errorf("open %s archive: %w", format.name, ErrEmpty)
	}
	return u.members, nil
}

// withoutSuffix is a compressed file's name as it was before.
func withoutSuffix(name string) string {
	for _, f := range formats {
		for _, s := range f.suffixes {
			if len(name) > len(s) && strings.EqualFold(name[len(name)-len(s):], s) {
				return name[:len(name)-len(s)]
			}
		}
	}
	return name
}

// An unpacker writes members and keeps them within the limits.
type unpacker struct {
	ctx     context.Context
	dir     string
	packed  int64 // bytes of the archive
	limits  Limits
	written int64 // bytes of all members
	members []Member
}

// excludes reports whether a file is not to be unpacked.
func (l Limits) excludes(m Member) bool {
	name := strings.ToLower(strings.ReplaceAll(m.Name, `\`, "/"))
	return slices.ContainsFunc(l.Exclude, func(pattern string) bool {
		of := name
		if !strings.Contains(pattern, "/") {
			of = path.Base(name)
		}
		ok, err := path.Match(strings.ToLower(pattern), of) // config refuses malformed patterns
		return err == nil && ok
	})
}

// most is how many bytes may be written in all.
func (u *unpacker) most() int64 {
	return min(u.limits.Size, max(floor, u.packed*int64(u.limits.Ratio)))
}

// add unpacks one member.
func (u *unpacker) add(name string, r io.Reader) error {
	if len(u.members) == u.limits.Members {
		return fmt.Errorf("%w: over %d files", ErrTooLarge, u.limits.Members)
	}
	// A number, since the name is a supplier's.
	m := Member{Name: name, File: filepath.Join(u.dir, strconv.Itoa(len(u.members)+1))}
	if err := u.write(&m, r); err != nil {
		return fmt.Errorf("member %q: %w", name, err)
	}
	u.members = append(u.members, m)
	return nil
}

func (u *unpacker) write(m *Member, r io.Reader) error {
	out, err := os.OpenFile(m.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer out.Close()
	if m.Size, err = u.copy(out, r); err != nil {
		return err
	}
	return out.Close()
}

func (u *unpacker) copy(out io.Writer, r io.Reader) (n int64, err error) {
	in := bufio.NewReaderSize(r, 64<<10)
	if head, _ := in.Peek(16); formatOf(head) != nil {
		return 0, ErrNested
	}
	buf := make([]byte, 64<<10)
	for {
		if u.ctx.Err() != nil {
			return n, context.Cause(u.ctx)
		}
		got, err := in.Read(buf)
		n += int64(got)
		if u.written += int64(got); u.written > u.most() {
			return n, fmt.Errorf("%w: over %d bytes from %d", ErrTooLarge, u.most(), u.packed)
		}
		if _, err := out.Write(buf[:got]); err != nil {
			return n, err
		}
		switch {
		case err == io.EOF:
			return n, nil
		case err != nil:
			return n, corrupt(n, err)
		}
	}
}

// corrupt is about a stream that breaks at a position of the unpacked bytes.
func corrupt(at int64, err error) error {
	return fmt.Errorf("%w after %d bytes unpacked: %w", ErrCorrupt, at, err)
}
