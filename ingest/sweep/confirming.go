package sweep

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/riverqueue/river"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/parity"
	"github.com/feedparity/feedparity/ingest/report"
	"github.com/feedparity/feedparity/ingest/state"
	"github.com/feedparity/feedparity/ingest/unpack"
)

// confirmArgs is a delivery that the models found alike, to be repeated on real
// interpreters.
type confirmArgs struct {
	Run  int64  `json:"run"`
	Feed string `json:"feed"`
	nominated
}

// Kind names the job.
func (confirmArgs) Kind() string { return confirmKind }

// confirmer works on confirm jobs.
type confirmer struct {
	river.WorkerDefaults[confirmArgs]
	*crew
}

// Work repeats a delivery.
func (c *confirmer) Work(ctx context.Context, job *river.Job[confirmArgs]) error {
	defer c.queue.ended()
	feeds, err := c.feeds(job.Args.Feed)
	if err != nil {
		return err
	}
	return c.sweeper(job.Args.Run).confirm(ctx, feeds[0], job.Args.nominated, complete(ctx, job))
}

// NextRetry has a job that could not be recorded tried again soon.
func (c *confirmer) NextRetry(*river.Job[confirmArgs]) time.Time { return soon() }

// repeated is what came of a delivery on real interpreters.
type repeated struct {
	Pythons []string    `json:"pythons,omitempty"` // that gave what the models did of all that either path reads
	Wrong   []different `json:"wrong,omitempty"`
	Warning string      `json:"warning,omitempty"` // why they could not be asked
}

// different is a view of which an interpreter makes something else than its model.
type different struct {
	View   ingest.View `json:"view"`
	Python string      `json:"python"` // full version
	Err    *failed     `json:"error"`
}

// confirm repeats a task's delivery and stores what came of it, which ends the job. The error
// is a state that could not be read or written, or the context's: then another try does it
// again.
func (s *sweeper) confirm(ctx context.Context, f config.Feed, at nominated, end seal) error {
	s.reach("confirm")
	tasks, err := s.State.Batch(ctx, s.id, f.Name, at.Number, at.Number)
	if err != nil {
		return err
	}
	var came repeated
	if len(tasks) > 0 && tasks[0].Result != nil { // else somebody was told of it meanwhile
		if came, err = s.repeat(ctx, f, tasks[0], at.Member); err != nil {
			return err
		}
	}
	result, err := json.Marshal(came)
	if err != nil {
		return err
	}
	return s.State.TransactSoon(ctx, func(tx state.Tx) error {
		if len(tasks) > 0 {
			if err := tx.Put(ctx, state.Task{Run: s.id, Feed: f.Name, Member: sampleTask, Body: []byte("{}"), Result: result}); err != nil {
				return err
			}
		}
		return end(tx)
	})
}

// repeat runs what the models read of a delivery on real interpreters. What keeps them from
// it, such as one that dies, is no failure of the delivery, and the next night takes another.
func (s *sweeper) repeat(ctx context.Context, f config.Feed, queued state.Task, place int) (came repeated, err error) {
	t, err := taskOf(f.Name, queued)
	if err != nil {
		return came, err
	}
	was, err := decode(queued.Result)
	if err == nil && place >= len(was) {
		err = fmt.Errorf("result %d of task %d of feed %q is to be repeated, and there are %d", place, t.number, f.Name, len(was))
	}
	if err != nil {
		return came, err
	}
	within, cancel := context.WithTimeoutCause(ctx, confirmLimit, fmt.Errorf("it was not done after %v", confirmLimit))
	defer cancel()
	err = guarded(func() (err error) {
		in, err := s.again(within, f, t, &was[place])
		if err == nil {
			came, err = s.onInterpreters(within, in, s.inStore(f, t, &was[place]))
		}
		return err
	})
	if ctx.Err() != nil {
		return came, ctx.Err()
	}
	if err != nil {
		came.Pythons, came.Warning = nil, unconfirmed(err)
		if why := context.Cause(within); why != nil {
			came.Warning = unconfirmed(why)
		}
	}
	return came, nil
}

