package pycsv

import (
	"fmt"
	"strings"

	"github.com/feedparity/feedparity/ingest"
)

// writer replays what a csv.writer was told to write, and what it handed to its
// file.
func (r *replay) writer(s session) {
	d := r.made(s, NewDialect)
	if d == nil {
		return
	}
	w := NewWriter(r.v, d)
	for i, e := range s.Events {
		rows := []ingest.Value{e.Argument.value()}
		if e.Method == "writerows" {
			if rows[0].Kind != ingest.KindList {
				r.not["csv.writer.writerows of what is no list"]++
				continue
			}
			rows = rows[0].Items
		}
		got, err := w.written(rows)
		if err != nil {
			r.not["csv.writer: "+err.Error()]++
			continue
		}
		var want []string
		for _, text := range e.Written {
			want = append(want, show(text.value()))
		}
		if e.Raised != nil {
			want = append(want, showFault(e.Raised.fault()))
		}
		r.check(s, fmt.Sprintf("call %d, %s of %.300s", i+1, e.Method, string(e.Argument)), got, strings.Join(want, "\n"))
	}
}

// written is what writerow makes of each row, up to the first fault.
func (w *Writer) written(rows []ingest.Value) (string, error) {
	var out []string
	for _, row := range rows {
		text, fault, err := w.WriteRow(nil, row)
		if err != nil {
			return "", err
		}
		if fault != nil {
			out = append(out, showFault(fault))
			break
		}
		value := w.v.str(string(text))
		out = append(out, show(value))
	}
	return strings.Join(out, "\n"), nil
}

// hasHeader replays csv.Sniffer.has_header.
func (r *replay) hasHeader(s session) {
	found, fault := HasHeader(r.v, s.Sample.value())
	got, want := show(ingest.Bool(found)), ""
	if fault != nil {
		got = showFault(fault)
	}
	if s.Refused != nil {
		want = showFault(s.Refused.fault())
	} else {
		want = show(s.Result.value())
	}
	r.check(s, string(s.Sample), got, want)
}
