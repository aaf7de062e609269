package interp_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// exampleOutcomes is the table in docs/examples/migration/README.md: for each
// delivery the rows of either path, its fault and the name in its second row.
var exampleOutcomes = map[string][2]struct {
	rows  int
	fault string
	name  string
}{
	"stock_bonn.csv":  {{3, "", "Watering can, 10 l"}, {3, "", "Watering can, 10 l"}},
	"stock_porto.csv": {{4, "", "Mangueira p/ jardim"}, {0, "UnicodeDecodeError", ""}},
	"stock_lyon.csv":  {{1, "ValueError", ""}, {3, "", "Tuyau d’arrosage"}},
	"stock_graz.csv":  {{3, "", "Rechen\r\n14 Zinken"}, {3, "", "Rechen\n14 Zinken"}},
}

func TestMigrationExampleConfirm(t *testing.T) {
	dir := filepath.Join("..", "..", "docs", "examples", "migration")
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		e := interp.NewEngine(interp.Options{})
		defer e.Close()
		for file, want := range exampleOutcomes {
			data, err := os.ReadFile(filepath.Join(dir, "deliveries", file))
			if err != nil {
				t.Fatal(err)
			}
			in := callInput(p, dir, "stock:rows")
			in.Name, in.Data, in.Size = file, input(string(data), in.Settings).Data, int64(len(data))
			o, err := run(t.Context(), e, in)
			if err != nil {
				t.Fatal(err)
			}
			w, fault, name := want[p.Interpreter.Version.Path()], "", ""
			if o.Fault != nil {
				fault = o.Fault.Type
			}
			if len(o.Rows) > 1 {
				name = o.Rows[1].Value.Items[1].Str
			}
			if len(o.Rows) != w.rows || fault != w.fault || name != w.name {
				t.Errorf("%s: %d rows, fault %q, name %q; want %v", file, len(o.Rows), fault, name, w)
			}
		}
	})
}
