//go:build unix

package fetch

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
)

const vsftpdPath = "/usr/sbin/vsftpd"

// vsftpd is a real server, run by a test in a directory of its own.
type vsftpd struct {
	t    *testing.T
	dir  string
	port int
	cmd  *exec.Cmd
}

// newVsftpd prepares a server with anonymous read-only access to what is put
// into dir/root, and further lines of configuration. Without vsftpd the test is
// skipped, unless REQUIRE_VSFTPD=1 asks for it.
func newVsftpd(t *testing.T, lines ...string) *vsftpd {
	t.Helper()
	if _, err := os.Stat(vsftpdPath); err != nil {
		if os.Getenv("REQUIRE_VSFTPD") == "1" {
			t.Fatalf("REQUIRE_VSFTPD=1: %v", err)
		}
		t.Skipf("%v; apt-get install vsftpd", err)
	}
	v := &vsftpd{t: t, dir: t.TempDir(), port: freePort(t)}
	for _, d := range []string{"root/in", "empty"} {
		if err := os.MkdirAll(filepath.Join(v.dir, d), 0o555); err != nil {
			t.Fatal(err)
		}
	}
	v.configure(append([]string{
		"listen=YES", "listen_address=127.0.0.1", fmt.Sprintf("listen_port=%d", v.port), "background=NO",
		"run_as_launching_user=YES", "anonymous_enable=YES", "no_anon_password=YES", "local_enable=NO",
		"anon_root=" + v.dir + "/root", "anon_world_readable_only=NO", "secure_chroot_dir=" + v.dir + "/empty",
		"seccomp_sandbox=NO", "one_process_model=YES", "log_ftp_protocol=YES", "xferlog_enable=YES", "vsftpd_log_file=" + v.dir + "/v.log",
	}, lines...)...)
	return v
}

// freePort is one that nobody has now, below those that the system gives to whoever
// connects (32768 and up): one of these is somebody's before the server has it.
func freePort(t *testing.T) int {
	t.Helper()
	for range 100 {
		port := 20_000 + rand.IntN(12_000)
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			_ = l.Close()
			return port
		}
	}
	t.Fatal("no port is free")
	return 0
}

// configure adds lines to the configuration, for the next start.
func (v *vsftpd) configure(lines ...string) {
	v.t.Helper()
	p := filepath.Join(v.dir, "v.conf")
	old, err := os.ReadFile(p)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		v.t.Fatal(err)
	}
	v.write("v.conf", append(old, strings.Join(append(lines, ""), "\n")...))
}

func (v *vsftpd) write(name string, data []byte) string {
	v.t.Helper()
	p := filepath.Join(v.dir, name)
	if err := os.WriteFile(p, data, 0o600); err != nil {
		v.t.Fatal(err)
	}
	if err := os.Chtimes(p, suiteTime, suiteTime); err != nil {
		v.t.Fatal(err)
	}
	return p
}

// start runs the server in a process group of its own and waits for its greeting.
func (v *vsftpd) start() {
	v.t.Helper()
	v.cmd = exec.Command(vsftpdPath, filepath.Join(v.dir, "v.conf"))
	v.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := v.cmd.Start(); err != nil {
		v.t.Fatal(err)
	}
	cmd := v.cmd
	v.t.Cleanup(func() { stop(cmd) })
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

// stop kills the server and the processes it forked for its clients, and waits.
func stop(cmd *exec.Cmd) {
	if cmd.ProcessState == nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
	}
}

func (v *vsftpd) addr() string { return fmt.Sprintf("127.0.0.1:%d", v.port) }

func (v *vsftpd) options() Options {
	return Options{IdleTimeout: 10 * time.Second, Retries: -1, Backoff: 10 * time.Millisecond}
}

