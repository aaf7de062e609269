package main

import (
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"
)

func (p *page) intro(w io.Writer) {
	fmt.Fprint(w, `# How often charset detection is right

Written by `+"`make detect-eval`"+`. An answer is right if it decodes a file to the text that the true codec decodes it to (a byte order mark
aside): `+"`cp1252`"+` for a Latin-1 file without bytes 0x80-0x9F is right, `+"`iso8859-2`"+` for a cp1250 file with "ž" is not. No feed's history and
no declared charset unless said. *all* counts files, *macro* is the mean over encodings, *mix* weighs them by what suppliers send (assumed:
UTF-8 38 %, with mark 12, cp1252 22, Latin-1 7, cp1250 3.5, cp1251 2.5, UTF-16 2.7, all others alike).

Sets: `+"`csv`"+` built feeds in 33 languages and 47 encodings, `+"`realx`"+` real UTF-8 feeds re-encoded, `+"`real-csv`"+` real feeds as found, labelled by eye (none of
these is in the repository); `+"`fresh`"+` built by `+"`cmd/detecteval`"+` for this page from words that nothing was counted from. Other libraries' labels are taken
kindly: "GB-18030", which Go cannot look up, counts as gb18030.
`)
	if p.natural != "" {
		fmt.Fprintf(w, "`natural` are the texts that chardet tests itself by, of %s (pages, subtitles and feeds from the web; left out, as the\nencodings that they are labelled with do not decode them: %d).\n", filepath.Base(p.natural), p.left)
	}
	if p.half != "" {
		fmt.Fprintf(w, "\nOnly half %s of the labelled folder was measured; half 0 is what rules and rarities were tuned on.\n", p.half)
	}
}

func (p *page) accuracy(w io.Writer) {
	fmt.Fprint(w, "\n## By set\n\n| detector |")
	for _, set := range p.sets() {
		fmt.Fprintf(w, " %s all / macro / mix |", set)
	}
	fmt.Fprint(w, "\n|---|"+strings.Repeat("---|", len(p.sets()))+"\n")
	for _, d := range p.detector {
		fmt.Fprintf(w, "| %s |", d)
		for _, set := range p.sets() {
			s := p.tally(p.results[d], inSet(set))
			fmt.Fprintf(w, " %.1f / %.1f / %.1f |", s.all(), s.macro(), s.weighted())
		}
		fmt.Fprintln(w)
	}
	fmt.Fprint(w, "| files |")
	for _, set := range p.sets() {
		fmt.Fprintf(w, " %d |", p.tally(p.results[ours], inSet(set)).n)
	}
	fmt.Fprintln(w)
}

// goals are what was asked of detection, as far as the sets are there.
func (p *page) goals(w io.Writer) {
	fmt.Fprint(w, "\n## Against the goals\n\n| what | goal | measured | verdict |\n|---|---|---|---|\n")
	row := func(set, what string, goal float64, results []result, keep func(file) bool, of func(score) float64) {
		s := p.tally(results, func(f file) bool { return f.set == set && keep(f) })
		if s.n == 0 {
			return
		}
		verdict, digits := "holds", 1
		if of(s) < goal {
			verdict = "MISSED"
			if fmt.Sprintf("%.1f", of(s)) == fmt.Sprintf("%.1f", goal) { // one that reads like the goal
				digits = 2
			}
		}
		fmt.Fprintf(w, "| %s, %s | %.1f | %.*f | %s |\n", set, what, goal, digits, of(s), verdict)
	}
	every := func(file) bool { return true }
	mine := p.results[ours]
	built := func(set, half string, of func(file) bool) {
		row(set, half+"all", 98, mine, of, score.all)
		row(set, half+"macro", 97, mine, of, score.macro)
		row(set, half+"mix", 99.5, mine, of, score.weighted)
		row(set, half+"3 non-ASCII characters or more", 99, mine, func(f file) bool { return of(f) && f.class != "1" }, score.all)
		row(set, half+"true history", 99.7, p.history[true], of, score.all)
		row(set, half+"wrong history", 95, p.history[false], of, score.all)
	}
	reencoded := func(half string, of func(file) bool) {
		row("realx", half+"all", 95, mine, of, score.all)
		row("realx", half+"mix", 97.5, mine, of, score.weighted)
	}
	built("csv", "", every)
	built(freshSet, "", every)
	if p.half == "" {
		held := func(f file) bool { return f.half == 1 }
		built("csv", "half 1, ", held)
		reencoded("half 1, ", held)
	}
	reencoded("", every)
	row("real-csv", "not plain UTF-8", 100, mine, func(f file) bool { return f.truth != "utf-8" }, score.all)
	row(naturalSet, "all", 99.5, mine, every, score.all)
	row("real-csv", "UTF-8", 100, mine, func(f file) bool { return f.truth == "utf-8" }, score.all)
	if s, _ := stated(p.held, 0.94, 0.96); s.n > 0 {
		verdict := "holds"
		if s.all() < 94 || s.all() > 97 {
			verdict = "MISSED"
		}
		fmt.Fprintf(w, "| fresh sets of other seeds, right where 94 to 96 %% are stated | 94 to 97 | %.1f | %s |\n", s.all(), verdict)
	}
	p.speedGoals(w)
}

