package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"sort"

	"github.com/feedparity/feedparity/ingest/detect"
)

// The detectors measured in this process.
const (
	ours      = "feedparity"
	ruleName  = "trivial rule"
	validRule = "utf8.Valid" // no detector, but what the goals of speed are held against
)

// result is one answer.
type result struct {
	charset    string
	right      bool
	confidence float64
	margin     float64 // nats, 0 where a proof decided
	proof      bool
}

// measure asks detect about every file.
func measure(files []file) ([]result, error) {
	return measureWith(files, func(file) detect.Options { return detect.Options{} })
}

func measureWith(files []file, options func(file) detect.Options) ([]result, error) {
	out := make([]result, len(files))
	for i, f := range files {
		o := options(f)
		o.Markup = true // the natural texts are pages
		r, err := detect.Charset(bytes.NewReader(f.data), f.size, o)
		if err != nil {
			return nil, fmt.Errorf("detect %s: %w", f.path, err)
		}
		out[i] = result{r.Charset, rightText(f, r.Charset), r.Confidence, r.Margin, r.Margin == 0}
	}
	return out, nil
}

// heldSeed is the first seed of the sets by which the stated confidence is judged,
// and no other choice is made.
const heldSeed = 201

// measureHeld measures those sets, one after the other as they are large.
func measureHeld(o options) (out []result, err error) {
	for i := range o.held {
		files, err := buildFresh(o.words, heldSeed+uint64(i))
		if err != nil {
			return nil, fmt.Errorf("build fresh set: %w", err)
		}
		results, err := measure(files)
		if err != nil {
			return nil, err
		}
		out = append(out, results...)
	}
	return out, nil
}

// rightText reports whether a charset gives the text that the true one does.
func rightText(f file, charset string) bool {
	if charset == f.truth {
		return true
	}
	got, decodes := decode(charset, f.data)
	for _, truth := range []string{f.truth, f.also} {
		if want, ok := decode(truth, f.data); truth != "" && ok && decodes && got == want {
			return true
		}
	}
	return false
}

// withHistory measures with what the feed's earlier deliveries were in: the truth,
// or another charset in which files of the same language come.
func withHistory(files []file, right bool) ([]result, error) {
	by := map[string][]string{}
	for _, f := range files {
		by[f.language] = append(by[f.language], f.truth)
	}
	rng := rand.New(rand.NewPCG(5, 2026))
	return measureWith(files, func(f file) detect.Options {
		if right {
			return detect.Options{History: f.truth}
		}
		others := by[f.language]
		for range 20 {
			if name := others[rng.IntN(len(others))]; name != f.truth {
				return detect.Options{History: name}
			}
		}
		return detect.Options{}
	})
}

// fit prints, for answers that are scored, how often they are right by how many
// nats they are ahead: what detect's calibration is made from.
func fit(out io.Writer, files []file, results []result) error {
	var all []result
	for i, r := range results {
		if !r.proof && files[i].set != "realx" {
			all = append(all, r)
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].margin < all[j].margin })
	for len(all) > 0 {
		n := min(len(all), max(25, len(all)/30))
		right, sum := 0, 0.0
		for _, r := range all[:n] {
			sum += r.margin
			if r.right {
				right++
			}
		}
		fmt.Fprintf(out, "%4d answers, %6.2f to %6.2f nats ahead, mean %6.2f: %.1f %% right\n", n, all[0].margin, all[n-1].margin, sum/float64(n), 100*float64(right)/float64(n))
		all = all[n:]
	}
	return nil
}

func listWrong(out io.Writer, files []file, results []result) {
	for i, r := range results {
		if !r.right {
			fmt.Fprintf(out, "%s: %s, not %s, by %.1f nats\n", files[i].path, r.charset, files[i].truth, r.margin)
		}
	}
}
