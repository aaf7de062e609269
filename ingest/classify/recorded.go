package classify

import (
	"slices"
	"strings"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/diff"
)

// reading is how one path reads the delivery, as far as it was seen.
type reading struct {
	settings ingest.Settings // for the rules that ask for Settings; its codec is never unknown
	codec    string          // Python's name, codecLocale or codecNone
	named    string          // the same, as the code says it when it opens: an exception may tell more of one input than of another
	splits   bool            // lines may end where str.splitlines() ends them
	lenient  bool            // some errors= but strict
	sniffed  ingest.Dialect  // the dialect that csv.Sniffer found
	frame    ingest.Frame    // where the team's code reads
	used     []*ingest.Used
}

// What stands in signatures where no codec is named.
const (
	codecNone   = "-"      // the file is opened as bytes; the code may decode cells
	codecLocale = "locale" // opened as text, without an encoding
)

// known is what is known of both paths, by ingest.Path.
type known [2]reading

// knownOf makes Settings of recordings. A path without one is a policy, or could
// not be run again: what its Settings say must do.
func knownOf(recs [2]*ingest.Recording, in Case, res diff.Result) known {
	var k known
	faults := [2]*ingest.Fault{res.Py2Fault, res.Py3Fault}
	for p, s := range [2]ingest.Settings{in.Py2, in.Py3} {
		k[p] = reading{settings: s, codec: codecOf(s), named: codecOf(s), splits: true, lenient: s.Errors != "strict"}
		if recs[p] != nil {
			k[p] = readingOf(recs[p], s, faults[p])
		}
	}
	// What one path does not say the other may: the alphabet to take the delivery
	// apart by.
	for p := range k {
		if other := &k[1-p]; isCodec(other.codec) && !isCodec(k[p].codec) {
			k[p].settings.Codec = other.settings.Codec
		}
	}
	return k
}

func isCodec(s string) bool { return s != codecNone && s != codecLocale }

// readingOf takes the Settings from a recording, where it names any.
func readingOf(rec *ingest.Recording, s ingest.Settings, fault *ingest.Fault) reading {
	r := reading{settings: s, codec: codecNone}
	r.settings.Open, r.settings.Codec, r.settings.Errors = ingest.OpenBytes, "utf-8", "strict"
	for _, o := range rec.Opens {
		if o.OfDelivery() {
			r.opened(o)
		}
	}
	plain := false // csv reads the lines of a file
	for _, u := range rec.CSV {
		switch {
		case u.Function == "csv.Sniffer.sniff":
			r.sniffed = u.Dialect
		case u.Reader() != "":
			r.parsed(u)
			plain = u.Source == "file" || strings.HasPrefix(u.Source, "_io.")
			if plain && u.Encoding != "" && r.codec == codecNone { // a TextIOWrapper around a binary file
				r.name(ingest.OpenText, u.Encoding)
			}
		}
	}
	r.splits, r.named = r.splits || !plain, r.codec
	if name := decodedBy(fault); r.codec == codecNone && name != "" && name != "ascii" {
		r.codec = codecName(s.Python, name)
		r.settings.Codec = name
	}
	return r
}

// opened takes what a way of opening the delivery, or of decoding it, says.
func (r *reading) opened(o *ingest.Opened) {
	if r.frame == (ingest.Frame{}) {
		r.frame = o.Frame
	}
	py2 := r.settings.Python.Path() == ingest.Py2
	binary := strings.Contains(o.Mode, "b")
	wrapped := strings.HasPrefix(o.Function, "codecs.")
	switch {
	case wrapped && o.Encoding != nil:
		r.name(ingest.OpenCodecs, *o.Encoding)
		r.splits = r.splits || o.Function != "codecs.iterdecode"
	case py2 && o.Function != "io.open", binary:
		return
	case o.Encoding == nil, *o.Encoding == codecLocale:
		r.codec, r.settings.Open = codecLocale, ingest.OpenLocale
	case o.Newline != nil && *o.Newline == "":
		r.name(ingest.OpenText, *o.Encoding)
	default:
		r.name(ingest.OpenTextUniversal, *o.Encoding)
	}
	if o.Errors != nil && *o.Errors != "strict" {
		r.lenient, r.settings.Errors = true, *o.Errors
	}
}

func (r *reading) name(open ingest.OpenMode, codec string) {
	r.settings.Open, r.settings.Codec = open, codec
	r.codec = codecName(r.settings.Python, codec)
}

// parsed takes what the use of a reader says.
func (r *reading) parsed(u *ingest.CSVUse) {
	r.settings.Dialect, r.settings.FieldLimit = u.Dialect, u.FieldLimit
	if u.Reader() == ingest.DictReader {
		r.settings.Reader = ingest.DictReader
	}
	if u.Frame != (ingest.Frame{}) {
		r.frame = u.Frame
	}
}

var decodeMessage = compiled(`^'([^']+)' codec can't decode `)

// decodedBy returns the codec that an exception names as that which failed.
func decodedBy(f *ingest.Fault) string {
	if f == nil {
		return ""
	}
	if m := decodeMessage().FindStringSubmatch(f.Message); m != nil {
		return m[1]
	}
	return ""
}

// use takes which experiments have something to do.
func (k *known) use(recs [2]*ingest.Recording) {
	for p, rec := range recs {
		if rec != nil {
			k[p].used = rec.Used
		}
	}
}

// useAll makes every experiment worth trying.
func (k *known) useAll() {
	for _, n := range ingest.Neutrals() {
		k[ingest.Py3].used = append(k[ingest.Py3].used, &ingest.Used{Neutral: n})
	}
}

func (k known) uses(n ingest.Neutral) bool {
	return slices.ContainsFunc(slices.Concat(k[ingest.Py3].used, k[ingest.Py2].used), func(u *ingest.Used) bool { return u.Neutral == n })
}

// usedAt returns the place at which the code does what an experiment leaves out;
// zero if it is not known.
func (k known) usedAt(n ingest.Neutral) ingest.Frame {
	for _, u := range slices.Concat(k[ingest.Py3].used, k[ingest.Py2].used) {
		if n != "" && u.Neutral == n && u.Frame != (ingest.Frame{}) {
			return u.Frame
		}
	}
	return ingest.Frame{}
}

// place returns where the code showed a divergence: where it raised, py3 first, else
// where it reads.
func (k known) place(e evidence) ingest.Frame {
	for _, f := range []*ingest.Fault{e.d.Py3Fault, e.d.Py2Fault} {
		if f != nil && f.Where != (ingest.Frame{}) {
			return f.Where
		}
	}
	for _, p := range []ingest.Path{ingest.Py3, ingest.Py2} {
		if k[p].frame != (ingest.Frame{}) {
			return k[p].frame
		}
	}
	return ingest.Frame{}
}

// described returns the case with the codecs that were seen or, of code that
// decodes by itself, are betrayed by the values, for the fix to name.
func (k known) described(in Case, e evidence) Case {
	for p, s := range []*ingest.Settings{&in.Py2, &in.Py3} {
		*s = k[p].settings
		switch codec := k.betrayed(ingest.Path(p), e); {
		case codec != "":
			s.Open, s.Codec = ingest.OpenText, codec
		case !isCodec(k[p].codec):
			s.Open = ingest.OpenBytes
		}
	}
	return in
}
