package fetch

import (
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest/fetch/faultrows"
	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
)

// TestMain lets many rows run side by side, since they wait more than they compute.
func TestMain(m *testing.M) {
	flag.Parse()
	if p := flag.Lookup("test.parallel"); p.Value.String() == fmt.Sprint(runtime.GOMAXPROCS(0)) {
		_ = p.Value.Set("16")
	}
	os.Exit(m.Run())
}

// TestFaults injects every fault of package faultrows that concerns this package.
func TestFaults(t *testing.T) {
	tests := map[string]func(*testing.T){
		"A/truncated":    testTruncated,
		"A/appended":     testChanged(ftptest.File{Data: payload(200_000)}),
		"A/renamed-over": testRenamedOver,
		"A/growing":      testGrowing,
		"A/rewritten":    testChanged(ftptest.File{Data: payload(100_000), MTime: suiteTime}),
		"A/deleted":      testDeleted,
		"A/empty-file":   testEmptyFile,
		"A/no-226":       testNoFinal,
		"A/all-and-451":  testAllAnd451,

		"B/shrank-unseen": testShrankUnseen,
		"B/read-ignored":  testReadIgnored,
		"B/read-502":      testReadRefused,
		"B/read-beyond":   testReadBeyond,

		"C/idle-once":             testIdleOnce,
		"C/drip-file":             testDripFile,
		"C/drip-listing":          testDripListing,
		"C/cancel":                testCancel,
		"C/connection-not-reused": testNotReused,
		"C/idle-session":          testIdleSession,
		"C/host-budget":           testHostTimeout,

		"D/long-line":      testListingServed,
		"D/100000-entries": testListingMany,
		"D/450-empty":      testEmptyListing,
		"D/link":           testLink,
		"D/zone-probe":     testZoneProbe,
		"D/by-name":        testByName,
		"D/loop":           testLoop,
		"D/dangling-link":  testDanglingLink,

		"F/530-auth":             testLoginOnce,
		"F/530-words":            testLoginWords,
		"F/530-repeats-password": testPasswordRepeated,
		"F/no-passive":           testNoPassive,
		"F/desync-226":           testDesync226,
		"F/feat-odd":             testFeaturesOdd,
		"F/421-halves":           testHostCrowded,
		"F/421-mid-crowded":      testCrowdedMid,
		"F/530-second-login":     testSecondLogin("530 Login incorrect", 1),
		"F/421-second-login":     testSecondLogin("421 Too many sessions", 2),
		"F/530-other-account":    testHostAccounts,
		"F/host-down":            testHostDown,
		"F/retries-used-up":      testHostRetries,

		"G/reuse-tls12":   testTLSReuse(tls.VersionTLS12),
		"G/reuse-tls13":   testTLSReuse(tls.VersionTLS13),
		"G/shared-cache":  testTLSCaches,
		"G/no-tls":        testTLSRefused,
		"G/old-tls":       testTLSMinVersion,
		"G/tls-only":      testTLSOnly,
		"G/one-feed":      testMistake,
		"G/prot-refused":  testTLSDataRefused,
		"G/injected":      testInjected,
		"G/truncated":     testTLSCut(""),
		"G/truncated-426": testTLSCut("426 broken"),

		"H/disk-full":       testDiskFull,
		"H/read-only-dir":   testReadOnlyDir,
		"H/name-in-the-way": testNameInTheWay,
		"H/leftover-part":   testLeftoverPart,

		"I/command-log": faultrows.CommandLog("USER", "PASS", "AUTH", "EPSV", "PASV", "MLSD", "LIST", "CWD", "SIZE", "MDTM", "REST", "RETR"),
		"I/source":      testReadOnlySource,
		"I/control":     testControlRefuses,
	}
	for _, row := range []string{"G/expired", "G/unknown-ca", "G/wrong-name", "G/wrong-pin"} {
		tests[row] = testRefusedTrust(row)
	}
	for _, c := range resumeCases {
		if c.row != "" {
			tests[c.row] = func(t *testing.T) { testResume(t, c) }
		}
	}
	for _, c := range transferFaults {
		tests[c.row] = inModes(c, testTransferFault)
	}
	for _, c := range sessionFaults {
		tests[c.row] = inModes(c, testSessionFault)
	}
	maps.Copy(tests, listingTests())
	maps.Copy(tests, nameTests())
	faultrows.Run(t, "ingest/fetch", tests)
}

// inModes runs a case in plain text and with TLS.
func inModes(c faultCase, test func(*testing.T, faultCase, ftptest.TLSMode)) func(*testing.T) {
	return func(t *testing.T) {
		for _, mode := range modes[:2] {
			t.Run(mode.name, func(t *testing.T) { test(t, c, mode.mode) })
		}
	}
}