// speedGoals are the goals of the speeds, in times a peer's and in microseconds.
func (p *page) speedGoals(w io.Writer) {
	at := p.microseconds()
	row := func(what, goal string, measured float64, format string, holds bool) {
		verdict := "holds"
		if !holds {
			verdict = "MISSED"
		}
		fmt.Fprintf(w, "| speed, %s | %s | "+format+" | %s |\n", what, goal, measured, verdict)
	}
	for _, g := range []struct {
		size  string
		times float64
	}{{"200 B", 3}, {"2 KB", 5}, {"200 KB", 20}} {
		if us := at[[2]string{ours, "all, " + g.size}]; us > 0 {
			times := at[[2]string{"saintfish/chardet", "all, " + g.size}] / us
			row(g.size, fmt.Sprintf("%.0f times saintfish/chardet", g.times), times, "%.1f", times >= g.times)
		}
	}
	for _, kind := range []string{"ASCII", "UTF-8"} {
		for _, size := range []string{"200 B", "2 KB", "20 KB", "200 KB"} {
			class := kind + ", " + size
			if us := at[[2]string{ours, class}]; us > 0 {
				most := 2*at[[2]string{validRule, class}] + 2
				row(class, fmt.Sprintf("at most %.1f µs, twice utf8.Valid and 2", most), us, "%.1f µs", us <= most)
			}
		}
	}
}

// microseconds are those of CPU a file, by detector and class.
func (p *page) microseconds() map[[2]string]float64 {
	at := map[[2]string]float64{}
	for _, s := range p.speeds {
		at[[2]string{s.detector, s.class}] = float64(s.ns) / float64(s.files) / 1000
	}
	return at
}

// halves shows whether tuning on one half has made the other look worse.
func (p *page) halves(w io.Writer) {
	if p.half != "" {
		return
	}
	fmt.Fprint(w, "\n## By half\n\nRules and rarities were tuned on half 0 (the even lines of the manifest); half 1 was only measured. all / macro / mix.\n\n| set | half 0 | half 1 |\n|---|---|---|\n")
	for _, set := range p.sets() {
		if set == freshSet || set == naturalSet {
			continue
		}
		fmt.Fprintf(w, "| %s |", set)
		for half := range 2 {
			s := p.tally(p.results[ours], func(f file) bool { return f.set == set && f.half == half })
			fmt.Fprintf(w, " %.1f / %.1f / %.1f |", s.all(), s.macro(), s.weighted())
		}
		fmt.Fprintln(w)
	}
}

func inSet(set string) func(file) bool { return func(f file) bool { return f.set == set } }

