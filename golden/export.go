package golden

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/whole"
)

//go:embed export
var exportFiles embed.FS

// Form is a test-suite that cases are exported to.
type Form string

// The forms of Export.
const (
	Pytest   Form = "pytest"   // pytest 4.6 under Python 2.7, any newer one under 3
	Unittest Form = "unittest" // Python's own
	GoTest   Form = "gotest"   // go test, with the feedparity command
)

// exported are the files of a form: as they are here, and as they are written.
var exported = map[Form][][2]string{
	Pytest:   {{"feedparity_cases.py", "feedparity_cases.py"}, {"test_feedparity.py", "test_feedparity.py"}},
	Unittest: {{"feedparity_cases.py", "feedparity_cases.py"}, {"test_feedparity_unittest.py", "test_feedparity_unittest.py"}},
	GoTest:   {{"feedparity_golden_test.go.txt", "feedparity_golden_test.go"}},
}

// NotExported is a case that a form cannot hold.
type NotExported struct {
	Dir string
	Why string
}

// Export writes cases into a directory as tests that run without us, or, as go test,
// with the command alone: a copy of each case below cases/, what it says in
// cases.json, and the test beside them. Files of an earlier export are written
// over, others are left alone. Cases that are obsolete are passed over, those that
// a form cannot hold returned.
func Export(dir string, form Form, cases []*Case) ([]NotExported, error) {
	var kept []*Case
	var left []NotExported
	for _, c := range cases {
		switch why := c.unexportable(form); {
		case c.State == Obsolete:
		case why != "":
			left = append(left, NotExported{c.Dir(), why})
		default:
			kept = append(kept, c)
		}
	}
	if err := export(dir, form, kept); err != nil {
		return nil, fmt.Errorf("export cases to %q: %w", dir, err)
	}
	return left, nil
}

// unexportable says why the tests in Python cannot judge a case: their comparison is
// the natural one, and of what a feed configures knows "ignore" alone.
func (c *Case) unexportable(form Form) string {
	if form == GoTest {
		return ""
	}
	switch {
	case c.Compare.Strict:
		return "its feed compares types and the order of dicts"
	case len(c.Compare.Key) > 0:
		return "its feed aligns rows by key"
	case len(c.Compare.Tolerance) > 0:
		return "its feed has tolerances"
	case len(c.Compare.Noise) > 0:
		return "its feed has columns that vary by themselves"
	case len(c.Compare.Ignore) > 0 && !c.dictRows():
		return "its feed ignores columns of rows that are lists"
	case c.Cause == string(classify.DictOrder):
		return "only the order of a dict differs"
	}
	return ""
}

// dictRows reports whether all rows are dicts, whose columns have names.
func (c *Case) dictRows() bool {
	for _, o := range c.Outcomes {
		for _, r := range o.Rows {
			if r.Value.Kind != ingest.KindDict {
				return false
			}
		}
	}
	return true
}

func export(dir string, form Form, cases []*Case) error {
	if exported[form] == nil {
		return fmt.Errorf("form %q: want pytest, unittest or gotest", form)
	}
	list := []exportedCase{}
	for _, c := range cases {
		if err := c.exportTo(filepath.Join(dir, "cases", filepath.FromSlash(c.Dir()))); err != nil {
			return err
		}
		list = append(list, c.exported())
	}
	for _, names := range exported[form] {
		data, err := exportFiles.ReadFile("export/" + names[0])
		if err != nil {
			return err
		}
		if err := writeWhole(filepath.Join(dir, names[1]), data); err != nil {
			return err
		}
	}
	if form == GoTest {
		return nil
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(list); err != nil {
		return err
	}
	return writeWhole(filepath.Join(dir, "cases.json"), out.Bytes())
}

// exportedCase is what the tests need to know of a case.
type exportedCase struct {
	Dir    string   `json:"dir"`
	Cause  string   `json:"cause"`
	State  State    `json:"state"`
	Why    string   `json:"why"` // the signature, or why it is accepted
	Fix    string   `json:"fix"`
	Ignore []string `json:"ignore"`
}

func (c *Case) exported() exportedCase {
	out := exportedCase{c.Dir(), c.Cause, c.State, c.Signature, c.Fix, c.Compare.Ignore}
	if c.State == Accepted {
		out.Why = c.Reason
	}
	if out.Ignore == nil {
		out.Ignore = []string{}
	}
	return out
}

// exportTo writes the files of a case.
func (c *Case) exportTo(dir string) error {
	files, err := c.files()
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := writeWhole(filepath.Join(dir, f.name), f.data); err != nil {
			return err
		}
	}
	return nil
}

// writeWhole replaces a file; a reader sees the old one or the new one.
func writeWhole(name string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	return whole.WriteBytes(name, data)
}
