package fuzz

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/diff"
)

// CampaignOptions say where a campaign looks and when it ends.
type CampaignOptions struct {
	// Pair is what is fuzzed, complete Settings; nil draws a pair for each trial.
	Pair *ingest.Pair
	// Seeds are inputs to begin with, such as a feed's deliveries.
	Seeds [][]byte
	// Learned is what the feed's deliveries look like, nil if nobody knows.
	Learned *Grammar
	// Corpus is a directory of inputs that showed something new: a campaign begins
	// where the last one ended. "" keeps none.
	Corpus string
	// Seed is that of the random choices: two campaigns of one seed and the same corpus
	// try the same inputs.
	Seed uint64
	// For and Execs end the campaign, whichever is reached first; 0 does not.
	For   time.Duration
	Execs int
	// Found is told of each divergence whose signature is new. Its error ends the
	// campaign.
	Found func(context.Context, Prey) error
	// Progress, if set, is told how it goes, about once a second.
	Progress func(CampaignStats)
}

// CampaignStats say how a campaign goes, or went.
type CampaignStats struct {
	Execs      int // inputs that both paths were run on
	Diverged   int // on which they differed
	Behaviours int // pairs of behaviours that were seen
	Kept       int // inputs in the corpus
	New        int // signatures
	Refused    int // inputs on which the paths could not be compared, which only the team's own code makes
	Elapsed    time.Duration
}

// Campaign looks for divergences until its time is over or its context ends. An input
// that shows a new pair of behaviours is kept and changed further; what is run is
// classified only where it diverges in a way that was not seen, and now and then
// where it was, since one behaviour may have two causes.
func (h *Hunter) Campaign(ctx context.Context, o CampaignOptions) (CampaignStats, error) {
	c := &campaign{Hunter: h, o: o, seen: map[Behaviour]bool{}, rand: rand.New(rand.NewPCG(o.Seed, 0x5851F42D4C957F2D)), start: time.Now()}
	err := c.begin(ctx)
	for err == nil && !c.over(ctx) {
		err = c.try(ctx, c.trial())
	}
	c.stats.Elapsed = time.Since(c.start)
	if err != nil && ctx.Err() == nil {
		return c.stats, fmt.Errorf("fuzz feed %q: %w", h.feed, err)
	}
	return c.stats, nil
}

type campaign struct {
	*Hunter
	o     CampaignOptions
	seen  map[Behaviour]bool
	kept  [][]byte
	quiet [][]byte // of these, the ones on which the paths agree
	rand  *rand.Rand
	plan  [maxPlan]byte
	stats CampaignStats
	start time.Time
	told  time.Time
}

// maxPlan is how many choices a trial has.
const maxPlan = 192

// sample is how many divergences of a behaviour that was seen are passed over for one
// that is classified all the same.
const sample = 200

// quietInput is one that hardly any two paths differ on, to have one fault put into it.
var quietInput = []byte("sku,name,qty\nA-100,blue,12\nB-7,two words,3\n")

// begin runs what is there: the corpus of earlier campaigns and the seeds.
func (c *campaign) begin(ctx context.Context) error {
	inputs, err := ReadCorpus(c.o.Corpus)
	if err != nil {
		return err
	}
	for _, data := range slices.Concat([][]byte{quietInput}, inputs, c.o.Seeds) {
		if c.over(ctx) {
			return nil
		}
		// Without a pair of its own an input is run with one that is drawn.
		if err := c.try(ctx, Trial{Input: data, Pair: c.pair(c.choices())}); err != nil {
			return err
		}
	}
	return nil
}

func (c *campaign) over(ctx context.Context) bool {
	if c.stats.Execs&0x3F == 0 || c.calls != [2]*ingest.Call{} {
		now := time.Now()
		if c.o.Progress != nil && now.Sub(c.told) > time.Second {
			c.told, c.stats.Elapsed = now, now.Sub(c.start)
			c.o.Progress(c.stats)
		}
		if ctx.Err() != nil || c.o.For > 0 && now.Sub(c.start) >= c.o.For {
			return true
		}
	}
	return c.o.Execs > 0 && c.stats.Execs >= c.o.Execs
}

// choices are drawn anew for each trial.
func (c *campaign) choices() *Choices {
	n := 16 + c.rand.IntN(maxPlan-16)
	for i := 0; i < n; i += 8 {
		v := c.rand.Uint64()
		for k := range 8 {
			if i+k < n {
				c.plan[i+k] = byte(v >> (8 * k))
			}
		}
	}
	return NewChoices(c.plan[:n])
}