// slices are the classes of size and of non-ASCII characters.
func (p *page) slices(w io.Writer) {
	fmt.Fprint(w, "\n## By number of non-ASCII characters and by size\n\nIn scripts that are not Latin the number counts words.\n\n| set, slice | files |")
	for _, d := range p.detector {
		fmt.Fprintf(w, " %s |", d)
	}
	fmt.Fprint(w, "\n|---|---|"+strings.Repeat("---|", len(p.detector))+"\n")
	row := func(name string, keep func(file) bool) {
		if s := p.tally(p.results[ours], keep); s.n > 0 {
			fmt.Fprintf(w, "| %s | %d |", name, s.n)
			for _, d := range p.detector {
				fmt.Fprintf(w, " %.1f |", p.tally(p.results[d], keep).all())
			}
			fmt.Fprintln(w)
		}
	}
	for _, set := range []string{"csv", freshSet} {
		for _, class := range classes {
			row(fmt.Sprintf("%s, %s", set, class), func(f file) bool { return f.set == set && f.class == class })
		}
		row(set+", 3 or more", func(f file) bool { return f.set == set && f.class != "1" })
		for _, size := range []string{"200 B", "2 KB", "20 KB", "200 KB"} {
			row(set+", "+size, func(f file) bool { return f.set == set && sizeClass(f.size) == size })
		}
	}
	row("real-csv, UTF-8", func(f file) bool { return f.set == "real-csv" && f.truth == "utf-8" })
	row("real-csv, not plain UTF-8", func(f file) bool { return f.set == "real-csv" && f.truth != "utf-8" })
}

func (p *page) perEncoding(w io.Writer) {
	fmt.Fprint(w, "\n## By encoding\n\nOur answers that are right, of all files of each set; then what is right of all sets together, in percent, ours and the others'.\n\n| encoding |")
	by := map[string]bool{}
	for _, set := range p.sets() {
		fmt.Fprintf(w, " %s |", set)
		for name := range p.tally(p.results[ours], inSet(set)).by {
			by[name] = true
		}
	}
	for _, d := range p.detector {
		fmt.Fprintf(w, " %s |", d)
	}
	fmt.Fprint(w, "\n|---|"+strings.Repeat("---|", len(p.sets())+len(p.detector))+"\n")
	for _, name := range slices.Sorted(maps.Keys(by)) {
		fmt.Fprintf(w, "| %s |", name)
		for _, set := range p.sets() {
			if k := p.tally(p.results[ours], inSet(set)).by[name]; k != nil {
				fmt.Fprintf(w, " %d of %d |", k[1], k[0])
			} else {
				fmt.Fprint(w, " |")
			}
		}
		for _, d := range p.detector {
			fmt.Fprintf(w, " %.1f |", p.tally(p.results[d], func(f file) bool { return f.truth == name }).all())
		}
		fmt.Fprintln(w)
	}
}

func (p *page) withHistory(w io.Writer) {
	fmt.Fprint(w, "\n## With the feed's history\n\nThe charset of earlier deliveries is worth 4 nats. *wrong*: the feed has switched to another charset of its language.\n\n| set | none | true | wrong |\n|---|---|---|---|\n")
	for _, set := range p.sets() {
		keep := inSet(set)
		fmt.Fprintf(w, "| %s | %.1f | %.1f | %.1f |\n", set, p.tally(p.results[ours], keep).all(), p.tally(p.history[true], keep).all(), p.tally(p.history[false], keep).all())
	}
}

// undecidable counts misses that no detector could avoid.
func (p *page) undecidable(w io.Writer) {
	fmt.Fprint(w, "\n## Misses that the bytes do not allow to avoid\n\n*UTF-8*: the bytes are valid UTF-8 all the same (the text is one that was encoded twice). *controls*: the true text has control characters U+0080-U+009F.\n\n| set | misses | UTF-8 | controls |\n|---|---|---|---|\n")
	for _, set := range p.sets() {
		var misses, valid, controls int
		for i, f := range p.files {
			if f.set != set || p.results[ours][i].right {
				continue
			}
			misses++
			text, _ := decode(f.truth, f.data)
			switch {
			case utf8.Valid(f.data):
				valid++
			case strings.IndexFunc(text, func(r rune) bool { return r >= 0x80 && r < 0xA0 }) >= 0:
				controls++
			}
		}
		fmt.Fprintf(w, "| %s | %d | %d | %d |\n", set, misses, valid, controls)
	}
}

