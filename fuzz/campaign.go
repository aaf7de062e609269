package fuzz

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/feedparity/feedparity/fuzz/generator"
	"github.com/feedparity/feedparity/ingest"
)

// CampaignOptions say where a campaign looks and when it ends.
type CampaignOptions struct {
	// Pair is what is fuzzed, complete Settings; nil draws a pair for each trial.
	Pair *ingest.Pair
	// Seeds are inputs to begin with, such as a feed's deliveries.
	Seeds [][]byte
	// Learned is what the feed's deliveries look like, nil if nobody knows.
	Learned *generator.Grammar
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
	New        int // signatures that nothing knew
	Known      int // signatures that were met and known before the campaign
	Refused    int // inputs on which the paths could not be compared, which only the team's own code makes
	// Remembers: the team's functions show something else where a call came before, so each
	// input has processes of its own.
	Remembers bool
	Elapsed   time.Duration
}

// Campaign looks for divergences until its time is over or its context ends. An input
// that shows a new pair of behaviours is kept and changed further; what is run is
// classified only where it diverges in a way that was not seen, and now and then
// where it was, since one behaviour may have two causes.
func (h *Hunter) Campaign(ctx context.Context, o CampaignOptions) (CampaignStats, error) {
	c := newCampaign(h, o)
	err := c.begin(ctx)
	for err == nil && !c.over(ctx) {
		err = c.try(ctx, c.trial())
	}
	c.stats.Elapsed, c.stats.Remembers = time.Since(c.start), c.shared == nil && h.quick != nil
	if err != nil && ctx.Err() == nil {
		return c.stats, fmt.Errorf("fuzz feed %q: %w", h.feed, err)
	}
	return c.stats, nil
}

func newCampaign(h *Hunter, o CampaignOptions) *campaign {
	if o.Pair != nil && h.calls == [2]*ingest.Call{} {
		pair := *o.Pair
		generator.Undetected(&pair)
		o.Pair = &pair
	}
	return &campaign{lookout: newLookout(h), o: o, met: map[string]bool{}, edit: generator.Editor{Learned: o.Learned}, rand: rand.New(rand.NewPCG(o.Seed, 0x5851F42D4C957F2D)), start: time.Now()}
}

type campaign struct {
	lookout
	o     CampaignOptions
	kept  [][]byte
	quiet [][]byte // of these, the ones on which the paths agree
	long  [][]byte // kept, too, and seldom run: they cost more than they show
	rand  *rand.Rand
	edit  generator.Editor
	stats CampaignStats
	start time.Time
	told  time.Time

	choosing generator.Choices

	met map[string]bool // signatures of which it was decided whether they are new
}

// How many choices a trial has, at least and less than.
const (
	leastPlan = 16
	mostPlan  = 192
)

// seldom is how often one of the long inputs is changed further: once in so many.
const seldom = 64

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
		if err := c.try(ctx, generator.Trial{Input: data, Pair: c.pair(c.choices())}); err != nil {
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
func (c *campaign) choices() *generator.Choices {
	c.choosing.Draw(c.rand.Uint64(), leastPlan+c.rand.IntN(mostPlan-leastPlan))
	return &c.choosing
}

func (c *campaign) pair(choices *generator.Choices) ingest.Pair {
	if c.o.Pair != nil {
		return *c.o.Pair
	}
	p := generator.NewPair(choices)
	generator.Undetected(&p)
	return p
}

// trial makes an input, or changes one that is kept. Most of what is made diverges in
// its first row and hides what comes after; so as often as not one thing is changed
// of an input on which the paths agree, or of one as the feed's supplier sends them.
func (c *campaign) trial() generator.Trial {
	choices := c.choices()
	t := generator.Trial{Pair: c.pair(choices)}
	change := func(n int, data []byte) []byte {
		return c.edit.Mutate(choices, n, data, c.one(c.kept), &t.Pair.Py3)
	}
	switch n := c.rand.IntN(8); {
	case n < 2 || len(c.kept) == 0:
		t.Input = generator.CSV(choices, t.Pair.Py3)
	case n == 4 && len(c.o.Seeds) > 0: // which say more than what is learned of them
		t.Input = change(1+choices.N(2), Shorten(c.one(c.o.Seeds)))
	case n >= 4 && n < 6 && c.o.Learned != nil:
		t.Input = change(choices.N(3), c.o.Learned.CSV(choices))
	case n < 4 || len(c.quiet) == 0:
		t.Input = change(1+choices.N(4), c.one(c.kept))
	default:
		t.Input = change(1, c.one(c.quiet))
	}
	return t
}

// one of the inputs that are kept, a late one more often, a long one seldom.
func (c *campaign) one(of [][]byte) []byte {
	if len(c.long) > 0 && c.rand.IntN(seldom) == 0 {
		of = c.long
	}
	n := len(of)
	return of[max(c.rand.IntN(n), c.rand.IntN(n))]
}

// try runs both paths on an input and keeps what is new.
func (c *campaign) try(ctx context.Context, t generator.Trial) error {
	c.stats.Execs++
	saw, err := c.look(ctx, &t)
	if c.refused(err) {
		c.stats.Refused++
		return ctx.Err()
	}
	if err != nil {
		return err
	}
	if saw.Fresh {
		c.stats.Behaviours++
		if err := c.keep(t, saw.Verdict == ingest.Parity); err != nil {
			return err
		}
	}
	if saw.Verdict == ingest.Diverge {
		c.stats.Diverged++
	}
	if !saw.Worth {
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
func (c *campaign) hunt(ctx context.Context, t generator.Trial) error {
	t.Input = slices.Clone(t.Input)
	large, err := c.findings(ctx, t)
	if err != nil {
		return err
	}
	for _, p := range large {
		if c.known[p.Signature] {
			if !c.met[p.Signature] {
				c.met[p.Signature] = true
				c.stats.Known++
			}
			continue
		}
		small, err := c.isolate(ctx, t, p)
		if err != nil {
			return err
		}
		for _, p := range c.unknown(small) {
			c.met[p.Signature] = true
			c.stats.New++
			if err := c.o.Found(ctx, p); err != nil {
				return err
			}
		}
	}
	return nil
}

// keep adds an input to the corpus.
func (c *campaign) keep(t generator.Trial, quiet bool) error {
	data := slices.Clone(t.Input)
	c.stats.Kept++
	switch {
	case len(data) > maxShort:
		c.long = append(c.long, data)
	case quiet:
		c.quiet = append(c.quiet, data)
		fallthrough
	default:
		c.kept = append(c.kept, data)
	}
	if c.o.Corpus == "" {
		return nil
	}
	return writeInput(c.o.Corpus, data)
}
