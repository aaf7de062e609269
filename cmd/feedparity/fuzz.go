package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/feedparity/feedparity/fuzz"
	"github.com/feedparity/feedparity/fuzz/generator"
	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/detect"
)

const fuzzLong = `Makes deliveries that are likely to diverge and runs both paths on them until its time
is over: of a configured feed its policies or its own functions, else built-in pairs of
policies, else any two. Files that are named are where it begins. An input that shows a
new pair of behaviours is kept and changed further; every signature that no case has is
minimised, scrubbed, confirmed on real Pythons where there are any, and written once. The
corpus it leaves is where the next campaign begins.`

// fuzzFlags are the options of fuzz.
type fuzzFlags struct {
	engine engineFlags
	config goldenFlags
	feed   string
	pairs  []string
	time   time.Duration
	execs  int
	seed   uint64
	corpus string
	golden string
	json   bool
}

// fuzzDir is where a campaign without a configuration keeps what it finds.
const fuzzDir = "feedparity-fuzz"

func newFuzz(std streams) *cobra.Command {
	var f fuzzFlags
	cmd := &cobra.Command{
		Use:   "fuzz [FILE...]",
		Short: "Look for divergences that no supplier has sent yet",
		Long:  fuzzLong,
		Example: `  feedparity fuzz --for 1m
  feedparity fuzz --feed acme --for 10m /srv/ftp/acme/stock_*.csv
  feedparity fuzz --pairs latin1-utf8,naive --execs 100000 --json`,
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, std, args) },
	}
	f.engine.add(cmd)
	f.config.addConfig(cmd)
	fs := cmd.Flags()
	fs.StringVar(&f.feed, "feed", "", "the configured feed whose paths are run")
	fs.StringSliceVar(&f.pairs, "pairs", nil, "built-in `PAIRS` of policies, one after the other, or all (--paths means the same): "+strings.Join(pairNames(), ", ")+" (default: any two policies)")
	fs.SetNormalizeFunc(pathsArePairs)
	fs.DurationVar(&f.time, "for", time.Minute, "how long, of each pair; 0 goes on until --execs or an interrupt")
	fs.IntVar(&f.execs, "execs", 0, "end after so many inputs, of each pair (default: none)")
	fs.Uint64Var(&f.seed, "seed", 1, "of the random choices: the same seed and corpus try the same inputs")
	fs.StringVar(&f.corpus, "corpus", "", "`DIR` of inputs that showed something new, read and added to (default: fuzz/FEED beside the inbox, else feedparity-fuzz/corpus)")
	fs.StringVar(&f.golden, "golden", "", "`DIR` that new cases are written to (default: the configuration's inbox, else feedparity-fuzz/cases)")
	fs.BoolVar(&f.json, "json", false, "print JSON Lines: an event each")
	return cmd
}

// pathsArePairs takes --paths for --pairs, which are what it names: pairs of paths.
func pathsArePairs(_ *pflag.FlagSet, name string) pflag.NormalizedName {
	if name == "paths" {
		name = "pairs"
	}
	return pflag.NormalizedName(name)
}

// campaigner runs campaigns one after the other.
type campaigner struct {
	std   streams
	flags *fuzzFlags
	eng   engines
	cases *golden.Store
	// checkout has the configuration's cases; nil without one.
	checkout *golden.Store
	hunter   *fuzz.Hunter
	bar      *progress
	code     string
	found    bool // a signature that no case had
	lines    []campaignLine
}

// campaignLine is a line of the final table.
type campaignLine struct {
	Event      string  `json:"event"` // "end"
	Pair       string  `json:"pair"`
	Execs      int     `json:"execs"`
	PerSecond  float64 `json:"execs_per_second"`
	Diverged   int     `json:"diverged"`
	Behaviours int     `json:"behaviours"`
	Corpus     int     `json:"corpus"`
	New        int     `json:"new"`   // signatures
	Known      int     `json:"known"` // signatures that had a case before
	Refused    int     `json:"refused,omitempty"`
}

