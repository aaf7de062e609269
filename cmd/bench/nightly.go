package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
	"github.com/feedparity/feedparity/ingest/state/pgtest"
)

// nightly measures whole sweeps, each a process of its own, against servers of ours on
// loopback. "make bench-sweep" runs it.
type nightly struct {
	suite
	entries, files, feeds, hosts int
	only                         string // the name of the one part to measure, "" for all
}

// newNightly is the command that measures sweeps.
func newNightly() *cobra.Command {
	var n nightly
	c := &cobra.Command{
		Use: "sweep", Short: "Measure whole sweeps over servers on loopback", Args: cobra.NoArgs,
		Example: "  bench sweep --out docs/benchmarks-sweep.md\n  bench sweep --only transfer --files 1000",
		RunE:    func(c *cobra.Command, _ []string) error { return n.bench(c.Context(), os.Stdout) },
	}
	c.Flags().IntVar(&n.entries, "entries", 100_000, "files in the large listing")
	c.Flags().IntVar(&n.files, "files", 10_000, "new deliveries of 2 KB")
	c.Flags().IntVar(&n.feeds, "feeds", 1_000, "feeds of which there is nothing new")
	c.Flags().IntVar(&n.hosts, "hosts", 50, "servers that these are on")
	c.Flags().StringVar(&n.only, "only", "", "measure one part: listing, memory, transfer, transfer-memory, idle or idle-postgres")
	c.Flags().StringVar(&n.out, "out", "", "also write the table to this Markdown file")
	return c
}

func (n *nightly) bench(ctx context.Context, out io.Writer) error {
	dir, err := os.MkdirTemp("", "feedparity-bench-")
	if err != nil {
		return fmt.Errorf("make bench directory: %w", err)
	}
	defer os.RemoveAll(dir)
	n.dir, n.rounds = dir, 1
	var results []result
	rows, err := n.rows()
	if err != nil {
		return err
	}
	for _, r := range rows {
		fmt.Fprintf(os.Stderr, "bench: %s\n", r.what)
		res, err := n.measure(ctx, r)
		if errors.Is(err, pgtest.ErrMissing) && n.only == "" {
			fmt.Fprintf(os.Stderr, "bench: left out: %v\n", err)
			continue
		}
		if err != nil {
			return fmt.Errorf("measure %s: %w", r.what, err)
		}
		results = append(results, res)
	}
	return n.print(out, results, n.page)
}

// rows are the parts that are to be measured.
func (n *nightly) rows() ([]row, error) {
	names := []string{"listing", "memory", "transfer", "transfer-memory", "idle", "idle-postgres"}
	all := []row{n.listingRow(), n.listingMemoryRow(), n.transferRow("on this disk", n.dir), n.transferRow("in memory", inMemory), n.idleRow("a file", "idle", inFile), n.idleRow("PostgreSQL", "idle-postgres", pgtest.Serve)}
	if n.only == "" {
		return all, nil
	}
	i := slices.Index(names, n.only)
	if i < 0 {
		return nil, fmt.Errorf("measure %q: it is none of %s", n.only, strings.Join(names, ", "))
	}
	return all[i : i+1], nil
}

// page is docs/benchmarks-sweep.md.
func (n *nightly) page(results []result) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `# Benchmarks of the sweep

Written by `+"`make bench-sweep`"+` on %s: %s, %d CPUs (%s), %s. One round, but where it says so; each sweep is a process of its own, start-up included, as is the bare loop,
against our scripted FTP server on loopback, which runs in the bench's process and takes its share of the same processors.

| what | goal | measured | verdict | of which |
|---|---|---|---|---|
`, time.Now().UTC().Format("2006-01-02"), runtime.Version(), runtime.NumCPU(), cpuModel(), runtime.GOOS+"/"+runtime.GOARCH)
	for _, r := range results {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", r.what, r.goal, r.measured, r.verdict(), r.note)
	}
	return b.Bytes()
}

