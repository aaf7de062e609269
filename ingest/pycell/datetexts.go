package pycell

import (
	"strconv"
	"strings"
)

// dateTexts are the messages of what strptime and the constructors it calls refuse,
// with what stands in braces to be filled in.
type dateTexts struct {
	name   string // list.index in _strptime of Lib/_strptime.py, a {name} it does not know
	year   string // check_date_args in Modules/_datetimemodule.c
	day    string // the same
	second string // check_time_args
	offset string // new_timezone
}

var (
	dates27 = dateTexts{
		name:   "{name} is not in list",
		year:   "year is out of range",
		day:    "day is out of range for month",
		second: "second must be in 0..59",
	}
	dates36 = dateTexts{
		name:   dates27.name,
		year:   "year {year} is out of range",
		day:    dates27.day,
		second: dates27.second,
		offset: dates314.offset + ".",
	}
	dates314 = dateTexts{
		name:   "list.index(x): x not in list",
		year:   "year must be in 1..9999, not {year}",
		day:    "day {day} must be in range 1..{days} for month {month} in year {year}",
		second: "second must be in 0..59, not {second}",
		offset: "offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24), not datetime.timedelta({offset})",
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
