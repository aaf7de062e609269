package config

import (
	"slices"
	"strings"

	"github.com/feedparity/feedparity/ingest"
)

// handover reads the forms in which rows pass from one path to the other.
func (r *resolver) handover(out *Feed, e FeedEntry, n *Node) error {
	for i, form := range e.Handover {
		if slices.Contains(ingest.HandoverForms, form) {
			continue
		}
		err := item(n, "handover", i).Errorf("hand-over form %q: want one of %s", form, strings.Join(ingest.HandoverForms, ", "))
		if form == "marshal" {
			err.Hint = "marshal's format belongs to one version of Python: write JSON, or pickle with protocol 2"
		}
		return err
	}
	out.Handover = ingest.Handover{Forms: e.Handover}
	return nil
}
