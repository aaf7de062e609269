package pycsv

import (
	"crypto/md5"
	_ "embed"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// recordedText holds what the interpreters did with some thousands of generated
// calls, so that machines without any judge by them too: a version, a kind of call
// and the digests of recordedParts lots of calls. It does not say what differs:
// for that there are the tables and TestReaderGeneratedConfirm.
//
//go:embed testdata/recorded.txt
var recordedText string

var updateRecorded = flag.Bool("record", false, "write testdata/recorded.txt from the interpreters, in a run of TestRecordedConfirm")

const (
	recordedParts = 30 // lots of calls per version and kind
	recordedCalls = 25 // calls per lot
)

var recordedKinds = []struct {
	name string
	make func(*generator) call
}{
	{"reader", (*generator).readerCall},
	{"dict", (*generator).dictCall},
	{"dialect", (*generator).dialectCall},
}

// recordedCallsOf are the calls of one kind, lot after lot.
func recordedCallsOf(v *Version, make func(*generator) call) []call {
	var out []call
	for part := range recordedParts {
		g := newGenerator(v, uint64(1000+part))
		for range recordedCalls {
			out = append(out, make(g))
		}
	}
	return out
}

// digests are those of each lot of answers.
func digests(answers [][]string) []string {
	var out []string
	for lot := range slices.Chunk(answers, recordedCalls) {
		var all strings.Builder
		for _, lines := range lot {
			fmt.Fprintln(&all, strings.Join(lines, "\n"))
		}
		out = append(out, fmt.Sprintf("%x", md5.Sum([]byte(all.String())))[:6])
	}
	return out
}

func recordedLine(version, kind string) []string {
	for line := range strings.Lines(recordedText) {
		if rest, ok := strings.CutPrefix(line, version+" "+kind+" "); ok {
			return strings.Fields(rest)
		}
	}
	return nil
}

// TestRecorded compares every version with what its interpreter did.
func TestRecorded(t *testing.T) {
	for _, py := range Modelled() {
		for _, kind := range recordedKinds {
			var answers [][]string
			v := version(t, py)
			for _, c := range recordedCallsOf(v, kind.make) {
				answers = append(answers, c.run(v))
			}
			want := recordedLine(py.String(), kind.name)
			if got := digests(answers); !slices.Equal(got, want) {
				t.Errorf("%s: the calls called %s are answered otherwise than python did; TestReaderGeneratedConfirm and its like show how", py, kind.name)
			}
		}
	}
}

// TestRecordedConfirm makes the recording again and compares; with -record it
// writes it. A changed generator needs that.
func TestRecordedConfirm(t *testing.T) {
	var lines []string
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		v := version(t, p.Interpreter.Version)
		cases, bad := 0, 0
		for _, kind := range recordedKinds {
			got := digests(ask(t, p, recordedCallsOf(v, kind.make)))
			lines = append(lines, fmt.Sprintf("%s %s %s\n", v.Python, kind.name, strings.Join(got, " ")))
			cases += recordedParts * recordedCalls
			if want := recordedLine(v.Python.String(), kind.name); !*updateRecorded && !slices.Equal(got, want) {
				bad++
				t.Errorf("%s: python does not do what is recorded of the calls called %s; -record writes what it does", v.Python, kind.name)
			}
		}
		interptest.Record(t, "recorded-csv", p, cases, bad)
	})
	if want := len(recordedKinds) * len(Modelled()); *updateRecorded && len(lines) != want {
		t.Fatalf("%d lines of %d: a modelled python is not here, nothing written", len(lines), want)
	}
	if *updateRecorded && !t.Failed() {
		if err := os.WriteFile("testdata/recorded.txt", []byte(strings.Join(lines, "")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
