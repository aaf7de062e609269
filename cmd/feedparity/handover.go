//go:build !lean

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/embedded"
	"github.com/feedparity/feedparity/ingest/fetch"
	"github.com/feedparity/feedparity/ingest/handover"
	"github.com/feedparity/feedparity/ingest/parity"
	"github.com/feedparity/feedparity/ingest/state"
	"github.com/feedparity/feedparity/ingest/unpack"
)

const handoverLong = `Writes the rows of one path as caches, queues and cookies hold them (pickle in every
protocol, JSON, shelve, signed payloads) and reads them on the other, both ways:
forward is what the new code finds when it starts, rollback what the old one finds
when it comes back. Real Pythons do it; each row that does not come over is shown
with the setting that brings it.

Without FILE it takes the latest delivery of every feed from the archive.`

func newHandover(std streams) *cobra.Command {
	var h handing
	cmd := &cobra.Command{
		Use:   "handover [FILE...]",
		Short: "Say whether rows cached by one path can be read by the other",
		Long:  handoverLong,
		Example: `  feedparity handover stock.csv
  feedparity handover
  feedparity handover --feed acme-stock --json`,
		Args: wantArgs(0, -1, "FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			h.std = std
			return h.run(cmd.Context(), args, cmd.Flags().Changed("feed"))
		},
	}
	cmd.Flags().StringVar(&h.file, "config", config.DefaultFile, "configuration file")
	cmd.Flags().StringArrayVar(&h.only, "feed", nil, "only the feed of this `NAME`; with FILE, the paths to run on it")
	cmd.Flags().BoolVar(&h.json, "json", false, "print JSON Lines, a delivery each")
	return cmd
}

// handing is one run of the command.
type handing struct {
	std     streams
	file    string
	only    []string
	json    bool
	eng     engines
	pythons pythons
	lost    bool
}

func (h *handing) run(ctx context.Context, names []string, feed bool) error {
	pair, err := ingest.BuiltinPair(ingest.Detected)
	if err != nil {
		return err
	}
	feeds := []config.Feed{{Feed: ingest.Feed{Name: "handover", Pair: pair}}}
	var c *config.Config
	if len(names) == 0 || feed {
		if c, err = config.Load(h.file); err != nil {
			return configError(err)
		}
		if feeds, err = chosenFeeds(c, h.only); err != nil {
			return err
		}
		h.eng = openEngines(ctx, embedded.New(), true, runners(c)...)
	} else {
		h.eng = openEngines(ctx, embedded.New(), true)
	}
	defer h.eng.close()
	h.pythons.find = h.eng.calls.Interpreters
	defer h.pythons.close()
	if len(names) == 0 {
		err = h.archived(ctx, c, feeds)
	} else {
		err = h.files(ctx, feeds, names)
	}
	if err == nil && h.lost {
		return exit(statusDiverge)
	}
	return err
}

// files hands over what the feed's paths make of the files named.
func (h *handing) files(ctx context.Context, feeds []config.Feed, names []string) error {
	if len(feeds) != 1 {
		return usageError("name one with --feed", "read --feed: files belong to one feed, not %d", len(feeds))
	}
	return eachFile(ctx, h.std, names, func(_ string, in ingest.Input) error { return h.delivery(ctx, feeds[0], in) })
}

// archived hands over the latest delivery of each feed.
func (h *handing) archived(ctx context.Context, c *config.Config, feeds []config.Feed) error {
	db, err := openState(ctx, c)
	if err != nil {
		return err
	}
	defer db.Close()
	status := statusOK
	for _, f := range feeds {
		for _, err := range h.latest(ctx, c, db, f) {
			status = max(status, tell(h.std.err, fmt.Errorf("hand over feed %q: %w", f.Name, err)))
		}
	}
	return exit(status)
}

// latest hands over the latest delivery of a feed, each file in it if it is packed,
// and returns what went wrong.
func (h *handing) latest(ctx context.Context, c *config.Config, db *state.DB, f config.Feed) []error {
	last, err := db.Latest(ctx, f.Name, 1)
	if err != nil {
		return []error{err}
	}
	if len(last) == 0 || last[0].SHA256 == "" {
		return []error{&statusError{statusIncomplete, fmt.Errorf("no delivery in the archive"), "feedparity sweep fetches them; or name a file"}}
	}
	store, err := openArchive(ctx, c)
	if err != nil {
		return []error{err}
	}
	dir, err := os.MkdirTemp("", "feedparity-handover-")
	if err != nil {
		return []error{err}
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, fetch.LocalName(path.Base(last[0].Path)))
	if err := store.Get(ctx, last[0].SHA256, name); err != nil {
		return []error{err}
	}
	file, err := unpack.OpenFile(name)
	if err != nil {
		return []error{err}
	}
	defer file.Close()
	in := ingest.Input{Name: path.Base(last[0].Path), Data: file, Size: last[0].Bytes, File: name}
	return eachMember(ctx, unpack.Limits(f.Take.Unpack), in.Name, in, func(_ string, in ingest.Input) error { return h.delivery(ctx, f, in) })
}