func (c *campaign) pair(choices *Choices) ingest.Pair {
	if c.o.Pair != nil {
		return *c.o.Pair
	}
	return NewPair(choices)
}

// trial makes an input, or changes one that is kept. Most of what is made diverges in
// its first row and hides what comes after; so as often as not one thing is changed
// of an input on which the paths agree, or of one as the feed's supplier sends them.
func (c *campaign) trial() Trial {
	choices := c.choices()
	t := Trial{Pair: c.pair(choices)}
	change := func(n int, data []byte) []byte {
		return mutate(choices, n, data, c.one(c.kept), t.Pair.Py3, c.o.Learned)
	}
	switch n := c.rand.IntN(8); {
	case n < 2 || len(c.kept) == 0:
		t.Input = CSV(choices, t.Pair.Py3)
	case n >= 4 && n < 6 && c.o.Learned != nil:
		t.Input = change(choices.N(3), c.o.Learned.CSV(choices))
	case n < 4 || len(c.quiet) == 0:
		t.Input = change(1+choices.N(4), c.one(c.kept))
	default:
		t.Input = change(1, c.one(c.quiet))
	}
	return t
}

// one of the inputs that are kept, a late one more often.
func (c *campaign) one(of [][]byte) []byte {
	n := len(of)
	return of[max(c.rand.IntN(n), c.rand.IntN(n))]
}

// try runs both paths on an input and keeps what is new.
func (c *campaign) try(ctx context.Context, t Trial) error {
	c.stats.Execs++
	res, err := c.run(ctx, t)
	if c.refused(err) {
		c.stats.Refused++
		return ctx.Err()
	}
	if err != nil {
		return err
	}
	b := behaviourOf(&res, t.Pair.Py2, t.Pair.Py3)
	fresh := !c.seen[b]
	if fresh {
		c.seen[b] = true
		c.stats.Behaviours++
		if err := c.keep(t, res.Verdict == ingest.Parity); err != nil {
			return err
		}
	}
	if res.Verdict != ingest.Diverge {
		return nil
	}
	c.stats.Diverged++
	if !fresh && c.stats.Diverged%sample != 0 {
		return nil
	}
	if err := c.hunt(ctx, t); !c.refused(err) {
		return err
	}
	return ctx.Err()
}

// refused reports an input on which the team's own code cannot be compared.
func (c *campaign) refused(err error) bool {
	return c.calls != [2]*ingest.Call{} && errors.As(err, new(*ingest.HarnessError))
}

// hunt looks for what is new in an input, and tells of what is left of it when the input
// is reduced.
func (c *campaign) hunt(ctx context.Context, t Trial) error {
	t.Input = slices.Clone(t.Input)
	large, err := c.findings(ctx, t)
	if err != nil {
		return err
	}
	for _, p := range large {
		if c.known[p.Signature] {
			continue
		}
		small, err := c.isolate(ctx, t, p)
		if err != nil {
			return err
		}
		for _, p := range c.unknown(small) {
			c.stats.New++
			if err := c.o.Found(ctx, p); err != nil {
				return err
			}
		}
	}
	return nil
}

// run compares the paths and explains nothing: that would take a hundred times as long.
func (c *campaign) run(ctx context.Context, t Trial) (diff.Result, error) {
	var rows [2]ingest.Rows
	for p, s := range [2]*ingest.Settings{&t.Pair.Py2, &t.Pair.Py3} {
		in := ingest.Input{Name: "fuzz.csv", Data: bytes.NewReader(t.Input), Size: int64(len(t.Input)), Settings: *s, Call: c.calls[p]}
		run := c.line.Engine
		if in.Call != nil {
			run = c.line.Calls
		}
		var err error
		if rows[p], err = run.Ingest(ctx, in); err != nil {
			if p == int(ingest.Py3) {
				rows[ingest.Py2].Close()
			}
			return diff.Result{}, err
		}
	}
	res, err := diff.Compare(rows[ingest.Py2], rows[ingest.Py3], c.compare)
	for _, r := range rows {
		if cerr := r.Close(); err == nil && cerr != nil {
			err = cerr
		}
	}
	return res, err
}

// keep adds an input to the corpus.
func (c *campaign) keep(t Trial, quiet bool) error {
	data := slices.Clone(t.Input)
	c.kept = append(c.kept, data)
	if quiet {
		c.quiet = append(c.quiet, data)
	}
	c.stats.Kept = len(c.kept)
	if c.o.Corpus == "" {
		return nil
	}
	return writeInput(c.o.Corpus, data)
}
