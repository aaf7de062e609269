package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest/state"
)

// TestExplainSource: a certificate is refused for several reasons, and each has another remedy.
func TestExplainSource(t *testing.T) {
	for want, cause := range map[string]error{
		"{ca_file: FILE}":     x509.UnknownAuthorityError{},
		"{server_name: NAME}": x509.HostnameError{Certificate: &x509.Certificate{}, Host: "ftp.example"},
		"machine's clock":     x509.CertificateInvalidError{Cert: &x509.Certificate{}, Reason: x509.Expired},
	} {
		err := fmt.Errorf("list: %w", &tls.CertificateVerificationError{Err: cause})
		if hint := explainSource(err); !strings.Contains(hint, want) {
			t.Errorf("%v: hint %q, want %q", err, hint, want)
		}
	}
}

// coded is an error with a result code of SQLite's.
type coded int

func (c coded) Error() string { return "not so" }
func (c coded) Code() int     { return int(c) }

// TestStateError: what SQLite and the file system say of a state is put into words of what to do.
func TestStateError(t *testing.T) {
	dir := t.TempDir() // is no file
	_, real := state.Open(t.Context(), dir)
	for _, tt := range []struct {
		err  error
		want string
	}{
		{real, "hint: is it a file"},
		{&state.OpenError{Path: "x", Err: coded(14)}, "hint: whose is it? "},
		{&state.OpenError{Path: "x", Err: coded(8)}, "hint: whose is it? "},
		{fmt.Errorf("lock state: %w", &fs.PathError{Op: "open", Path: filepath.Join(dir, "x.lock"), Err: fs.ErrPermission}), "hint: whose is it? "},
		{&state.OpenError{Path: "x", Err: coded(10 | 19<<8)}, "is its disk full"},
		{&state.OpenError{Path: "x", Err: coded(13)}, "is its disk full"},
		{&state.OpenError{Path: "x", Err: state.ErrCorrupt, Hint: "theirs"}, "what is beside it (-wal, -shm)"},
		{&state.OpenError{Path: "x", Err: state.ErrNewer, Hint: "theirs"}, "hint: theirs"},
	} {
		var out strings.Builder
		if status := tell(&out, stateError(tt.err)); status != statusUsage || !strings.Contains(out.String(), tt.want) {
			t.Errorf("%v: status %d, %s want %q", tt.err, status, out.String(), tt.want)
		}
	}
}

// TestZonesEmbedded: a machine may have no zoneinfo, and no test can take away that of this one.
func TestZonesEmbedded(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "main.go", nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(f.Imports, func(i *ast.ImportSpec) bool { return i.Path.Value == `"time/tzdata"` }) {
		t.Error("time/tzdata is not linked in")
	}
}
