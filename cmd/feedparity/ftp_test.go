package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest/fetch/faultrows"
	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
)

// serve starts our FTP server with one delivery and writes a configuration that
// sweeps it as user feed.
func serve(t *testing.T, o ftptest.Options) (config string) {
	t.Helper()
	if o.Files == nil {
		o.Files = map[string]ftptest.File{"out/stock.csv": {Data: []byte("sku,qty\rA1,2\r")}}
	}
	server, err := ftptest.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		faultrows.Commands(t, server.Log())
		server.Close()
	})
	config = filepath.Join(t.TempDir(), "feedparity.yaml")
	text := fmt.Sprintf("feeds:\n  acme:\n    source: %s/out\n    user: feed\n    password: {env: FEEDPARITY_TEST_PASSWORD}\n    match: \"*.csv\"\n    settle: 0s\n", server.URL())
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", "") // no interpreters
	t.Setenv("HOME", t.TempDir())
	return config
}

func TestSweepOverFTP(t *testing.T) {
	config := serve(t, ftptest.Options{User: "feed", Password: "right"})
	t.Setenv("FEEDPARITY_TEST_PASSWORD", "right")
	code, out, talk := runIn(t, "sweep", "--config", config)
	if code != statusDiverge || !strings.Contains(out, "lone-cr") {
		t.Errorf("first sweep: exit status %d\n%s%s", code, out, talk)
	}
	code, out, talk = runIn(t, "sweep", "--config", config)
	if code != statusOK || !strings.Contains(out, "0 deliveries new, 1 seen before") {
		t.Errorf("second sweep: exit status %d\n%s%s", code, out, talk)
	}
}

// TestSweepTellsOfServers: what a server did that was made up for stands in the log.
func TestSweepTellsOfServers(t *testing.T) {
	t.Setenv("FEEDPARITY_TEST_PASSWORD", "right")
	for format, want := range map[string]string{"json": `"msg":"server: going without","server":"127.0.0.1:`, "text": "server: going without: server 127.0.0.1:"} {
		config := serve(t, ftptest.Options{User: "feed", Password: "right", Faults: []ftptest.Fault{{Command: "EPSV", Action: ftptest.DeadPort, Times: 1}}})
		if code, _, talk := runIn(t, "sweep", "--config", config, "--log-format", format); code != statusDiverge || !strings.Contains(talk, want) || !strings.Contains(talk, "EPSV") {
			t.Errorf("%s: exit status %d\n%s", format, code, talk)
		}
	}
}

func TestSweepWrongPassword(t *testing.T) {
	config := serve(t, ftptest.Options{User: "feed", Password: "right"})
	t.Setenv("FEEDPARITY_TEST_PASSWORD", "hunter2")
	code, out, talk := runIn(t, "sweep", "--config", config)
	if code != statusIncomplete {
		t.Errorf("exit status %d, want %d", code, statusIncomplete)
	}
	first, _, _ := strings.Cut(talk, "\n")
	if !strings.HasPrefix(first, `feedparity: sweep feed "acme": `) || !strings.Contains(first, "530") {
		t.Errorf("stderr: %s", talk)
	}
	if !strings.Contains(talk, "hint: check user and password: a login that is refused is tried once a night") {
		t.Errorf("no hint: %s", talk)
	}
	if strings.Contains(out+talk, "hunter2") {
		t.Errorf("the password is told:\n%s%s", out, talk)
	}
	if !strings.Contains(out, "NOT COMPLETE") {
		t.Errorf("stdout: %s", out)
	}
}

func TestSweepMissingSecret(t *testing.T) {
	config := serve(t, ftptest.Options{})
	os.Unsetenv("FEEDPARITY_TEST_PASSWORD")
	code, _, talk := runIn(t, "sweep", "--config", config)
	if code == statusOK || !strings.Contains(talk, "FEEDPARITY_TEST_PASSWORD") {
		t.Errorf("exit status %d\n%s", code, talk)
	}
}

// TestInitFromFTP: init logs in, lists and looks at the newest file of each kind.
func TestInitFromFTP(t *testing.T) {
	server, err := ftptest.New(ftptest.Options{User: "feed", Password: "right", Files: map[string]ftptest.File{
		"out/stock_20261123.csv": {Data: []byte("sku;qty\r\nA1;2\r\n")},
		"out/stock_20261124.csv": {Data: []byte(strings.Repeat("A1;caf\xe9\r\n", 200_000))}, // more than is looked at
		"out/readme.pdf":         {Data: []byte("%PDF")},
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	config := filepath.Join(t.TempDir(), "feedparity.yaml")
	t.Setenv("FEEDPARITY_TEST_PASSWORD", "hunter2")
	from := strings.Replace(server.URL(), "ftp://", "ftp://feed@", 1) + "/out"
	if code, out, talk := runIn(t, "init", "--from", from, "--password-env", "FEEDPARITY_TEST_PASSWORD", config); code != statusIncomplete || !strings.Contains(talk, "530") || strings.Contains(out+talk, "hunter2") {
		t.Errorf("a wrong password: exit status %d\n%s", code, talk)
	}
	t.Setenv("FEEDPARITY_TEST_PASSWORD", "right")
	code, _, talk := runIn(t, "init", "--from", from, "--password-env", "FEEDPARITY_TEST_PASSWORD", config)
	text, err := os.ReadFile(config)
	if code != statusOK || err != nil {
		t.Fatalf("exit status %d\n%s%v", code, talk, err)
	}
	for _, want := range []string{"user: feed", "password: {env: FEEDPARITY_TEST_PASSWORD}", `match: "stock_*.csv"`, "from stock_20261124.csv", "delimiter=;", "readme.pdf", "source: \"" + server.URL() + "/out\""} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	if code, _, talk := runIn(t, "doctor", "--config", config); code != statusOK {
		t.Errorf("doctor: exit status %d\n%s", code, talk)
	}
}
