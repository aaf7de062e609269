package sweep

import (
	"context"
	"fmt"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/handover"
	"github.com/feedparity/feedparity/ingest/parity"
)

// maxHanded is the largest delivery, in bytes, of which a case of a hand-over is
// made: each step of minimising writes and reads all its rows.
const maxHanded = 8 << 20

// handOver hands the rows of a delivery, and the folders that its calls write in, from
// one path to the other, for feeds that ask for it, and adds what is lost to the
// findings of the raw view.
func (s *sweeper) handOver(ctx context.Context, f config.Feed, d parity.Delivery, t task, v *parity.View, out *Delivery) error {
	if v.Err != nil {
		return nil
	}
	if len(f.Handover.Forms) > 0 {
		if err := s.handRows(ctx, f, d, t, v, out); err != nil {
			return err
		}
	}
	for _, dir := range f.Handover.Folders {
		if err := s.handFolder(ctx, dir, d, t, v, out); err != nil {
			return err
		}
	}
	return nil
}

func (s *sweeper) handRows(ctx context.Context, f config.Feed, d parity.Delivery, t task, v *parity.View, out *Delivery) error {
	if s.Pythons == nil {
		return fmt.Errorf("hand rows over: no real Pythons")
	}
	pair, err := s.Pythons(ctx, f)
	if err != nil {
		return err
	}
	rows, err := s.Line.Rows(ctx, d, v)
	if err != nil {
		return err
	}
	defer rows[ingest.Py2].Close()
	defer rows[ingest.Py3].Close()
	if out.Handover, err = handover.Check(ctx, pair, rows[ingest.Py2], rows[ingest.Py3]); err != nil {
		return err
	}
	if err := s.unwritten(ctx, f, out); err != nil {
		return err
	}
	for _, a := range out.Handover.Losses(f.Handover.Forms) {
		way := a.Worst.Way()
		eng := &handover.Engine{Inner: s.Line.Engine, Pair: pair, Way: way, Settings: v.Py2}
		if way.Direction == handover.Rollback {
			eng.Settings = v.Py3
		}
		if eng.Call = d.Calls[way.Direction.Writer()]; eng.Call != nil {
			eng.Inner = s.Line.Calls
		}
		if err := s.loss(ctx, d, t, v, eng, way, a, out); err != nil {
			return err
		}
	}
	return nil
}

func (s *sweeper) handFolder(ctx context.Context, dir string, d parity.Delivery, t task, v *parity.View, out *Delivery) error {
	if s.Caches == nil {
		return fmt.Errorf("hand folder over: no real Pythons")
	}
	caches, err := s.Caches(ctx)
	if err != nil {
		return err
	}
	in := ingest.Input{Name: d.Name, Data: d.Data, Size: d.Size, File: d.File}
	r, err := caches.Check(ctx, in, d.Calls, dir)
	if err != nil {
		return err
	}
	out.Folders = append(out.Folders, r)
	if n := len(r.Marshal); n > 0 {
		if err := s.add(ctx, d.Feed, Finding{Signature: handover.MarshalSignature, Severity: ingest.Silent, Count: n}, out); err != nil {
			return err
		}
	}
	for _, a := range r.Losses() {
		way := a.Worst.Way()
		way.Folder = dir
		if err := s.loss(ctx, d, t, v, &handover.FolderEngine{Caches: caches, Way: way, Calls: d.Calls}, way, a, out); err != nil {
			return err
		}
	}
	return nil
}

// unwritten adds the rows that a path cannot write in a form that the feed asks for. There
// is nothing to read, and so no case of them.
func (s *sweeper) unwritten(ctx context.Context, f config.Feed, out *Delivery) error {
	for _, direction := range []handover.Direction{handover.Forward, handover.Rollback} {
		severity := [2]ingest.Severity{ingest.Py2Fault, ingest.Py3Fault}[direction.Writer()]
		for _, t := range out.Handover.Unwritten(direction, f.Handover.Forms) {
			if err := s.add(ctx, f.Name, Finding{Signature: t.UnwrittenSignature(), Severity: severity, Count: t.Unwritten}, out); err != nil {
				return err
			}
		}
	}
	return nil
}

// add adds a finding of a hand-over that has no case.
func (s *sweeper) add(ctx context.Context, feed string, found Finding, out *Delivery) error {
	_, seen, err := s.State.Signature(ctx, feed, found.Signature)
	if err == nil {
		found.Cause, found.New = string(classify.CachePickle), !seen
		out.Views[0].Findings = append(out.Views[0].Findings, found)
	}
	return err
}

// loss adds one loss as a finding, with a case if the feed has none of it yet.
func (s *sweeper) loss(ctx context.Context, d parity.Delivery, t task, v *parity.View, eng golden.Handed, way handover.Way, a handover.Advice, out *Delivery) error {
	found := Finding{Cause: string(classify.CachePickle), Signature: way.Signature(a.Worst.First), Severity: way.Severity(a.Worst.First), Count: a.Worst.Failed + a.Worst.Differ}
	counter, seen, err := s.State.Signature(ctx, d.Feed, found.Signature)
	if err != nil {
		return err
	}
	if found.New, found.Case = !seen, counter.Dir; found.Case == "" && d.Size <= maxHanded {
		found.Case, found.Err = s.fileLoss(ctx, d, t, v, eng, a, out.SHA256)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	out.Views[0].Findings = append(out.Views[0].Findings, found)
	return nil
}

// fileLoss writes the case of a loss to the inbox, "" where comparing rows cannot
// show it.
func (s *sweeper) fileLoss(ctx context.Context, d parity.Delivery, t task, v *parity.View, eng golden.Handed, a handover.Advice, sum string) (string, error) {
	data := make([]byte, d.Size)
	if _, err := d.Data.ReadAt(data, 0); err != nil && d.Size > 0 {
		return "", fmt.Errorf("read delivery: %w", err)
	}
	c, err := golden.FromHandover(ctx, d, v, eng, data, a)
	if c == nil || err != nil {
		return "", err
	}
	c.Found("sweep", s.Now(), sum, t.entry.Path, t.entry.MTime, s.Revision)
	dir, _, err := s.inbox.Write(c)
	return dir, err
}
