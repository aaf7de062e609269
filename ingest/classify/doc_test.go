package classify_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/embedded"
	"github.com/feedparity/feedparity/ingest/wire"
)

var update = flag.Bool("update", false, "rewrite the examples in docs/divergences.md")

const catalogueFile = "../../docs/divergences.md"

// The catalogue for people and the one in the code are the same set, in the same
// order, and what the pages say each path does is what it does.
func TestCatalogueIsDocumented(t *testing.T) {
	doc, err := os.ReadFile(catalogueFile)
	if err != nil {
		t.Fatal(err)
	}
	var got, want []string
	for _, l := range strings.Split(string(doc), "\n") {
		if name, ok := strings.CutPrefix(l, "## "); ok && !strings.Contains(name, " ") {
			got = append(got, name)
		}
	}
	for _, c := range classify.Causes() {
		want = append(want, string(c))
	}
	if !slices.Equal(got, want) {
		t.Fatalf("docs/divergences.md has the sections\n%q, the code\n%q", got, want)
	}
	fresh := withExamples(t, doc)
	if *update {
		if err := os.WriteFile(catalogueFile, fresh, 0o666); err != nil {
			t.Fatal(err)
		}
	} else if !bytes.Equal(fresh, doc) {
		t.Error("the examples in docs/divergences.md are not what the paths do; go test ./ingest/classify -run Documented -update, and read the difference")
	}
}

// The fix that a section shows is the one that a report prints.
func TestFixesAreDocumented(t *testing.T) {
	doc, err := os.ReadFile(catalogueFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range classify.Causes() {
		_, section, _ := strings.Cut(string(doc), "\n## "+string(c)+"\n")
		section, _, _ = strings.Cut(section, "\n## ")
		if fix := classify.FixText(c); !strings.Contains(section, "\n    "+fix+"\n") && fix != "" {
			t.Errorf("docs/divergences.md does not say of %s\n%s", c, fix)
		}
	}
}

// withExamples puts after each line "Example:" of a section the first example of
// its cause.
func withExamples(t *testing.T, doc []byte) []byte {
	var out []string
	var cause string
	skipping := false
	for _, l := range strings.Split(string(doc), "\n") {
		if skipping && (strings.HasPrefix(l, "    ") || l == "") {
			continue
		}
		if skipping {
			out, skipping = append(out, ""), false
		}
		if name, ok := strings.CutPrefix(l, "## "); ok {
			cause = name
		}
		out = append(out, l)
		if l == "Example:" {
			out = append(out, "", exampleOf(t, cause))
			skipping = true
		}
	}
	return []byte(strings.Join(out, "\n"))
}

func exampleOf(t *testing.T, cause string) string {
	t.Helper()
	for _, e := range classify.CodeExamples() {
		if e.Cause().NeedsCode() && string(e.Cause()) == cause {
			return codeExample(e)
		}
	}
	for _, e := range classify.Examples() {
		if !strings.HasPrefix(e.Signature, cause+":") || e.Also != nil {
			continue
		}
		p := e.Pair
		out := "    input      " + literal(e.Input)
		for _, path := range ingest.Paths {
			s := p.Policy(path)
			out += fmt.Sprintf("\n    %s        %s", path, shorter(s))
			rows, err := embedded.New().Ingest(context.Background(), ingest.Input{Name: "feed.csv", Data: strings.NewReader(e.Input), Size: int64(len(e.Input)), Settings: s})
			if err != nil {
				t.Fatal(err)
			}
			o, err := ingest.Collect(rows)
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range strings.Split(strings.TrimSuffix(string(wire.AppendOutcome(nil, o)), "\n"), "\n") {
				out += "\n               " + visible(l)
			}
		}
		return out + "\n    signature  " + e.Signature
	}
	t.Fatalf("no example of %s", cause)
	return ""
}

// codeExample shows a module and what both Pythons do with it.
func codeExample(e classify.CodeExample) string {
	out := "    input      " + literal(e.Input)
	for _, part := range [][2]string{{"code", strings.TrimSpace(e.Code)}, {"py2", e.Py2}, {"py3", e.Py3}} {
		out += fmt.Sprintf("\n    %-10s %s", part[0], strings.ReplaceAll(part[1], "\n", "\n               "))
	}
	return out + "\n    signature  " + e.Signature
}

// visible writes what no screen shows as escapes, and shortens.
func visible(l string) string {
	if n := len(l); n > 200 {
		return fmt.Sprintf("%s... (%d bytes)", strings.ToValidUTF8(l[:40], ""), n)
	}
	var b strings.Builder
	for _, r := range l {
		if unicode.IsPrint(r) {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// literal writes bytes as Python would show them, long runs shortened.
func literal(s string) string {
	q := fmt.Sprintf("%+q", s)
	if len(s) > 200 {
		return fmt.Sprintf("%s...%s (%d bytes)", q[:40], q[len(q)-20:], len(s))
	}
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\r':
			b.WriteString(`\r`)
		case c == '\t':
			b.WriteString(`\t`)
		case c == '\\':
			b.WriteString(`\\`)
		case c < ' ' || c > '~':
			fmt.Fprintf(&b, `\x%02x`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// shorter is the Settings without what every example shares.
func shorter(s ingest.Settings) string {
	text := s.String()
	for _, common := range []string{" --field-limit 131072", " --reader reader", " --errors strict"} {
		text = strings.ReplaceAll(text, common, "")
	}
	return text
}