func testEmptyFile(t *testing.T) {
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {}}})
	dir := openDir(t)
	d, err := Download(t.Context(), open(t, srv.URL(), quick(srv)), Entry{Path: "a.csv"}, dir, "a.csv")
	if err != nil {
		t.Fatal(err)
	}
	took(t, dir, d, nil)
}

// testNotReused: after a stall nothing is sent over the connection any more.
func testNotReused(t *testing.T) {
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: payload(1000)}},
		Faults: []ftptest.Fault{{Command: "RETR", Action: ftptest.Stall, After: 10, Times: 1}}})
	src := open(t, srv.URL(), quick(srv))
	if _, err := readAll(t.Context(), src, "a.csv", 0); err == nil {
		t.Error("a stalled file was read")
	}
	if b, err := readAll(t.Context(), src, "a.csv", 0); err != nil || len(b) != 1000 || srv.Connections() != 2 {
		t.Errorf("%d bytes, %v over %d connections", len(b), err, srv.Connections())
	}
}

// testDesync226: a second 226 is not taken for the answer to what is asked next.
func testDesync226(t *testing.T) {
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: payload(1000)}, "b.csv": {Data: []byte("b")}},
		Faults: []ftptest.Fault{{Command: "RETR", Path: "a.csv", Action: ftptest.Extra, Reply: "226 done again", Times: 1}}})
	o := quick(srv)
	o.Retries = 1
	src := open(t, srv.URL(), o)
	dir := openDir(t)
	for name, want := range map[string][]byte{"a.csv": payload(1000), "b.csv": []byte("b")} {
		d, err := Download(t.Context(), src, Entry{Path: name}, dir, name)
		if err != nil {
			t.Fatal(err)
		}
		took(t, dir, d, want)
	}
}

func testFeaturesOdd(t *testing.T) {
	for _, reply := range []string{"211-Features:\r\n\tMDTM\r\n\tSIZE\r\n211 End", "211-mdtm\r\n211-size\r\n211-mlst type*;\r\n211 end", "211-\r\n mdtm\r\n size\r\n mlst\r\n211 "} {
		srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: payload(10)}}, Faults: []ftptest.Fault{{Command: "FEAT", Action: ftptest.Reply, Reply: reply}}})
		src := open(t, srv.URL(), quick(srv))
		entries, unparsed, err := src.List(t.Context(), "")
		if err != nil || paths(entries) != "file a.csv" || len(unparsed) > 0 {
			t.Errorf("%q: %v, %v, %v", reply, entries, unparsed, err)
		}
		dir := openDir(t)
		d, err := Download(t.Context(), src, Entry{Path: "a.csv"}, dir, "a.csv")
		if err != nil {
			t.Fatal(err)
		}
		took(t, dir, d, payload(10))
	}
}

// listingTests are the rows of group D that are one listing each.
func listingTests() map[string]func(*testing.T) {
	const a, b = "-rw-r--r-- 1 o g 5 Jan  2  2024 a\r\n", "-rw-r--r-- 1 o g 5 Jan  2  2024 b\r\n"
	short := lineCase{"<DIR> x", "!format not known", ""}
	return map[string]func(*testing.T){
		"D/unparsed-line":  served(a+"junk\r\n"+b, "file a, file b", "junk"),
		"D/total-and-dots": served("total 8\r\n"+strings.Replace(a, " a\r", " .\r", 1)+strings.Replace(a, " a\r", " ..\r", 1)+a, "file a"),
		"D/duplicate":      served(a+b+a, "file a, file b", strings.TrimSpace(a)),
		"D/case-clash":     takenNames("A.csv", "a.csv"),

		"D/line-selinux":        oneLine(unixLines, "SELinux"),
		"D/line-acl":            oneLine(unixLines, "ACL"),
		"D/line-macos":          oneLine(unixLines, "macOS"),
		"D/line-iso-date":       oneLine(unixLines, "ISO date"),
		"D/line-iso-zone":       oneLine(unixLines, "full time with a zone"),
		"D/line-french-month":   oneLine(unixLines, "French month"),
		"D/line-no-group":       oneLine(unixLines, "no group"),
		"D/line-group-space":    oneLine(unixLines, "a group with a space"),
		"D/line-day-first":      oneLine(unixLines, "day first"),
		"D/line-february-29":    oneLine(unixLines, "this year has no February 29"),
		"D/line-year-guess":     oneLine(unixLines, "a month to come is last year's"),
		"D/line-thousands":      oneLine(unixLines, "thousands"),
		"D/line-octal":          oneLine(unixLines, "leading zeros are not octal"),
		"D/line-underscore":     oneLine(mlsdLines, "Go's underscore"),
		"D/line-mlsd-octal":     oneLine(mlsdLines, "not octal; no time", "no bad octal either"),
		"D/line-dos-day-first":  oneLine(dosLines, "day first: not guessed"),
		"D/line-dos-two-digits": oneLine(dosLines, "1999, midnight, lower case"),
		"D/line-dos-directory":  oneLine(dosLines, "directory"),
		"D/line-eplf":           oneLine(unixLines, "EPLF"),
		"D/line-vms":            oneLine(unixLines, "VMS"),
		"D/line-mvs":            oneLine(unixLines, "MVS"),
		"D/line-netware":        oneLine(unixLines, "NetWare"),
		"D/line-12-files":       oneLine(unixLines, "a phantom file for the library"),
		"D/line-0-files":        oneLine(unixLines, "another"),
		"D/line-short-dir":      oneLine([]lineCase{short}, short.why),
		"D/line-garbage":        oneLine(unixLines, "garbage seen in rclone#6879"),
		"D/line-type-dir":       oneLine(mlsdLines, "upper case, a fact unknown"),
		"D/line-fractions":      oneLine(mlsdLines, "case, fractions"),
		"D/line-no-type":        oneLine(mlsdLines, "no type"),
		"D/line-list-for-mlsd":  oneLine(mlsdLines, "LIST where MLSD was asked for"),
		"D/line-mlsd-utc":       TestListingZone,
	}
}

