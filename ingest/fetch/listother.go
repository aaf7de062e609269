package fetch

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// parseEPLF reads a line of Bernstein's Easily Parsed LIST Format, which says what it
// says once and in UTC (https://cr.yp.to/ftp/list/eplf.html):
//
//	+i8388621.48594,m825718503,r,s280,<TAB>name
func parseEPLF(line string) (Entry, error) {
	e := Entry{Size: -1, Kind: KindOther}
	facts, name, ok := strings.Cut(line[1:], "\t")
	if !ok {
		return e, errors.New("no tab before the name")
	}
	e.Path = name
	for _, fact := range strings.Split(facts, ",") {
		if fact == "" {
			continue
		}
		value := fact[1:]
		switch fact[0] {
		case 'r':
			e.Kind = KindFile
		case '/':
			e.Kind = KindDir
		case 's':
			var err error
			if e.Size, err = parseSize(value); err != nil {
				return e, err
			}
		case 'm':
			seconds, err := strconv.ParseInt(value, 10, 64)
			if err != nil {
				return e, fmt.Errorf("time %q is no number", value)
			}
			e.MTime, e.MPrec = time.Unix(seconds, 0).UTC(), PrecisionSecond
		case 'i':
			e.ETag = uniqueMark + value
		}
	}
	if e.Kind != KindFile {
		e.Size = -1
	}
	return e, nil
}

// vmsLine matches what VMS prints of a file: name, extension and version, blocks used
// and allocated, a date, owner and protection. Without privilege the last two are
// missing.
var vmsLine = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(\S[^;]*);(\d+)\s+(?:\d+(?:/\d+)?\s+)?(\d{1,2}-[A-Za-z]{3}-\d{4})\s+(\d{1,2}:\d{2}(?::\d{2})?)(?:\.\d+)?(\s+[\[(].*)?$`)
})

// parseVMS reads such a line. A new version of a file is a new number behind its name,
// so the name without it is the file, and the number its mark; asked for a name without
// one, VMS gives the latest. Its sizes are of blocks: SIZE knows the bytes.
func parseVMS(line string, zone *time.Location) (Entry, error) {
	e := Entry{Size: -1}
	m := vmsLine().FindStringSubmatch(line)
	if m == nil {
		return e, errors.New("format not known")
	}
	layout, prec := "2-Jan-2006 15:04:05", PrecisionSecond
	if strings.Count(m[4], ":") == 1 {
		layout, prec = "2-Jan-2006 15:04", PrecisionMinute
	}
	t, err := time.ParseInLocation(layout, m[3]+" "+m[4], zone) // Go takes JAN for Jan
	if err != nil {
		return e, errors.New("no date known")
	}
	e.Path, e.ETag, e.MTime, e.MPrec = m[1], ";"+m[2], t.UTC(), prec
	if name, ok := strings.CutSuffix(e.Path, ".DIR"); ok {
		e.Path, e.Kind, e.ETag = name, KindDir, ""
	}
	return e, nil
}

var vmsAside = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(Directory \S+\[.*\]|(Grand )?[Tt]otal of \d+ (file|dir).*)\s*$`)
})

// isVMSAside knows the line above and the line below a directory of VMS. Of the hundred
// thousand lines of other listings hardly one costs more than a look at its beginning.
func isVMSAside(line string) bool {
	return (line[0] == 'D' || line[0] == 'G' || line[0] == 'T') && vmsAside().MatchString(line)
}

// joinVMS puts a name that was too long for its column together with the rest of its
// line, which VMS prints below it. The empty line that is left keeps the count.
func joinVMS(lines []string) {
	alone := func(s string) bool {
		name, version, ok := strings.Cut(strings.TrimRight(s, "\r\n"), ";")
		return ok && name != "" && !strings.ContainsAny(name, " \t") && isDigits(version)
	}
	for i := 0; i+1 < len(lines); i++ {
		if alone(lines[i]) && strings.HasPrefix(lines[i+1], " ") {
			lines[i], lines[i+1] = strings.TrimRight(lines[i], "\r\n")+lines[i+1], ""
		}
	}
}
