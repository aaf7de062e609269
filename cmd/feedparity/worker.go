//go:build !lean

package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/state"
	"github.com/feedparity/feedparity/ingest/sweep"
)

const workerLong = `Does the work of the sweeps that other machines begin, until it is stopped: it pulls
servers and runs deliveries, as many at once as the machine has processors. All machines
have the same feedparity.yaml, code and feedparity; one that differs takes nothing. It reads
the file anew when that changes, and is to be started anew when the code does. They share
the state, which is in PostgreSQL, and the archive and the inbox, which are directories
that all of them mount. A database that cannot be reached is tried until it can be.

A worker that dies loses nothing: its work goes to the others. SIGTERM ends it, and
gives back what is under way.`

func newWorker(std streams) *cobra.Command {
	var file, database, format string
	cmd := &cobra.Command{
		Use:   "worker",
		Short: "Do the work of sweeps that other machines begin",
		Long:  workerLong,
		Example: `  feedparity worker
  feedparity worker --config /srv/feeds/feedparity.yaml
  PGPASSFILE=/run/secrets/pgpass feedparity worker --database postgres://feedparity@db.example/ops`,
		Args: wantArgs(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			log, err := newLogger(std.err, format)
			if err != nil {
				return err
			}
			return (&labour{file: file, database: database, log: log}).keepOn(cmd.Context())
		},
	}
	cmd.Flags().StringVar(&file, "config", config.DefaultFile, "configuration file")
	cmd.Flags().StringVar(&database, "database", "", "`URL` of the state, postgres://USER@HOST/DATABASE, without a password; the configuration's if not given")
	logFlag(cmd, &format)
	return cmd
}

// labour is what a worker does, for as long as it runs.
type labour struct {
	file, database string // the configuration's, "" for the database that it names
	log            *slog.Logger
	worked         bool // the database was there once: what is wrong with it now passes
}

// errReread ends work by a configuration that has changed.
var errReread = errors.New("the configuration has changed")

// firstWait and lastWait bound the pauses after which a database that could not be reached
// is tried again.
const (
	firstWait = 2 * time.Second
	lastWait  = time.Minute
)

// keepOn works until ctx ends, which is what a worker is stopped by: also after its database
// was away, and by the configuration as it is.
func (l *labour) keepOn(ctx context.Context) error {
	stamp := stampOf(l.file) // before it is read: what changes meanwhile is a change
	c, err := l.config()
	if err != nil {
		return err
	}
	for pause := firstWait; ; pause = min(2*pause, lastWait) {
		began := time.Now()
		err := l.until(ctx, c, stamp)
		switch {
		case ctx.Err() != nil:
			l.log.Info("stopped")
			return nil
		case errors.Is(err, errReread):
			l.log.Info(err.Error())
			stamp = stampOf(l.file)
			if c, err = l.config(); err != nil {
				return err // it could be read just now
			}
			pause = firstWait
			continue
		case !l.passes(err):
			return err
		case time.Since(began) > lastWait:
			pause = firstWait
		}
		l.log.Error("no work until the database is there", "cause", oneLine(err.Error()), "pause", pause)
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

func (l *labour) config() (*config.Config, error) {
	c, err := config.Load(l.file)
	if err != nil {
		return nil, configError(err)
	}
	if l.database != "" {
		c.State = l.database
	}
	if !state.IsPostgres(c.State) {
		return nil, usageError("state: {url: postgres://USER@HOST/DATABASE, password: {env: NAME}}, or --database", "work for a fleet: its state must be in PostgreSQL, not in a file")
	}
	return c, nil
}

// until works by a configuration until that changes.
func (l *labour) until(ctx context.Context, c *config.Config, stamp string) error {
	ctx, cancel := context.WithCancelCause(ctx)
	var watching sync.WaitGroup
	watching.Go(func() { l.watch(ctx, stamp, cancel) })
	err := l.work(ctx, c)
	again := errors.Is(context.Cause(ctx), errReread)
	cancel(nil)
	watching.Wait()
	if again {
		return errReread
	}
	return err
}

// watchEvery is how often a worker looks whether its configuration has changed.
var watchEvery = time.Minute

// watch ends work where the configuration is another one, which can be read.
func (l *labour) watch(ctx context.Context, was string, end context.CancelCauseFunc) {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := stampOf(l.file)
		if now == was {
			continue
		}
		was = now
		if _, err := l.config(); err != nil {
			l.log.Error("the configuration has changed, and there is no work by it", "error", oneLine(err.Error()))
			continue
		}
		end(errReread)
	}
}

// passes reports whether what keeps it from working may pass: a database that is away, or
// that was there and refuses now. Of one that a newer feedparity has written it does not.
func (l *labour) passes(err error) bool {
	for _, never := range []error{state.ErrNewer, state.ErrForeign, state.ErrCorrupt} {
		if errors.Is(err, never) {
			return false
		}
	}
	var pg *pgconn.PgError
	var network net.Error
	switch {
	case err == nil:
		return false
	case l.worked:
		return true
	case errors.As(err, &pg): // of classes 08, 53 and 57: broken, too many clients, starting or shutting down
		return slices.Contains([]string{"08", "53", "57"}, pg.Code[:min(2, len(pg.Code))])
	}
	return errors.As(err, &network)
}

// work does sweeps' jobs until ctx ends.
func (l *labour) work(ctx context.Context, c *config.Config) error {
	db, err := openState(ctx, c)
	if err != nil {
		return err
	}
	defer db.Close()
	o, closeAll, err := sweepOptions(ctx, c, c.Feeds, db, acceptedCases(golden.NewStore(c.Golden)))
	if err != nil {
		return err
	}
	defer closeAll()
	o.Observe = l.observe
	l.log.Info("working", "state", db.Path(), "agreement", o.Agreement, "revision", o.Revision)
	l.worked = true
	if err := sweep.Work(ctx, o); err != nil {
		return &statusError{statusIncomplete, err, "start it again: what it had under way is done by others meanwhile"}
	}
	return nil
}

func (l *labour) observe(e sweep.Event) {
	args := []any{"feed", e.Feed}
	if e.Delivery != "" {
		args = append(args, "delivery", visible(e.Delivery))
	}
	if e.Err != nil {
		l.log.Warn(e.What, append(args, "error", oneLine(e.Err.Error()))...)
		return
	}
	l.log.Info(e.What, args...)
}