// served lists a directory that LIST shows so, and wants these entries and unparsed
// lines.
func served(raw, want string, unparsed ...string) func(*testing.T) {
	return func(t *testing.T) {
		srv := serve(t, ftptest.Options{NoMLSD: true, Faults: []ftptest.Fault{{Command: "LIST", Action: ftptest.ListData, Data: []byte(raw)}}})
		entries, left, err := open(t, srv.URL(), quick(srv)).List(t.Context(), "")
		var texts []string
		for _, u := range left {
			texts = append(texts, u.Text)
		}
		if err != nil || paths(entries) != want || !slices.Equal(texts, unparsed) {
			t.Errorf("%q: %v, %v, %v", raw, entries, left, err)
		}
	}
}

// oneLine has lines of a table, known by why they are there, served between two
// good ones. What the parser makes of it is the table's; nothing of it may be lost
// on the way, nor any line behind it.
func oneLine(table []lineCase, whys ...string) func(*testing.T) {
	return func(t *testing.T) {
		for _, why := range whys {
			i := slices.IndexFunc(table, func(c lineCase) bool { return c.why == why })
			if i < 0 {
				t.Fatalf("no line %q", why)
			}
			testLine(t, table[i], strings.HasPrefix(table[0].line, "type="))
		}
	}
}

func testLine(t *testing.T, c lineCase, mlsd bool) {
	around, command := "-rw-r--r-- 1 o g 5 Jan  2  2024 %s\r\n", "LIST"
	if mlsd {
		around, command = "type=file;size=5; %s\r\n", "MLSD"
	}
	raw := fmt.Sprintf(around, "first") + c.line + "\r\n" + fmt.Sprintf(around, "last")
	srv := serve(t, ftptest.Options{NoMLSD: !mlsd, Faults: []ftptest.Fault{{Command: command, Action: ftptest.ListData, Data: []byte(raw)}}})
	entries, unparsed, err := open(t, srv.URL(), quick(srv)).List(t.Context(), "")
	if err != nil || len(entries)+len(unparsed) != 3 || entries[0].Path != "first" || entries[len(entries)-1].Path != "last" {
		t.Fatalf("%q: %v, %v, %v", c.line, entries, unparsed, err)
	}
	if len(unparsed) == 1 && (unparsed[0].Text != c.line || unparsed[0].Line != 2) {
		t.Errorf("%q: unparsed %v", c.line, unparsed)
	}
	if got := listOne(t, c.line, mlsd); got != c.want || strings.HasPrefix(got, "!") != (len(unparsed) == 1) {
		t.Errorf("%q: %s, want %s; unparsed %v", c.line, got, c.want, unparsed)
	}
}