// secure wants TLS everywhere, with a resumed session on every data connection,
// and sets the options for it.
func (v *vsftpd) secure(o *Options) {
	v.t.Helper()
	cert := certificate(v.t, time.Hour, "localhost", "127.0.0.1")
	c, k, err := ftptest.PEM(*cert)
	if err != nil {
		v.t.Fatal(err)
	}
	v.configure("ssl_enable=YES", "allow_anon_ssl=YES", "force_anon_data_ssl=YES", "force_anon_logins_ssl=YES",
		"rsa_cert_file="+v.write("cert.pem", c), "rsa_private_key_file="+v.write("key.pem", k),
		"ssl_ciphers=HIGH", "ssl_tlsv1=YES", "require_ssl_reuse=YES")
	o.TLS = TLS{Mode: TLSExplicit, Roots: ftptest.Pool(cert)}
}

// forBoth runs f against a server without and with TLS.
func forBoth(t *testing.T, f func(t *testing.T, v *vsftpd, o Options), lines ...string) {
	for _, secure := range []bool{false, true} {
		t.Run(map[bool]string{false: "plain", true: "TLS with session reuse"}[secure], func(t *testing.T) {
			noLeaks(t)
			v := newVsftpd(t, lines...)
			o := v.options()
			if secure {
				v.secure(&o)
			}
			f(t, v, o)
		})
	}
}

