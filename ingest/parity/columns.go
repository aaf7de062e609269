package parity

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/diff"
)

const (
	maxNamed   = 12   // columns that a warning lists
	maxColumns = 1000 // names that are remembered
)

// columns are those that a delivery's settings name, and those that it has.
type columns struct {
	named []namedColumn
	names []string // of both paths, from the header or the keys of dicts
	width int      // of the widest header
}

// namedColumn is one that a setting is about.
type namedColumn struct{ setting, column string }

// namedColumns gathers what types, ignore and tolerance name. A call has no types.
func namedColumns(d Delivery, v *View) *columns {
	c := new(columns)
	for p, s := range [2]ingest.Settings{v.Py2, v.Py3} {
		for _, t := range s.Types {
			if d.Calls[p] == nil {
				c.add("types", t.Column)
			}
		}
	}
	for _, column := range d.Compare.Ignore {
		c.add("ignore", column)
	}
	for _, column := range slices.Sorted(maps.Keys(d.Compare.Tolerance)) {
		c.add("tolerance", column)
	}
	return c
}

func (c *columns) add(setting, column string) {
	if n := (namedColumn{setting, column}); !slices.Contains(c.named, n) {
		c.named = append(c.named, n)
	}
}

// watch lets the rows of a path pass and takes the names of their columns. Every
// dict of the team's own code may have other keys, all of csv.DictReader's the same.
func (c *columns) watch(rows ingest.Rows, call bool) ingest.Rows {
	if len(c.named) == 0 {
		return rows
	}
	return &watched{Rows: rows, columns: c, all: call}
}

type watched struct {
	ingest.Rows
	columns   *columns
	all, seen bool
}

func (w *watched) Next() (ingest.Row, bool) {
	r, ok := w.Rows.Next()
	if ok && (!w.seen || w.all && r.Value.Kind == ingest.KindDict) {
		w.seen = true
		w.columns.see(diff.Names(r.Value))
	}
	return r, ok
}

func (c *columns) see(names []string) {
	c.width = max(c.width, len(names))
	for _, name := range names {
		if len(c.names) < maxColumns && !slices.Contains(c.names, name) {
			c.names = append(c.names, name)
		}
	}
}

// warnings name the columns that neither path has: nothing was converted, ignored
// or tolerated there, which is not what whoever named them meant. Without rows there
// is nothing to tell by.
func (c *columns) warnings() []string {
	var out []string
	for _, n := range c.named {
		if w := MissingColumn(n.setting, n.column, c.names, c.width); w != "" && c.width > 0 {
			out = append(out, w)
		}
	}
	return out
}

// MissingColumn words that none of the names, and no position up to width, is the
// column that a setting names; "" if one is.
func MissingColumn(setting, column string, names []string, width int) string {
	n := ingest.ColumnType{Column: column}.Index()
	if n > width || n == 0 && !slices.Contains(names, column) {
		return fmt.Sprintf("no column %q for %s: the columns are %s", column, setting, quoted(names))
	}
	return ""
}

func quoted(names []string) string {
	var out []string
	for _, name := range names[:min(len(names), maxNamed)] {
		out = append(out, fmt.Sprintf("%.40q", name))
	}
	if len(names) > maxNamed {
		out = append(out, fmt.Sprintf("and %d more", len(names)-maxNamed))
	}
	return strings.Join(out, ", ")
}
