package pycell

import "time"

// What _strptime of Lib/_strptime.py does with the week and the day in it, %U, %W, %V,
// %G, %a, %A, %u and %w. 2.7 has no %G, %V and %u.

// The messages about directives that must stand together.
const (
	isoAlone = "ISO year directive '%G' must be used with the ISO week directive '%V' and a weekday directive ('%A', '%a', '%w', or '%u')."
	isoDay   = "Day of the year directive '%j' is not compatible with ISO year directive '%G'. Use '%Y' instead."
	weekOnly = "ISO week directive '%V' must be used with the ISO year directive '%G' and a weekday directive ('%A', '%a', '%w', or '%u')."
	weekYear = "ISO week directive '%V' is incompatible with the year directive '%Y'. Use the ISO year '%G' instead."
)

// checkWeeks refuses directives that do not go together. Until 3.12 a year or a week
// of the other kind kept some of that from being looked at.
func (s *strptime) checkWeeks() {
	week, weekday := s.isoWeek >= 0, s.weekday >= 0
	switch {
	case s.isoYearSet && (s.m.strictWeeks || !s.yearSet):
		alone := !week || !weekday
		switch day := s.julian > 0; {
		case day && (s.m.strictWeeks || !alone):
			s.fail("%s", isoDay)
		case alone:
			s.fail("%s", isoAlone)
		}
	case week && s.m.strictWeeks && (!s.yearSet || !weekday), week && !s.m.strictWeeks && s.week < 0 && !weekday:
		s.fail("%s", weekOnly)
	case week && (s.m.strictWeeks || s.week < 0):
		s.fail("%s", weekYear)
	}
}

// findDay turns a week and the day in it into a day of the year, or of a month.
func (s *strptime) findDay() {
	if s.fault != nil || s.julian > 0 || s.weekday < 0 {
		return
	}
	switch {
	case s.week >= 0:
		s.dayOfWeek()
	case s.isoYearSet && s.isoWeek >= 0 && s.m.calendar:
		s.dayOfCalendar()
	case s.isoYearSet && s.isoWeek >= 0:
		s.dayOfISOWeek()
	}
}

// firstWeekday is date(year, 1, 1).weekday(), Monday 0, which refuses year 0.
func (s *strptime) firstWeekday(year int) int {
	if year < 1 {
		s.year = year
		s.refuse(s.m.dates.year)
		return 0
	}
	return (int(time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).Weekday()) + 6) % 7
}

// dayOfWeek is _calc_julian_from_U_or_W.
func (s *strptime) dayOfWeek() {
	first, day := s.firstWeekday(s.year), s.weekday
	if !s.mondays {
		first, day = (first+1)%7, (day+1)%7
	}
	if s.week == 0 {
		s.setJulian(1 + day - first)
		return
	}
	s.setJulian((7-first)%7 + 7*(s.week-1) + 1 + day)
}

// setJulian counts a day before the first one from the end of the year before.
func (s *strptime) setJulian(day int) {
	if s.fault != nil {
		return
	}
	if day <= 0 {
		s.year--
		day += daysIn(s.year)
	}
	s.julian = day
}

// daysIn is the number of days in a year.
func daysIn(year int) int {
	return time.Date(year, 12, 31, 0, 0, 0, 0, time.UTC).YearDay()
}

// dayOfISOWeek is _calc_julian_from_V, which until 3.11 knows no week that is too
// many.
func (s *strptime) dayOfISOWeek() {
	s.year = s.isoYear
	correction := (s.firstWeekday(s.year)+3)%7 + 1 + 3 // date(iso_year, 1, 4).isoweekday() + 3
	day := s.isoWeek*7 + s.weekday + 1 - correction
	if day < 1 && s.fault == nil {
		s.firstWeekday(s.year - 1)
		if s.fault == nil {
			day += daysIn(s.year - 1)
			s.year--
		}
	}
	s.setJulian(day)
}

// dayOfCalendar is date.fromisocalendar, of which Modules/_datetimemodule.c has the
// messages.
func (s *strptime) dayOfCalendar() {
	s.year = s.isoYear
	if s.year < 1 {
		s.refuse(s.m.dates.isoYear)
		return
	}
	first := s.firstWeekday(s.year)
	weeks := 52
	if first == 3 || first == 2 && daysIn(s.year) == 366 {
		weeks = 53
	}
	if s.isoWeek < 1 || s.isoWeek > weeks {
		s.fail("Invalid week: %d", s.isoWeek)
		return
	}
	monday := 1 - first // of week 1, as a day of the year
	if first > 3 {
		monday += 7
	}
	d := time.Date(s.year, 1, monday+7*(s.isoWeek-1)+s.weekday, 0, 0, 0, 0, time.UTC)
	s.year, s.month, s.day = d.Year(), int(d.Month()), d.Day()
}
