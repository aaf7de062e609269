package pycodec

import (
	"crypto/md5"
	_ "embed"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/fuzz/questions"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// recorded holds what the interpreters did with some thousands of inputs, so that
// machines without any judge by them too. A line is a codec, an error handler in
// quotes and a digest for each version of tableVersions, "-" where it lacks the
// codec. TestRecordedConfirm -update writes it.
//
//go:embed testdata/recorded.txt
var recorded string

var update = flag.Bool("update", false, "write testdata/recorded.txt from the interpreters")

// recordKeys are the codecs and handlers recorded.
func recordKeys() [][2]string {
	var out [][2]string
	for name, versions := range names().modules {
		if versions[0].kind == "table" {
			for _, errors := range mainHandlers {
				out = append(out, [2]string{name, errors})
			}
		}
	}
	for _, codec := range append(variedCodecs, "utf-32-le", "charmap") {
		for _, errors := range append(otherHandlers, mainHandlers...) {
			out = append(out, [2]string{codec, errors})
		}
	}
	for _, c := range easternCodecs {
		for _, errors := range append([]string{"surrogateescape", "backslashreplace", "nope"}, mainHandlers...) {
			out = append(out, [2]string{c.name, errors})
		}
	}
	slices.SortFunc(out, func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
	return slices.Compact(out)
}

// recordInputs are the inputs for a codec, and the lists of chunks.
func recordInputs(codec string) (inputs [][]byte, lists [][][]byte) {
	inputs = extensions("")
	at := slices.IndexFunc(easternCodecs, func(c easternCodec) bool { return c.name == codec })
	switch {
	case at >= 0:
		inputs = append(inputs, easternCodecs[at].sample(300, 5)...)
	case strings.Contains(codec, "16"):
		inputs = append(inputs, random(questions.UTF16, 500, 9)...)
		inputs = append(inputs, extensions("\x00\xd8\x00")...)
	case strings.Contains(codec, "32"):
		inputs = append(inputs, random32(400)...)
		inputs = append(inputs, extensions("a\x00\x00")...)
	case strings.Contains(strings.ToLower(codec), "utf"):
		inputs = append(inputs, structuredUTF8(1000)...)
		inputs = append(inputs, random(questions.UTF8, 200, 12)...)
		for lead := range 256 {
			inputs = append(inputs, []byte{byte(lead), 0x80, 'A'}, []byte{byte(lead), 0xBF, 0x80}, []byte{byte(lead), 0xC0})
		}
	default:
		inputs = append(inputs, random(questions.UTF8, 50, 12)...)
	}
	for i, b := range inputs {
		if i%97 == 0 || i%5 == 0 && len(b) > 2 && len(b) < 6 {
			lists = append(lists, [][]byte{b[:len(b)/2], b[len(b)/2:]}, [][]byte{b[:len(b)*2/3], b[len(b)*2/3:], nil})
		}
	}
	return inputs, lists
}

// digest does what judge.py's digest does.
func digest(c *Codec, errors string, inputs [][]byte, lists [][][]byte) string {
	var all []string
	for _, b := range inputs {
		all = append(all, hex.EncodeToString([]byte(once(c, errors, b))))
	}
	for _, chunks := range lists {
		all = append(all, bothDecoders(c, errors, chunks))
	}
	return fmt.Sprintf("%x", md5.Sum([]byte(strings.Join(all, "\n"))))[:8]
}

func recordedLine(key [2]string) []string {
	prefix := fmt.Sprintf("%s %q ", key[0], key[1])
	for line := range strings.Lines(recorded) {
		if rest, ok := strings.CutPrefix(line, prefix); ok {
			return strings.Fields(rest)
		}
	}
	return nil
}

// TestRecorded compares every version with what its interpreter did.
func TestRecorded(t *testing.T) {
	versions := strings.Fields(tableVersions)
	for _, key := range recordKeys() {
		line := recordedLine(key)
		if len(line) != len(versions) {
			t.Errorf("%s %q: nothing recorded", key[0], key[1])
			continue
		}
		inputs, lists := recordInputs(key[0])
		for i, version := range versions {
			got := "-"
			if c, _, _ := Lookup(py(version), key[0]); c != nil {
				got = digest(c, key[1], inputs, lists)
			}
			if got != line[i] {
				t.Errorf("%s: %s %q decodes otherwise than python did", version, key[0], key[1])
			}
		}
	}
}

// TestRecordedConfirm makes the recording again, a sample of it unless at full
// scale, and compares.
func TestRecordedConfirm(t *testing.T) {
	columns := map[string][]string{} // by version
	eachJudge(t, func(j *judge) {
		version := j.py.String()
		at := slices.Index(strings.Fields(tableVersions), version)
		keys := recordKeys()
		step := max(1, len(keys)/interptest.Cases(len(keys)))
		for i, key := range keys {
			if i%step != 0 && !*update {
				continue
			}
			inputs, lists := recordInputs(key[0])
			got := "-"
			if c, _, _ := Lookup(j.py, key[0]); c != nil {
				got = j.ask("digest", []any{key[0], key[1], hexed(inputs), hexLists(lists)})[0]
				j.cases += len(inputs) + len(lists)
			}
			columns[version] = append(columns[version], got)
			if line := recordedLine(key); !*update && (at >= len(line) || line[at] != got) {
				j.differ("%s %q: python does not do what is recorded; -update writes what it does", key[0], key[1])
			}
		}
	})
	if *update {
		writeRecorded(t, columns)
	}
}

func writeRecorded(t *testing.T, columns map[string][]string) {
	var b strings.Builder
	for i, key := range recordKeys() {
		fmt.Fprintf(&b, "%s %q", key[0], key[1])
		for _, version := range strings.Fields(tableVersions) {
			if columns[version] == nil {
				t.Fatalf("python %s is not here: nothing written", version)
			}
			b.WriteString(" " + columns[version][i])
		}
		b.WriteString("\n")
	}
	if err := os.WriteFile("testdata/recorded.txt", []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