// nameTests are the rows of group E: a name in a listing, and what becomes of it.
func nameTests() map[string]func(*testing.T) {
	return map[string]func(*testing.T){
		"E/traversal":      listedName("../x"),
		"E/absolute":       listedName("/x"),
		"E/slash":          listedName("a/b"),
		"E/empty":          listedName(""),
		"E/dot":            testDots,
		"E/lf":             listedName("a\nrest of it"),
		"E/crlf-command":   listedName("a\r\nDELE b"),
		"E/nul":            refusedName("a\x00b"),
		"E/cr":             refusedName("a\rb"),
		"E/windows-path":   takenNames(`C:\x`),
		"E/escape":         takenNames("\x1b[2Ja\x07"),
		"E/300-bytes":      takenNames(strings.Repeat("n", 300)),
		"E/latin-1":        takenNames("caf\xe9.csv"),
		"E/nfc-nfd":        takenNames("café.csv", "cafe\u0301.csv"),
		"E/spaces":         takenNames(" a "),
		"E/hyphen":         takenNames("-la"),
		"E/pattern":        takenNames("st*ck[1]?.csv"),
		"E/windows-device": takenNames("CON", "nul.csv"),
		"E/our-suffix":     takenNames("a.csv.part"),
	}
}

// listedName has a name in a listing that is none of a file in the directory: what
// is left of its line is reported, and to fetch it all the same sends nothing.
func listedName(name string) func(*testing.T) {
	return func(t *testing.T) {
		raw := fmt.Sprintf("type=file;size=5; %s\r\ntype=file;size=5; good.csv\r\n", name)
		srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"good.csv": {Data: payload(5)}},
			Faults: []ftptest.Fault{{Command: "MLSD", Action: ftptest.ListData, Data: []byte(raw)}}})
		src := open(t, srv.URL()+"/", quick(srv))
		entries, unparsed, err := src.List(t.Context(), "")
		if err != nil || len(unparsed) != 1 || entries[len(entries)-1].Path != "good.csv" {
			t.Fatalf("%v, %v, %v", entries, unparsed, err)
		}
		if shown := unparsed[0].String(); strings.ContainsAny(shown, "\r\n\x1b\x00") {
			t.Errorf("shown as %q", shown)
		}
		if name != "a/b" { // which is a path of ours, into a directory
			refuses(t, srv, src, name)
		}
		for _, e := range entries {
			if strings.ContainsAny(e.Path, "/\r\n") || strings.HasPrefix(e.Path, ".") {
				t.Errorf("entry %q", e.Path)
			}
		}
	}
}

// testNoFinal: what came whole twice is taken without the server's word for it; two
// different wholes are not.
func testNoFinal(t *testing.T) {
	for _, action := range []ftptest.Action{ftptest.NoFinal, ftptest.KillFinal} {
		srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: payload(1000)}}, Faults: []ftptest.Fault{{Command: "RETR", Action: action}}})
		o := quick(srv)
		o.Retries = 3
		src := open(t, srv.URL(), o)
		dir := openDir(t)
		d, err := Download(t.Context(), src, Entry{Path: "a.csv"}, dir, "a.csv")
		if err != nil || !d.Unconfirmed || srv.Count("RETR") != 2 {
			t.Fatalf("%+v, %v after %d attempts", d, err, srv.Count("RETR"))
		}
		took(t, dir, d, payload(1000))
		two := download{src: src.(*retrying).Source, path: "a.csv", dir: openDir(t), name: "a.csv"}
		first := two.once(t.Context())
		srv.Put("a.csv", ftptest.File{Data: []byte(strings.Repeat("y", 1000))})
		if second := two.once(t.Context()); first == nil || second == nil {
			t.Errorf("two wholes that differ: %v, %v", first, second)
		}
	}
}

// testAllAnd451: whatever came, a server that says that it failed is believed.
func testAllAnd451(t *testing.T) {
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: payload(faultSize)}},
		Faults: []ftptest.Fault{{Command: "RETR", Action: ftptest.Short, After: faultSize, Reply: "451 disk error"}}})
	o := quick(srv)
	o.Retries = 3
	if d, err := Download(t.Context(), open(t, srv.URL(), o), Entry{Path: "a.csv"}, openDir(t), "a.csv"); err == nil || srv.Count("RETR") != 4 {
		t.Errorf("%+v, %v after %d RETR", d, err, srv.Count("RETR"))
	}
}

func testDots(t *testing.T) {
	raw := "type=dir; .\r\ntype=dir; ..\r\ntype=cdir; /in\r\ntype=file;size=5; a.csv\r\n"
	srv := serve(t, ftptest.Options{Faults: []ftptest.Fault{{Command: "MLSD", Action: ftptest.ListData, Data: []byte(raw)}}})
	src := open(t, srv.URL(), quick(srv))
	if entries, unparsed, err := src.List(t.Context(), ""); err != nil || paths(entries) != "file a.csv" || len(unparsed) > 0 {
		t.Errorf("%v, %v, %v", entries, unparsed, err)
	}
	refuses(t, srv, src, ".")
	refuses(t, srv, src, "..")
}

