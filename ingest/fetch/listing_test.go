package fetch

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest/fetch/faultrows"
	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
)

// now is when the listings of the table were made: late in a year that is no leap
// year.
var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// lineCase is one line of a listing and what it says: "kind size time precision
// name", or the reason why it is unparsed after a "!", or "" if it means nothing.
type lineCase struct {
	line, want, why string
}

var unixLines = []lineCase{
	{"-rw-r--r--    1 ftp      ftp          1024 Jan 02  2024 a.csv", `file 1024 2024-01-02T00:00:00 day "a.csv"`, "vsftpd, old file"},
	{"-rw-r--r--    1 ftp      ftp          1024 Nov 21 03:04 a.csv", `file 1024 2026-11-21T03:04:00 minute "a.csv"`, "vsftpd, recent file"},
	{"-rw-r--r-- 1 o g 1 Dec 31 23:59 a", `file 1 2025-12-31T23:59:00 minute "a"`, "a month to come is last year's"},
	{"-rw-r--r-- 1 o g 1 Nov 23 11:59 a", `file 1 2026-11-23T11:59:00 minute "a"`, "a day of grace for zones"},
	{"-rw-r--r-- 1 o g 1 Nov 24 11:59 a", `file 1 2025-11-24T11:59:00 minute "a"`, "but no more"},
	{"-rw-r--r-- 1 o g 1 Feb 29 10:00 a", `file 1 2024-02-29T10:00:00 minute "a"`, "this year has no February 29"},
	{"-rw-r--r--. 1 o g 5 Jan  2  2024 a", `file 5 2024-01-02T00:00:00 day "a"`, "SELinux"},
	{"-rw-r--r--+ 1 o g 5 Jan  2  2024 a", `file 5 2024-01-02T00:00:00 day "a"`, "ACL"},
	{"-rw-r--r--@ 1 o g 5 Jan  2  2024 a", `file 5 2024-01-02T00:00:00 day "a"`, "macOS"},
	{"-rw-r--r-- 1 o g 5 2024-01-02 03:04 a b", `file 5 2024-01-02T03:04:00 minute "a b"`, "ISO date"},
	{"-rw-r--r-- 1 o g 5 2024-01-02 03:04:05 a", `file 5 2024-01-02T03:04:05 second "a"`, "ISO date with seconds"},
	{"-rw-r--r-- 1 o g 5 2024-01-02 03:04:05.123456789 +0200 a", `file 5 2024-01-02T01:04:05 second "a"`, "full time with a zone"},
	{"-rw-r--r-- 1 o 5 Jan  2  2024 a", `file 5 2024-01-02T00:00:00 day "a"`, "no group"},
	{"-rw-r--r-- 1 Domain Users 5 Jan  2  2024 a", `file 5 2024-01-02T00:00:00 day "a"`, "a group with a space"},
	{"-rw-r--r-- 1 o g 5 2 Jan 2024 a", `file 5 2024-01-02T00:00:00 day "a"`, "day first"},
	{"-rw-r--r-- 1 o g 5 2 Jan 03:04 a", `file 5 2026-01-02T03:04:00 minute "a"`, "day first, recent"},
	{"-rw-r--r-- 1 o g 00001024 Jan  2  2024 a", `file 1024 2024-01-02T00:00:00 day "a"`, "leading zeros are not octal"},
	{"-rw-r--r-- 1 o g 5 Jan  2  2024   a  b ", `file 5 2024-01-02T00:00:00 day "  a  b "`, "spaces of the name"},
	{"-rw-r--r-- 1 o g 5 Jan  2  2024 caf\xe9.csv", `file 5 2024-01-02T00:00:00 day "caf\xe9.csv"`, "Latin-1"},
	{"-rw-r--r-- 1 o g 5 Jan  2  2024 a -> b", `file 5 2024-01-02T00:00:00 day "a -> b"`, "an arrow in a file's name"},
	{"-rw-r--r-- 1 o g 5 Jan  2  2024 \x1b[2Ja\x07", `file 5 2024-01-02T00:00:00 day "\x1b[2Ja\a"`, "control characters are kept, and escaped when shown"},
	{"lrwxrwxrwx 1 o g 8 Jan  2  2024 l.csv -> a.csv", `link -1 2024-01-02T00:00:00 day "l.csv"`, "a link's size is its own length"},
	{"drwxr-xr-x 2 o g 4096 Jan  2  2024 sub dir", `dir -1 2024-01-02T00:00:00 day "sub dir"`, "directory"},
	{"drwxr-xr-t 2 o g 4096 Jan  2  2024 .", "", "itself"},
	{"drwxr-xr-x 2 o g 4096 Jan  2  2024 ..", "", "its parent"},
	{"prw-r--r-- 1 o g 0 Jan  2  2024 fifo", `other -1 2024-01-02T00:00:00 day "fifo"`, "FIFO"},
	{"crw-rw-rw- 1 root root 1, 3 Jan  2  2024 null", `other -1 2024-01-02T00:00:00 day "null"`, "device"},
	{"total 24", "", "ls begins with it"},
	{"total ", "!format not known", "not that"},
	{"-rw-r--r-- 1 o g 5 janv. 2 03:04 a", "!no date known", "French month"},
	{"-rw-r--r-- 1 o g 1,024 Jan  2  2024 a", `!size "1,024" is no decimal number`, "thousands"},
	{"-rw-r--r-- 1 o g 1_024 Jan  2  2024 a", `!size "1_024" is no decimal number`, "Go's underscore"},
	{"-rw-r--r-- 1 o g 99999999999999999999 Jan  2  2024 a", `!size "99999999999999999999" is too large`, "beyond int64"},
	{"-rw-r--r-- 1 o g 5 Jan  2  2024 ", "!no name", "empty name"},
	{"-rw-r--r-- 1 o g 5 Jan  2  2024", "!no name", "cut"},
	{"-rw-r--r-- 1 o g 5 Jan 32  2024 a", "!no date known", "no such day"},
	{"-rw-r--r-- 1 o g 5 Jan  2  2024 ../../etc/cron.d/x", `!name "../../etc/cron.d/x" holds a slash`, "a way out"},
	{"-rw-r--r-- 1 o g 5 Jan  2  2024 /abs", `!name "/abs" holds a slash`, "absolute"},
	{"12 files", "!format not known", "a phantom file for the library"},
	{"0 file(s)", "!format not known", "another"},
	{"+i8388621.48594,m825718503,r,s280,\tdjb.html", `file 280 1996-03-01T22:15:03 second "djb.html"`, "EPLF"},
	{"+i8388621.29609,m824255902,/,\tdev", `dir -1 1996-02-13T23:58:22 second "dev"`, "a directory of EPLF"},
	{"+r,s0280,\t two words ", `file 280 - none " two words "`, "EPLF without a time"},
	{"+r,s280", "!no tab before the name", "cut"},
	{"+r,s2x,\ta", `!size "2x" is no decimal number`, "EPLF with a bad size"},
	{"+r,mnow,\ta", `!time "now" is no number`, "EPLF with a bad time"},
	{"FILE.TXT;1  2  2-JAN-2024 03:04 [A,B] (RWED,RE,,)", `file -1 2024-01-02T03:04:00 minute "FILE.TXT"`, "VMS"},
	{"STOCK 7.CSV;12   123/126    2-JAN-2024 03:04:05.67  [GROUP,OWNER]    (RWED,RWED,RE,)", `file -1 2024-01-02T03:04:05 second "STOCK 7.CSV"`, "VMS with seconds and blocks"},
	{"OUT.DIR;1   1/3  2-JAN-2024 03:04:05  (RWE,RE,,)", `dir -1 2024-01-02T03:04:05 second "OUT"`, "a directory of VMS"},
	{"A.CSV;1   1  32-JAN-2024 03:04", "!no date known", "no such day"},
	{"A.CSV;1   %RMS-E-PRV, insufficient privilege", "!format not known", "VMS that does not tell"},
	{" Volume Unit    Referred Ext Used Recfm Lrecl BlkSz Dsorg Dsname", "!format not known", "MVS"},
	{"d [R----F--] supervisor 512 Jan 16 18:53 login", "!format not known", "NetWare"},
	{`"w","w","w","."`, "!format not known", "garbage seen in rclone#6879"},
	{"", "", "empty line"},
}

