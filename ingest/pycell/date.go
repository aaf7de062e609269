package pycell

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/feedparity/feedparity/ingest"
)

// dateFunction is datetime.datetime.strptime(cell, format), for date with .date()
// after it.
func dateFunction(op ingest.Op) cellFunc {
	formats := formatsOf(op.Args[0])
	return func(m *model, v ingest.Value) (ingest.Value, *ingest.Fault) {
		if m.bytes {
			var fault *ingest.Fault
			if v, fault = bytesArgument(1, v); fault == nil {
				_, fault = bytesArgument(2, op.Args[0])
			}
			if fault != nil {
				return v, fault
			}
		}
		s := strptime{m: m, format: op.Args[0], day: 1, month: 1, weekday: -1, week: -1, isoWeek: -1}
		if s.run(formats[m.index](), v); s.fault != nil {
			return v, s.fault
		}
		if op.Name == "date" {
			return ingest.Date(s.date()), nil
		}
		return ingest.DateTime(s.date() + "T" + s.time()), nil
	}
}

// formatsOf are a format as each version takes it apart, once it is asked.
func formatsOf(format ingest.Value) (formats [len(versions)]func() dateFormat) {
	for i := range versions {
		formats[i] = sync.OnceValue(func() dateFormat { return parseDateFormat(&versions[i], format) })
	}
	return formats
}

// bytesArgument is the "s" of PyArg_ParseTuple in 2.7: unicode is encoded, NUL is
// refused.
func bytesArgument(n int, v ingest.Value) (ingest.Value, *ingest.Fault) {
	kind := "str"
	if v.Kind == ingest.KindText {
		kind = "unicode"
		var fault *ingest.Fault
		if v, fault = asciiBytes(v.Str); fault != nil {
			return v, fault
		}
	}
	if strings.IndexByte(v.Str, 0) >= 0 {
		return v, ingest.Faultf("TypeError", "strptime() argument %d must be string without null bytes, not %s", n, kind)
	}
	return v, nil
}

// strptime is _strptime of Lib/_strptime.py and the constructor called after it.
type strptime struct {
	m      *model
	format ingest.Value
	t      *matcher
	fault  *ingest.Fault

	year, month, day, hour, minute, second, micro, julian int
	weekday, week, isoYear, isoWeek                       int // -1 for none, but for isoYear
	yearSet, isoYearSet, hour12, offsetSet, mondays       bool
	half                                                  string // what %p matched
	offset                                                int64  // microseconds east of UTC
}

func (s *strptime) fail(format string, args ...any) {
	if s.fault == nil {
		s.fault = ingest.Faultf("ValueError", format, args...)
	}
}

func (s *strptime) run(format dateFormat, v ingest.Value) {
	if format.bad != "" {
		s.fail("%s", format.bad)
		return
	}
	elements := format.elements
	s.t = &matcher{m: s.m, kind: v.Kind, format: elements, data: unitsOf(v), dead: map[[2]int]bool{}, ends: make([]int, len(elements))}
	if !s.t.match(0, 0) {
		s.fail("time data %s does not match format %s", reprOf(s.m, v), reprOf(s.m, s.format))
		return
	}
	end := 0
	if len(elements) > 0 {
		end = s.t.ends[len(elements)-1]
	}
	if rest := s.t.data[end:]; len(rest) > 0 {
		s.fail("unconverted data remains: %s", ingest.TextOf(rest...))
		return
	}
	for i, e := range elements {
		start := 0
		if i > 0 {
			start = s.t.ends[i-1]
		}
		if e.directive && s.fault == nil {
			s.take(e.c, s.t.data[start:s.t.ends[i]])
		}
	}
	s.finish()
}

// number is int() of digits, spaces before them allowed.
func (s *strptime) number(chars []rune) int {
	n := 0
	for _, c := range chars {
		if d, ok := s.t.digit(c); ok {
			n = n*10 + int(d)
		}
	}
	return n
}

// take sets what one directive says.
func (s *strptime) take(directive rune, found []rune) {
	switch directive {
	case 'y':
		s.year, s.yearSet = s.number(found)+1900, true
		if s.year <= 1968 {
			s.year += 100
		}
	case 'Y':
		s.year, s.yearSet = s.number(found), true
	case 'm':
		s.month = s.number(found)
	case 'd':
		s.day = s.number(found)
	case 'j':
		s.julian = s.number(found)
	case 'G':
		s.isoYear, s.isoYearSet = s.number(found), true
	case 'V':
		s.isoWeek = s.number(found)
	case 'U', 'W':
		s.week, s.mondays = s.number(found), directive == 'W'
	case 'u', 'w':
		s.weekday = (s.number(found) + 6) % 7
	case 'H', 'I':
		s.hour, s.hour12 = s.number(found), directive == 'I'
	case 'M':
		s.minute = s.number(found)
	case 'S':
		s.second = s.number(found)
	case 'f':
		s.micro = s.number(found)
		for range 6 - len(found) {
			s.micro *= 10
		}
	case 'b', 'B', 'a', 'A':
		s.takeName(directive, found)
	case 'p':
		s.half = strings.ToLower(ingest.TextOf(found...))
	case 'z':
		s.takeOffset(found)
	}
}