// delivery hands over the rows of one delivery.
func (h *handing) delivery(ctx context.Context, f config.Feed, in ingest.Input) error {
	processes, err := h.pythons.pair(ctx, f.Pair, f.Calls)
	if err != nil {
		return err
	}
	d := parity.Delivery{Feed: f.Name, Name: in.Name, Data: in.Data, Size: in.Size, File: in.File, Charset: f.Charset, Pair: f.Pair, Calls: f.Calls, Compare: f.Compare}
	v := h.eng.line.View(ctx, d, ingest.Raw)
	defer v.Close()
	if v.Err != nil {
		return v.Err
	}
	rows, err := h.eng.line.Rows(ctx, d, &v)
	if err != nil {
		return err
	}
	defer rows[ingest.Py2].Close()
	defer rows[ingest.Py3].Close()
	r, err := handover.Check(ctx, processes, rows[ingest.Py2], rows[ingest.Py3])
	if err != nil {
		return err
	}
	if r.Rows == [2]int{} {
		return &statusError{statusIncomplete, fmt.Errorf("hand over %q: no rows", in.Name), "feedparity check says what the paths make of it"}
	}
	for _, dir := range f.Handover.Folders {
		if err := h.folder(ctx, f, in, dir, r); err != nil {
			return err
		}
	}
	if len(f.Handover.Forms) > 0 || len(f.Handover.Folders) == 0 { // else the folders alone were asked about
		h.lost = h.lost || r.Lost(f.Handover.Forms)
	}
	if h.json {
		return json.NewEncoder(h.std.out).Encode(handedJSON(f.Name, in.Name, r))
	}
	return printHanded(h.std.out, f, in.Name, r)
}

// folder hands over what the calls write in a folder of the feed.
func (h *handing) folder(ctx context.Context, f config.Feed, in ingest.Input, dir string, r *handover.Report) error {
	caches, err := h.pythons.caches(ctx)
	if err != nil {
		return err
	}
	in.Settings, in.Call = ingest.Settings{}, nil
	folder, err := caches.Check(ctx, in, f.Calls, dir)
	if err != nil {
		return err
	}
	folder.Dir = relative(dir)
	r.Folders = append(r.Folders, folder)
	h.lost = h.lost || len(folder.Losses()) > 0 || len(folder.Marshal) > 0
	return nil
}

// printFolder says what became of the files of a folder.
func printFolder(b *strings.Builder, f handover.FolderReport) {
	fmt.Fprintf(b, "  folder %s: py2 wrote %s, py3 %s\n", f.Dir, plurals(f.Entries[0], "entry", "entries"), plurals(f.Entries[1], "entry", "entries"))
	for _, a := range f.Advise() {
		printAdvice(b, string(a.Direction)+" "+a.Family, a)
	}
	if len(f.Marshal) > 0 {
		fmt.Fprintf(b, "    %-14s REFUSED %s: marshal is never portable between versions\n", "marshal", visible(strings.Join(f.Marshal, ", ")))
		fmt.Fprintf(b, "    %-14s fix  pickle.dump(value, file, protocol=2) or JSON in marshal's place, and let both paths make the cache anew\n", "")
	}
	if len(f.Opaque) > 0 {
		fmt.Fprintf(b, "    of a form that is not known: %s\n", visible(strings.Join(f.Opaque, ", ")))
	}
}

// printAdvice says whether something came over, and what brings it.
func printAdvice(b *strings.Builder, name string, a handover.Advice) {
	if a.Safe {
		fmt.Fprintf(b, "    %-14s ok\n", name)
		return
	}
	fmt.Fprintf(b, "    %-14s LOST %s\n", name, visible(a.Worst.String()))
	if a.Setting != "" {
		fmt.Fprintf(b, "    %-14s fix  %s\n", "", a.Setting)
	}
	if a.Why != "" {
		fmt.Fprintf(b, "    %-14s fix  none alone: %s\n", "", visible(a.Why))
	}
}

func printHanded(w io.Writer, feed config.Feed, name string, r *handover.Report) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s/%s: python %s has %s, python %s %s\n", feed.Name, visible(name), r.Pythons[0], plural(r.Rows[0], "row"), r.Pythons[1], plural(r.Rows[1], "row"))
	what := map[handover.Direction]string{handover.Forward: "py2 writes, py3 reads", handover.Rollback: "py3 writes, py2 reads"}
	for _, d := range []handover.Direction{handover.Forward, handover.Rollback} {
		fmt.Fprintf(&b, "  %s: %s\n", d, what[d])
		for _, a := range r.Advise(d) {
			printAdvice(&b, a.Family, a)
		}
		for _, t := range r.Unwritten(d, feed.Handover.Forms) {
			fmt.Fprintf(&b, "    %-14s not written, %d of %d rows: %s\n", t.Family(), t.Unwritten, t.Unwritten+t.Rows, visible(t.Refused))
			fmt.Fprintf(&b, "    %-14s fix  %s\n", "", t.Remedy())
		}
	}
	for _, f := range r.Folders {
		printFolder(&b, f)
	}
	fmt.Fprintf(&b, "  %s\n", r.Marshal)
	_, err := io.WriteString(w, b.String())
	return err
}

func handedJSON(feed, name string, r *handover.Report) any {
	return struct {
		Feed     string            `json:"feed"`
		Delivery string            `json:"delivery"`
		Pythons  [2]string         `json:"pythons"`
		Rows     [2]int            `json:"rows"`
		Forward  []handover.Advice `json:"forward"`
		Rollback []handover.Advice `json:"rollback"`
		Trials   []handover.Trial  `json:"trials"`
		Folders  []folderJSON      `json:"folders,omitempty"`
		Marshal  string            `json:"marshal"`
	}{feed, visible(name), r.Pythons, r.Rows, r.Advise(handover.Forward), r.Advise(handover.Rollback), r.Trials, foldersJSON(r.Folders), r.Marshal}
}

// folderJSON is a folder's report with what it comes to.
type folderJSON struct {
	handover.FolderReport
	Advice []handover.Advice `json:"advice"`
}

func foldersJSON(folders []handover.FolderReport) (out []folderJSON) {
	for _, f := range folders {
		out = append(out, folderJSON{f, f.Advise()})
	}
	return out
}