func (f *fuzzFlags) run(cmd *cobra.Command, std streams, files []string) error {
	ctx := cmd.Context()
	cfg, err := f.config.load(cmd)
	if err != nil {
		return err
	}
	feed, err := f.choose(cfg)
	if err != nil {
		return err
	}
	run, closeRun, err := f.engine.open(ctx)
	if err != nil {
		return err
	}
	defer closeRun()
	c := &campaigner{std: std, flags: f, bar: newProgress(std.err), cases: f.store(cfg)}
	c.eng = openEngines(ctx, run, true, f.engine.pythons...)
	defer c.eng.close()
	if err := c.open(ctx, cfg, feed); err != nil {
		return err
	}
	seeds, charset, err := readSeeds(ctx, std, files)
	if err != nil {
		return err
	}
	pairs, err := f.choosePairs(feed, charset)
	if err != nil {
		return err
	}
	for _, p := range pairs {
		if err := c.campaign(ctx, p, seeds, f.corpusDir(cfg)); err != nil {
			return err
		}
		if ctx.Err() != nil {
			break
		}
	}
	return c.finish()
}

// choose returns the feed that is fuzzed, nil for policies alone.
func (f *fuzzFlags) choose(cfg *config.Config) (*config.Feed, error) {
	if f.feed == "" {
		return nil, nil
	}
	if len(f.pairs) > 0 {
		return nil, usageError("", "read --pairs: a feed has its own paths")
	}
	feed, err := feedNamed(cfg, "fuzz", f.config.config, f.feed)
	return &feed, err
}

// open makes the hunter, which knows the cases of the checkout and of the inbox.
func (c *campaigner) open(ctx context.Context, cfg *config.Config, feed *config.Feed) error {
	known := []*golden.Store{c.cases}
	if cfg != nil {
		c.checkout = golden.NewStore(cfg.Golden)
		known = append(known, c.checkout, golden.NewInbox(cfg.Inbox))
	}
	var err error
	if c.hunter, err = fuzz.NewHunter(known...); err != nil || feed == nil {
		return err
	}
	var quick ingest.Engine
	if feed.Calls != [2]*ingest.Call{} && c.eng.calls != nil {
		quick = c.eng.calls.Together(fuzz.CallsTogether)
		if c.code, err = codeRevision(ctx, cfg, c.eng.calls); err != nil {
			return err
		}
	}
	c.hunter.Of(feed.Name, feed.Calls, c.eng.line.Calls, quick, feed.Compare)
	return nil
}

// store is where a campaign's cases go.
func (f *fuzzFlags) store(cfg *config.Config) *golden.Store {
	switch {
	case f.golden != "":
		return golden.NewStore(f.golden)
	case cfg != nil:
		return golden.NewInbox(cfg.Inbox)
	}
	return golden.NewStore(filepath.Join(fuzzDir, "cases"))
}

func (f *fuzzFlags) corpusDir(cfg *config.Config) string {
	switch {
	case f.corpus != "":
		return f.corpus
	case cfg != nil && f.feed != "":
		return filepath.Join(filepath.Dir(cfg.Inbox), "fuzz", f.feed)
	}
	return filepath.Join(fuzzDir, "corpus")
}

// readSeeds reads files, and tells the charset of the first that has one beyond ASCII.
func readSeeds(ctx context.Context, std streams, files []string) (seeds [][]byte, charset string, err error) {
	failed := eachFile(ctx, std, files, func(name string, in ingest.Input) error {
		data := make([]byte, min(in.Size, maxSeedFile))
		if _, err := in.Data.ReadAt(data, 0); err != nil && int64(len(data)) < in.Size {
			return fmt.Errorf("read %q: %w", name, err)
		}
		if found, err := detect.Detect(in.Data, in.Size, detect.Options{}); err == nil && charset == "" && found.Charset != "ascii" {
			charset = found.Charset
		}
		seeds = append(seeds, fuzz.Shorten(data))
		return nil
	})
	if charset == "" {
		charset = "utf-8"
	}
	return seeds, charset, failed
}

// maxSeedFile is how much of a file is read: its first rows are enough to begin with.
const maxSeedFile = 64 << 10

// choosePairs returns what is fuzzed, nil for pairs that are drawn. What detection
// would have to find is what was found in the files.
func (f *fuzzFlags) choosePairs(feed *config.Feed, charset string) ([]*ingest.Pair, error) {
	var chosen []ingest.Pair
	switch {
	case feed != nil:
		chosen = []ingest.Pair{feed.Pair}
	case len(f.pairs) == 0:
		return []*ingest.Pair{nil}, nil
	default:
		check := checkFlags{pairs: f.pairs, reader: string(ingest.RowReader)}
		var err error
		if chosen, err = check.choose(); err != nil {
			return nil, err
		}
	}
	var out []*ingest.Pair
	for _, p := range chosen {
		p.Py2, p.Py3 = p.Py2.Resolve(charset, nil), p.Py3.Resolve(charset, nil)
		out = append(out, &p)
	}
	return out, nil
}