// unconfirmed words why interpreters could not be asked.
func unconfirmed(why error) string { return "not confirmed on real Pythons: " + why.Error() }

// again is a delivery, or a file in one, as it was checked.
func (s *sweeper) again(ctx context.Context, f config.Feed, t task, was *Delivery) (parity.Delivery, error) {
	d := parity.Delivery{Feed: f.Name, Name: started(f, t).file, Charset: f.Charset, History: was.Charset, Pair: f.Pair, Compare: f.Compare}
	var data []byte
	var err error
	if member := memberIn(f, t, was); member != "" {
		d.Name = unpack.Member{Name: member}.Base()
		data, err = s.memberOf(ctx, f, t, member, was.SHA256)
	} else {
		data, err = s.Store.Read(ctx, t.known.SHA256)
	}
	d.Data, d.Size = bytes.NewReader(data), int64(len(data))
	return d, err
}

// memberIn names the file of an archive of which something was found, "" where it is the
// delivery itself.
func memberIn(f config.Feed, t task, was *Delivery) string {
	if was.SHA256 == t.known.SHA256 {
		return ""
	}
	return strings.TrimPrefix(was.Name, started(f, t).Name+"/")
}

// memberOf unpacks a delivery once more, for one of its files: there may be two of one name.
func (s *sweeper) memberOf(ctx context.Context, f config.Feed, t task, member, sum string) ([]byte, error) {
	dir := s.unpacked(f.Name, fmt.Sprintf("%s%d-%d", confirmKind, s.id, t.number))
	inside := dir + "-members" // beside it: the delivery itself may have any name
	defer os.RemoveAll(dir)
	defer os.RemoveAll(inside)
	file, err := s.layOut(ctx, t.known, dir)
	if err != nil {
		return nil, err
	}
	members, err := unpacked(ctx, file, started(f, t).Name, inside, f.Take.Unpack)
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		if m.Name != member {
			continue
		}
		switch got, err := sumOf(ctx, m.File); {
		case err != nil:
			return nil, err
		case got == sum:
			return os.ReadFile(m.File)
		}
	}
	return nil, fmt.Errorf("there is no such %q in delivery %.16s of %s", member, t.known.SHA256, s.Store)
}

// inStore says where what was checked is.
func (s *sweeper) inStore(f config.Feed, t task, was *Delivery) string {
	out := fmt.Sprintf("%.16s of %s", t.known.SHA256, s.Store)
	if member := memberIn(f, t, was); member != "" {
		out += fmt.Sprintf(", file %q in it", member)
	}
	return out
}

// onInterpreters asks the interpreters of a delivery's versions. Where one of them is not
// there the other one is asked, and the delivery is not confirmed.
func (s *sweeper) onInterpreters(ctx context.Context, d parity.Delivery, what string) (came repeated, err error) {
	all := true
	err = parity.Inputs(ctx, d, func(v ingest.View, in ingest.Input) error {
		full, err := s.Judge.Repeat(ctx, s.Line.Engine, in)
		if model := new(golden.ModelError); errors.As(err, &model) {
			err = fmt.Errorf("confirm parity of delivery %s, %s view: %w", what, v, err)
			came.Wrong = append(came.Wrong, different{v, full, failedOf(err)})
			return nil
		}
		if all = all && full != ""; full != "" && !slices.Contains(came.Pythons, full) {
			came.Pythons = append(came.Pythons, full)
		}
		return err
	})
	if !all || len(came.Wrong) > 0 {
		came.Pythons = nil
	}
	return came, err
}

// into returns the delivery with what came of it.
func (r *repeated) into(d Delivery) Delivery {
	d.Confirmed, d.Views = r.Pythons, slices.Clone(d.Views)
	if r.Warning != "" {
		d.Warnings = append(slices.Clip(d.Warnings), r.Warning)
	}
	for _, w := range r.Wrong {
		for i := range d.Views {
			if v := &d.Views[i]; v.View == w.View {
				v.Findings = append(slices.Clip(v.Findings), Finding{Cause: report.Model, Signature: report.Model + ":" + w.Python, Severity: ingest.Info, Count: 1, Err: w.Err.errorOf()})
			}
		}
	}
	return d
}
