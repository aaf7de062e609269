package adopt

import (
	"path"
	"slices"
	"strings"
	"testing"
)

// TestPatterns: what moves in names becomes a glob, what does not stays, and every
// name is matched by its own pattern alone.
func TestPatterns(t *testing.T) {
	for _, tt := range []struct {
		why   string
		names string
		want  string // feed=glob[,glob]...
	}{
		{"dates", "stock_20261101.csv stock_20261102.csv", "stock=stock_*.csv"},
		{"a date that is alone", "stock_2026-11-24.csv", "stock=stock_*.csv"},
		{"a date that is the same in all", "a_20261124_1.csv a_20261124_2.csv", "a=a_*_*.csv"},
		{"with a time", "stock-20261124T031502Z.csv stock-20261124_0315.csv", "stock=stock-*.csv"},
		{"day first", "Preise 24.11.2026.csv Preise 01.12.2026.csv", "preise=Preise *.csv"},
		{"six digits", "lager_261124.txt", "lager=lager_*.txt"},
		{"a week", "plan_2026-W48.csv plan_2026-W49.csv", "plan=plan_*.csv"},
		{"a month by name", "report Nov 2026.csv report Dec 2026.csv", "report=report *.csv"},
		{"a sequence", "export_1.csv export_2.csv export_17.csv", "export=export_*.csv"},
		{"a long number that is alone", "export_00017.csv", "export=export_*.csv"},
		{"digits that end a word", "prices_cp1252.csv", "prices-cp1252=prices_cp1252.csv"},
		{"a name with a digit", "shop2.csv", "shop2=shop2.csv"},
		{"a digit that is the same in all", "shop2_20261101.csv shop2_20261102.csv", "shop2=shop2_*.csv"},
		{"nothing moves", "prices.csv", "prices=prices.csv"},
		{"two kinds", "stock_20261101.csv prices_20261101.csv stock_20261102.csv", "prices=prices_*.csv stock=stock_*.csv"},
		{"one within the other", "stock_20261101.csv stock_full_20261101.csv", "stock=stock_[0-9]*.csv stock-full=stock_full_*.csv"},
		{"one that goes on", "stock_2026-11-01.csv stock_2026-11-01_full.csv",
			"stock=stock_[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9].csv stock-full=stock_*_full.csv"},
		{"case", "STOCK_1.CSV stock_2.csv", "stock=STOCK_*.CSV,stock_*.csv"},
		{"packed", "stock_20261101.csv.gz stock_20261102.csv.gz", "stock=stock_*.csv.gz"},
		{"glob characters", "a[1].csv a[2].csv", `a=a\[*].csv`},
		{"what a configuration refuses bare", "a{1}.csv a{2}.csv", `a=a\{*\}.csv`},
		{"no letters", "20261101.csv", "feed=*.csv"},
		{"names that meet", "a_b.csv a-b.csv", "a-b=a-b.csv a-b-2=a_b.csv"},
	} {
		names := strings.Split(tt.names, " ")
		if strings.Contains(tt.names, "Preise") || strings.Contains(tt.names, "report") {
			names = strings.SplitAfter(tt.names, ".csv")
			names = []string{names[0], strings.TrimPrefix(names[1], " ")}
		}
		var got []string
		for _, p := range Patterns(names) {
			got = append(got, p.Feed+"="+strings.Join(p.Globs, ","))
			for _, name := range names {
				matches := slices.ContainsFunc(p.Globs, func(g string) bool { ok, err := path.Match(g, name); return ok && err == nil })
				if own := slices.Contains(p.Names, name); matches != own {
					t.Errorf("%s: %v matches %q: %v, want %v", tt.why, p.Globs, name, matches, own)
				}
			}
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: %s, want %s", tt.why, strings.Join(got, " "), tt.want)
		}
	}
}

func TestDeliverable(t *testing.T) {
	for name, want := range map[string]bool{"stock.csv": true, "STOCK.TXT": true, "export": true, "stock.csv.gz": true, "README.txt": false, "stock.csv.md5": false, "x.PDF": false, ".listing": false} {
		if Deliverable(name) != want {
			t.Errorf("%s: %v, want %v", name, !want, want)
		}
	}
}
