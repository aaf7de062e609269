//go:build !lean

package main

import (
	"context"
	"log/slog"

	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/state"
	"github.com/feedparity/feedparity/ingest/sweep"
)

const workerLong = `Does the work of the sweeps that other machines begin, until it is stopped: it pulls
servers and runs deliveries, as many at once as the machine has processors. All machines
have the same feedparity.yaml, code and feedparity; one that differs takes nothing, and
is to be started anew when they change. They share the state, which is in PostgreSQL,
and the archive and the inbox, which are directories that all of them mount.

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
			log, c, err := begin(std, format, file)
			if err != nil {
				return err
			}
			if cmd.Flags().Changed("database") {
				c.State = database
			}
			return work(cmd.Context(), c, log)
		},
	}
	cmd.Flags().StringVar(&file, "config", config.DefaultFile, "configuration file")
	cmd.Flags().StringVar(&database, "database", "", "`URL` of the state, postgres://USER@HOST/DATABASE, without a password; the configuration's if not given")
	logFlag(cmd, &format)
	return cmd
}

// work does sweeps' jobs until ctx ends, which is what a worker is stopped by.
func work(ctx context.Context, c *config.Config, log *slog.Logger) error {
	if !state.IsPostgres(c.State) {
		return usageError("state: {url: postgres://USER@HOST/DATABASE, password: {env: NAME}}, or --database", "work for a fleet: its state must be in PostgreSQL, not in a file")
	}
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
	o.Observe = func(e sweep.Event) {
		args := []any{"feed", e.Feed}
		if e.Delivery != "" {
			args = append(args, "delivery", visible(e.Delivery))
		}
		if e.Err != nil {
			log.Warn(e.What, append(args, "error", oneLine(e.Err.Error()))...)
			return
		}
		log.Info(e.What, args...)
	}
	log.Info("working", "state", db.Path(), "agreement", o.Agreement, "revision", o.Revision)
	if err := sweep.Work(ctx, o); err != nil {
		return &statusError{statusIncomplete, err, "start it again: what it had under way is done by others meanwhile"}
	}
	log.Info("stopped")
	return nil
}
