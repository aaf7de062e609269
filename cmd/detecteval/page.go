package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"

	"github.com/feedparity/feedparity/cmd/detecteval/trivial"
)

// page is what is written.
type page struct {
	options
	files    []file
	results  map[string][]result // by detector
	speeds   []speed
	history  map[bool][]result // right and wrong
	detector []string
	tallies  []*tally // of dialects
	held     []result // of fresh sets that nothing was fitted to
	left     int      // files of the natural set that are left out
}

// speed is the cost of one detector on the files of one class.
type speed struct {
	detector, class string
	files           int
	ns              int64
}

// others measures the trivial rule, the feed's history and, if asked, the peers.
func (p *page) others() error {
	rule := make([]result, len(p.files))
	for i, f := range p.files {
		name := trivial.Rule(f.data)
		rule[i] = result{charset: name, right: rightText(f, name)}
	}
	p.results[ruleName] = rule
	p.detector = []string{ours, ruleName}
	p.history = map[bool][]result{}
	for _, right := range []bool{true, false} {
		r, err := withHistory(p.files, right)
		if err != nil {
			return err
		}
		p.history[right] = r
	}
	if p.peers {
		return p.askPeers()
	}
	return nil
}

// askPeers runs the module of the other libraries on the same files.
func (p *page) askPeers() error {
	dir, err := os.MkdirTemp("", "detecteval-")
	if err != nil {
		return fmt.Errorf("write fresh set: %w", err)
	}
	defer os.RemoveAll(dir)
	if err := writeFresh(dir, p.files); err != nil {
		return fmt.Errorf("write fresh set: %w", err)
	}
	var paths strings.Builder
	at := map[string]int{}
	for i, f := range p.files {
		fmt.Fprintln(&paths, f.path)
		at[f.path] = i
	}
	cmd := exec.Command("go", "run", ".")
	cmd.Dir = ".ci/detectpeers"
	cmd.Stdin, cmd.Stderr = strings.NewReader(paths.String()), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("run .ci/detectpeers: %w", err)
	}
	s := bufio.NewScanner(bytes.NewReader(out))
	for s.Scan() {
		c := strings.Split(s.Text(), "\t")
		switch {
		case c[0] == "label" && c[1] != ours && c[1] != ruleName && c[1] != validRule:
			if p.results[c[1]] == nil {
				p.results[c[1]] = make([]result, len(p.files))
				p.detector = append(p.detector, c[1])
			}
			i := at[c[2]]
			name := peerCodec(c[3])
			p.results[c[1]][i] = result{charset: name, right: rightText(p.files[i], name)}
		case c[0] == "speed":
			n, _ := strconv.Atoi(c[3])
			ns, _ := strconv.ParseInt(c[4], 10, 64)
			p.speeds = append(p.speeds, speed{c[1], c[2], n, ns})
		}
	}
	return s.Err()
}

// peerCodec maps the label of a library to a codec of Python, kindly: a label that
// Go cannot look up still counts, and one of East Asia means what feeds have.
func peerCodec(label string) string {
	name := strings.ToLower(label)
	kind := map[string]string{"gb-18030": "gb18030", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "sjis": "cp932", "euc-kr": "cp949", "big5": "cp950",
		"tis-620": "cp874", "iso-8859-8-i": "iso8859-8", "maccyrillic": "mac-cyrillic", "macroman": "mac-roman", "iso-8859-11": "cp874"}
	if k, ok := kind[name]; ok {
		return k
	}
	if name, err := codecName(name); err == nil {
		return name
	}
	return label
}

// mix are the shares of encodings in what suppliers send, in percent, as assumed
// in the study this rests on; what is left is shared by the other encodings.
var mix = map[string]float64{"utf-8": 38, "utf-8-sig": 12, "cp1252": 22, "iso8859-1": 7, "cp1250": 3.5, "cp1251": 2.5, "utf-16": 2.7}

// score sums answers.
type score struct {
	n, right int
	by       map[string]*[2]int // by encoding: files, right
}

// tally sums the answers for the files that keep accepts.
func (p *page) tally(results []result, keep func(file) bool) score {
	s := score{by: map[string]*[2]int{}}
	for i, f := range p.files {
		if !keep(f) {
			continue
		}
		if s.by[f.truth] == nil {
			s.by[f.truth] = new([2]int)
		}
		s.n++
		s.by[f.truth][0]++
		if results[i].right {
			s.right++
			s.by[f.truth][1]++
		}
	}
	return s
}

func (s score) all() float64 { return 100 * float64(s.right) / float64(s.n) }

// macro is the mean over encodings.
func (s score) macro() float64 {
	sum := 0.0
	for _, k := range s.by {
		sum += 100 * float64(k[1]) / float64(k[0])
	}
	return sum / float64(len(s.by))
}

// weighted weighs the encodings by mix.
func (s score) weighted() float64 {
	rest, others := 100.0, 0
	for name := range s.by {
		if mix[name] == 0 {
			others++
		}
	}
	for _, share := range mix {
		rest -= share
	}
	sum, total := 0.0, 0.0
	for name, k := range s.by {
		share := mix[name]
		if share == 0 {
			share = rest / float64(others)
		}
		sum += share * 100 * float64(k[1]) / float64(k[0])
		total += share
	}
	return sum / total
}

// sets returns the names of the sets.
func (p *page) sets() []string {
	var out []string
	for _, f := range p.files {
		if !slices.Contains(out, f.set) {
			out = append(out, f.set)
		}
	}
	return out
}

// render makes the page. Sections end with their one table: what comes after it was
// written by hand.
func (p *page) render() []byte {
	var b bytes.Buffer
	for _, section := range []func(io.Writer){p.intro, p.goals, p.accuracy, p.halves, p.slices, p.perEncoding, p.withHistory, p.undecidable, p.confusion, p.calibration, p.speed, p.dialects} {
		section(&b)
	}
	return b.Bytes()
}

// write writes the page to out, or to the file of --out, in which it keeps what was
// written by hand.
func (p *page) write(out io.Writer) error {
	if p.out == "" {
		_, err := out.Write(p.render())
		return err
	}
	older, err := os.ReadFile(p.out)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read older page: %w", err)
	}
	text, lost := withHand(string(p.render()), string(older))
	if err := os.WriteFile(p.out, []byte(text), 0o644); err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	for _, l := range lost {
		fmt.Fprintf(out, "left out, for there is no such section now:\n%s\n", l)
	}
	fmt.Fprintf(out, "wrote %s\n", p.out)
	return nil
}
