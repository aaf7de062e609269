package golden

import (
	"bytes"
	"context"
	"fmt"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/parity"
)

// Spread says whether a case's divergence shows in another feed.
type Spread struct {
	Feed  string
	Tried int   // ways in which the case was put into the feed's delivery
	Case  *Case // of the feed, linked to the first; nil if it does not show
}

// maxSpread is how much of a delivery is tried: its first rows are as good as any.
const maxSpread = 16 << 10

// TrySpread puts what a case's divergence needs into a delivery of another feed, in each
// of its columns, in its dialect and charset, and runs that feed's own paths on it.
// Where they diverge for the same cause, and did not before, that is a case of that
// feed. It writes nothing. The delivery is the feed's own, with its paths.
func TrySpread(ctx context.Context, line *parity.Line, judge Judge, c *Case, d parity.Delivery) (Spread, error) {
	s, err := trySpread(ctx, line, judge, c, d)
	if err != nil {
		return s, fmt.Errorf("spread %q to feed %q: %w", c.Dir(), d.Feed, err)
	}
	return s, nil
}

func trySpread(ctx context.Context, line *parity.Line, judge Judge, c *Case, d parity.Delivery) (Spread, error) {
	out := Spread{Feed: d.Feed}
	data := make([]byte, min(d.Size, maxSpread))
	if n, err := d.Data.ReadAt(data, 0); n < len(data) {
		return out, fmt.Errorf("read delivery: %w", err)
	}
	if i := bytes.LastIndexByte(data, '\n'); d.Size > maxSpread && i >= 0 {
		data = data[:i+1]
	}
	rep, err := line.Check(ctx, of(d, data))
	if err != nil {
		return out, err
	}
	defer rep.Close()
	before := map[string]bool{}
	for _, f := range rep.Views[0].Findings {
		before[f.Signature] = true
	}
	// All candidates are read as the delivery is: one piece must not change what is
	// detected. Of ASCII nobody knows what its supplier writes beyond it.
	charset := rep.Detected.Charset
	if charset == "ascii" {
		charset = c.Py3.Codec
	}
	resolved := d
	resolved.Pair.Py2 = beyondASCII(rep.Views[0].Py2, charset)
	resolved.Pair.Py3 = beyondASCII(rep.Views[0].Py3, charset)
	for _, candidate := range grafts(c, data, charset, resolved.Pair.Py3) {
		out.Tried++
		found, err := shows(ctx, line, judge, c, of(resolved, candidate), before)
		if err != nil || found != nil {
			out.Case = found
			return out, err
		}
	}
	return out, nil
}

func beyondASCII(s ingest.Settings, charset string) ingest.Settings {
	if s.Codec == "ascii" {
		s.Codec = charset
	}
	return s
}

// Shows runs a case's view of a delivery of its feed and returns the hits of its signature,
// which are none where the delivery does not show it.
func Shows(ctx context.Context, line *parity.Line, c *Case, d parity.Delivery) (classify.Hits, error) {
	v := line.View(ctx, d, c.View)
	defer v.Close()
	if ctx.Err() != nil {
		return classify.Hits{}, ctx.Err()
	}
	if v.Err != nil {
		return classify.Hits{}, fmt.Errorf("look for %q in %q: %w", c.Dir(), d.Name, v.Err)
	}
	for _, f := range v.Findings {
		if f.Signature == c.Signature {
			f.Hits.Count = max(f.Hits.Count, 1) // of what has no number, such as the order of dicts
			return f.Hits, nil
		}
	}
	return classify.Hits{}, nil
}

// of is a delivery with other bytes.
func of(d parity.Delivery, data []byte) parity.Delivery {
	d.Data, d.Size, d.File = bytes.NewReader(data), int64(len(data)), ""
	return d
}

// shows makes a case of a delivery that diverges for the case's cause in a way that it
// did not before, nil if it does not.
func shows(ctx context.Context, line *parity.Line, judge Judge, c *Case, d parity.Delivery, before map[string]bool) (*Case, error) {
	v := line.View(ctx, d, ingest.Raw)
	defer v.Close()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if v.Err != nil {
		return nil, nil // a piece may make a delivery that cannot be compared
	}
	for _, f := range v.Findings {
		if string(f.Cause) != c.Cause || before[f.Signature] || f.Cause == classify.Unclassified {
			continue
		}
		found, err := FromFinding(ctx, line, d, &v, f, judge)
		if err != nil {
			return nil, err
		}
		found.Links = append(found.Links, c.Dir())
		return found, nil
	}
	return nil, nil
}
