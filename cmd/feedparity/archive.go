//go:build !lean

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/state"
	"github.com/feedparity/feedparity/ingest/whole"
)

func newArchive(std streams) *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "archive",
		Short: "Get deliveries out of the archive",
		Long: `The archive keeps every version of every delivery as it was sent, under the SHA-256 of its
bytes: by itself, or in one file with others where they are small and many.`,
		Example: "  feedparity archive show 9f86d081 -o stock.csv",
		Args:    wantCommand,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.PersistentFlags().StringVar(&file, "config", config.DefaultFile, "configuration file")
	cmd.AddCommand(newArchiveShow(std, &file))
	return cmd
}

func newArchiveShow(std streams, file *string) *cobra.Command {
	var to string
	cmd := &cobra.Command{
		Use:   "show HASH",
		Short: "Write a delivery as it was sent",
		Long: `Writes a delivery as it was sent. HASH is the SHA-256 of its bytes, as reports, manifests
and golden cases have it, or its beginning: eight digits at least, of which the state knows
the rest.`,
		Example: "  feedparity archive show 9f86d081 | head\n  feedparity archive show 9f86d081884c7d65 -o stock.csv",
		Args:    wantArgs(1, 1, "HASH"),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := config.Load(*file)
			if err != nil {
				return configError(err)
			}
			if err := showArchived(cmd.Context(), std, c, strings.ToLower(args[0]), to); err != nil {
				return fmt.Errorf("show delivery: %w", err)
			}
			return nil
		},
	}
	cmd.Flags().StringVarP(&to, "output", "o", "", "write to `FILE`, whole or not at all, in place of stdout")
	return cmd
}

// hashBegins reports whether text is a SHA-256, or enough of one.
func hashBegins(s string) bool {
	return 8 <= len(s) && len(s) <= 64 && strings.Trim(s, "0123456789abcdef") == ""
}

// showArchived writes a delivery of the archive to a file, or to stdout.
func showArchived(ctx context.Context, std streams, c *config.Config, begin, to string) error {
	if !hashBegins(begin) {
		return usageError("a report's JSON has the hashes of its deliveries: feedparity report --json", "%q is not a SHA-256, nor the first eight digits of one or more", begin)
	}
	store, err := openArchive(ctx, c)
	if err != nil {
		return err
	}
	db, err := openState(ctx, c)
	if err != nil {
		return err
	}
	defer db.Close()
	sum, err := hashOf(ctx, db, begin)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "feedparity-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	from := filepath.Join(dir, "delivery")
	if err := store.Get(ctx, sum, from); err != nil {
		return missing(ctx, db, store.String(), sum, err)
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	_ = os.RemoveAll(dir) // whoever reads us may stop before the end, which ends us
	put := func(w io.Writer) error {
		_, err := io.Copy(w, in)
		return err
	}
	if to == "" {
		return put(std.out)
	}
	f, err := whole.Create(to, 0o600) // it is a supplier's
	if err != nil {
		return err
	}
	defer f.Abandon()
	if err := put(f); err != nil {
		return err
	}
	return f.Commit()
}

// hashOf is the hash that begins like this, of what the state knows; a whole one may be of
// another state's.
func hashOf(ctx context.Context, db *state.DB, begin string) (string, error) {
	if len(begin) == 64 {
		return begin, nil
	}
	sums, err := db.Sums(ctx, begin)
	switch {
	case err != nil:
		return "", err
	case len(sums) == 0:
		return "", usageError("a report's JSON has the hashes of its deliveries: feedparity report --json", "no delivery's hash begins with %s", begin)
	case len(sums) > 1:
		return "", usageError("give more of it", "%s are of %d deliveries: %s", begin, len(sums), strings.Join(sums[:min(len(sums), 4)], ", "))
	}
	return sums[0], nil
}

// missing words why a delivery could not be got: one may be a file in another.
func missing(ctx context.Context, db *state.DB, where, sum string, why error) error {
	if !errors.Is(why, fs.ErrNotExist) {
		return why
	}
	switch wholes, err := db.Holding(ctx, sum); {
	case err != nil:
		return err
	case len(wholes) > 0:
		return usageError("feedparity archive show "+wholes[0], "%.16s is not kept by itself: it is a file in the packed delivery %.16s", sum, wholes[0])
	}
	return usageError("what is older than is kept was removed (archive: keep, max_size)", "there is no delivery %.16s in %s", sum, where)
}