// sweep runs feedparity in a directory with a configuration and returns what it cost and
// how long it took.
func (n *nightly) sweep(ctx context.Context, dir, config string, args ...string) (cost, time.Duration, error) {
	bin, err := n.build(ctx, "feedparity-full")
	if err != nil {
		return cost{}, 0, err
	}
	file := filepath.Join(dir, "feedparity.yaml")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return cost{}, 0, err
	}
	if err := os.WriteFile(file, []byte(config), 0o644); err != nil {
		return cost{}, 0, err
	}
	start := time.Now()
	c, _, err := run(ctx, bin, append([]string{"sweep", "--fail-on", "never", "--config", file}, args...)...)
	return c, time.Since(start), err
}

// largeListing sweeps a directory of which nothing is taken.
func (n *nightly) largeListing(ctx context.Context) (cost, time.Duration, error) {
	files := map[string]ftptest.File{}
	for i := range n.entries {
		files[fmt.Sprintf("out/stock_%06d.csv", i)] = ftptest.File{Data: []byte("a\n"), MTime: time.Unix(1_700_000_000+int64(i), 0)}
	}
	s, err := ftptest.New(ftptest.Options{Files: files})
	if err != nil {
		return cost{}, 0, err
	}
	defer s.Close()
	return n.sweep(ctx, filepath.Join(n.dir, "listing"), "feeds: {large: {source: "+s.URL()+"/out, match: none.csv}}\n")
}

func (n *nightly) listingRow() row {
	return row{what: fmt.Sprintf("a listing of %d files", n.entries), goal: "< 5 s", format: "%.2f s", holds: atMost(5),
		measure: func(ctx context.Context) (float64, string, error) {
			c, took, err := n.largeListing(ctx)
			return took.Seconds(), fmt.Sprintf("%.2f s of CPU", c.cpu.Seconds()), err
		}}
}

func (n *nightly) listingMemoryRow() row {
	return row{what: fmt.Sprintf("peak memory at a listing of %d files", n.entries), goal: "< 200 MB", format: "%.0f MB", holds: atMost(200),
		measure: func(ctx context.Context) (float64, string, error) {
			c, _, err := n.largeListing(ctx)
			return float64(c.rss) / 1e6, "the program itself included", err
		}}
}

// delivery is a CSV of 2 KB that no other is like.
func delivery(i int) []byte {
	var b bytes.Buffer
	b.WriteString("sku,name,price\r\n")
	for row := 0; b.Len() < 2000; row++ {
		fmt.Fprintf(&b, "%d-%d,café au lait,%d.50\r\n", i, row, row)
	}
	return b.Bytes()
}

// inMemory is where Linux has a file system in memory.
const inMemory = "/dev/shm"

// transferRounds is how often a night of deliveries is measured: one differs from another by a
// tenth on a machine that is shared.
const transferRounds = 7

// transferRow measures what all the work on a delivery costs beside its transfer, archive
// and state in a directory. What a disk takes is not the sweep's: it is measured in memory, too.
func (n *nightly) transferRow(kind, dir string) row {
	return row{what: fmt.Sprintf("%d new deliveries of 2 KB, end to end, archive and state %s, as a share of a bare RETR loop's speed", n.files, kind), goal: ">= 0.5", format: "%.2f", holds: atLeast(0.5), rounds: transferRounds,
		measure: func(ctx context.Context) (float64, string, error) {
			if _, err := os.Stat(dir); err != nil {
				return 0, "", errSkip("there is no " + dir)
			}
			own, err := os.MkdirTemp(dir, "feedparity-bench-")
			if err != nil {
				return 0, "", err
			}
			if dir != n.dir { // or else with the rest: a disk is slow for minutes after
				defer os.RemoveAll(own)
			}
			files := map[string]ftptest.File{}
			for i := range n.files {
				files[fmt.Sprintf("out/stock_%05d.csv", i)] = ftptest.File{Data: delivery(i), MTime: time.Unix(1_700_000_000, 0)}
			}
			s, err := ftptest.New(ftptest.Options{Files: files, OnePort: true})
			if err != nil {
				return 0, "", err
			}
			defer s.Close()
			return n.transfer(ctx, s, own)
		}}
}

