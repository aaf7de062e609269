package main

import (
	"fmt"
	"html"
	"strings"

	"github.com/feedparity/feedparity/ingest/whole"
)

// htmlHead is all there is beside the page's own text: it must be readable in a mail
// that is opened in ten years.
const htmlHead = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>%s</title>
<style>
body{font:15px/1.5 system-ui,sans-serif;margin:2em auto;max-width:62em;padding:0 1em;color:#222;background:#fff}
th{text-align:left;vertical-align:top;padding:.2em 1.2em .2em 0;font-weight:600;white-space:nowrap}
td{padding:.2em 0;overflow-wrap:anywhere}
code,pre{font:13px/1.5 ui-monospace,monospace;white-space:pre-wrap}
.silent,.regressed{color:#b00020;font-weight:600}
@media (prefers-color-scheme:dark){body{color:#ddd;background:#181818}.silent,.regressed{color:#ff8a80}}
</style></head><body>
<h1>%s</h1>
<table>
`

// html is the page with the same fields in the same order. Everything in it that came
// from a supplier is escaped.
func (r *repro) html() string {
	var b strings.Builder
	fmt.Fprintf(&b, htmlHead, html.EscapeString(r.Signature), html.EscapeString(r.Signature))
	row := func(name string, code bool, lines ...string) {
		text := html.EscapeString(strings.Join(lines, "\n"))
		if text == "" {
			return
		}
		if code {
			text = "<pre>" + text + "</pre>"
		}
		fmt.Fprintf(&b, "<tr><th>%s</th><td>%s</td></tr>\n", name, text)
	}
	row("case", true, r.Case)
	fmt.Fprintf(&b, "<tr><th>state</th><td><span class=\"%s\">%s</span>, <span class=\"%s\">%s</span>, %s view</td></tr>\n",
		html.EscapeString(r.State), html.EscapeString(r.State), html.EscapeString(r.Severity), html.EscapeString(r.Severity), html.EscapeString(r.View))
	if !r.Diverges {
		row("now", false, "the paths agree")
	}
	row("where", true, r.Where)
	row("bytes", true, r.Bytes)
	row("py2", true, r.Py2)
	row("py3", true, r.Py3)
	row("the row", true, r.Rows...)
	row("code", true, r.Code)
	row("why", false, r.Why)
	row("fix", true, r.Fix)
	row("normalize", false, r.Normalize)
	row("hits", false, r.Hits)
	row("confirmed", false, strings.Join(r.Confirmed, ", "))
	row("settings", true, r.Settings)
	row("frozen", false, r.Frozen)
	row("explain", true, explainPage(r.Explain)...)
	row("ladder", true, ladderPage(r.Ladder)...)
	if r.tried {
		row("matrix", true, matrixPage(r.Matrix)...)
	}
	row("run", true, r.Run...)
	b.WriteString("</table></body></html>\n")
	return b.String()
}

func (r *repro) writeHTML(file string) error {
	if err := whole.WriteBytes(file, []byte(r.html())); err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	return nil
}
