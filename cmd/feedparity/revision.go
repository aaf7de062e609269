package main

import (
	"context"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/interp"
)

// codeRevision is that of a configuration's code and of what is installed where it
// runs. An interpreter that cannot be asked is one that no call runs on either.
func codeRevision(ctx context.Context, c *config.Config, eng *interp.Engine) (string, error) {
	return c.Revision(ctx, func(ctx context.Context, call ingest.Call) []string {
		out, err := eng.Distributions(ctx, call)
		if err != nil {
			return []string{err.Error()}
		}
		return out
	})
}

// revisions asks for the code's revision once, and only where a case has another to
// compare it with.
type revisions struct {
	cfg   *config.Config
	eng   ingest.Engine
	asked bool
	now   string
}

// moved returns the revision that a case was recorded with and the present one, ""
// where they are the same or one is not known.
func (r *revisions) moved(ctx context.Context, c *golden.Case) (was, now string) {
	if r.cfg == nil || c.Calls == [2]string{} || c.Revision == "" {
		return "", ""
	}
	if !r.asked {
		r.asked = true
		if eng := interpreters(ctx, r.eng); eng != nil {
			r.now, _ = codeRevision(ctx, r.cfg, eng) // a command that fails is the sweep's to tell
		}
	}
	if r.now == "" || r.now == c.Revision {
		return "", ""
	}
	return c.Revision, r.now
}

// interpreters returns the real ones that an engine runs the team's code on, nil if
// it has none.
func interpreters(ctx context.Context, eng ingest.Engine) *interp.Engine {
	switch e := eng.(type) {
	case *interp.Engine:
		return e
	case *mixed:
		real, _ := e.interpreters(ctx)
		return real
	}
	return nil
}
