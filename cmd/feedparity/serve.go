//go:build !lean

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/schedule"
	"github.com/feedparity/feedparity/ingest/state"
)

const serveLong = `Sweeps when the configuration's schedule says so, and shows how the last night was: a page
at /, metrics for Prometheus at /metrics, and /healthz and /readyz for whoever watches
over it. It listens on this machine only, unless told otherwise: what it shows is the
suppliers', and it asks nobody for a password.

A cron job or a timer that runs "feedparity sweep" does as well; where both are there,
one lock keeps them apart. SIGTERM ends it, and a sweep under way, within five seconds;
the next one goes on from there.`

// stopLimit is what a sweep may take to end when the process is told to stop. Those
// who watch over processes kill them after ten seconds or more.
const stopLimit = 4 * time.Second

func newServe(std streams) *cobra.Command {
	var file, listen, format string
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Sweep on a schedule and show how the last night was",
		Long:  serveLong,
		Example: `  feedparity serve
  feedparity serve --config /srv/feeds/feedparity.yaml --listen 127.0.0.1:9000
  feedparity serve --log-format json`,
		Args: wantArgs(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			read := stampOf(file) // before it is read: what changes meanwhile is a change
			log, c, err := begin(std, format, file)
			if err != nil {
				return err
			}
			if c.Schedule.IsZero() {
				return usageError(`write when to sweep, such as schedule: "15 3 * * *"`, "read config %q: no schedule", file)
			}
			return keepServing(cmd.Context(), &nightly{std: std, file: file, format: format, log: log, config: c, read: read}, listen)
		},
	}
	cmd.Flags().StringVar(&file, "config", config.DefaultFile, "configuration file, read anew when it changes")
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:8427", "`HOST:PORT` of the page and the metrics")
	logFlag(cmd, &format)
	return cmd
}

// logFlag is that of a process that stays and writes a log.
func logFlag(cmd *cobra.Command, format *string) {
	cmd.Flags().StringVar(format, "log-format", "text", "of the log on stderr: text or json")
	must(cmd.RegisterFlagCompletionFunc("log-format", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp)))
}

// begin opens the log and reads the configuration of such a process.
func begin(std streams, format, file string) (*slog.Logger, *config.Config, error) {
	log, err := newLogger(std.err, format)
	if err != nil {
		return nil, nil, err
	}
	c, err := config.Load(file)
	if err != nil {
		return nil, nil, configError(err)
	}
	return log, c, nil
}

func newLogger(w io.Writer, format string) (*slog.Logger, error) {
	switch format {
	case "text":
		return slog.New(slog.NewTextHandler(w, nil)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, nil)), nil
	}
	return nil, usageError("", "read --log-format: %q: want text or json", format)
}

// keepServing sweeps and answers until ctx ends, and then waits for a sweep to end.
func keepServing(ctx context.Context, n *nightly, listen string) error {
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return usageError("another process may have the port: --listen names one", "serve: %w", err)
	}
	srv := &http.Server{Handler: n.handler(l.Addr()), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
		WriteTimeout: 30 * time.Second, MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(n.log.Handler(), slog.LevelWarn)}
	n.log.Info("serving", "address", "http://"+l.Addr().String(), "schedule", n.config.Schedule.Cron, "zone", n.config.Schedule.Zone.String())
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var broken error // why nobody listens any more
	var listening sync.WaitGroup
	listening.Go(func() {
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			broken = fmt.Errorf("serve: %w", err)
			cancel()
		}
	})
	swept := make(chan struct{})
	loop := schedule.Loop{Schedule: n.schedule, Last: n.last, Sweep: n.sweep, Waiting: n.waiting, Logger: n.log}
	go func() {
		defer close(swept)
		_ = loop.Run(ctx)
	}()
	<-ctx.Done()
	n.log.Info("stopping")
	limit, release := context.WithTimeout(context.WithoutCancel(ctx), stopLimit)
	defer release()
	if srv.Shutdown(limit) != nil {
		_ = srv.Close() // somebody reads the page very slowly
	}
	listening.Wait()
	select {
	case <-swept:
	case <-limit.Done():
		return &statusError{statusIncomplete, fmt.Errorf("serve: the sweep did not end within %v", stopLimit), "its process ends now; the next sweep goes on from what is recorded"}
	}
	n.closeState()
	return broken
}