// takeName looks a name up by its lower case, in which a letter that re took for
// an ASCII one is none.
func (s *strptime) takeName(directive rune, found []rune) {
	name := ingest.Text(lowerText(s.m, ingest.TextOf(found...)))
	if s.m.bytes {
		name = ingest.Bytes(lowerASCII(string(found)))
	}
	if !slices.Contains(names(directive), name.Str) {
		s.refuse(s.m.dates.name, "{name}", reprOf(s.m, name))
		return
	}
	if directive|0x20 == 'b' {
		s.month = slices.Index(names('b'), name.Str[:3]) + 1
	} else {
		s.weekday = slices.Index(names('a'), name.Str[:3])
	}
}

// takeOffset is the branch of %z, its slices and their exceptions included.
func (s *strptime) takeOffset(found []rune) {
	s.offsetSet = true
	z := slices.Clone(found)
	switch {
	case len(z) == 1 && z[0] == 'Z':
		return
	case len(z) == 1:
		s.fault = ingest.Faultf("IndexError", "string index out of range")
		return
	}
	if z[3] == ':' {
		z = slices.Delete(z, 3, 4)
		if len(z) > 5 {
			if z[5] != ':' {
				s.fail("Inconsistent use of : in %s", ingest.TextOf(found...))
				return
			}
			z = slices.Delete(z, 5, 6)
		}
	}
	seconds := z[min(5, len(z)):min(7, len(z))]
	if len(seconds) > 0 && seconds[0] == ':' {
		s.fail("invalid literal for int() with base 10: %s", reprOf(s.m, ingest.Text(ingest.TextOf(seconds...))))
		return
	}
	s.offset = int64(s.number(z[1:3])*3600+s.number(z[3:5])*60+s.number(seconds)) * 1e6
	fraction := z[min(8, len(z)):]
	micro := s.number(fraction)
	for range 6 - len(fraction) {
		micro *= 10
	}
	s.offset += int64(micro)
	if z[0] == '-' {
		s.offset = -s.offset
	}
}

// finish settles the year and the day and checks them as the constructors do: the
// zone's offset before the seconds.
func (s *strptime) finish() {
	if s.hour12 {
		s.hour %= 12
		if s.half == "pm" {
			s.hour += 12
		}
	}
	s.checkWeeks()
	leap := !s.yearSet && s.month == 2 && s.day == 29
	if !s.yearSet {
		s.year = 1900
		if leap {
			s.year = 1904
		}
	}
	s.findDay()
	s.checkDay()
	if leap {
		s.year = 1900
	}
	s.checkOffset()
	s.checkDay()
	if s.second > 59 {
		s.refuse(s.m.dates.second)
	}
}

// checkDay is what date(year, month, day) refuses; a day of the year replaces month
// and day.
func (s *strptime) checkDay() {
	if s.julian > 0 && s.year > 0 {
		d := time.Date(s.year, 1, s.julian, 0, 0, 0, 0, time.UTC)
		s.year, s.month, s.day, s.julian = d.Year(), int(d.Month()), d.Day(), 0
	}
	switch {
	case s.year < 1 || s.year > 9999:
		s.refuse(s.m.dates.year)
	case s.day > daysOf(s.year, s.month):
		s.refuse(s.m.dates.day)
	}
}

// daysOf is the number of days in a month.
func daysOf(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

const daySeconds = 24 * 3600

// checkOffset is what datetime.timezone refuses.
func (s *strptime) checkOffset() {
	if s.offset > -daySeconds*1e6 && s.offset < daySeconds*1e6 {
		return
	}
	micros := ((s.offset % 1e6) + 1e6) % 1e6
	whole := (s.offset - micros) / 1e6
	seconds := ((whole % daySeconds) + daySeconds) % daySeconds
	days := (whole - seconds) / daySeconds
	shown := fmt.Sprintf("days=%d", days)
	if seconds != 0 {
		shown += fmt.Sprintf(", seconds=%d", seconds)
	}
	if micros != 0 {
		shown += fmt.Sprintf(", microseconds=%d", micros)
	}
	if s.m.plainOffset { // 3.6 names no fields
		shown = strings.NewReplacer("days=", "", "seconds=", "").Replace(shown)
	}
	s.refuse(s.m.dates.offset, "{offset}", shown)
}

func (s *strptime) date() string { return fmt.Sprintf("%04d-%02d-%02d", s.year, s.month, s.day) }

// time is the second half of isoformat().
func (s *strptime) time() string {
	out := fmt.Sprintf("%02d:%02d:%02d", s.hour, s.minute, s.second)
	if s.micro != 0 {
		out += fmt.Sprintf(".%06d", s.micro)
	}
	if !s.offsetSet {
		return out
	}
	sign, micros := '+', s.offset
	if micros < 0 {
		sign, micros = '-', -micros
	}
	seconds := micros / 1e6
	out += fmt.Sprintf("%c%02d:%02d", sign, seconds/3600, seconds/60%60)
	if seconds%60 != 0 || micros%1e6 != 0 {
		out += fmt.Sprintf(":%02d", seconds%60)
	}
	if micros%1e6 != 0 {
		out += fmt.Sprintf(".%06d", micros%1e6)
	}
	return out
}
