package config

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite docs/config.md from the comments of the types")

const (
	docsFile  = "../../docs/config.md"
	beginMark = "<!-- generated from ingest/config: go test ./ingest/config -update -->\n"
	endMark   = "<!-- end of the generated part -->\n"
)

// sections are the types of the file in the order of the reference.
var sections = []struct{ typ, title string }{
	{"File", "Top level"},
	{"StateEntry", "`state`"},
	{"ScheduleEntry", "`schedule`"},
	{"Project", "`project`"},
	{"ArchiveEntry", "`archive`"},
	{"WebhookEntry", "`notify.webhook`"},
	{"SMTPEntry", "`notify.smtp`"},
	{"Runner", "`paths.py2`, `paths.py3`"},
	{"FeedEntry", "`feeds.NAME`"},
	{"AcceptEntry", "`accept`"},
	{"ExpectEntry", "`expect`"},
	{"EffectsEntry", "`effects`"},
	{"PairEntry", "`pair`"},
	{"PolicyEntry", "`pair.py2`, `pair.py3`"},
	{"PasswordEntry", "`password`"},
	{"UnpackEntry", "`unpack`"},
	{"TimeoutsEntry", "`timeouts`"},
	{"TLS", "`tls`"},
	{"SSHEntry", "`ssh`"},
}

// reference renders the field comments of the file's types.
func reference(t *testing.T) string {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	structs := map[string]*ast.StructType{}
	for _, name := range names {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok {
				if s, ok := spec.Type.(*ast.StructType); ok {
					structs[spec.Name.Name] = s
				}
			}
			return true
		})
	}
	var b strings.Builder
	for _, s := range sections {
		fmt.Fprintf(&b, "### %s\n\n| key | meaning |\n|---|---|\n", s.title)
		for _, field := range structs[s.typ].Fields.List {
			if field.Tag == nil {
				continue
			}
			key := reflect.StructTag(strings.Trim(field.Tag.Value, "`")).Get("yaml")
			comment := strings.Join(strings.Fields(field.Doc.Text()), " ")
			if comment == "" {
				t.Errorf("key %s of %s has no comment: it is the reference", key, s.typ)
			}
			comment = regexp.MustCompile(`\{[^{}]*\}`).ReplaceAllString(comment, "`$0`")
			fmt.Fprintf(&b, "| `%s` | %s |\n", key, strings.ReplaceAll(comment, "|", `\|`))
		}
		b.WriteString("\n")
	}
	return b.String()
}

// TestDocs holds docs/config.md to the comments of the structs.
func TestDocs(t *testing.T) {
	doc, err := os.ReadFile(docsFile)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(doc), beginMark)
	got, tail, ok2 := strings.Cut(rest, endMark)
	if !ok || !ok2 {
		t.Fatalf("%s has no generated part", docsFile)
	}
	want := "\n" + reference(t)
	if *update {
		if err := os.WriteFile(docsFile, []byte(head+beginMark+want+endMark+tail), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got != want {
		t.Errorf("%s is not what the comments of the types say; run go test ./ingest/config -update", filepath.Clean(docsFile))
	}
}

// TestDocsExamples loads every example of docs/config.md.
func TestDocsExamples(t *testing.T) {
	doc, err := os.ReadFile(docsFile)
	if err != nil {
		t.Fatal(err)
	}
	examples := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(doc, -1)
	if len(examples) == 0 {
		t.Fatal("no example")
	}
	for _, e := range examples {
		if _, err := Read("feedparity.yaml", e[1]); err != nil {
			t.Errorf("%v in\n%s", err, e[1])
		}
	}
}
