package fetch

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest/fetch/faultrows"
)

// testReadOnlySource: no source file calls a method of the library that writes.
// Together with Source having none, and with the commands the tests' servers saw
// (faultrows.Commands), this is why a sweep cannot change anything at a supplier.
func testReadOnlySource(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	writes := regexp.MustCompile(`\blib\.(Stor|StorFrom|Delete|Rename|MakeDir|Append|RemoveDir|RemoveDirRecur|SetTime|Logout|ChangeDirToParent)\b|\b(STOR|STOU|APPE|DELE|RNFR|RNTO|MKD|RMD|MFMT|SITE|REIN)\b|\b(c|client)\.(Create|OpenFile|Remove|RemoveDirectory|RemoveAll|Rename|PosixRename|Mkdir|MkdirAll|Chmod|Chown|Chtimes|Truncate|Symlink|Link|Write|WriteAt|ReadFrom|SetExtendedData)\(|func.*\b(Stor|Delete|MakeDir|Append|RemoveDir)\(`)
	checked := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		checked++
		if m := writes.FindString(string(src)); m != "" {
			t.Errorf("%s: %q", name, m)
		}
	}
	if checked < 8 || !writes.MatchString("s.lib.Stor(p, r)") {
		t.Errorf("checked %d files", checked)
	}
}

// testControlRefuses: even a command that the library thought of by itself does
// not get onto the wire if it could write.
func testControlRefuses(t *testing.T) {
	if !slices.Equal(verbs, faultrows.ReadOnly) {
		t.Errorf("may be sent: %q, want %q", verbs, faultrows.ReadOnly)
	}
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	got := make(chan string, 1)
	go func() {
		buf := make([]byte, 1<<16)
		var all string
		for {
			n, err := b.Read(buf)
			all += string(buf[:n])
			if err != nil {
				got <- all
				return
			}
		}
	}()
	c := &control{Conn: a}
	for _, line := range []string{"STOR x\r\n", "DELE x\r\n", "dele x\r\n", "MKD x\r\n", "SITE CHMOD 777 x\r\n", "\r\n"} {
		if _, err := c.Write([]byte(line)); err == nil {
			t.Errorf("%q was sent", line)
		}
	}
	for _, piece := range []string{"RETR " + strings.Repeat("x", 5000), "DELE y\r\n", "NOOP\r\n"} { // a long command comes in pieces
		if _, err := c.Write([]byte(piece)); err != nil {
			t.Errorf("%.10q: %v", piece, err)
		}
	}
	_ = a.Close()
	if all := <-got; strings.Contains(all, "STOR") || !strings.HasPrefix(all, "RETR xxx") || c.verb != "NOOP" {
		t.Errorf("sent %.80q, last verb %q", all, c.verb)
	}
}

// TestReadOnlyEncrypted: with explicit TLS the lines are looked at before they are
// encrypted. What TLS sends by itself is none, nor is a reply that reads like a command.
func TestReadOnlyEncrypted(t *testing.T) {
	const cipher = "\x17\x03\x03STOR"
	for _, c := range []struct {
		said, heard string
		verb        string
		ok          bool
	}{
		{said: "RETR x\r\n", verb: "RETR", ok: true},
		{said: "STOR x\r\n"},
		{said: "dele x\r\n"},
		{said: "RETR " + strings.Repeat("x", 5000), verb: "RETR", ok: true},
		{said: "\r\n"},
		{heard: "550 STOR is no more\r\n", verb: "AUTH", ok: true},
		{heard: " MDTM\r\n", verb: "AUTH", ok: true}, // a piece of a reply, between which and the next TLS speaks for itself
		{heard: "RETR", verb: "AUTH", ok: true},
		{verb: "AUTH", ok: true},
	} {
		a, b := net.Pipe()
		go io.Copy(io.Discard, b)
		s := &session{control: &control{Conn: a, explicit: true}}
		w := overheard{s}
		send := func(line, sent string) error {
			_, _ = w.Write([]byte(line))
			_, err := s.control.Write([]byte(sent))
			return err
		}
		if err := send("AUTH TLS\r\n", "AUTH TLS\r\n"); err != nil || !s.control.blind {
			t.Fatalf("AUTH: %v, blind %v", err, s.control.blind)
		}
		_, _ = w.Write([]byte(c.said + c.heard))
		if c.heard != "" {
			go b.Write([]byte("x"))
			_, _ = s.control.Read(make([]byte, 1))
		}
		_, err := s.control.Write([]byte(cipher))
		if (err == nil) != c.ok || c.ok && s.control.verb != c.verb {
			t.Errorf("%.20q: %v, last verb %q, want %q", c.said+c.heard, err, s.control.verb, c.verb)
		}
		a.Close()
		b.Close()
	}
}
