package golden

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Pulled says what became of one case of an inbox.
type Pulled struct {
	Dir    string // below both roots
	Copied bool   // false: the checkout has the case, Held or Err says why not
	Held   bool   // too much of it is the supplier's, and nobody has allowed that
	// Regressed: the checkout has it as fixed, and it was found again since.
	Regressed bool
	Err       error
}

// Pull copies the cases of an inbox, into which a sweep writes, to the store of a
// checkout. Cases that are there stay as they are, whatever the inbox says, but for those
// that are fixed and were found again since, which become regressed; one
// that cannot be copied, or may not (see Case.Held), does not stop the others. An
// inbox that does not exist yet is empty.
func Pull(inbox, into *Store) ([]Pulled, error) {
	cases, err := inbox.List()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []Pulled
	for _, c := range cases {
		p := Pulled{Dir: c.Dir, Err: c.Err}
		if c.Err == nil {
			if p.Held = c.Case.Held(); !p.Held {
				p.Copied, p.Err = into.copy(c)
			}
			if !p.Copied && p.Err == nil {
				p.Regressed, p.Err = into.regress(c.Case)
			}
		}
		out = append(out, p)
	}
	return out, nil
}

// copy writes a case as it was read; repro.py is taken over, not made anew, for
// a later feedparity may write it otherwise.
func (s *Store) copy(c Stored) (bool, error) {
	repro, err := os.ReadFile(filepath.Join(c.Path, reproFile))
	if err != nil {
		return false, fmt.Errorf("read case %q: %w", c.Path, withoutPath(reproFile, err))
	}
	c.Case.repro = repro
	_, created, err := s.Write(c.Case)
	return created, err
}
