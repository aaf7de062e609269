package sweep

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/feedparity/feedparity/ingest/fetch"
	"github.com/feedparity/feedparity/ingest/state"
)

// A LIST shows minutes, so that a file which is replaced by another of its size within
// the minute looks the same. Asked for one file, the server knows seconds (MDTM). What
// it said when the file was fetched is remembered as the file's mark and not as its
// time: the two may be of different zones, and the next listing is compared with the
// listing's.
const (
	askedMark  = "asked "
	askedTime  = askedMark + "2006-01-02T15:04:05Z"
	youngUntil = 48 * time.Hour // in any zone: the farthest are 26 hours apart
)

// exactly adds the time that a server told of a file to what its listing shows of it.
func exactly(listed, one fetch.Entry) state.Entry {
	e := stateEntry(listed)
	if e.ETag == "" && listed.MPrec < fetch.PrecisionSecond && one.MPrec == fetch.PrecisionSecond {
		e.ETag = one.MTime.UTC().Format(askedTime)
	}
	return e
}

// cameAt is when a delivery came: as its server told it when it was asked for that one file,
// in UTC, or else as the listing shows it, which may be of another zone; but not after it was
// seen, for the server's clock may be wrong. Zone is the feed's.
func cameAt(n state.Newest, zone *time.Location) time.Time {
	at, err := time.Parse(askedTime, n.ETag)
	if err == nil {
		at = told(at, n.At, zone)
	}
	switch {
	case err != nil:
		return n.At
	case at.After(n.Seen):
		return n.Seen
	}
	return at
}

// told is when a file was written of which the server, asked for it alone, tells a time. That
// is of UTC (RFC 3659, section 3), but by the clock on the server's wall where the listing,
// read in the zone that the feed names, says so: vsftpd's use_localtime is of both.
func told(at, listed time.Time, zone *time.Location) time.Time {
	if zone == nil {
		return at
	}
	at = at.UTC()
	wall := time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), 0, zone)
	if wall.Truncate(time.Minute).Equal(listed.Truncate(time.Minute)) {
		return wall.UTC()
	}
	return at
}

// asked says what a listed file is to us, by more than its listing where that may be wrong;
// moved, that it is the same with another time.
func (s *sweeper) asked(ctx context.Context, src fetch.Source, e fetch.Entry, seeing state.Seeing) (news state.News, moved bool, err error) {
	switch news = seeing.News; news {
	case state.Seen:
		if replaced, err := s.replaced(ctx, src, e, seeing.Was); err != nil || replaced {
			return state.Changed, false, err
		}
	case state.Changed:
		if moved, err = s.still(ctx, src, e, seeing.Was); err != nil || !moved {
			return news, false, err
		}
		if news = state.Seen; seeing.Was.Status != state.Processed {
			news = state.Unfinished
		}
	}
	return news, moved, nil
}

// replaced asks for the time of a file that was run and is young, or of which the listing
// does not show how old it is, where it shows no seconds and the server told them when the
// file was fetched.
func (s *sweeper) replaced(ctx context.Context, src fetch.Source, listed fetch.Entry, was state.Delivery) (bool, error) {
	old := listed.MPrec != fetch.PrecisionNone && s.Now().Sub(listed.MTime) > youngUntil
	if !strings.HasPrefix(was.ETag, askedMark) || listed.MPrec == fetch.PrecisionSecond || old {
		return false, nil
	}
	one, err := src.Stat(ctx, listed.Path)
	if errors.Is(err, fetch.ErrUnavailable) {
		return false, nil // gone since it was listed
	}
	now := exactly(listed, one)
	return err == nil && now.ETag != "" && now.ETag != was.ETag, err
}

// still reports whether a file of which the listing tells another time is the one that was
// fetched all the same: the server tells the same second of it as then. So it is when the
// zone of its listing has changed, or has been found out.
func (s *sweeper) still(ctx context.Context, src fetch.Source, listed fetch.Entry, was state.Delivery) (bool, error) {
	if !strings.HasPrefix(was.ETag, askedMark) || listed.MPrec == fetch.PrecisionSecond || listed.Size != was.Size {
		return false, nil
	}
	one, err := src.Stat(ctx, listed.Path)
	if errors.Is(err, fetch.ErrUnavailable) {
		return false, nil // gone since it was listed
	}
	return err == nil && exactly(listed, one).ETag == was.ETag && one.Size == was.Bytes, err
}