var dosLines = []lineCase{
	{"01-02-24  03:04AM                 1024 a.csv", `file 1024 2024-01-02T03:04:00 minute "a.csv"`, "IIS"},
	{"01-02-24  03:04PM                 1024  a b.csv", `file 1024 2024-01-02T15:04:00 minute " a b.csv"`, "a name that begins with a space"},
	{"01-02-2024  15:04                 1024 a.csv", `file 1024 2024-01-02T15:04:00 minute "a.csv"`, "four digits, 24 hours"},
	{"01-02-99  12:00am                    1 a", `file 1 1999-01-02T00:00:00 minute "a"`, "1999, midnight, lower case"},
	{"01-02-24  03:04PM       <DIR>          sub", `dir -1 2024-01-02T15:04:00 minute "sub"`, "directory"},
	{"01-02-24  03:04PM       <DIR>           sub", `dir -1 2024-01-02T15:04:00 minute " sub"`, "directory that begins with a space"},
	{"01-02-24  03:04PM       <JUNCTION>     j", `link -1 2024-01-02T15:04:00 minute "j"`, "junction"},
	{"01-02-24  03:04PM       <SYMLINKD>     s", `link -1 2024-01-02T15:04:00 minute "s"`, "link"},
	{"31-12-24  03:04PM                 1024 a", "!no date known", "day first: not guessed"},
	{"01-02-24  03:04PM                1,024 a", `!size "1,024" is no decimal number`, "thousands"},
	{"01-02-24  03:04PM", "!format not known", "cut"},
	{"01-02-24  03:04PM                 1024", "!no name", "no name"},
	{"01-02-24  03:04PM       <DIR>          .", "", "itself"},
}

