package fetch

import (
	"bytes"
	"fmt"
	"path"
	"strings"
)

// mostNamed is how many files are asked for one by one where the listing is none that
// anybody here understands.
const mostNamed = 1000

// byName lists a directory of which no line was understood, such as MVS's: NLST (RFC 959,
// section 4.1.3) tells the names alone, and each is asked for its size and time. What
// tells neither may be a directory, and is reported. A server that refuses NLST is one of
// which the lines stay what they were.
func (s *session) byName(remote, dir string, lines []Unparsed) ([]Entry, []Unparsed, error) {
	var raw bytes.Buffer
	s.into = &raw
	err := s.guard(func() error {
		_, err := s.lib.NameList("")
		return forgive250(err)
	})
	s.into = nil
	if refusal(err) != 0 {
		return nil, lines, nil
	}
	if err != nil {
		return nil, nil, err
	}
	if raw.Len() > 0 && !bytes.HasSuffix(raw.Bytes(), []byte("\n")) {
		return nil, nil, fmt.Errorf("%w: %.80q", ErrListing, raw.Bytes()[bytes.LastIndexByte(raw.Bytes(), '\n')+1:])
	}
	var entries []Entry
	var unparsed []Unparsed
	seen := map[string]bool{}
	for n, line := range strings.Split(strings.TrimSuffix(raw.String(), "\n"), "\n") {
		line = strings.TrimSuffix(line, "\r")
		name := line[strings.LastIndexByte(line, '/')+1:] // some tell whole paths
		if name == "." || name == ".." {
			continue
		}
		e := Entry{Path: path.Join(dir, name), Size: -1, Raw: line}
		err := checkName(name, seen)
		if err == nil {
			err = s.stat(path.Join(remote, name), &e)
		}
		if err == nil && e.Size < 0 && e.MPrec == PrecisionNone {
			err = fmt.Errorf("%w: neither its size nor its time is told", ErrUnavailable)
		}
		switch {
		case err == nil:
			entries = append(entries, e)
		case s.alive(): // in step: it is about this name
			unparsed = append(unparsed, Unparsed{n + 1, line, err.Error()})
		default:
			return nil, nil, err
		}
	}
	return entries, unparsed, nil
}
