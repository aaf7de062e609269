package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
	t.Cleanup(func() { server.Close() })
	config = filepath.Join(t.TempDir(), "feedparity.yaml")
	text := fmt.Sprintf("feeds:\n  acme:\n    source: %s/out\n    user: feed\n    password: {env: FEEDPARITY_TEST_PASSWORD}\n    match: \"*.csv\"\n", server.URL())
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