// TestVsftpd takes everything from a real server, over one connection.
func TestVsftpd(t *testing.T) {
	forBoth(t, func(t *testing.T, v *vsftpd, o Options) {
		files := map[string]string{
			"prices.csv": "sku;price\r\n1;2\r\n", "empty.csv": "", " two  spaces .csv": "a", "-la": "b",
			"st*ck[1].csv": "c", "caf\xe9.csv": "latin-1", "big.csv": string(payload(3 << 20)), "semi;=.csv": "d",
		}
		for name, data := range files {
			v.write("root/in/"+name, []byte(data))
		}
		v.start()
		src := open(t, "ftp://"+v.addr()+"/in", o)
		entries, unparsed, err := src.List(t.Context(), "")
		if err != nil || len(unparsed) > 0 || len(entries) != len(files) {
			t.Fatalf("List: %v, %v, %v", entries, unparsed, err)
		}
		dir := openDir(t)
		for _, e := range entries {
			want, ok := files[e.Name()]
			if !ok || e.Size != int64(len(want)) || e.Kind != KindFile {
				t.Errorf("listed %+v", e)
			}
			d, err := Download(t.Context(), src, e, dir, LocalName(e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			took(t, dir, d, []byte(want))
			if !d.Entry.MTime.Equal(suiteTime) || d.Entry.MPrec != PrecisionSecond || !d.Entry.SameVersion(e) {
				t.Errorf("%q: time %v, listed %v", e.Path, d.Entry.MTime, e.MTime)
			}
		}
		// vsftpd shows an empty listing for a directory that is not there.
		if _, _, err := src.List(t.Context(), "nosuch"); !errors.Is(err, ErrUnavailable) {
			t.Errorf("missing directory: %v", err)
		}
		// and answers REST beyond the end with success and nothing.
		if _, err := readAll(t.Context(), src, "prices.csv", 1000); err == nil {
			t.Error("read beyond the end")
		}
		if b, err := readAll(t.Context(), src, "big.csv", 1<<20); err != nil || string(b) != files["big.csv"][1<<20:] {
			t.Errorf("from an offset: %d bytes, %v", len(b), err)
		}
		v.checkLog(t)
	})
}

// checkLog fails the test if the server's own log shows a command that is not
// allowed, also within TLS.
func (v *vsftpd) checkLog(t *testing.T) {
	t.Helper()
	log, err := os.ReadFile(filepath.Join(v.dir, "v.log"))
	if err != nil {
		t.Fatal(err)
	}
	allowed := " " + strings.Join(verbs, " ") + " "
	seen := 0
	for _, line := range strings.Split(string(log), "\n") {
		_, command, ok := strings.Cut(line, "FTP command: ")
		if !ok {
			continue
		}
		if _, quoted, ok := strings.Cut(command, `", "`); ok { // Client "127.0.0.1", "TYPE I"
			verb := strings.Trim(strings.Fields(quoted + " ?")[0], `"`)
			seen++
			if !strings.Contains(allowed, " "+verb+" ") {
				t.Errorf("vsftpd was sent %s", line)
			}
		}
	}
	if seen < 10 {
		t.Errorf("only %d commands in vsftpd's log", seen)
	}
}

// TestVsftpdKilled kills the server in the middle of a file: nothing short is
// taken, and after a restart the same source takes the whole.
func TestVsftpdKilled(t *testing.T) {
	forBoth(t, func(t *testing.T, v *vsftpd, o Options) {
		data := payload(6 << 20)
		v.write("root/in/big.csv", data)
		v.start()
		src := open(t, "ftp://"+v.addr()+"/in", o)
		dir := openDir(t)
		e := Entry{Path: "big.csv"}
		within(t, 10*time.Second, func() {
			// Six seconds' worth of file, a third of a second's after the first bytes.
			killed := make(chan struct{})
			first := &changing{Files: src, f: func() {
				time.AfterFunc(300*time.Millisecond, func() { stop(v.cmd); close(killed) })
			}}
			_, err := Download(t.Context(), first, e, dir, "big.csv")
			<-killed
			var length *LengthError
			if !errors.As(err, &length) || length.Got == 0 || length.Got >= length.Want || length.Want != int64(len(data)) || !Transient(err) {
				t.Errorf("killed in the middle: %v", err)
			}
			nothingLeft(t, dir)
		})
		if _, err := Download(t.Context(), src, e, dir, "big.csv"); err == nil || !Transient(err) {
			t.Errorf("while it is down: %v", err)
		}
		v.configure("anon_max_rate=0")
		v.start()
		d, err := Download(t.Context(), src, e, dir, "big.csv")
		if err != nil {
			t.Fatalf("after the restart: %v", err)
		}
		took(t, dir, d, data)
	}, "anon_max_rate=1000000")
}

// TestVsftpdRestarted is the same by itself: the retries bridge the restart.
func TestVsftpdRestarted(t *testing.T) {
	noLeaks(t)
	v := newVsftpd(t, "anon_max_rate=4000000")
	data := payload(4 << 20)
	v.write("root/in/big.csv", data)
	v.start()
	o := v.options()
	o.Retries, o.Backoff = 6, 100*time.Millisecond
	src := open(t, "ftp://"+v.addr()+"/in", o)
	dir := openDir(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	restarted := make(chan struct{})
	time.AfterFunc(300*time.Millisecond, func() {
		defer close(restarted)
		stop(v.cmd)
		time.Sleep(200 * time.Millisecond)
		v.start()
	})
	d, err := Download(ctx, src, Entry{Path: "big.csv"}, dir, "big.csv")
	<-restarted
	if err != nil {
		t.Fatal(err)
	}
	took(t, dir, d, data)
}

// TestVsftpdCrowded: vsftpd says 421 to one client too many; that passes.
func TestVsftpdCrowded(t *testing.T) {
	noLeaks(t)
	v := newVsftpd(t, "max_per_ip=1")
	v.write("root/in/a.csv", []byte("a"))
	v.start()
	o := v.options()
	patient := o // the server counts a client that left for a moment longer, start's too
	patient.Retries, patient.Backoff = 5, 200*time.Millisecond
	first := open(t, "ftp://"+v.addr()+"/in", patient)
	if _, _, err := first.List(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	second := open(t, "ftp://"+v.addr()+"/in", o)
	if _, _, err := second.List(t.Context(), ""); err == nil || !Transient(err) || !strings.Contains(err.Error(), "421") {
		t.Errorf("second client: %v", err)
	}
	_ = first.Close()
	if _, _, err := open(t, "ftp://"+v.addr()+"/in", patient).List(t.Context(), ""); err != nil {
		t.Errorf("after the first left: %v", err)
	}
}