func (c *campaigner) campaign(ctx context.Context, pair *ingest.Pair, seeds [][]byte, corpus string) error {
	name := "any"
	if pair != nil {
		name = pair.Name
	}
	learned, err := learnedOf(ctx, corpus, seeds)
	if err != nil {
		return err
	}
	stats, err := c.hunter.Campaign(ctx, fuzz.CampaignOptions{
		Pair: pair, Seeds: seeds, Learned: learned, Corpus: corpus, Seed: c.flags.seed, For: c.flags.time, Execs: c.flags.execs, Found: c.write,
		Progress: func(s fuzz.CampaignStats) {
			c.bar.show(fmt.Sprintf("%s  %d inputs, %.0f/s  %s, %d new", name, s.Execs, perSecond(s), plural(s.Behaviours, "behaviour"), s.New))
		},
	})
	c.bar.finish()
	if stats.Remembers && err == nil {
		fmt.Fprintf(c.std.err, "feedparity: note: %s: a call shows something else where another came before it (a cache, a counter), so each input had a process of its own\n", c.flags.feed)
	}
	c.lines = append(c.lines, campaignLine{"end", name, stats.Execs, perSecond(stats), stats.Diverged, stats.Behaviours, stats.Kept, stats.New, stats.Known, stats.Refused})
	return err
}

// learnedOf is the grammar of a corpus, else that of the files which a campaign begins
// with, which is used and not written.
func learnedOf(ctx context.Context, corpus string, seeds [][]byte) (*generator.Grammar, error) {
	g, err := fuzz.ReadGrammar(corpus)
	if g != nil || err != nil {
		return g, err
	}
	l := fuzz.Learner{Any: true}
	for _, data := range seeds {
		if err := l.Add(ctx, data); err != nil {
			return nil, err
		}
	}
	if g, err = l.Grammar(); errors.Is(err, fuzz.ErrNothingLearned) {
		return nil, nil
	}
	return g, err
}

func perSecond(s fuzz.CampaignStats) float64 {
	return float64(s.Execs) / max(s.Elapsed.Seconds(), 1e-3)
}

// write writes the case of a new signature and says so.
func (c *campaigner) write(ctx context.Context, p fuzz.Prey) error {
	gc, err := p.Case(ctx, c.eng.judge)
	if gc == nil || err != nil {
		return err
	}
	gc.Found("fuzz", time.Now(), "", "", time.Time{}, c.code)
	dir, created, err := c.cases.Write(gc)
	if err != nil {
		return err
	}
	word := "new"
	if !created { // it was fixed, or it would be known
		word = string(golden.Regressed)
		if err := c.back(gc); err != nil {
			return err
		}
	}
	c.found = true
	c.bar.finish()
	if c.flags.json {
		return writeJSON(c.std.out, struct {
			Event     string `json:"event"`
			Signature string `json:"signature"`
			Severity  string `json:"severity"`
			Bytes     int    `json:"bytes"`
			Case      string `json:"case"`
		}{word, p.Signature, p.Severity.String(), len(gc.Input), relative(dir)})
	}
	_, err = fmt.Fprintf(c.std.out, "%s  %s  %s  %s\n", word, p.Severity, p.Signature, relative(dir))
	return err
}

// back notes that the signature of a case which was fixed was met again: in the case, or
// where that is in the checkout in the inbox's.
func (c *campaigner) back(gc *golden.Case) error {
	if _, err := regressed(c.cases, gc, "fuzz", ""); err != nil || c.checkout == nil {
		return err
	}
	_, err := c.cases.Again(c.checkout.Of(gc.Feed, gc.Cause, gc.Signature), "fuzz", "", time.Now())
	return err
}

// finish prints what was done.
func (c *campaigner) finish() error {
	if c.flags.json {
		for _, l := range c.lines {
			if err := writeJSON(c.std.out, l); err != nil {
				return err
			}
		}
	} else if err := c.table(); err != nil {
		return err
	}
	if c.found {
		return exit(statusDiverge)
	}
	return nil
}

func (c *campaigner) table() error {
	w := tabwriter.NewWriter(c.std.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "pair\tinputs\tper second\tdiverged\tbehaviours\tcorpus\tnew signatures\tknown\trefused")
	for _, l := range c.lines {
		fmt.Fprintf(w, "%s\t%d\t%.0f\t%d\t%d\t%d\t%d\t%d\t%d\n", l.Pair, l.Execs, l.PerSecond, l.Diverged, l.Behaviours, l.Corpus, l.New, l.Known, l.Refused)
	}
	return w.Flush()
}
