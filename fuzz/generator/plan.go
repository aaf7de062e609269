package generator

import (
	"slices"
	"strings"

	"github.com/feedparity/feedparity/ingest"
)

// Plan is the inverse of NewPair: the shortest choices that decide the pair. It
// reports false for a pair that the generator cannot draw, such as one with a
// codec that is not on its list. The name does not count, and a codec that is
// still ingest.Detected has to be resolved before.
func Plan(p ingest.Pair) ([]byte, bool) {
	w := &planner{ok: true}
	w.number(0) // any two policies
	w.index(slices.Index(Py3Versions, p.Py3.Python))
	w.common(p)
	w.index(slices.Index(py2Modes, p.Py2.Open))
	w.index(slices.Index(py3Modes, p.Py3.Open))
	w.oneOf(p.Py2.Codec, Codecs(), len(UsualCodecs))
	if w.rare(3, p.Py3.Codec != p.Py2.Codec) {
		w.oneOf(p.Py3.Codec, Codecs(), len(UsualCodecs))
	}
	w.oneOf(p.Py2.Errors, Handlers, usualHandlers)
	if w.rare(8, p.Py3.Errors != p.Py2.Errors) {
		w.oneOf(p.Py3.Errors, Handlers, usualHandlers)
	}
	if !w.ok || !same(NewPair(NewChoices(w.plan)), p) {
		return nil, false
	}
	return w.plan, true
}

// same reports whether two pairs have equal policies.
func same(a, b ingest.Pair) bool {
	return a.Py2.String() == b.Py2.String() && a.Py3.String() == b.Py3.String()
}

// planner writes the answers that Choices reads.
type planner struct {
	plan []byte
	ok   bool
}

func (w *planner) number(n int) { w.plan = append(w.plan, byte(n)) }

// index answers pick; a negative one is no alternative.
func (w *planner) index(i int) {
	if i < 0 {
		w.ok = false
		i = 0
	}
	w.number(i)
}

// rare answers Choices.Rare.
func (w *planner) rare(n int, yes bool) bool {
	if yes {
		w.number(n - 1)
	} else {
		w.number(0)
	}
	return yes
}

// common mirrors the function of that name.
func (w *planner) common(p ingest.Pair) {
	w.dialect(p.Py3.Dialect)
	if len(p.Py3.Dialect) == 0 {
		w.rare(8, p.Py3.Dialect == nil)
	}
	if w.rare(8, p.Py3.FieldLimit != ingest.DefaultFieldLimit) {
		w.index(slices.Index(limits, p.Py3.FieldLimit))
	}
	w.rare(3, p.Py3.Reader == ingest.DictReader)
	w.rare(16, p.Py3.Sniff)
	for _, step := range p.Py3.Clean {
		w.rare(3, true)
		w.index(slices.Index(CellSteps, step))
	}
	w.noMore(len(p.Py3.Clean), maxSteps)
	for _, t := range p.Py3.Types {
		w.rare(3, true)
		w.index(slices.Index(columns, t.Column))
		w.chain(strings.Split(t.Type, "|"))
	}
	w.noMore(len(p.Py3.Types), maxTypes)
}

// noMore ends a list, which nobody asks for where it is full.
func (w *planner) noMore(have, most int) {
	if have < most {
		w.rare(3, false)
	}
}

// chain mirrors the function of that name; the longest conversion that the chain
// begins with is drawn as one.
func (w *planner) chain(steps []string) {
	n := len(steps)
	for n > 0 && !slices.Contains(Conversions, strings.Join(steps[:n], "|")) {
		n--
	}
	if w.rare(5, n == 0) {
		w.index(slices.Index(CellSteps, ingest.Step(steps[0])))
		n = 1
	} else {
		w.index(slices.Index(Conversions, strings.Join(steps[:n], "|")))
	}
	for _, step := range steps[n:] {
		w.rare(3, true)
		i := slices.Index(chainSteps, step)
		if w.rare(3, i < 0) {
			i = slices.Index(CellSteps, ingest.Step(step))
		}
		w.index(i)
	}
	w.noMore(len(steps)-n, maxFurther)
}

// dialect mirrors the function of that name. Options in another order than the
// generator's give another plan, which Plan then refuses.
func (w *planner) dialect(d ingest.Dialect) {
	options := map[string]string{}
	for _, o := range d {
		options[o.String()] = o.String()
		options[o.Name] = o.String()[len(o.Name)+1:]
	}
	v, ok := options["delimiter"]
	w.usual(4, v, ok, delimiters, 4)
	v, ok = options["quotechar"]
	w.usual(6, v, ok, quotechars, 2)
	if v, ok := options["escapechar"]; w.rare(4, ok) {
		w.index(slices.Index(escapechars, v))
	}
	for _, flag := range flags {
		w.rare(5, options[flag] != "")
	}
	if v, ok := options["quoting"]; w.rare(4, ok) {
		w.index(slices.Index(quotings, v))
	}
	if v, ok := options["lineterminator"]; w.rare(12, ok) {
		w.index(slices.Index(terminators, v))
	}
}

// usual answers that one option, which Choices.Rare asks for once in n.
func (w *planner) usual(n int, v string, given bool, list []string, first int) {
	if w.rare(n, given) {
		w.oneOf(v, list, first)
	}
}

// oneOf answers the function usual.
func (w *planner) oneOf(v string, list []string, first int) {
	i := slices.Index(list, v)
	w.rare(4, i >= first)
	w.index(i)
}
