// Package pgtest starts a real PostgreSQL for tests, where one is installed
// (apt-get install postgresql). REQUIRE_POSTGRES=1 makes its absence a failure.
package pgtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Password is the one of the user that URL names, asked for over TCP.
const Password = "pg-test-secret"

const role = "feedparity"

// server is the one that all tests of a process share.
type server struct {
	once  sync.Once
	dir   string
	port  int
	err   error
	stdin io.Closer
	cmd   *exec.Cmd
}

var (
	shared  server
	schemas atomic.Int64
)

// URL starts the server if need be and returns the URL of a schema of the test's own,
// by its Unix socket, where no password is asked for.
func URL(t testing.TB) string {
	t.Helper()
	start(t)
	return schema()
}

// TCP is URL by the loopback interface, where Password is asked for.
func TCP(t testing.TB) string {
	t.Helper()
	start(t)
	return fmt.Sprintf("postgres://%s@127.0.0.1:%d/postgres?sslmode=disable&search_path=t%d_%d", role, shared.port, os.Getpid(), schemas.Add(1))
}

// ErrMissing says that no server is installed.
var ErrMissing = errors.New("no PostgreSQL here: apt-get install postgresql")

// Serve is URL for a program that is no test; stop ends the server.
func Serve() (name string, stop func(), err error) {
	bin := binaries()
	if bin == "" {
		return "", nil, ErrMissing
	}
	if shared.once.Do(func() { shared.err = shared.start(bin) }); shared.err != nil {
		shared.close()
		return "", nil, fmt.Errorf("start PostgreSQL: %w", shared.err)
	}
	return schema(), shared.close, nil
}

// schema is the URL of a schema that nobody else uses.
func schema() string {
	return fmt.Sprintf("postgres://%s@/postgres?host=%s&port=%d&search_path=t%d_%d", role, url.QueryEscape(shared.dir), shared.port, os.Getpid(), schemas.Add(1))
}

func start(t testing.TB) {
	t.Helper()
	bin := binaries()
	if bin == "" {
		if os.Getenv("REQUIRE_POSTGRES") != "" {
			t.Fatal(ErrMissing, "and REQUIRE_POSTGRES is set")
		}
		t.Skip(ErrMissing)
	}
	shared.once.Do(func() { shared.err = shared.start(bin) })
	if shared.err != nil {
		t.Fatalf("start PostgreSQL: %v", shared.err)
	}
}

// Main runs a package's tests and then stops the server, if any test started it.
func Main(m *testing.M) int {
	defer shared.close()
	return m.Run()
}

// binaries is the directory of the newest server installed, "" for none.
func binaries() string {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	slices.SortFunc(found, func(a, b string) int { return major(b) - major(a) })
	if len(found) > 0 {
		return filepath.Dir(found[0])
	}
	if p, err := exec.LookPath("initdb"); err == nil {
		if p, err = filepath.EvalSymlinks(p); err == nil {
			return filepath.Dir(p)
		}
	}
	return ""
}

func major(initdb string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(initdb))))
	return n
}

func (s *server) start(bin string) error {
	var err error
	if s.dir, err = os.MkdirTemp("", "pgtest"); err != nil {
		return err
	}
	pw := filepath.Join(s.dir, "pw")
	if err := os.WriteFile(pw, []byte(Password), 0o600); err != nil {
		return err
	}
	cred, err := unprivileged(s.dir, pw)
	if err != nil {
		return err
	}
	data := filepath.Join(s.dir, "data")
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	initdb := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "-D", data, "-U", role, "--pwfile", pw,
		"--auth-local=trust", "--auth-host=scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync")
	initdb.Dir, initdb.SysProcAttr = s.dir, cred
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	if s.port, err = freePort(); err != nil {
		return err
	}
	return s.run(ctx, bin, data)
}

// run starts the server below a shell that stops it when this process ends, however
// it ends: its standard input is a pipe of ours. What tests look at is what survives a
// killed client and not a power cut, so nothing is synced.
func (s *server) run(ctx context.Context, bin, data string) error {
	cred, err := unprivileged()
	if err != nil {
		return err
	}
	log := filepath.Join(s.dir, "data", "server.log")
	args := []string{"-c", `"$@" >"$LOG" 2>&1 </dev/null & pid=$!; read -r _; kill -INT $pid; wait $pid`, "sh",
		filepath.Join(bin, "postgres"), "-D", data, "-k", s.dir, "-p", strconv.Itoa(s.port)}
	for _, set := range []string{"listen_addresses=127.0.0.1", "fsync=off", "full_page_writes=off", "synchronous_commit=off", "autovacuum=off", "shared_buffers=16MB", "jit=off", "max_connections=200"} {
		args = append(args, "-c", set)
	}
	s.cmd = exec.Command("/bin/sh", args...)
	s.cmd.Dir, s.cmd.SysProcAttr, s.cmd.Env = s.dir, cred, append(os.Environ(), "LOG="+log)
	stdin, err := s.cmd.StdinPipe()
	if err != nil {
		return err
	}
	s.stdin = stdin
	if err := s.cmd.Start(); err != nil {
		return err
	}
	for {
		conn, err := pgx.Connect(ctx, fmt.Sprintf("postgres://%s@/postgres?host=%s&port=%d", role, url.QueryEscape(s.dir), s.port))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ctx.Done():
			said, _ := os.ReadFile(log)
			return fmt.Errorf("%w: %s", err, said)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (s *server) close() {
	if s.cmd != nil && s.cmd.Process != nil {
		s.stdin.Close()
		_ = s.cmd.Wait()
	}
	if s.dir != "" && strings.Contains(s.dir, "pgtest") {
		os.RemoveAll(s.dir)
	}
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
