package pycell

import (
	"strconv"
	"strings"
)

// dateTexts are the messages of what strptime and the constructors it calls refuse,
// with what stands in braces to be filled in.
type dateTexts struct {
	name    string // list.index in _strptime of Lib/_strptime.py, a {name} it does not know
	year    string // check_date_args in Modules/_datetimemodule.c
	day     string // the same
	isoYear string // date_fromisocalendar, since 3.8
	second  string // check_time_args
	offset  string // new_timezone
}

var (
	dates27 = dateTexts{
		name:   "{name} is not in list",
		year:   "year is out of range",
		day:    "day is out of range for month",
		second: "second must be in 0..59",
	}
	dates36 = dateTexts{
		name:    dates27.name,
		year:    "year {year} is out of range",
		day:     dates27.day,
		second:  dates27.second,
		isoYear: "Year is out of range: {year}",
		offset:  dates314.offset + ".",
	}
	dates314 = dateTexts{
		name:    "list.index(x): x not in list",
		year:    "year must be in 1..9999, not {year}",
		isoYear: "year must be in 1..9999, not {year}",
		day:     "day {day} must be in range 1..{days} for month {month} in year {year}",
		second:  "second must be in 0..59, not {second}",
		offset:  "offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24), not datetime.timedelta({offset})",
	}
)

// refuse fails with a text of dateTexts; given are pairs of a name in braces and
// what takes its place, beside those of the date.
func (s *strptime) refuse(text string, given ...string) {
	for name, n := range map[string]int{"year": s.year, "month": s.month, "day": s.day, "days": daysOf(s.year, s.month), "second": s.second} {
		given = append(given, "{"+name+"}", strconv.Itoa(n))
	}
	s.fail("%s", strings.NewReplacer(given...).Replace(text))
}

// fields are the directives of strptime that stand for one thing each, besides "%".
const (
	fields27 = "aAbBdHIjmMpSUwWyYZf"
	fields36 = fields27 + "GuVz"
)

// What other directives stand for, in the C locale.
var (
	directives27  = map[string]string{"c": "%a %b %d %H:%M:%S %Y", "x": "%m/%d/%y", "X": "%H:%M:%S"}
	directives314 = map[string]string{
		"c": directives27["c"], "x": directives27["x"], "X": directives27["X"], "T": "%H:%M:%S", "R": "%H:%M", "r": "%I:%M:%S %p",
		"e": "%d", "k": "%H", "l": "%I", "P": "%p", "Op": "%p",
		// Alternative digits, of which a locale with ASCII ones has none: they match nothing.
		"Od": "", "Oe": "", "Om": "", "Ow": "", "Oy": "", "OC": "", "OH": "", "OI": "", "OM": "", "OS": "",
	}
)