// shownConfusions is how many of them the page has.
const shownConfusions = 30

func (p *page) confusion(w io.Writer) {
	fmt.Fprint(w, "\n## What is taken for what\n\n| set | true | answered | files |\n|---|---|---|---|\n")
	count := map[[3]string]int{}
	for i, r := range p.results[ours] {
		if f := p.files[i]; !r.right {
			count[[3]string{f.set, f.truth, r.charset}]++
		}
	}
	var keys [][3]string
	for k := range count {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool {
		if count[keys[i]] != count[keys[j]] {
			return count[keys[i]] > count[keys[j]]
		}
		return slices.Compare(keys[i][:], keys[j][:]) < 0
	})
	for _, k := range keys[:min(len(keys), shownConfusions)] {
		fmt.Fprintf(w, "| %s | %s | %s | %d |\n", k[0], k[1], k[2], count[k])
	}
	rest := 0
	for _, k := range keys[min(len(keys), shownConfusions):] {
		rest += count[k]
	}
	if rest > 0 {
		fmt.Fprintf(w, "| | | %d rarer ones | %d |\n", len(keys)-shownConfusions, rest)
	}
}

// bins are the edges of stated confidence.
var bins = []float64{0.5, 0.7, 0.8, 0.9, 0.94, 0.96, 0.98, 0.99, 1.01}

// stated sums the answers that were scored (no proof) and are between two confidences.
func stated(results []result, from, to float64) (s score, sum float64) {
	for _, r := range results {
		if r.proof || r.confidence < from || r.confidence >= to {
			continue
		}
		s.n++
		sum += r.confidence
		if r.right {
			s.right++
		}
	}
	return s, sum
}

func (p *page) calibration(w io.Writer) {
	fmt.Fprintf(w, "\n## Is the stated confidence true?\n\nAnswers that were scored (no proof): of all sets together, and of %d fresh sets more, by the seeds from %d on, that nothing was fitted to.\n\n", p.options.held, heldSeed)
	fmt.Fprint(w, "| stated | answers | mean stated | right | more answers | mean stated | right |\n|---|---|---|---|---|---|---|\n")
	for i := range bins[1:] {
		fmt.Fprintf(w, "| %.0f-%.0f %% |", 100*bins[i], min(100, 100*bins[i+1]))
		for _, results := range [][]result{p.results[ours], p.held} {
			s, sum := stated(results, bins[i], bins[i+1])
			if s.n == 0 {
				fmt.Fprint(w, " 0 | | |")
				continue
			}
			fmt.Fprintf(w, " %d | %.1f | %.1f |", s.n, 100*sum/float64(s.n), s.all())
		}
		fmt.Fprintln(w)
	}
}

func (p *page) speed(w io.Writer) {
	if len(p.speeds) == 0 {
		return
	}
	fmt.Fprint(w, "\n## What it costs\n\nCPU time per file (user and system, all threads), in one process on the same files, at most 150 of a class, and how many times ours that is:\nthe least of nine rounds by turns, of gogs and wlynxg of one.\n\n| files |")
	var detectors, classes []string
	at := p.microseconds()
	for _, s := range p.speeds {
		if !slices.Contains(detectors, s.detector) {
			detectors = append(detectors, s.detector)
		}
		if !slices.Contains(classes, s.class) {
			classes = append(classes, s.class)
		}
	}
	for _, d := range detectors {
		fmt.Fprintf(w, " %s |", d)
	}
	fmt.Fprint(w, "\n|---|"+strings.Repeat("---|", len(detectors))+"\n")
	for _, c := range classes {
		fmt.Fprintf(w, "| %s |", c)
		for _, d := range detectors {
			us := at[[2]string{d, c}]
			if d == ours {
				fmt.Fprintf(w, " %.1f µs |", us)
			} else {
				fmt.Fprintf(w, " %.1f µs, %.1f |", us, us/at[[2]string{ours, c}])
			}
		}
		fmt.Fprintln(w)
	}
}