// transfer sweeps a server's files, with a bare loop before and after: the machine's speed
// changes meanwhile.
func (n *nightly) transfer(ctx context.Context, s *ftptest.Server, dir string) (float64, string, error) {
	var bare time.Duration
	retrieve := func() error {
		start := time.Now()
		_, _, err := work(ctx, "retrieve", s.Addr(), n.files)
		bare += time.Since(start) / 2
		return err
	}
	if err := retrieve(); err != nil {
		return 0, "", err
	}
	c, took, err := n.sweep(ctx, dir, "feeds: {small: {source: "+s.URL()+"/out, backfill: all, settle: 0s, min_age: 0s, pair: utf8}}\n")
	if err == nil {
		err = retrieve()
	}
	if err != nil {
		return 0, "", err
	}
	return bare.Seconds() / took.Seconds(), fmt.Sprintf("the median of %d; the last took %.1f s (%.1f s of CPU) against %.1f s over two connections", transferRounds, took.Seconds(), c.cpu.Seconds(), bare.Seconds()), nil
}

// inFile is where the state is by itself.
func inFile() (name string, stop func(), err error) { return "", func() {}, nil }

// idleRow measures a sweep that finds nothing; serve makes its state.
func (n *nightly) idleRow(kind, name string, serve func() (string, func(), error)) row {
	return row{what: fmt.Sprintf("CPU of a sweep with nothing new of %d feeds on %d hosts, its state in %s", n.feeds, n.hosts, kind), goal: "< 5 s", format: "%.2f s", holds: atMost(5),
		measure: func(ctx context.Context) (float64, string, error) {
			state, stop, err := serve()
			if err != nil {
				return 0, "", err
			}
			defer stop()
			config, stopAll, err := n.idleFeeds()
			defer stopAll()
			if err != nil {
				return 0, "", err
			}
			if state != "" {
				config = "state: {url: \"" + state + "\"}\n" + config
			}
			dir := filepath.Join(n.dir, name)
			first, _, err := n.sweep(ctx, dir, config)
			if err != nil {
				return 0, "", err
			}
			second, took, err := n.sweep(ctx, dir, config)
			return second.cpu.Seconds(), fmt.Sprintf("%.1f s on the clock; the first sweep, of %d deliveries, took %.1f s of CPU", took.Seconds(), 3*n.feeds, first.cpu.Seconds()), err
		}}
}

// idleFeeds starts the servers of many feeds, and is their configuration.
func (n *nightly) idleFeeds() (config string, stop func(), err error) {
	var b strings.Builder
	var servers []*ftptest.Server
	stop = func() {
		for _, s := range servers {
			_ = s.Close()
		}
	}
	b.WriteString("defaults: {settle: 0s, min_age: 0s}\nfeeds:\n")
	for h := range n.hosts {
		files := map[string]ftptest.File{}
		for f := h; f < n.feeds; f += n.hosts {
			for i := range 3 {
				files[fmt.Sprintf("feed%d/stock_%d.csv", f, i)] = ftptest.File{Data: delivery(3*f + i), MTime: time.Unix(1_700_000_000, 0)}
			}
		}
		s, err := ftptest.New(ftptest.Options{Files: files})
		if err != nil {
			return "", stop, err
		}
		servers = append(servers, s)
		for f := h; f < n.feeds; f += n.hosts {
			fmt.Fprintf(&b, "  feed%d: {source: %s/feed%d, pair: utf8}\n", f, s.URL(), f)
		}
	}
	return b.String(), stop, nil
}
