package fetch

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// parseListing reads the bytes of an MLSD or LIST. Names are raw bytes. Every
// line that is neither understood nor known to mean nothing comes back as
// Unparsed. A last line without its end is ErrListing: the transfer was cut, and
// "report_2024.csv" may have become "report_20". Times of a LIST are in zone and
// have a year guessed from now.
//
// The formats are RFC 3659 (section 7.2) for MLSD; for LIST, which no RFC
// defines, what Unix's ls, Windows' IIS, VMS and publicfile (EPLF) print.
func parseListing(raw []byte, dir string, mlsd bool, now time.Time, zone *time.Location) ([]Entry, []Unparsed, error) {
	if len(raw) > 0 && raw[len(raw)-1] != '\n' {
		last := raw[bytes.LastIndexByte(raw, '\n')+1:]
		return nil, nil, fmt.Errorf("%w: %.80q", ErrListing, last)
	}
	var entries []Entry
	var unparsed []Unparsed
	seen := map[string]bool{}
	lines := strings.SplitAfter(string(raw), "\n")
	if !mlsd {
		joinVMS(lines)
	}
	for i, line := range lines {
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		if line == "" || !mlsd && (isTotal(line) || isVMSAside(line)) {
			continue
		}
		e, err := parseLine(line, mlsd, now, zone)
		if err == nil && (e.Path == "." || e.Path == ".." || seen[e.Path] && strings.HasPrefix(e.ETag, ";")) {
			continue // of VMS, which lists the latest first: an older version
		}
		if err == nil {
			err = checkName(e.Path, seen)
		}
		if err != nil {
			unparsed = append(unparsed, Unparsed{i + 1, line, err.Error()})
			continue
		}
		if dir != "" {
			e.Path = dir + "/" + e.Path
		}
		e.Raw = line
		entries = append(entries, e)
	}
	return entries, unparsed, nil
}

func parseLine(line string, mlsd bool, now time.Time, zone *time.Location) (Entry, error) {
	switch {
	case mlsd:
		return parseMLSD(line)
	case line[0] == '+':
		return parseEPLF(line)
	case strings.Contains(line, ";") && vmsLine().MatchString(line):
		return parseVMS(line, zone)
	case line[0] >= '0' && line[0] <= '9':
		return parseDOS(line, zone)
	}
	return parseUnix(line, now, zone)
}

// checkName refuses names that would lead elsewhere. Two equal names in one
// directory are what a name with a line break in it can look like.
func checkName(name string, seen map[string]bool) error {
	switch {
	case name == "":
		return fmt.Errorf("no name")
	case strings.Contains(name, "/"):
		return fmt.Errorf("name %q holds a slash", name)
	case seen[name]:
		return fmt.Errorf("name %q for the second time", name)
	}
	seen[name] = true
	return nil
}

// isTotal knows the "total 24" with which ls begins.
func isTotal(line string) bool {
	n, ok := strings.CutPrefix(line, "total ")
	return ok && isDigits(strings.TrimSpace(n))
}

// parseSize reads decimal digits and nothing else: a leading zero is not octal,
// an underscore not a digit.
func parseSize(s string) (int64, error) {
	if !isDigits(s) {
		return 0, fmt.Errorf("size %q is no decimal number", s)
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("size %q is too large", s)
	}
	return n, nil
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// parseMLSD reads "type=file;size=10;modify=20240102030405; name". The name
// begins after the first space behind the facts and may hold anything.
func parseMLSD(line string) (Entry, error) {
	e := Entry{Size: -1}
	facts, name, ok := strings.Cut(strings.TrimLeft(line, " "), " ")
	if !ok {
		return e, fmt.Errorf("no space between facts and name")
	}
	e.Path = name
	typed := false
	for _, fact := range strings.Split(strings.TrimSuffix(facts, ";"), ";") {
		key, value, ok := strings.Cut(fact, "=")
		if !ok {
			return e, fmt.Errorf("%q is no fact", fact)
		}
		key = strings.ToLower(key)
		typed = typed || key == "type"
		if err := e.fact(key, value); err != nil {
			return e, err
		}
	}
	if !typed {
		return e, fmt.Errorf("no type")
	}
	if e.Kind != KindFile {
		e.Size = -1
	}
	return e, nil
}

// fact takes one fact of an MLSD line; key is in lower case. Facts we have no use
// for mean nothing.
func (e *Entry) fact(key, value string) (err error) {
	switch key {
	case "type":
		e.kindFact(value)
	case "size":
		e.Size, err = parseSize(value)
	case "modify":
		digits, _, _ := strings.Cut(value, ".")
		if len(digits) != 14 || !isDigits(digits) {
			return fmt.Errorf("modify %q is no time", value)
		}
		if e.MTime, err = time.Parse("20060102150405", value); err != nil {
			return fmt.Errorf("modify %q is no time", value)
		}
		e.MPrec = PrecisionSecond
	case "unique":
		e.ETag = uniqueMark + value
	}
	return err
}

func (e *Entry) kindFact(value string) {
	switch kind := strings.ToLower(value); {
	case kind == "file":
		e.Kind = KindFile
	case kind == "dir":
		e.Kind = KindDir
	case kind == "cdir", kind == "pdir": // this directory and its parent, whatever they are called
		e.Kind, e.Path = KindDir, "."
	case strings.HasPrefix(kind, "os.unix=slink"), strings.HasPrefix(kind, "os.unix=symlink"):
		e.Kind = KindLink
		_, e.Target, _ = strings.Cut(value, ":")
	default:
		e.Kind = KindOther
	}
}