var mlsdLines = []lineCase{
	{"type=file;size=1024;modify=20240102030405; a.csv", `file 1024 2024-01-02T03:04:05 second "a.csv"`, "plain"},
	{"Type=FILE;Size=1024;MODIFY=20240102030405.123; a.csv", `file 1024 2024-01-02T03:04:05 second "a.csv"`, "case, fractions"},
	{"size=00001024;type=file; a", `file 1024 - none "a"`, "not octal; no time"},
	{"type=file;size=0800; a", `file 800 - none "a"`, "no bad octal either"},
	{"type=file;size=1_000; a", `!size "1_000" is no decimal number`, "Go's underscore"},
	{"type=file;size=-1; a", `!size "-1" is no decimal number`, "negative"},
	{"type=file;size=0x10; a", `!size "0x10" is no decimal number`, "hex"},
	{"type=file;modify=20240102030405; a", `file -1 2024-01-02T03:04:05 second "a"`, "no size"},
	{"type=file;size=1;modify=20240102; a", `!modify "20240102" is no time`, "short time"},
	{"type=file;size=1;modify=20241302030405; a", `!modify "20241302030405" is no time`, "no such month"},
	{"type=DIR;sizd=4096; sub", `dir -1 - none "sub"`, "upper case, a fact unknown"},
	{"type=dir;size=4096; sub", `dir -1 - none "sub"`, "a directory's size means nothing"},
	{"type=cdir; /in", "", "this directory under its full name"},
	{"type=pdir; ..", "", "its parent"},
	{"type=dir; .", "", "itself, listed as any directory"},
	{"type=OS.unix=slink:/a.csv;size=6; l.csv", `link -1 - none "l.csv"`, "link as proftpd may show it"},
	{"type=OS.unix=chr-1/3; null", `other -1 - none "null"`, "device"},
	{"type=file;size=1;  a  b ", `file 1 - none " a  b "`, "spaces of the name"},
	{"type=file;size=1; a;b=c; d", `file 1 - none "a;b=c; d"`, "a name like facts"},
	{"type=file;size=1; caf\xe9", `file 1 - none "caf\xe9"`, "Latin-1"},
	{"type=file;size=1 a", `file 1 - none "a"`, "last semicolon missing"},
	{" type=file;size=1; a", `file 1 - none "a"`, "leading space"},
	{"type=file;size=1;unique=801g2; a", `file 1 - none "a"`, "unique"},
	{"size=1; a", "!no type", "no type"},
	{"type=file;size=1;", "!no space between facts and name", "no name at all"},
	{"type=file;size=1; ", "!no name", "empty name"},
	{"type=file;size; a", `!"size" is no fact`, "a fact without a value"},
	{"type=file;size=1; ../x", `!name "../x" holds a slash`, "a way out"},
	{"-rw-r--r-- 1 o g 5 Jan  2  2024 a", `!"-rw-r--r--" is no fact`, "LIST where MLSD was asked for"},
	{"", "", "empty line"},
}

func describe(e Entry) string {
	when := "-"
	if e.MPrec != PrecisionNone {
		when = e.MTime.UTC().Format("2006-01-02T15:04:05")
	}
	return fmt.Sprintf("%v %d %s %v %q", e.Kind, e.Size, when, e.MPrec, e.Path)
}

