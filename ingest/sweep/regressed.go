package sweep

import (
	"path/filepath"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
)

// regressions marks what shows a signature again that the checkout says is fixed, night
// after night until the checkout says otherwise: what was counted before is no news, but
// this somebody has mended, and it is not.
func (r *Result) regressions(checkout string) {
	if checkout == "" {
		return
	}
	store := golden.NewStore(checkout)
	fixed := map[string]string{} // directories of cases by feed and signature, "" where none is fixed
	for i := range r.Feeds {
		for j := range r.Feeds[i].Deliveries {
			for _, v := range r.Feeds[i].Deliveries[j].Views {
				for n := range v.Findings {
					regress(&v.Findings[n], r.Feeds[i].Name, store, fixed)
				}
			}
		}
	}
}

func regress(f *Finding, feed string, store *golden.Store, fixed map[string]string) {
	if f.Accepted || f.Severity == ingest.Info {
		return
	}
	key := feed + "\x00" + f.Signature
	dir, known := fixed[key]
	if !known {
		dir = store.Path(&golden.Case{Feed: feed, Cause: f.Cause, Signature: f.Signature})
		if c, err := golden.Load(dir); err != nil || c.State != golden.Fixed {
			dir = ""
		} else if abs, err := filepath.Abs(dir); err == nil {
			dir = abs
		}
		fixed[key] = dir
	}
	if dir != "" {
		f.Regressed, f.New, f.Case = true, true, dir
	}
}

// noteBack notes in the inbox what is back though the checkout has it as fixed, so that
// golden pull makes it regressed there.
func (s *sweeper) noteBack(res *Result) error {
	noted := map[string]bool{}
	note := func(dir, where string) error {
		if noted[dir] {
			return nil
		}
		noted[dir] = true
		fixed, err := golden.Load(dir)
		if err != nil {
			return err
		}
		_, err = s.inbox.Again(fixed, "sweep", where, s.Now())
		return err
	}
	for _, f := range res.Feeds {
		for _, d := range f.Deliveries {
			for _, v := range d.Views {
				for _, found := range v.Findings {
					if !found.Regressed {
						continue
					}
					if err := note(found.Case, d.Shown()); err != nil {
						return err
					}
				}
			}
		}
		for _, c := range f.Cases {
			if c.Status != golden.DoesRegress {
				continue
			}
			if err := note(c.Dir, "a replay"); err != nil {
				return err
			}
		}
	}
	return nil
}
