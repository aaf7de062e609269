package fetch

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// field is a word of a line and where it lies.
type field struct {
	text       string
	start, end int
}

func fields(line string) []field {
	var out []field
	for i := 0; i < len(line); {
		if line[i] == ' ' || line[i] == '\t' {
			i++
			continue
		}
		j := i
		for j < len(line) && line[j] != ' ' && line[j] != '\t' {
			j++
		}
		out = append(out, field{line[i:j], i, j})
		i = j
	}
	return out
}

// parseUnix reads a line of ls -l:
//
//	-rw-r--r--. 1 owner group 1024 Jan  2 03:04 name
//	-rw-r--r-- 1 owner 1024 2024-01-02 03:04:05 name
//	lrwxrwxrwx 1 owner group 8 2 Jan 2024 name -> target
//
// Owners and groups may be missing, or hold spaces, so it looks for a size
// followed by a date. Only one space separates date and name; more belong to it.
func parseUnix(line string, now time.Time, zone *time.Location) (Entry, error) {
	e := Entry{Size: -1}
	fs := fields(line)
	if len(fs) == 0 || !isMode(fs[0].text) || fs[0].start != 0 {
		return e, errors.New("format not known")
	}
	for i := 1; i+2 < len(fs); i++ {
		t, prec, n := unixDate(fs[i+1:], now, zone)
		if n == 0 {
			continue
		}
		size, err := parseSize(fs[i].text)
		if err != nil {
			return e, err
		}
		last := fs[i+n].end
		if last+1 >= len(line) {
			return e, errors.New("no name")
		}
		e.MTime, e.MPrec, e.Size, e.Path = t, prec, size, line[last+1:]
		return e.unixKind(line[0])
	}
	return e, errors.New("no date known")
}

func (e *Entry) unixKind(c byte) (Entry, error) {
	switch c {
	case '-':
		return *e, nil
	case 'd':
		e.Kind = KindDir
	case 'l':
		e.Kind = KindLink
		if name, target, ok := strings.Cut(e.Path, " -> "); ok {
			e.Path, e.Target = name, target
		}
	default:
		e.Kind = KindOther
	}
	e.Size = -1
	return *e, nil
}

// isMode knows "-rw-r--r--", with the mark of SELinux (.), ACLs (+) or macOS (@).
func isMode(s string) bool {
	if len(s) == 11 && strings.IndexByte(".+@", s[10]) >= 0 {
		s = s[:10]
	}
	return len(s) == 10 && strings.IndexByte("-dlbcpsD", s[0]) >= 0 && strings.Trim(s[1:], "-rwxsStTlL") == ""
}

// unixDate reads a date at the beginning of fs and returns the number of fields
// it takes, 0 if there is none. Months are English, as in the C locale.
func unixDate(fs []field, now time.Time, zone *time.Location) (t time.Time, prec Precision, n int) {
	word := func(i int) string {
		if i < len(fs) {
			return fs[i].text
		}
		return ""
	}
	if t, err := time.ParseInLocation("2006-01-02 15:04:05", word(0)+" "+word(1), zone); err == nil {
		if z, err := time.Parse("-0700", word(2)); err == nil { // ls --full-time
			_, offset := z.Zone()
			return t.Add(time.Duration(zoneOffset(t)-offset) * time.Second).UTC(), PrecisionSecond, 3
		}
		return t.UTC(), PrecisionSecond, 2
	}
	if t, err := time.ParseInLocation("2006-01-02 15:04", word(0)+" "+word(1), zone); err == nil {
		return t.UTC(), PrecisionMinute, 2
	}
	day := word(0) + " " + word(1)
	if isDigits(word(0)) {
		day = word(1) + " " + word(0)
	}
	if t, err := time.ParseInLocation("Jan 2 2006", day+" "+word(2), zone); err == nil && len(word(2)) == 4 {
		return t.UTC(), PrecisionDay, 3
	}
	if t, ok := recent(day+" "+word(2), now, zone); ok {
		return t.UTC(), PrecisionMinute, 3
	}
	return time.Time{}, PrecisionNone, 0
}

func zoneOffset(t time.Time) int {
	_, offset := t.Zone()
	return offset
}

// recent reads a date without a year as the latest that is not in the future; a
// day of grace allows for a wrong zone or clock. February 29 looks back to the
// last leap year.
func recent(s string, now time.Time, zone *time.Location) (time.Time, bool) {
	year := now.In(zone).Year() + 1
	for y := year; y > year-10; y-- {
		t, err := time.ParseInLocation("2006 Jan 2 15:04", fmt.Sprintf("%04d %s", y, s), zone)
		if err == nil && t.Before(now.Add(24*time.Hour)) {
			return t, true
		}
	}
	return time.Time{}, false
}

// parseDOS reads a line of IIS, with two or four digits of year, 12 or 24 hours:
//
//	01-02-24  03:04PM       <DIR>          name
//	01-02-2024  15:04                 1024 name
//
// Month comes first; a line where that cannot be is not guessed at.
func parseDOS(line string, zone *time.Location) (Entry, error) {
	e := Entry{Size: -1}
	fs := fields(line)
	if len(fs) < 3 {
		return e, errors.New("format not known")
	}
	t, ok := dosTime(fs[0].text+" "+strings.ToUpper(fs[1].text), zone)
	if !ok {
		return e, errors.New("no date known")
	}
	e.MTime, e.MPrec = t.UTC(), PrecisionMinute
	pad := 1 // spaces between the size and the name
	switch fs[2].text {
	case "<DIR>":
		e.Kind, pad = KindDir, 10
	case "<JUNCTION>":
		e.Kind, pad = KindLink, 5
	case "<SYMLINK>", "<SYMLINKD>":
		e.Kind, pad = KindLink, 15-len(fs[2].text)
	default:
		var err error
		if e.Size, err = parseSize(fs[2].text); err != nil {
			return e, err
		}
	}
	for e.Path = line[fs[2].end:]; pad > 0 && strings.HasPrefix(e.Path, " "); pad-- {
		e.Path = e.Path[1:]
	}
	return e, nil
}

func dosTime(s string, zone *time.Location) (time.Time, bool) {
	for _, layout := range []string{"01-02-06 03:04PM", "01-02-2006 03:04PM", "01-02-06 15:04", "01-02-2006 15:04"} {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
