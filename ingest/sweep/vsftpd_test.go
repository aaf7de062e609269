//go:build unix

package sweep

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/feedparity/feedparity/corpus"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/archive"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
	"github.com/feedparity/feedparity/ingest/state"
)

const vsftpdPath = "/usr/sbin/vsftpd"

// vsftpd is a real server, run by a test in a directory of its own.
type vsftpd struct {
	t    *testing.T
	dir  string
	port int
	cmd  *exec.Cmd
}

// newVsftpd prepares a server with anonymous read-only access to dir/root. Without
// vsftpd the test is skipped, unless REQUIRE_VSFTPD=1 asks for it.
func newVsftpd(t *testing.T) *vsftpd {
	t.Helper()
	if _, err := os.Stat(vsftpdPath); err != nil {
		if os.Getenv("REQUIRE_VSFTPD") == "1" {
			t.Fatalf("REQUIRE_VSFTPD=1: %v", err)
		}
		t.Skipf("%v; apt-get install vsftpd", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	v := &vsftpd{t: t, dir: t.TempDir(), port: port}
	if err := os.MkdirAll(filepath.Join(v.dir, "empty"), 0o555); err != nil {
		t.Fatal(err)
	}
	v.configure("listen=YES", "listen_address=127.0.0.1", fmt.Sprintf("listen_port=%d", port), "background=NO",
		"run_as_launching_user=YES", "anonymous_enable=YES", "no_anon_password=YES", "local_enable=NO",
		"anon_root="+v.dir+"/root", "anon_world_readable_only=NO", "secure_chroot_dir="+v.dir+"/empty",
		"seccomp_sandbox=NO", "one_process_model=YES")
	return v
}

// configure adds lines to the configuration, for the next start.
func (v *vsftpd) configure(lines ...string) {
	v.t.Helper()
	f, err := os.OpenFile(filepath.Join(v.dir, "v.conf"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		v.t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(strings.Join(lines, "\n") + "\n"); err != nil {
		v.t.Fatal(err)
	}
}

func (v *vsftpd) write(name string, data []byte) string {
	v.t.Helper()
	p := filepath.Join(v.dir, name)
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		v.t.Fatal(err)
	}
	if err := os.WriteFile(p, data, 0o600); err != nil {
		v.t.Fatal(err)
	}
	return p
}

// secure wants TLS everywhere, with a resumed session on every data connection,
// and returns the file of the authority to trust.
func (v *vsftpd) secure() string {
	v.t.Helper()
	cert, err := ftptest.NewCertificate("localhost", "127.0.0.1")
	if err != nil {
		v.t.Fatal(err)
	}
	c, k, err := ftptest.PEM(cert)
	if err != nil {
		v.t.Fatal(err)
	}
	ca := v.write("cert.pem", c)
	v.configure("ssl_enable=YES", "allow_anon_ssl=YES", "force_anon_data_ssl=YES", "force_anon_logins_ssl=YES",
		"rsa_cert_file="+ca, "rsa_private_key_file="+v.write("key.pem", k), "ssl_ciphers=HIGH", "ssl_tlsv1=YES", "require_ssl_reuse=YES")
	return ca
}

// start runs the server in a process group of its own and waits for its greeting.
func (v *vsftpd) start() {
	v.t.Helper()
	cmd := exec.Command(vsftpdPath, filepath.Join(v.dir, "v.conf"))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		v.t.Fatal(err)
	}
	v.cmd = cmd
	v.t.Cleanup(func() { kill(cmd) })
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if v.greets() {
			return
		}
	}
	v.t.Fatal("vsftpd does not answer")
}

func (v *vsftpd) greets() bool {
	c, err := net.DialTimeout("tcp", v.addr(), time.Second)
	if err != nil {
		return false
	}
	defer c.Close()
	buf := make([]byte, 3)
	_ = c.SetDeadline(time.Now().Add(2 * time.Second))
	n, _ := c.Read(buf)
	return string(buf[:n]) == "220"
}

// kill ends a server and the processes it forked for its clients, and waits.
func kill(cmd *exec.Cmd) {
	if cmd.ProcessState == nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
	}
}

func (v *vsftpd) addr() string { return fmt.Sprintf("127.0.0.1:%d", v.port) }

// withVsftpd runs f against a server without and with TLS; source completes a feed
// that reads from a directory of it.
func withVsftpd(t *testing.T, f func(t *testing.T, v *vsftpd, source func(f *config.Feed, dir string))) {
	for _, secure := range []bool{false, true} {
		t.Run(map[bool]string{false: "plain", true: "TLS with session reuse"}[secure], func(t *testing.T) {
			v := newVsftpd(t)
			ca, scheme := "", "ftp"
			if secure {
				ca, scheme = v.secure(), "ftpes"
			}
			f(t, v, func(f *config.Feed, dir string) {
				f.Source = config.Connection{URL: scheme + "://" + v.addr() + "/" + dir, CAFile: ca, Zone: time.UTC}
			})
		})
	}
}

