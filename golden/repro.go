package golden

import (
	"fmt"
	"slices"
	"strings"

	"github.com/feedparity/feedparity/ingest"
)

// Repro returns repro.py: a script that under python2.7 does what the py2 path
// does with input.csv and under python3 what the py3 path does, prints the
// outcome in wire form, and last where the two differ first. It needs nothing but
// Python, and holds only what this case needs, so that it can be read as the
// explanation it is.
func (c *Case) Repro() ([]byte, error) {
	if c.repro != nil {
		return c.repro, nil
	}
	compared, err := c.compare(c.Outcomes)
	if err != nil {
		return nil, err
	}
	w := &script{c: c, imports: []string{"json", "os", "sys"}}
	w.paths()
	w.shower()
	body := w.out.String()
	w.out.Reset()
	w.head()
	w.out.WriteString(body)
	w.main(compared.First)
	return []byte(w.out.String()), nil
}

// script writes one repro.py.
type script struct {
	c       *Case
	out     strings.Builder
	imports []string
}

func (w *script) printf(format string, args ...any) { fmt.Fprintf(&w.out, format, args...) }

func (w *script) need(module string) {
	if !slices.Contains(w.imports, module) {
		w.imports = append(w.imports, module)
	}
}

// head is written last and stands first: by then the imports are known.
func (w *script) head() {
	c := w.c
	slices.Sort(w.imports)
	w.printf("#!/usr/bin/env python3\n# -*- coding: utf-8 -*-\n")
	w.printf("# Golden case %s: %s\n# %s\n#\n", c.Dir(), comment(c.Cause), comment(c.Signature))
	w.printf("# Under python2.7 this does with input.csv what the py2 path does, under python3\n")
	w.printf("# what the py3 path does (recorded with %s and %s), and prints each row and\n", c.Py2.Python, c.Py3.Python)
	w.printf("# the exception, if one is raised, as a line of JSON. Other lines start with '#'.\n")
	if c.Fix != "" {
		w.printf("#\n# Fix: %s\n", comment(c.Fix))
	}
	w.callHead()
	for _, m := range w.imports {
		w.printf("import %s\n", m)
	}
	if c.foreign() {
		w.printf("try:\n    from collections.abc import Mapping\nexcept ImportError:  # python2.7\n    from collections import Mapping\n")
	}
	w.printf("\nINPUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'input.csv')\n")
}

// comment keeps what others wrote on one line that Python takes for a comment.
func comment(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F || r == 0x85 || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, s)
}

// paths writes rows(path), which yields each row as a line of JSON, for both
// Pythons.
func (w *script) paths() {
	w.printf("\nif sys.version_info[0] == 2:\n")
	w.path(ingest.Py2)
	w.printf("\nelse:\n")
	w.path(ingest.Py3)
}

func (w *script) path(p ingest.Path) {
	if w.c.reads(p) {
		w.handoverPath(p)
		return
	}
	w.printf("    # %s: %s\n", p, comment(w.c.Settings(p).String()))
	if w.c.Calls[p] != "" {
		w.callPath(p)
		return
	}
	w.need("csv")
	g := pathScript{script: w, p: p, s: w.c.Settings(p)}
	g.helpers()
	g.rows()
}

// main writes the loop that both paths share.
func (w *script) main(first Difference) {
	csvError := "type(exc).__name__"
	if slices.Contains(w.imports, "csv") {
		csvError = "'csv.Error' if type(exc) is csv.Error else type(exc).__name__"
	}
	raised := "Exception"
	if w.c.foreign() {
		raised = "BaseException" // the team's own code may call sys.exit
	}
	w.printf(`

def fault(exc, row):
    try:
        message = str(exc)
    except Exception:  # a unicode message that is not ASCII, in python2.7
        message = repr(exc)
    if sys.version_info[0] == 2:
        message = message.decode('latin-1')
    kind = %s
    return u'{"fault":{"type":%%s,"message":%%s,"row":%%d}}' %% (string(kind), string(message), row)


def main():
    lines = []
    try:
        for row in rows(INPUT):
            lines.append(row)
    except %s as exc:
        lines.append(fault(exc, len(lines) + 1))
    lines.append(u'# first difference: row %d, column %d')
    out = getattr(sys.stdout, 'buffer', sys.stdout)  # bytes, whatever the terminal's encoding
    out.write(b''.join(line.encode('utf-8') + b'\n' for line in lines))


if __name__ == '__main__':
    main()
`, csvError, raised, first.Row, first.Column)
}
