// Command faults reads what "go test -v -run TestFaults" prints and writes the page
// docs/reliability.md: every row of package faultrows with what came of its test.
// "make faults" pipes the tests through it. It ends with status 1 if a row failed,
// or was not run although it has a test.
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/feedparity/feedparity/ingest/fetch/faultrows"
)

func main() {
	verdicts, err := Read(os.Stdin)
	if err != nil {
		fmt.Fprintf(os.Stderr, "faults: read test output: %v\n", err)
		os.Exit(2)
	}
	sum := Count(verdicts)
	fmt.Println(sum)
	for _, r := range faultrows.Rows() {
		if v := verdicts.Of(r); v != Passes && v != Open {
			fmt.Printf("%-5s %s (%s)\n", v, r.ID, r.In)
		}
	}
	if len(os.Args) > 1 {
		if err := os.WriteFile(os.Args[1], []byte(Page(verdicts)), 0o644); err != nil {
			fmt.Fprintf(os.Stderr, "faults: %v\n", err)
			os.Exit(2)
		}
	}
	if sum.Passed+sum.Open != sum.Rows {
		os.Exit(1)
	}
}

// The verdicts on a row.
const (
	Passes  = "passes"
	Fails   = "FAILS"
	Skipped = "skipped" // something that its test needs is not on this machine
	NotRun  = "not run"
	Open    = "open" // it has no test, for the reason that the row gives
)

// Verdicts are the results of tests by the IDs of rows.
type Verdicts map[string]string

// Read takes the results of the rows from a test's output; all else is passed over.
func Read(r io.Reader) (Verdicts, error) {
	v := Verdicts{}
	sc := bufio.NewScanner(r)
	sc.Buffer(nil, 64<<20)
	for sc.Scan() {
		result, rest, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(sc.Text()), "--- "), ": TestFaults/")
		verdict := map[string]string{"PASS": Passes, "FAIL": Fails, "SKIP": Skipped}[result]
		id, _, _ := strings.Cut(rest, " ")
		if ok && verdict != "" && strings.Count(id, "/") == 1 && v[id] != Fails {
			v[id] = verdict
		}
	}
	return v, sc.Err()
}

// Of returns the verdict on a row.
func (v Verdicts) Of(r faultrows.Row) string {
	switch {
	case r.Open != "":
		return Open
	case v[r.ID] == "":
		return NotRun
	}
	return v[r.ID]
}

// Sum counts rows.
type Sum struct{ Rows, Passed, Open int }

// Count adds up the verdicts on all rows.
func Count(v Verdicts) Sum {
	var s Sum
	for _, r := range faultrows.Rows() {
		s.Rows++
		switch v.Of(r) {
		case Passes:
			s.Passed++
		case Open:
			s.Open++
		}
	}
	return s
}

// String is the sum in a sentence.
func (s Sum) String() string {
	out := fmt.Sprintf("%d faults: %d injected and met as expected, %d open", s.Rows, s.Passed, s.Open)
	if n := s.Rows - s.Passed - s.Open; n > 0 {
		out += fmt.Sprintf(", %d FAILED, skipped or not run", n)
	}
	return out
}

const intro = `# Reliability: what goes wrong, and what comes of it

Written by ` + "`make faults`" + `, which injects every fault below into a server, this machine or a running sweep, as one named test each, and asserts
what is expected of it. Every test has its deadline, and leaves no goroutine and no descriptor behind. One by itself:

    go test ./ingest/fetch -v -run TestFaults/A/short-226

The servers are our own scripted one (package ingest/fetch/ftptest), plain and with TLS where it makes a difference. What real servers do, without any
fault, is tested beside it (TestServers; ` + "`make servers`" + ` gets them from Debian), by the same behaviour suite on each; its files are as they were afterwards, and
its own log of commands has none but those that read. pure-ftpd keeps no such log: what it is sent in plain text is written down on the way. OpenSSH's is that of its sftp-server (-l VERBOSE).

| server | modes |
|---|---|
| vsftpd | plain; explicit and implicit TLS, 1.2 and 1.3, session reuse required |
| proftpd | plain; explicit and implicit TLS, 1.2 and 1.3, session reuse required |
| pure-ftpd | plain; explicit TLS, 1.2 and 1.3 |
| pyftpdlib | plain; explicit TLS, 1.2 and 1.3 |
| OpenSSH | SFTP, read-only |

`

// Page is docs/reliability.md.
func Page(v Verdicts) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s%s.\n", intro, Count(v))
	for _, g := range faultrows.Groups() {
		fmt.Fprintf(&b, "\n## %s. %s\n\n| row | fault | expected | tested in | verdict |\n|---|---|---|---|---|\n", g.Letter, g.Title)
		for _, r := range faultrows.Rows() {
			if !strings.HasPrefix(r.ID, g.Letter+"/") {
				continue
			}
			verdict := v.Of(r)
			if r.Open != "" {
				verdict += ": " + r.Open
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", r.ID, cell(r.Fault), cell(r.Expected), r.In, verdict)
		}
	}
	return b.String()
}

// cell keeps a text within its cell.
func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }
