package archive

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
)

// Retention says how long and how much is kept; a zero field bounds nothing.
type Retention struct {
	Keep    time.Duration // since a delivery came last
	MaxSize int64         // bytes of all deliveries as stored
}

// Pruned is what a pruning did.
type Pruned struct {
	Removed, Kept           int   // deliveries
	RemovedBytes, KeptBytes int64 // as stored
	// Over is by how much what must not be removed is more than MaxSize.
	Over int64
}

// Prune removes deliveries that are older than is kept and then, the oldest first, what
// is too much. What keep says of a hash stays whatever its age.
func (s *Store) Prune(ctx context.Context, r Retention, now time.Time, keep func(sum string) bool) (Pruned, error) {
	var out Pruned
	if r == (Retention{}) {
		return out, nil
	}
	var all []object
	err := s.place.list(ctx, blobs, func(o object) error {
		if strings.HasSuffix(o.name, ".zst") {
			all = append(all, o)
			out.Kept++
			out.KeptBytes += o.size
		}
		return nil
	})
	if err != nil {
		return out, fmt.Errorf("prune archive %s: %w", s, err)
	}
	slices.SortFunc(all, func(a, b object) int { // of two as old, one in a pack that was being taken apart, the file is the younger
		return cmp.Or(strings.Compare(a.name, b.name), a.at.Compare(b.at), -strings.Compare(a.pack, b.pack))
	})
	for i := range all[:max(0, len(all)-1)] {
		all[i].again = all[i].name == all[i+1].name
	}
	slices.SortStableFunc(all, func(a, b object) int { return a.at.Compare(b.at) })
	var gone []object
	taken := map[string]bool{} // packs of which something goes for want of room: then all of it does
	for _, o := range all {
		old := r.Keep > 0 && now.Sub(o.at) > r.Keep
		tooMuch := r.MaxSize > 0 && (out.KeptBytes > r.MaxSize || taken[o.pack])
		// The older of two goes, pinned or not: at once if it is a file, else with its pack, which
		// is not taken apart for it.
		if (!o.again || o.pack != "") && !old && !tooMuch || !o.again && keep(strings.TrimSuffix(path.Base(o.name), ".zst")) {
			continue
		}
		gone = append(gone, o)
		if o.pack != "" {
			taken[o.pack] = true
		}
		out.Kept, out.KeptBytes = out.Kept-1, out.KeptBytes-o.size
		out.Removed, out.RemovedBytes = out.Removed+1, out.RemovedBytes+o.size
	}
	if err := s.place.remove(ctx, gone...); err != nil {
		return Pruned{}, fmt.Errorf("prune archive %s: %w", s, err)
	}
	if r.MaxSize > 0 {
		out.Over = max(0, out.KeptBytes-r.MaxSize)
	}
	return out, nil
}
