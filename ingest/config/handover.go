package config

import (
	"slices"
	"strings"

	"github.com/feedparity/feedparity/ingest"
)

// HandoverEntry says how rows pass from one path to the other.
type HandoverEntry struct {
	// The forms, as of the short form.
	Forms []string `yaml:"forms"`
	// Directories of the sandbox in which the calls keep files.
	Caches []string `yaml:"caches"`

	node *Node
}

// DecodeNode reads a form, a list of them, or the mapping.
func (h *HandoverEntry) DecodeNode(n *Node) error {
	h.node = n
	if n.Kind == Mapping {
		type plain HandoverEntry
		return n.Decode((*plain)(h))
	}
	return n.Decode(&h.Forms)
}

func (r *resolver) handover(out *Feed, e FeedEntry, n *Node) error {
	h := e.Handover
	for i, form := range h.Forms {
		if !slices.Contains(ingest.HandoverForms, form) {
			where := h.node
			if h.node.Kind == Mapping {
				where = item(h.node, "forms", i)
			} else if h.node.Kind == Sequence {
				where = h.node.Items[i]
			}
			err := where.Errorf("hand-over form %q: want one of %s", form, strings.Join(ingest.HandoverForms, ", "))
			if form == "marshal" {
				err.Hint = "marshal's format belongs to one version of Python: write JSON, or pickle with protocol 2"
			}
			return err
		}
	}
	out.Handover = ingest.Handover{Forms: h.Forms}
	for i, dir := range h.Caches {
		abs := r.abs(dir)
		if !slices.ContainsFunc(sandboxes(out), func(s string) bool { return holds(s, abs) }) {
			err := item(h.node, "caches", i).Errorf("cache %q lies in no directory of the sandbox", dir)
			err.Hint = "add effects: {sandbox: [" + dir + "]}: the calls write there, and it is put back as it was"
			return err
		}
		out.Handover.Caches = append(out.Handover.Caches, abs)
	}
	return nil
}

// sandboxes are the directories in which a call of the feed may write.
func sandboxes(f *Feed) []string {
	for _, c := range f.Calls {
		if c != nil {
			return c.Effects.Sandbox
		}
	}
	return nil
}
