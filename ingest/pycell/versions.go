package pycell

import (
	"fmt"

	"github.com/feedparity/feedparity/ingest"
)

// A model is what distinguishes one CPython from the next in this package. The
// patch level measured is the one named; other releases of the minor version may
// differ only where a field says so.
type model struct {
	python ingest.Python
	patch  int // the release measured
	index  int // bit in the tables' masks
	bytes  bool

	// emptyFloat is float('')'s message after "could not convert string to float: "
	// where it does not quote the cell.
	emptyFloat string
	quoteBlank bool // float(' ') quotes the cell as it is (3.10+)
	keepsText  bool // 3.6: float() and int() keep text they cannot fold, so a lone surrogate fails in UTF-8

	// digitLimit is sys.get_int_max_str_digits, 0 for none. It came in security
	// releases: 3.7.14, 3.8.14, 3.9.14, 3.10.7, 3.11.0 and later, never for 3.6.
	digitLimit int
	limitText  string // the limit as the message shows it
	limitLate  bool   // 3.12+: text after the digits is complained of first

	plainOffset bool // 3.6: strptime's %z is +HHMM alone
	anyCaseZ    bool // 3.7, 3.8: %z matches z, and then fails

	capitalizeTitles bool // 3.8+: capitalize() maps the first character to title case, not upper

	dates       *dateTexts
	fields      string            // the directives of a format that stand for one thing
	directives  map[string]string // and those that stand for others
	calendar    bool              // 3.12+: %G-%V is date.fromisocalendar
	strictWeeks bool              // 3.13+: %G and %V are checked whatever else there is
	flags       bool              // 3.14: flags, a width and O or E before a directive are passed over
	blankHour   bool              // 3.14: %H and %I match " 5" (TimeRE of Lib/_strptime.py)
	apostrophe  bool              // 3.14: ' in a format matches U+02BC too (TimeRE.pattern)
}

// The number of models; an array's length, so that masks and models stay together.
var versions = [10]model{
	{index: 0, python: ingest.Python{Major: 2, Minor: 7}, patch: 18, dates: &dates27, fields: fields27, directives: directives27, bytes: true},
	{index: 1, python: ingest.Python{Major: 3, Minor: 6}, patch: 15, dates: &dates36, fields: fields36, directives: directives27, keepsText: true, plainOffset: true},
	{index: 2, python: ingest.Python{Major: 3, Minor: 7}, patch: 16, dates: &dates36, fields: fields36, directives: directives27, anyCaseZ: true, digitLimit: 4300, limitText: "4300"},
	{index: 3, python: ingest.Python{Major: 3, Minor: 8}, patch: 18, dates: &dates36, fields: fields36, directives: directives27, anyCaseZ: true, digitLimit: 4300, limitText: "4300", emptyFloat: "''", capitalizeTitles: true},
	{index: 4, python: ingest.Python{Major: 3, Minor: 9}, patch: 18, dates: &dates36, fields: fields36, directives: directives27, digitLimit: 4300, limitText: "4300", emptyFloat: "''", capitalizeTitles: true},
	{index: 5, python: ingest.Python{Major: 3, Minor: 10}, patch: 13, dates: &dates36, fields: fields36, directives: directives27, digitLimit: 4300, limitText: "4300", quoteBlank: true, capitalizeTitles: true},
	{index: 6, python: ingest.Python{Major: 3, Minor: 11}, patch: 7, dates: &dates36, fields: fields36, directives: directives27, digitLimit: 4300, limitText: "4300 digits", quoteBlank: true, capitalizeTitles: true},
	{index: 7, python: ingest.Python{Major: 3, Minor: 12}, patch: 1, dates: &dates36, fields: fields36, directives: directives27, digitLimit: 4300, limitText: "4300 digits", quoteBlank: true, limitLate: true, capitalizeTitles: true, calendar: true},
	{index: 8, python: ingest.Python{Major: 3, Minor: 13}, patch: 0, dates: &dates36, fields: fields36, directives: directives27, digitLimit: 4300, limitText: "4300 digits", quoteBlank: true, limitLate: true, capitalizeTitles: true, calendar: true, strictWeeks: true},
	{index: 9, python: ingest.Python{Major: 3, Minor: 14}, patch: 6, dates: &dates314, fields: fields36, directives: directives314, digitLimit: 4300, limitText: "4300 digits", quoteBlank: true, limitLate: true, capitalizeTitles: true, blankHour: true, apostrophe: true, calendar: true, strictWeeks: true, flags: true},
}

// modelOf returns the model of a version. The error names the nearest one.
func modelOf(py ingest.Python) (*model, error) {
	m, exact := nearestModel(py)
	if !exact {
		return nil, fmt.Errorf("model cells: python %s is %w, the nearest is %s", py, ingest.ErrNotModelled, m.python)
	}
	return m, nil
}

// nearestModel returns the newest model of the same major version that is not
// newer than py, else the oldest.
func nearestModel(py ingest.Python) (m *model, exact bool) {
	for i := range versions {
		v := &versions[i]
		if v.python.Major == py.Major && (m == nil || py.AtLeast(v.python.Major, v.python.Minor)) {
			m = v
		}
	}
	if m == nil {
		m = &versions[0]
	}
	return m, m.python == py
}
