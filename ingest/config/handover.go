package config

import (
	"slices"
	"strings"

	"github.com/feedparity/feedparity/ingest"
)

// handover reads the forms and folders in which rows pass from one path to the other.
func (r *resolver) handover(out *Feed, e FeedEntry, n *Node) error {
	for i, word := range e.Handover {
		switch {
		case slices.Contains(ingest.HandoverForms, word):
			out.Handover.Forms = append(out.Handover.Forms, word)
			continue
		case strings.Contains(word, "/"):
			if err := r.folder(out, word, item(n, "handover", i)); err != nil {
				return err
			}
			continue
		}
		err := item(n, "handover", i).Errorf("hand-over form %q: want a directory with a slash in it, or one of %s", word, strings.Join(ingest.HandoverForms, ", "))
		if word == "marshal" {
			err.Hint = "marshal's format belongs to one version of Python: write JSON, or pickle with protocol 2"
		}
		return err
	}
	return nil
}

// folder reads a directory that both calls must be able to write in.
func (r *resolver) folder(out *Feed, word string, where *Node) error {
	dir := r.abs(word)
	for _, p := range ingest.Paths {
		call := out.Calls[p]
		if call == nil {
			err := where.Errorf("hand-over folder %q: %s has no call that writes in it", word, p)
			err.Hint = `add call: "module:function" for both paths, or name forms`
			return err
		}
		if !slices.ContainsFunc(call.Effects.Sandbox, func(box string) bool { return holds(box, dir) }) {
			err := where.Errorf("hand-over folder %q: the call may not write in it", word)
			err.Hint = "add effects: {sandbox: [" + word + "]}"
			return err
		}
	}
	out.Handover.Folders = append(out.Handover.Folders, dir)
	return nil
}
