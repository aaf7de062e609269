// Command detectpeers asks other Go libraries for the charsets of files, and
// measures what each costs beside ours, for cmd/detecteval. It is a module of its
// own so that they burden nobody who builds feedparity.
//
// It reads paths from standard input, a line each, and prints
//
//	label <detector> <path> <label>
//	speed <detector> <size class> <files> <nanoseconds of CPU time for all>, of the quickest of some rounds
//
// separated by tabs.
package main

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"
	"unicode/utf8"

	gogs "github.com/gogs/chardet"
	"github.com/saintfish/chardet"
	wlynxg "github.com/wlynxg/chardet"

	"github.com/feedparity/feedparity/cmd/detecteval/trivial"
	"github.com/feedparity/feedparity/ingest/detect"
)

// detectors answer with their own labels, "" for none.
var detectors = []struct {
	name   string
	detect func([]byte) string
}{
	{"saintfish/chardet", func(p []byte) string {
		found, _ := chardet.NewTextDetector().DetectAll(p)
		slices.SortFunc(found, func(a, b chardet.Result) int {
			return cmp.Or(cmp.Compare(b.Confidence, a.Confidence), strings.Compare(a.Charset, b.Charset))
		})
		if len(found) == 0 {
			return ""
		}
		return found[0].Charset
	}},
	{"gogs/chardet", func(p []byte) string {
		found, _ := gogs.NewTextDetector().DetectAll(p)
		slices.SortFunc(found, func(a, b gogs.Result) int {
			return cmp.Or(cmp.Compare(b.Confidence, a.Confidence), strings.Compare(a.Charset, b.Charset))
		})
		if len(found) == 0 {
			return ""
		}
		return found[0].Charset
	}},
	{"wlynxg/chardet", func(p []byte) string { return wlynxg.Detect(p).Encoding }},
	{"feedparity", func(p []byte) string {
		r, err := detect.Charset(detect.Mem(p), int64(len(p)), detect.Options{Markup: true})
		if err != nil {
			return ""
		}
		return r.Charset
	}},
	{"trivial rule", trivial.Rule},
	{"utf8.Valid", func(p []byte) string {
		if utf8.Valid(p) {
			return "utf-8"
		}
		return ""
	}},
}

type file struct {
	path string
	data []byte
}

func main() {
	var files []file
	s := bufio.NewScanner(os.Stdin)
	for s.Scan() {
		data, err := os.ReadFile(s.Text())
		if err != nil {
			fmt.Fprintf(os.Stderr, "detectpeers: %v\n", err)
			os.Exit(1)
		}
		files = append(files, file{s.Text(), data})
	}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for _, d := range detectors {
		for _, f := range files {
			fmt.Fprintf(out, "label\t%s\t%s\t%s\n", d.name, f.path, d.detect(f.data))
		}
	}
	classes := map[string][]file{}
	for _, f := range files {
		kind, size := class(f.data)
		classes[kind+", "+size] = append(classes[kind+", "+size], f)
		classes["all, "+size] = append(classes["all, "+size], f)
	}
	for _, c := range slices.Sorted(maps.Keys(classes)) {
		compare(out, c, spread(classes[c]))
	}
}

// most is how many files of a class are measured.
const most = 150

// spread takes files from all over a list.
func spread(list []file) []file {
	if len(list) <= most {
		return list
	}
	var out []file
	for i := range most {
		out = append(out, list[i*len(list)/most])
	}
	return out
}

// rounds is how often the detectors are measured that take their turns; slow is the
// name of others, which are measured once, as they take most of the time there is.
const (
	rounds = 9
	slow   = "gogs/chardet wlynxg/chardet"
)

// compare measures the detectors on the same files in turns, so that what else the
// machine does hits all of them, and takes the least of each.
func compare(out io.Writer, class string, list []file) {
	type cost struct {
		n   int
		cpu time.Duration
	}
	least := make([]cost, len(detectors))
	for round := range rounds {
		for i, d := range detectors {
			if round > 0 && strings.Contains(slow, d.name) {
				continue
			}
			n, cpu := measure(d.detect, list)
			if b := least[i]; b.n == 0 || int64(cpu)*int64(b.n) < int64(b.cpu)*int64(n) {
				least[i] = cost{n, cpu}
			}
		}
	}
	for i, d := range detectors {
		fmt.Fprintf(out, "speed\t%s\t%s\t%d\t%d\n", d.name, class, least[i].n, least[i].cpu.Nanoseconds())
	}
}

// class names what a file is and how large.
func class(p []byte) (kind, size string) {
	kind = "legacy"
	switch {
	case bytes.IndexByte(p, 0x1B) >= 0:
		kind = "ISO-2022"
	case bytes.IndexFunc(p, func(r rune) bool { return r >= 0x80 }) < 0 && bytes.IndexByte(p, 0) < 0:
		kind = "ASCII"
	case utf8.Valid(p) && bytes.IndexByte(p, 0) < 0:
		kind = "UTF-8"
	case bytes.IndexByte(p, 0) >= 0:
		kind = "UTF-16"
	}
	switch {
	case len(p) <= 300:
		return kind, "200 B"
	case len(p) <= 3000:
		return kind, "2 KB"
	case len(p) <= 30_000:
		return kind, "20 KB"
	}
	return kind, "200 KB"
}

// measure runs a detector over files until it has taken enough CPU time to tell.
func measure(detect func([]byte) string, files []file) (n int, cpu time.Duration) {
	for _, f := range files[:min(len(files), 3)] {
		detect(f.data) // tables are made once
	}
	start := cpuTime()
	for cpu < 60*time.Millisecond {
		for _, f := range files {
			detect(f.data)
			n++
		}
		cpu = cpuTime() - start
	}
	return n, cpu
}

// cpuTime is what this process has taken, user and system, of all its threads:
// saintfish's work is spread over some forty goroutines.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
