package fetch

import (
	"os"
	"strings"
	"testing"
)

var names = []struct{ remote, local, why string }{
	{"prices_2024-01-02.csv", "prices_2024-01-02.csv", "an ordinary name"},
	{"Ünï cödé (1).csv", "Ünï cödé (1).csv", "readable text stays"},
	{"../../etc/passwd", "%2E.%2F..%2Fetc%2Fpasswd", "traversal"},
	{"/abs", "%2Fabs", "absolute"},
	{`C:\x`, "C%3A%5Cx", "Windows path"},
	{"", "%", "empty"},
	{".", "%2E", "itself"},
	{"..", "%2E%2E", "parent"},
	{".htaccess", "%2Ehtaccess", "hidden"},
	{"a.", "a%2E", "Windows drops a last dot"},
	{" a ", "%20a%20", "spaces at the ends"},
	{"a b", "a b", "a space within"},
	{"a\x00b\x07\x1b\r\n", "a%00b%07%1B%0D%0A", "control characters"},
	{"caf\xe9.csv", "caf%E9.csv", "Latin-1 byte"},
	{"café.csv", "café.csv", "NFC"},
	{"cafe\u0301.csv", "cafe\u0301.csv", "NFD is another name"},
	{"%E9", "%25E9", "what looks like an escape"},
	{"-la", "-la", "a leading hyphen is no harm in a file name"},
	{"a*?[b]<c>|\"", "a%2A%3F[b]%3Cc%3E%7C%22", "Windows' forbidden characters"},
	{"CON", "%43ON", "Windows device"},
	{"nul.csv", "%6Eul.csv", "Windows device with an extension"},
	{"com1", "%63om1", "Windows port"},
	{"console.csv", "console.csv", "no device"},
	{"a.csv.part", "a.csv%2Epart", "our own suffix"},
	{"a.PART", "a%2EPART", "our own suffix in capitals"},
	{"\u202ecsv.exe", "%E2%80%AEcsv.exe", "text direction"},
	{"\u00a0", "%C2%A0", "a space that does not look like one"},
	{"\ufffd", "\ufffd", "the replacement character itself is text"},
}

func TestLocalName(t *testing.T) {
	for _, c := range names {
		if got := LocalName(c.remote); got != c.local {
			t.Errorf("%s: LocalName(%q) = %q, want %q", c.why, c.remote, got, c.local)
		}
		if got, err := RemoteName(c.local); err != nil || got != c.remote {
			t.Errorf("%s: RemoteName(%q) = %q, %v", c.why, c.local, got, err)
		}
	}
}

// TestLocalNameLong: names beyond what a file system takes are shortened, and
// remain different.
func TestLocalNameLong(t *testing.T) {
	seen := map[string]string{}
	for _, unit := range []string{"a", "é", "\xe9", "/", "ab\xe9"} {
		for _, n := range []int{249, 250, 251, 300, 70_000} {
			remote := strings.Repeat(unit, n)[:n]
			local := LocalName(remote)
			if len(local) > maxName || seen[local] != "" {
				t.Errorf("%d of %q: %d bytes, %q", n, unit, len(local), local)
			}
			seen[local] = remote
			if back, err := RemoteName(local); strings.Contains(local, "%~") != (err != nil) || err == nil && back != remote {
				t.Errorf("%d of %q: turned back to %q, %v", n, unit, back, err)
			}
		}
	}
}

func TestRemoteNameErrors(t *testing.T) {
	for _, local := range []string{"%4", "%4g", "a/b", "%41", "CON", ".", "", "a.part", "%%"} {
		if got, err := RemoteName(local); err == nil {
			t.Errorf("RemoteName(%q) = %q", local, got)
		}
	}
}

// FuzzLocalName: whatever a server calls a file, its local name is one that a
// directory can hold, and gives the name back.
func FuzzLocalName(f *testing.F) {
	for _, c := range names {
		f.Add(c.remote)
	}
	dir, err := os.OpenRoot(f.TempDir())
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = dir.Close() })
	f.Fuzz(func(t *testing.T, remote string) {
		local := LocalName(remote)
		if err := checkLocal(local); err != nil {
			t.Fatalf("LocalName(%q): %v", remote, err)
		}
		if err := dir.WriteFile(local+partSuffix, nil, 0o600); err != nil {
			t.Fatalf("LocalName(%q) = %q cannot be written: %v", remote, local, err)
		}
		if err := dir.Remove(local + partSuffix); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(local, "%~") {
			return
		}
		if back, err := RemoteName(local); err != nil || back != remote {
			t.Fatalf("%q -> %q -> %q, %v", remote, local, back, err)
		}
	})
}