// refusedName is listed, and refused when it is to be fetched.
func refusedName(name string) func(*testing.T) {
	return func(t *testing.T) {
		srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{name: {Data: payload(5)}}})
		src := open(t, srv.URL(), quick(srv))
		entries, unparsed, err := src.List(t.Context(), "")
		if err != nil || len(unparsed) > 0 || len(entries) != 1 || entries[0].Path != name {
			t.Fatalf("%v, %v, %v", entries, unparsed, err)
		}
		refuses(t, srv, src, name)
	}
}

// refuses wants a path to be refused without a word to the server, in a message
// that is fit for a terminal.
func refuses(t *testing.T, srv *ftptest.Server, src Source, p string) {
	t.Helper()
	before := len(srv.Log())
	dir := openDir(t)
	_, err := Download(t.Context(), src, Entry{Path: p}, dir, LocalName(path.Base(p)))
	if !errors.Is(err, ErrPath) || Transient(err) || strings.ContainsAny(err.Error(), "\r\n\x00\x1b") || len(srv.Log()) != before {
		t.Errorf("%q: %v, sent %q", p, err, srv.Log()[before:])
	}
	nothingLeft(t, dir)
}

// takenNames are taken like any others, in LIST and MLSD, and kept under local names
// that lead nowhere else and tell the remote one.
func takenNames(names ...string) func(*testing.T) {
	return func(t *testing.T) {
		files := map[string]ftptest.File{"in/": {}}
		for _, n := range names {
			files["in/"+n] = ftptest.File{Data: []byte("data of " + n)}
		}
		for _, noMLSD := range []bool{false, true} {
			srv := serve(t, ftptest.Options{Files: files, NoMLSD: noMLSD})
			testTaken(t, srv, names)
		}
	}
}

func testTaken(t *testing.T, srv *ftptest.Server, names []string) {
	src := open(t, srv.URL()+"/in", quick(srv))
	entries, unparsed, err := src.List(t.Context(), "")
	if err != nil || len(unparsed) > 0 || len(entries) != len(names) {
		t.Fatalf("%v, %v, %v", entries, unparsed, err)
	}
	dir := openDir(t)
	for _, e := range entries {
		if !slices.Contains(names, e.Path) {
			t.Errorf("listed %q", e.Path)
		}
		local := LocalName(e.Name())
		d, err := Download(t.Context(), src, e, dir, local)
		if err != nil {
			t.Fatal(err)
		}
		took(t, dir, d, []byte("data of "+e.Path))
		if back, err := RemoteName(local); back != e.Path && (err == nil || len(e.Path) < 250) {
			t.Errorf("%q: kept as %q, which gives %q, %v", e.Path, local, back, err)
		}
	}
	_, err = src.Stat(t.Context(), names[0]+"-not-there")
	if err == nil || strings.ContainsAny(err.Error(), "\x1b\x07\r\n") {
		t.Errorf("message %v", err)
	}
}

// testLink: a link to a file is that file.
func testLink(t *testing.T) {
	srv := linked(t)
	entries, unparsed, err := find(t.Context(), open(t, srv.URL(), quick(srv)))
	if err != nil || len(unparsed) > 0 || paths(entries) != "file a.csv, file l.csv" || entries[1].Size != 10 || entries[1].Target != "a.csv" {
		t.Errorf("%+v, %v, %v", entries, unparsed, err)
	}
}

// testDanglingLink: one that leads nowhere is reported.
func testDanglingLink(t *testing.T) {
	srv := linked(t)
	srv.AddFault(ftptest.Fault{Command: "SIZE", Path: "l.csv", Action: ftptest.Reply, Reply: "550 no"})
	srv.AddFault(ftptest.Fault{Command: "MDTM", Path: "l.csv", Action: ftptest.Reply, Reply: "550 no"})
	entries, unparsed, err := find(t.Context(), open(t, srv.URL(), quick(srv)))
	if err != nil || paths(entries) != "file a.csv" || len(unparsed) != 1 || unparsed[0].Text != "l.csv" {
		t.Errorf("%+v, %v, %v", entries, unparsed, err)
	}
}

func linked(t *testing.T) *ftptest.Server {
	return serve(t, ftptest.Options{NoMLSD: true, Files: map[string]ftptest.File{"a.csv": {Data: payload(10)},
		"l.csv": {Data: payload(10), Link: "a.csv"}, "sub/x.csv": {}}})
}