// nightly is what serve does every night and knows of it.
type nightly struct {
	std  streams
	file string // of the configuration
	// format of the log: as JSON it has a record of every step of a sweep.
	format string
	log    *slog.Logger

	mu       sync.Mutex
	config   *config.Config // as it was last read
	read     string         // stamp of its file then
	sweeping bool
	next     time.Time // of the sweep that is waited for
	made     int       // sweeps, since the start
	failed   int       // of which there was none, or only a part
	failure  string    // why, of the last one
	undone   string    // what could not be done after the last one: nobody may be told of anything else

	opening sync.Mutex
	db      *state.DB // nil until somebody asks; to open it anew for each would check it anew
	dbName  string
	dbFile  os.FileInfo // nil for PostgreSQL
}

// state returns the state that the configuration names, open.
func (n *nightly) state(ctx context.Context) (*state.DB, error) {
	c := n.current()
	n.opening.Lock()
	defer n.opening.Unlock()
	if n.db != nil && n.dbName == c.State && n.inPlace() {
		return n.db, nil
	}
	db, err := openState(ctx, c)
	if err != nil {
		return nil, err
	}
	n.closeState()
	n.db, n.dbName, n.dbFile = db, c.State, nil
	if !state.IsPostgres(c.State) {
		n.dbFile, err = os.Stat(c.State)
	}
	return db, err
}

// inPlace reports whether the file that is open is the one of that name still: somebody
// may have moved it away or put a backup in its place, which sweeps work on since.
func (n *nightly) inPlace() bool {
	now, err := os.Stat(n.dbName)
	return n.dbFile == nil || err == nil && os.SameFile(now, n.dbFile)
}

func (n *nightly) closeState() {
	if n.db != nil {
		_ = n.db.Close()
	}
}

func (n *nightly) current() *config.Config {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.config
}

// schedule is asked each minute: one that was changed holds from then on.
func (n *nightly) schedule() schedule.Schedule {
	n.reread()
	return n.current().Schedule
}

// reread reads the configuration if its file is not as it was. A mistake is told while who
// made it is still there; until it is mended the schedule is what it was.
func (n *nightly) reread() {
	now := stampOf(n.file)
	n.mu.Lock()
	same := now == n.read
	n.read = now
	n.mu.Unlock()
	if same {
		return
	}
	c, err := n.load()
	if err != nil {
		n.log.Error("the configuration has changed, and there is no sweep by it", "error", oneLine(err.Error()))
		return
	}
	n.log.Info("the configuration has changed", "feeds", len(c.Feeds), "schedule", c.Schedule.Cron, "zone", c.Schedule.Zone.String())
}

// load reads the configuration.
func (n *nightly) load() (*config.Config, error) {
	c, err := config.Load(n.file)
	if err != nil {
		return nil, configError(err)
	}
	if c.Schedule.IsZero() {
		return nil, fmt.Errorf("read config %q: no schedule", n.file)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.config = c
	return c, nil
}

// stampOf tells versions of a file apart.
func stampOf(name string) string {
	info, err := os.Stat(name)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprint(info.ModTime().UnixNano(), " ", info.Size())
}

func (n *nightly) waiting(next time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.next = next
}

// last asks the state for the last sweep, also one that was made by hand.
func (n *nightly) last(ctx context.Context) (schedule.Last, error) {
	db, err := n.state(ctx)
	if err != nil {
		return schedule.Last{}, err
	}
	run, ok, err := db.LastRun(ctx)
	if err != nil || !ok {
		return schedule.Last{}, err
	}
	return schedule.Last{Began: run.Began, Ended: !run.Ended.IsZero() && run.Status != "interrupted"}, nil
}

// sweep makes one sweep, by the configuration as it is now.
func (n *nightly) sweep(ctx context.Context) error {
	n.mu.Lock()
	n.sweeping = true
	n.mu.Unlock()
	err := n.sweepNow(ctx)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.sweeping = false
	if err != nil {
		n.failed++
		n.failure = oneLine(err.Error())
		return err
	}
	n.made++
	n.failure = ""
	return nil
}

func (n *nightly) sweepNow(ctx context.Context) error {
	c, err := n.load()
	if err != nil {
		return err
	}
	n.log.Info("sweeping", "feeds", len(c.Feeds))
	std := streams{n.std.in, io.Discard, &recorded{log: n.log, failed: slog.LevelWarn}} // the report is in its directory and on the page
	res, err := sweepConfig(ctx, std, c, c.Feeds, cmp.Or(n.format, "text"))
	if err != nil {
		return err
	}
	n.log.Info("swept", "run", res.Run, "took", res.ended.Sub(res.started).Round(time.Millisecond).String(), "summary", summary(res))
	undone := ""
	if res.undone != nil {
		undone = oneLine(res.undone.Error())
		n.log.Error("after the sweep", "error", undone)
	}
	n.mu.Lock()
	n.undone = undone
	n.mu.Unlock()
	return cmp.Or(reportSweep(std, res, false), res.cut)
}
