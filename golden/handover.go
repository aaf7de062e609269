package golden

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/handover"
	"github.com/feedparity/feedparity/ingest/parity"
	"github.com/feedparity/feedparity/ingest/shrink"
)

// maxHandover bounds the search for the smallest delivery that is not handed over:
// every step runs a path and both Pythons.
const maxHandover = 10 * time.Second

// Handed is the engine of a hand-over: handover.Engine of rows, handover.FolderEngine of
// a folder.
type Handed interface {
	ingest.Engine
	// How returns the way and the full versions of both Pythons.
	How(context.Context) (handover.Way, []string, error)
	// Payloads returns what the writing path wrote, in base64.
	Payloads(context.Context, ingest.Outcome) ([]string, error)
}

// FromHandover minimises a delivery of which a way of handing over loses rows and
// returns it as an open case, nil if the loss is none that comparing rows can show
// (see handover.Engine). The engine is the way, with the writing path's settings.
func FromHandover(ctx context.Context, d parity.Delivery, v *parity.View, eng Handed, data []byte, advice handover.Advice) (*Case, error) {
	run := func(input []byte) (out [2]ingest.Outcome, err error) {
		for _, p := range ingest.Paths {
			in := ingest.Input{Name: d.Name, Data: bytes.NewReader(input), Size: int64(len(input)), Settings: v.Py2}
			if p == ingest.Py3 {
				in.Settings = v.Py3
			}
			rows, err := eng.Ingest(ctx, in)
			if err != nil {
				return out, err
			}
			if out[p], err = ingest.Collect(rows); err != nil {
				return out, err
			}
		}
		return out, nil
	}
	way, versions, err := eng.How(ctx)
	if err != nil {
		return nil, fmt.Errorf("minimize hand-over of %q: %w", d.Name, err)
	}
	outcomes, err := run(data)
	if err != nil {
		return nil, fmt.Errorf("minimize hand-over of %q: %w", d.Name, err)
	}
	loss := way.Loss(outcomes)
	if loss == nil {
		return nil, nil
	}
	signature := way.Signature(loss)
	keep := func(candidate []byte) bool {
		out, err := run(candidate)
		return err == nil && way.Signature(way.Loss(out)) == signature
	}
	small, _ := shrink.Minimize(ctx, data, shrink.Options{MaxTime: maxHandover}, keep)
	scrubbed := shrink.Scrub(ctx, small, shrink.ScrubOptions{MaxTime: maxHandover / 2}, keep)
	if outcomes, err = run(scrubbed.Input); err != nil {
		return nil, fmt.Errorf("minimize hand-over of %q: %w", d.Name, err)
	}
	payloads, err := eng.Payloads(ctx, outcomes[way.Direction.Writer()])
	if err != nil {
		return nil, err
	}
	c := &Case{
		Version: Version, Feed: d.Feed, Signature: signature, Cause: string(classify.CachePickle), State: Open, View: v.View,
		Severity: way.Severity(loss), Pair: d.Pair.Name, Py2: v.Py2, Py3: v.Py3, Compare: d.Compare, Filename: d.Name,
		Origin: Origin{Byte: -1}, Fix: advice.Setting, Input: scrubbed.Input, Outcomes: outcomes, Confirmed: versions,
		Handover: &Handover{way.Direction, way.Format, way.Reader, way.Folder, payloads},
	}
	c.called(d.Calls)
	c.scrubbed(scrubbed.Residue, nil)
	return c, nil
}

// Engine returns what runs the paths of a case: eng, with the hand-over of a case
// that has one in the place of its reading path.
func (c *Case) Engine(ctx context.Context, eng ingest.Engine, o ReplayOptions) (ingest.Engine, error) {
	if c.Handover == nil {
		return eng, nil
	}
	if c.Handover.Folder != "" {
		return c.folderEngine(ctx, o)
	}
	if o.Handover == nil {
		return nil, fmt.Errorf("it hands rows over, which needs a real Python of each path")
	}
	pair, err := o.Handover(ctx, c)
	if err != nil {
		return nil, err
	}
	writer := c.Handover.Direction.Writer()
	return &handover.Engine{
		Inner: eng, Pair: pair, Settings: c.Settings(writer), Call: o.Calls[writer],
		Way: handover.Way{Direction: c.Handover.Direction, Format: c.Handover.Format, Reader: c.Handover.Reader},
	}, nil
}

// folderEngine is the one of a case of a folder, which needs the calls that write in it.
func (c *Case) folderEngine(ctx context.Context, o ReplayOptions) (ingest.Engine, error) {
	if o.Caches == nil {
		return nil, fmt.Errorf("it hands a folder over, which needs real Pythons")
	}
	e := &handover.FolderEngine{Way: handover.Way{Direction: c.Handover.Direction, Format: c.Handover.Format, Reader: c.Handover.Reader}}
	for _, p := range ingest.Paths {
		call, err := c.Call(p, o.Calls)
		if err != nil {
			return nil, err
		}
		e.Calls[p] = call
	}
	if e.Calls[0] == nil || e.Calls[1] == nil {
		return nil, fmt.Errorf("it hands a folder over and has no call that writes in it")
	}
	e.Way.Folder = filepath.Join(e.Calls[0].Dir, filepath.FromSlash(c.Handover.Folder))
	var err error
	e.Caches, err = o.Caches(ctx)
	return e, err
}
