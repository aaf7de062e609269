package fetch

import (
	"path"
	"slices"
	"time"
)

// A LIST tells times without their zone, MDTM tells them in UTC (RFC 3659, section 3.1).
// The difference at one file is the zone of all of them, as FileZilla has it; but a server
// that shows each file by the clock of its own season has two, and then the files in
// between are asked for until it is known where one ends and the other begins.

// farthest is the greatest offset of any zone from UTC (Kiritimati).
const farthest = 14 * time.Hour

// askedAtMost is how many files are asked for a time that makes sense, from either end.
const askedAtMost = 3

// parseList reads the bytes of a LIST, in the zone that is configured, or else in that of
// the server's own clock as far as it can be found out: its times are UTC then.
func (s *session) parseList(raw []byte, remote, dir string, now time.Time) ([]Entry, []Unparsed, error) {
	if zone := s.src.o.Zone; zone != nil {
		return parseListing(raw, dir, false, now, zone)
	}
	entries, unparsed, err := parseListing(raw, dir, false, now, time.UTC)
	if err != nil || !s.lib.IsGetTimeSupported() {
		return entries, unparsed, err
	}
	p := zoneProbe{s: s, remote: remote, known: map[int]time.Duration{}}
	for _, e := range entries {
		if e.Kind == KindFile && e.MPrec >= PrecisionMinute {
			p.files = append(p.files, e)
		}
	}
	slices.SortStableFunc(p.files, func(a, b Entry) int { return a.MTime.Compare(b.MTime) })
	older, newer, since, err := p.offsets()
	if err != nil || older == 0 && newer == 0 {
		return entries, unparsed, err
	}
	in := func(offset time.Duration) ([]Entry, error) {
		all, _, err := parseListing(raw, dir, false, now, time.FixedZone("", int(offset.Seconds())))
		return all, err
	}
	late, err := in(newer)
	if err != nil || older == newer {
		return late, unparsed, err
	}
	early, err := in(older)
	if err != nil {
		return nil, nil, err
	}
	for i, e := range entries {
		if entries[i] = late[i]; e.MTime.Before(since) {
			entries[i] = early[i]
		}
	}
	return entries, unparsed, nil
}

// zoneProbe asks for the times of files.
type zoneProbe struct {
	s      *session
	remote string
	files  []Entry // with a time of day, as if it were UTC, oldest first
	known  map[int]time.Duration
}

// unknown is the offset of a file whose time makes no sense, or is not told.
const unknown = 24 * time.Hour

// offset is how far a file's time in the listing is from UTC. The error is a connection
// that broke.
func (p *zoneProbe) offset(i int) (time.Duration, error) {
	if d, ok := p.known[i]; ok {
		return d, nil
	}
	e := p.files[i]
	t, err := p.s.mtime(path.Join(p.remote, e.Name()))
	if err != nil && refusal(err) == 0 {
		return 0, err
	}
	d := e.MTime.Truncate(time.Minute).Sub(t.Truncate(time.Minute))
	if err != nil || t.IsZero() || d.Abs() > farthest || d%(15*time.Minute) != 0 {
		d = unknown // written anew meanwhile, or the year was guessed wrongly
	}
	p.known[i] = d
	return d, nil
}

// offsets are those of the older and of the newer files, which begin at a time of the
// listing. Where nothing is known they are 0.
func (p *zoneProbe) offsets() (older, newer time.Duration, since time.Time, err error) {
	last, newer, err := p.first(len(p.files)-1, -1)
	if err != nil || last < 0 {
		return 0, 0, since, err
	}
	first, older, err := p.first(0, 1)
	if err != nil || older == newer {
		return older, newer, since, err
	}
	for last-first > 1 {
		mid := (first + last) / 2
		d, err := p.offset(mid)
		if err != nil {
			return 0, 0, since, err
		}
		if d == older {
			first = mid
		} else {
			last = mid
		}
	}
	return older, newer, p.files[last].MTime, nil
}

// first is the first of the files from one on whose offset is known, -1 for none.
func (p *zoneProbe) first(from, step int) (int, time.Duration, error) {
	for n, i := 0, from; n < askedAtMost && i >= 0 && i < len(p.files); n, i = n+1, i+step {
		d, err := p.offset(i)
		if err != nil {
			return -1, 0, err
		}
		if d != unknown {
			return i, d, nil
		}
	}
	return -1, 0, nil
}