// TestVsftpdCorpus sweeps all that we ship from a real server: what the corpus
// claims comes out at the end of the whole line, and a second night is quiet.
func TestVsftpdCorpus(t *testing.T) {
	withVsftpd(t, func(t *testing.T, v *vsftpd, source func(*config.Feed, string)) {
		claims := corpus.Feeds()
		var feeds []config.Feed
		for _, d := range claims {
			seed, err := corpus.Open(d.Seed)
			if err != nil {
				t.Fatal(err)
			}
			v.write("root/"+d.Feed.Name+"/"+seed.Name, seed.Data)
			f := config.Feed{Feed: d.Feed}
			source(&f, d.Feed.Name)
			feeds = append(feeds, f)
		}
		v.start()
		w := newWorld(t, feeds...)
		res := w.clean()
		diverging := 0
		for i, want := range claims {
			got := res.Feeds[i].Deliveries
			if len(got) != 1 || len(got[0].Views) != 2 || got[0].Views[0].Verdict != want.Raw || got[0].Views[1].Verdict != want.Normalized {
				t.Errorf("%s: %+v, want %s and %s", want.Feed.Name, got, want.Raw, want.Normalized)
				continue
			}
			for _, f := range got[0].Views[0].Findings {
				if f.Severity != ingest.Info && f.Cause != want.Cause {
					t.Errorf("%s: cause %s, want %s", want.Feed.Name, f.Cause, want.Cause)
				}
				diverging++
			}
		}
		if diverging < 16 || len(w.cases()) != diverging {
			t.Errorf("%d findings, %d cases", diverging, len(w.cases()))
		}
		before := w.snapshot()
		if res := w.clean(); len(res.Findings()) > 0 || w.snapshot() != before {
			t.Errorf("second night: %s", show(res))
		}
	})
}

// TestVsftpdKilled kills the server with all its processes in the middle of a
// file: nothing short is accepted and nothing is lost. After a restart the next
// sweep takes the file whole, and what came before it not again.
func TestVsftpdKilled(t *testing.T) {
	withVsftpd(t, func(t *testing.T, v *vsftpd, source func(*config.Feed, string)) {
		big := []byte("sku,name\r\n" + strings.Repeat("1,plain\r\n", 300_000) + "2,caf\xe9\r\n")
		v.write("root/in/big.csv", big)
		old := v.write("root/in/first.csv", []byte(plain))
		if err := os.Chtimes(old, night, night); err != nil {
			t.Fatal(err)
		}
		d := newDrop(t)
		d.put("other.csv", broken, 1)
		f := feed(t, "killed", "")
		source(&f, "in")
		v.configure("anon_max_rate=1000000") // three seconds' worth of file
		v.start()
		w := newWorld(t, f, feed(t, "other", d.dir))
		server, killed := v.cmd, make(chan struct{})
		w.watch = func(e Event) {
			if e.Delivery == "big.csv" && e.What == "fetching" {
				time.AfterFunc(600*time.Millisecond, func() { kill(server); close(killed) })
			}
		}
		res := w.sweep()
		select {
		case <-killed:
		case <-time.After(slack):
			t.Fatalf("the file was never fetched: %s", show(res))
		}
		got := res.Feeds[0].Deliveries
		if len(got) != 2 || got[0].Err != nil || got[1].Err == nil || !strings.Contains(got[1].Err.Error(), "short transfer") || got[1].SHA256 != "" || res.Failed() != 1 {
			t.Fatalf("%s", show(res))
		}
		if _, err := w.db.Delivery(t.Context(), "killed", "big.csv"); err == nil {
			t.Error("the state knows the file")
		}
		if res.Feeds[1].Err != nil || names(res.Feeds[1]) != "other.csv" {
			t.Errorf("the other feed: %s", show(res))
		}
		w.inside()

		w.watch = nil
		if res := w.sweep(); res.Failed() != 1 || res.Feeds[0].Err == nil {
			t.Errorf("while it is down: %s", show(res))
		}
		v.configure("anon_max_rate=0")
		v.start()
		res = w.clean()
		if names(res.Feeds[0]) != "big.csv" || res.Feeds[0].Seen != 1 || w.hits("killed") != 1 {
			t.Errorf("after the restart: %s", show(res))
		}
		is, err := w.db.Delivery(t.Context(), "killed", "big.csv")
		if err != nil || is.Status != state.Processed {
			t.Fatalf("%+v, %v", is, err)
		}
		kept := filepath.Join(t.TempDir(), "kept")
		if err := archive.InDirectory(w.dir("archive")).Get(t.Context(), is.SHA256, kept); err != nil {
			t.Fatal(err)
		}
		archived, err := os.ReadFile(kept)
		if err != nil || !bytes.Equal(archived, big) {
			t.Errorf("%d bytes in the archive, want these %d (%v)", len(archived), len(big), err)
		}
		if res := w.clean(); len(res.Findings()) > 0 || res.Feeds[0].Seen != 2 {
			t.Errorf("once more: %s", show(res))
		}
	})
}