// TestListing judges each line alone and then all of them in one listing, where
// none may be lost.
func TestListing(t *testing.T) {
	for _, table := range []struct {
		name  string
		mlsd  bool
		lines []lineCase
	}{{"unix", false, unixLines}, {"dos", false, dosLines}, {"mlsd", true, mlsdLines}} {
		t.Run(table.name, func(t *testing.T) {
			for _, c := range table.lines {
				if got := listOne(t, c.line, table.mlsd); got != c.want {
					t.Errorf("%s: %q\n got %s\nwant %s", c.why, c.line, got, c.want)
				}
			}
		})
	}
}

func listOne(t *testing.T, line string, mlsd bool) string {
	t.Helper()
	for _, end := range []string{"\r\n", "\n"} {
		entries, unparsed, err := parseListing([]byte(line+end), "", mlsd, now, time.UTC)
		switch {
		case err != nil:
			return err.Error()
		case len(entries)+len(unparsed) > 1:
			t.Errorf("%q: %v and %v", line, entries, unparsed)
		case len(unparsed) == 1:
			if unparsed[0].Text != line || unparsed[0].Line != 1 {
				t.Errorf("%q: unparsed %v", line, unparsed[0])
			}
			return "!" + unparsed[0].Why
		case len(entries) == 1:
			return describe(entries[0])
		}
	}
	return ""
}

func TestListingWhole(t *testing.T) {
	raw := "total 8\r\n-rw-r--r-- 1 o g 5 Jan  2  2024 a\r\njunk\r\n-rw-r--r-- 1 o g 5 Jan  2  2024 b\r\nd\r\n-rw-r--r-- 1 o g 6 Jan  2  2024 a\r\n-rw-r--r-- 1 o g 5 Jan  2  2024 A\n"
	entries, unparsed, err := parseListing([]byte(raw), "in/x", false, now, time.UTC)
	want := "[line 3 \"junk\": format not known line 5 \"d\": format not known line 6 \"-rw-r--r-- 1 o g 6 Jan  2  2024 a\": name \"a\" for the second time]"
	if got := fmt.Sprint(unparsed); err != nil || paths(entries) != "file in/x/a, file in/x/b, file in/x/A" || got != want {
		t.Errorf("%v\n%s\n%v", entries, got, err)
	}
	if entries[0].Raw != "-rw-r--r-- 1 o g 5 Jan  2  2024 a" {
		t.Errorf("Raw = %q", entries[0].Raw)
	}
	entries, unparsed, err = parseListing([]byte(strings.TrimSuffix(raw, "\n")), "", false, now, time.UTC)
	if !errors.Is(err, ErrListing) || len(entries)+len(unparsed) > 0 || !Transient(err) {
		t.Errorf("cut: %v, %v, %v", entries, unparsed, err)
	}
	if entries, unparsed, err = parseListing(nil, "", false, now, time.UTC); err != nil || len(entries)+len(unparsed) > 0 {
		t.Errorf("empty: %v, %v, %v", entries, unparsed, err)
	}
}

// TestListingZone: LIST shows the server's local time, MLSD is always UTC.
func TestListingZone(t *testing.T) {
	zone := time.FixedZone("", 2*3600)
	for line, want := range map[string]string{
		"-rw-r--r-- 1 o g 5 Nov 21 01:00 a":         `file 5 2026-11-20T23:00:00 minute "a"`,
		"01-02-24  01:00AM  5 a":                    `file 5 2024-01-01T23:00:00 minute "a"`,
		"-rw-r--r-- 1 o g 5 2024-01-02 01:00 a":     `file 5 2024-01-01T23:00:00 minute "a"`,
		"type=file;size=5;modify=20240102010000; a": `file 5 2024-01-02T01:00:00 second "a"`,
	} {
		e, unparsed, err := parseListing([]byte(line+"\r\n"), "", strings.HasPrefix(line, "type"), now, zone)
		if err != nil || len(e) != 1 || describe(e[0]) != want {
			t.Errorf("%q: %v %v %v, want %s", line, e, unparsed, err, want)
		}
	}
}

