package fetch

import (
	"context"
	"errors"
	"fmt"
	"path"
	"time"
)

// An MLSD tells size and time of a file as exactly as SIZE and MDTM do (RFC 3659, section
// 7.5): its line is the look before the transfer, and one MLST the look after it, which
// saves small files half of what they cost their server; where many are taken, another
// listing is that of all of them (together.go). A server whose listing tells
// other things than its other commands do, such as the size of a link, is asked by them,
// from then on about each of its files.

// believed is how long a listing is: later, more files are not any more what was listed.
const believed = time.Minute

// lastListing is when a directory was listed, and how many entries that had.
type lastListing struct {
	at      time.Time
	entries int
}

// lastListing is the zero one of a directory, as path.Dir names it, that was not listed.
func (f *ftpSource) lastListing(dir string) lastListing {
	last, _ := f.listed.Load(dir)
	l, _ := last.(lastListing)
	return l
}

// told returns what the listing said of the file, if that is exact, on the first attempt.
func (d *download) told() (before Entry, ok bool) {
	f, isFTP := d.src.(*ftpSource)
	line := d.listed
	d.listed.Raw = ""
	if !isFTP || line.Raw == "" || f.host.flags().noTold || time.Since(f.lastListing(path.Dir(d.path)).at) > believed {
		return Entry{}, false
	}
	e, err := parseMLSD(line.Raw)
	if err != nil || e.Kind != KindFile || e.Size < 0 || e.MPrec != PrecisionSecond || e.Size != line.Size || !e.MTime.Equal(line.MTime) {
		return Entry{}, false
	}
	e.Path, e.Raw = d.path, line.Raw
	return e, true
}

// doubted reports whether an attempt that took the listing at its word is to be repeated
// by asking, since the listing tells something else of the file than the other commands
// do, or what to say of the attempt. A file that is not any more what was listed is still
// being written for all that is known, and waits for the next attempt.
func (d *download) doubted(ctx context.Context, before Entry, err error) (again bool, _ error) {
	var length *LengthError
	switch {
	case errors.As(err, &length) && (length.Err == nil || errors.Is(err, errTooMuch)):
		now, err2 := d.after(ctx, true)
		if err2 == nil && !d.asked {
			if !before.SameVersion(now) {
				return false, fmt.Errorf("%w: %w", d.unchanged(before, now, true), err)
			}
			now, err2 = d.src.Stat(ctx, d.path)
		}
		if err2 != nil || now.Size == before.Size {
			return false, err // only what was sent is wrong
		}
	case errors.Is(err, ErrChanged) && d.asked:
	default:
		return false, err
	}
	d.src.(*ftpSource).host.learn("the listing's word", func(k *flags) *bool { return &k.noTold })
	return true, nil
}

// after asks what the file is now: as the listing told it, or by the other commands.
func (d *download) after(ctx context.Context, told bool) (Entry, error) {
	d.asked = false
	if f, ok := d.src.(*ftpSource); ok && told && !f.host.flags().noMLST {
		if e, ok, err := f.describe(ctx, d.path); ok || err != nil {
			return e, err
		}
	}
	d.asked = true
	return d.src.Stat(ctx, d.path)
}

// describe is Stat by MLST; not ok where the server does not answer it.
func (f *ftpSource) describe(ctx context.Context, p string) (e Entry, ok bool, err error) {
	err = f.do(ctx, func(s *session) error {
		return s.guard(func() error {
			got, err := s.lib.GetEntry(f.remote(s, p))
			if err == nil {
				e = Entry{Path: p, Size: int64(min(got.Size, 1<<62)), MTime: got.Time, MPrec: PrecisionSecond}
			}
			return err
		})
	})
	switch {
	case err == nil && !e.MTime.IsZero():
		return e, true, nil
	case refusal(err) == 550:
		return Entry{}, false, nil
	case err != nil && (Transient(err) || ctx.Err() != nil):
		return Entry{}, false, fmt.Errorf("stat %q on %s: %w", p, f.at(), err)
	}
	f.host.learn("MLST", func(k *flags) *bool { return &k.noMLST })
	return Entry{}, false, nil
}
