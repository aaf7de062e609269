package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/embedded"
	"github.com/feedparity/feedparity/ingest/pycodec"
)

func TestTell(t *testing.T) {
	for _, tt := range []struct {
		name   string
		err    error
		status int
		want   string
	}{
		{"nothing", nil, 0, ""},
		{"silent", exit(statusDiverge), 1, ""},
		{"wrapped silent", fmt.Errorf("sweep: %w", exit(statusLocked)), 75, ""},
		{"usage", usageError("do this", "open %q: %w", "x", fs.ErrPermission), 2, "feedparity: open \"x\": permission denied\nhint: do this\n"},
		{"usage without a hint", usageError("", "read --pairs: no"), 2, "feedparity: read --pairs: no\n"},
		{"our own failure", errors.New("write report: no space left on device"), 3, "feedparity: write report: no space left on device\n"},
		{"harness", fmt.Errorf("run: %w", &ingest.HarnessError{Code: "import", Msg: "no module", Hint: "look at sys.path"}), 3, "hint: look at sys.path\n"},
		{"not modelled", fmt.Errorf("ingest: %w", embedded.ErrNotModelled), 2, "hint: run it on a real Python: --engine interpreter\n"},
		{"unknown codec", fmt.Errorf("look up: %w", pycodec.ErrUnknown), 2, "hint: give the codec a name Python knows, such as utf-8 or cp1252\n"},
		{"no text codec", fmt.Errorf("look up: %w", pycodec.ErrNotText), 2, "hint: give the codec a name Python knows, such as utf-8 or cp1252\n"},
		{"missing file", fmt.Errorf("open: %w", fs.ErrNotExist), 2, "feedparity: open: file does not exist\nhint: check the name, and that you may read it\n"},
		{"interrupted", fmt.Errorf("sweep: %w", context.Canceled), 3, "feedparity: sweep: interrupted\n"},
		{"several lines", errors.New("a\nb\r\nc\td\x1b[31m"), 3, "feedparity: a; b; c\\td\\x1b[31m\n"},
	} {
		var out strings.Builder
		got := tell(&out, tt.err)
		if got != tt.status {
			t.Errorf("%s: exit status %d, want %d", tt.name, got, tt.status)
		}
		if tt.want == "" && out.Len() > 0 || !strings.HasSuffix(out.String(), tt.want) {
			t.Errorf("%s:\n%swant\n%s", tt.name, out.String(), tt.want)
		}
	}
}

// Every hint is worth its line: the error's own hint wins over a general one.
func TestTellOwnHint(t *testing.T) {
	var out strings.Builder
	tell(&out, usageError("mine", "look up: %w", pycodec.ErrUnknown))
	if !strings.HasSuffix(out.String(), "\nhint: mine\n") || strings.Count(out.String(), "hint:") != 1 {
		t.Error(out.String())
	}
}

// The worst of several statuses counts, and what failed outranks what diverged.
func TestStatuses(t *testing.T) {
	if !(statusOK < statusDiverge && statusDiverge < statusUsage && statusUsage < statusIncomplete) {
		t.Error("max() of statuses would not be the one that outranks")
	}
	if exit(statusOK) != nil {
		t.Error("status 0 is an error")
	}
	for status, text := range map[int]string{statusOK: "0 ", statusDiverge: "1 ", statusUsage: "2 ", statusIncomplete: "3 ", statusLocked: "75 "} {
		if !strings.Contains("\n"+exitHelp, "\n  "+text) {
			t.Errorf("help says nothing of exit status %d", status)
		}
	}
}