// testListingServed: what the parser makes of a listing arrives through a
// session, also lines of any length, which the library's scanner cannot read.
func testListingServed(t *testing.T) {
	long := strings.Repeat("x", 70_000)
	raw := "-rw-r--r-- 1 o g 5 Jan  2  2024 " + long + "\r\njunk\r\n-rw-r--r-- 1 o g 5 Jan  2  2024 after\r\n"
	srv := serve(t, ftptest.Options{NoMLSD: true, Faults: []ftptest.Fault{{Command: "LIST", Action: ftptest.ListData, Data: []byte(raw)}}})
	entries, unparsed, err := open(t, srv.URL(), quick(srv)).List(t.Context(), "")
	if err != nil || paths(entries) != "file "+long+", file after" || len(unparsed) != 1 || unparsed[0].Text != "junk" {
		t.Errorf("%d entries, %v, %v", len(entries), unparsed, err)
	}
}

// testListingMany: a directory of 100,000 files is listed in seconds.
func testListingMany(t *testing.T) {
	var b strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&b, "type=file;size=%d;modify=20240102030405; delivery_%06d.csv\r\n", i, i)
	}
	srv := serve(t, ftptest.Options{Faults: []ftptest.Fault{{Command: "MLSD", Action: ftptest.ListData, Data: []byte(b.String())}}})
	o := quick(srv)
	o.IdleTimeout = slack
	within(t, 0, func() {
		entries, unparsed, err := open(t, srv.URL(), o).List(t.Context(), "")
		if err != nil || len(entries) != 100_000 || len(unparsed) > 0 || entries[99_999].Size != 99_999 {
			t.Errorf("%d entries, %v, %v", len(entries), unparsed, err)
		}
		var m runtime.MemStats // of all that runs beside it, too
		if runtime.ReadMemStats(&m); m.HeapInuse > 200<<20 {
			t.Errorf("the heap is %d MB", m.HeapInuse>>20)
		}
	})
}

func TestSameVersion(t *testing.T) {
	at := func(size int64, s string, p Precision) Entry {
		m, err := time.Parse("2006-01-02T15:04:05", s)
		if err != nil {
			t.Fatal(err)
		}
		return Entry{Size: size, MTime: m, MPrec: p}
	}
	exact := at(5, "2024-01-02T03:04:05", PrecisionSecond)
	for _, c := range []struct {
		o    Entry
		want bool
		why  string
	}{
		{exact, true, "itself"},
		{at(6, "2024-01-02T03:04:05", PrecisionSecond), false, "size"},
		{at(-1, "2024-01-02T03:04:05", PrecisionSecond), true, "size not known"},
		{at(5, "2024-01-02T03:04:06", PrecisionSecond), false, "second"},
		{at(5, "2024-01-02T03:04:00", PrecisionMinute), true, "the minute shown by LIST"},
		{at(5, "2024-01-02T03:05:00", PrecisionMinute), false, "another minute"},
		{at(5, "2024-01-02T00:00:00", PrecisionDay), true, "the listing turned to years"},
		{at(5, "2024-01-03T00:00:00", PrecisionDay), false, "another day"},
		{Entry{Size: 5}, true, "nothing known but the size"},
	} {
		if exact.SameVersion(c.o) != c.want || c.o.SameVersion(exact) != c.want {
			t.Errorf("%s: want %v", c.why, c.want)
		}
	}
}

// FuzzListing: nothing panics, no line that says something is lost, no entry
// leads out of its directory.
func FuzzListing(f *testing.F) {
	for _, table := range [][]lineCase{unixLines, dosLines, mlsdLines} {
		for _, c := range table {
			f.Add([]byte(c.line+"\r\n"), strings.Contains(c.line, "type="))
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte, mlsd bool) {
		entries, unparsed, err := parseListing(raw, "", mlsd, now, time.UTC)
		if err != nil {
			if len(raw) == 0 || raw[len(raw)-1] == '\n' || len(entries)+len(unparsed) > 0 {
				t.Fatalf("%v, %v, %v", entries, unparsed, err)
			}
			return
		}
		if lines := strings.Count(string(raw), "\n"); len(entries)+len(unparsed) > lines {
			t.Fatalf("%d entries and %d unparsed of %d lines", len(entries), len(unparsed), lines)
		}
		seen := map[string]bool{}
		for _, e := range entries {
			if seen[e.Path] || e.Path == "" || strings.Contains(e.Path, "/") || e.Path == "." || e.Path == ".." || e.Size < -1 || !strings.Contains(e.Raw, e.Path) {
				t.Fatalf("entry %+v", e)
			}
			seen[e.Path] = true
			if e.MTime.IsZero() != (e.MPrec == PrecisionNone) {
				t.Fatalf("time %v, precision %v", e.MTime, e.MPrec)
			}
		}
		lost := mustLines(string(raw), mlsd) - len(entries) - len(unparsed)
		if lost > 0 {
			t.Fatalf("%d lines lost: %v, %v", lost, entries, unparsed)
		}
	})
}

