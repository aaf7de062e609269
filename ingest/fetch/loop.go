package fetch

import "hash/maphash"

// A directory that is shown within itself, by a link to it that its server follows, would
// give each delivery once for each level. It is told by the mark that MLSD has of each
// directory, or by its listing, which is that of a directory it is in: same names, sizes
// and times, the way to it among them.

// place is a directory on the way that a walk took to it; nil stands for the source's own,
// of which nobody is told the mark.
type place struct {
	entry Entry
	above *place
	shown likeness // of the listing that it was found in
}

// likeness stands for a listing. One of nothing but directories without exact times is that of
// many others, too.
type likeness struct {
	entries int
	sum     uint64
	certain bool
}

func (p *place) path() string {
	if p == nil {
		return ""
	}
	return p.entry.Path
}

// within reports whether a directory that is shown here is this one or one on the way.
func (p *place) within(dir Entry) bool {
	for at := p; at != nil && dir.ETag != ""; at = at.above {
		if at.entry.ETag == dir.ETag {
			return true
		}
	}
	return false
}

// leadsBack reports whether a directory's listing is that of one on the way.
func (p *place) leadsBack(now likeness) bool {
	for at := p; at != nil && now.certain; at = at.above {
		if at.shown == now {
			return true
		}
	}
	return false
}

// likenessOf takes the names without what they are below, in any order.
func likenessOf(seed maphash.Seed, listing []Entry) likeness {
	p := likeness{entries: len(listing)}
	for _, e := range listing {
		p.certain = p.certain || e.Kind != KindDir && e.Kind != KindName || e.MPrec == PrecisionSecond
		p.sum += maphash.Comparable(seed, struct {
			name, mark, target string
			kind               Kind
			size, at           int64
		}{e.Name(), e.ETag, e.Target, e.Kind, e.Size, e.MTime.UnixNano()})
	}
	return p
}