// mustLines counts lines that say something by a cruder rule than the parser's:
// not empty, no total, and nothing that could name "." or ".." or this directory.
func mustLines(raw string, mlsd bool) int {
	n := 0
	for _, line := range strings.Split(strings.TrimSuffix(raw, "\n"), "\n") {
		line = strings.TrimSuffix(line, "\r")
		low := strings.ToLower(line)
		switch {
		case line == "", strings.HasSuffix(line, " ."), strings.HasSuffix(line, " .."), strings.Contains(line, ". -> "):
		case !mlsd && strings.HasPrefix(line, "total "):
		case mlsd && (strings.Contains(low, "type=cdir") || strings.Contains(low, "type=pdir")):
		default:
			n++
		}
	}
	return n
}

// TestVMSListing: the header and the sum mean nothing, a long name has two lines, and of
// the versions of a file the latest counts.
func TestVMSListing(t *testing.T) {
	raw := "\r\nDirectory ANONYMOUS_ROOT:[000000.OUT]\r\n\r\nA.CSV;12  1/3  2-JAN-2024 03:04:05 [X,Y] (R,R,,)\r\nA.CSV;11  1/3  1-JAN-2024 03:04:05 [X,Y] (R,R,,)\r\n" +
		"A_VERY_LONG_NAME_OF_A_FILE.CSV;1\r\n                    5/6  3-JAN-2024 04:05:06 [X,Y] (R,R,,)\r\nWHAT.IS;THIS\r\n\r\nTotal of 3 files, 7/12 blocks.\r\n"
	entries, unparsed, err := parseListing([]byte(raw), "", false, time.Now(), time.UTC)
	if err != nil || paths(entries) != "file A.CSV, file A_VERY_LONG_NAME_OF_A_FILE.CSV" || entries[0].ETag != ";12" || len(unparsed) != 1 || unparsed[0].Text != "WHAT.IS;THIS" || unparsed[0].Line != 8 {
		t.Errorf("%+v, %v, %v", entries, unparsed, err)
	}
}

// testByName: a listing of which no line is understood does not hide what NLST names.
func testByName(t *testing.T) {
	const mvs = "Volume Unit    Referred Ext Used Recfm Lrecl BlkSz Dsorg Dsname\r\nMIGRATED                                                A.CSV\r\n"
	files := map[string]ftptest.File{"in/a.csv": {Data: []byte("sku\r\n"), MTime: suiteTime}, "in/b \xe9.csv": {Data: []byte("b"), MTime: suiteTime}, "in/sub/c.csv": {}}
	list := func(o ftptest.Options) ([]Entry, []Unparsed, error) {
		o.Files, o.NoMLSD, o.Faults = files, true, append(o.Faults, ftptest.Fault{Command: "LIST", Action: ftptest.ListData, Data: []byte(mvs)})
		srv := serve(t, o)
		defer func() { faultrows.Commands(t, srv.Log()) }()
		src := open(t, srv.URL(), quick(srv))
		return src.List(t.Context(), "in")
	}
	entries, unparsed, err := list(ftptest.Options{NLST: true})
	if err != nil || paths(entries) != "file in/a.csv, file in/b \xe9.csv" || entries[0].Size != 5 || !entries[0].MTime.Equal(suiteTime) || entries[0].MPrec != PrecisionSecond {
		t.Errorf("%+v, %v", entries, err)
	}
	if len(unparsed) != 1 || unparsed[0].Text != "sub" {
		t.Errorf("reported: %v, want the directory", unparsed)
	}
	entries, unparsed, err = list(ftptest.Options{})
	if err != nil || len(entries) != 0 || len(unparsed) != 2 {
		t.Errorf("without NLST: %v, %v, %v; want both lines", entries, unparsed, err)
	}
	cut := ftptest.Fault{Command: "NLST", Action: ftptest.ListData, Data: []byte("a.csv\r\nb.c")}
	if _, _, err = list(ftptest.Options{NLST: true, Faults: []ftptest.Fault{cut}}); !errors.Is(err, ErrListing) {
		t.Errorf("a list of names that was cut: %v", err)
	}
}
