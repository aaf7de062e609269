//go:build unix

package fetch

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
)

// server is a real server of Debian's, as .ci/servers gets them.
type server struct {
	name    string
	binary  string
	without []string // files of the suite that it cannot serve
	modes   []serverMode
	// configure prepares it to serve root, read-only, to user feed with password
	// s3cret, and returns the command to run, in the foreground.
	configure func(h *machine, m serverMode) []string
	// log finds the commands in what it logged.
	log func(text string) []string
	// recorded: it logs none, so that what it is sent is written down on the way, where
	// that is in plain text.
	recorded bool
	allowed  []string // commands
}

// serverMode is one way to talk to a server.
type serverMode struct {
	name     string
	scheme   string
	version  uint16 // of TLS; 0 without
	resuming bool   // the server wants data connections to resume the control's session
}

var (
	plainMode = []serverMode{{"plain", "ftp", 0, false}}
	explicit  = []serverMode{{"explicit TLS 1.2", "ftpes", tls.VersionTLS12, false}, {"explicit TLS 1.3", "ftpes", tls.VersionTLS13, false}}
	reusing   = []serverMode{
		{"explicit TLS 1.2 session reuse", "ftpes", tls.VersionTLS12, true}, {"explicit TLS 1.3 session reuse", "ftpes", tls.VersionTLS13, true},
		{"implicit TLS 1.2 session reuse", "ftps", tls.VersionTLS12, true}, {"implicit TLS 1.3 session reuse", "ftps", tls.VersionTLS13, true},
	}
)

var servers = []server{
	{"vsftpd", "vsftpd", nil, append(plainMode, reusing...), configureVsftpd, vsftpdCommands, false, verbs},
	{"proftpd", "proftpd", nil, append(plainMode, reusing...), configureProftpd, proftpdCommands, false, verbs},
	{"pure-ftpd", "pure-ftpd", nil, append(plainMode, explicit...), configurePureftpd, firstWords, true, verbs},
	{"pyftpdlib", "/usr/bin/python3", []string{"in/caf\xe9.csv"}, append(plainMode, explicit...), configurePyftpdlib, strings.Fields, false, verbs},
	{"OpenSSH", "sshd", nil, []serverMode{{"sftp", "sftp", 0, false}}, configureSSHD, sftpCommands, false, []string{"open READ", "opendir"}},
}

// TestServers: every source behaves alike on every real server, in every mode that
// the server has, and leaves it as it was.
func TestServers(t *testing.T) {
	noLeaks(t)
	for _, s := range servers {
		path, missing := s.find()
		if missing == nil && os.Getuid() != 0 {
			missing = errors.New("the servers want to be started as root")
		}
		for _, m := range s.modes {
			t.Run(s.name+" "+m.name, func(t *testing.T) {
				switch {
				case missing != nil && os.Getenv("REQUIRE_SERVERS") == "1":
					t.Fatalf("REQUIRE_SERVERS=1: %v", missing)
				case missing != nil:
					t.Skipf("%v; .ci/servers gets it from Debian", missing)
				}
				t.Parallel()
				testServer(t, s, path, m)
			})
		}
	}
}

// find returns the path of the server's program.
func (s server) find() (string, error) {
	if s.name == "pyftpdlib" {
		if out, err := exec.Command(s.binary, "-c", "import pyftpdlib, OpenSSL").CombinedOutput(); err != nil {
			return "", fmt.Errorf("no pyftpdlib: %v: %s", err, out)
		}
	}
	if filepath.IsAbs(s.binary) {
		return s.binary, nil
	}
	for _, dir := range []string{unpackedServers, "/usr/sbin"} {
		p, err := filepath.Abs(filepath.Join(dir, s.binary))
		if err != nil {
			return "", err
		}
		if _, err := os.Stat(p); err == nil {
			return p, nil
		}
	}
	return "", fmt.Errorf("no %s", s.binary)
}

// unpackedServers is where .ci/servers puts what cannot be installed.
const unpackedServers = "../../.cache/servers/usr/sbin"

func testServer(t *testing.T, s server, path string, m serverMode) {
	h := &machine{t: t, path: path, dir: t.TempDir(), root: suiteDir(t), port: freePort(t)}
	for _, name := range s.without {
		if err := os.Remove(filepath.Join(h.root, name)); err != nil {
			t.Fatal(err)
		}
	}
	h.certify()
	h.run(s.configure(h, m))
	before := tree(t, h.root)
	port, logs := h.port, !s.recorded || m.version == 0
	if s.recorded && logs {
		port = h.record()
	}
	src := open(t, fmt.Sprintf("%s://127.0.0.1:%d/%s", m.scheme, port, h.base), h.options())
	seen := watchTLS(src, m)
	testSource(t, src, s.without...)
	if after := tree(t, h.root); after != before {
		t.Errorf("the server's files were\n%s\nand are\n%s", before, after)
	}
	testLoopServed(t, src, h.root)
	seen.check(t, m)
	_ = src.Close()
	h.stop()
	if !logs {
		return
	}
	text, err := os.ReadFile(h.file("commands.log"))
	if err != nil {
		t.Fatal(err)
	}
	commands := s.log(string(text))
	if len(commands) < 50 {
		t.Errorf("only %d commands in the server's log", len(commands))
	}
	for _, c := range commands {
		if !slices.Contains(s.allowed, c) {
			t.Errorf("the server was sent %q", c)
		}
	}
}

// testLoopServed: a link to the directory that it is in changes nothing, whether the server
// shows it as a link, a file or a directory.
func testLoopServed(t *testing.T, src Source, root string) {
	sel := Selection{Match: []string{"*.csv"}, Depth: 4}
	want, err := Find(t.Context(), src, sel)
	if err == nil {
		err = os.Symlink(".", filepath.Join(root, "in", "loop"))
	}
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Find(t.Context(), src, sel); err != nil || found(got.Entries) != found(want.Entries) || len(got.Entries) == 0 {
		t.Errorf("with a link to .: %s, want %s; %v", found(got.Entries), found(want.Entries), err)
	}
}

// record listens in the server's place, goes on to it, and writes down what it is sent over
// control connections. It returns its port.
func (h *machine) record() int {
	h.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		h.t.Fatal(err)
	}
	log, err := os.Create(h.file("commands.log"))
	if err != nil {
		h.t.Fatal(err)
	}
	var all sync.WaitGroup
	h.t.Cleanup(func() { l.Close(); all.Wait(); log.Close() })
	all.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { relay(client, fmt.Sprintf("127.0.0.1:%d", h.port), log) })
		}
	})
	return l.Addr().(*net.TCPAddr).Port
}

// relay writes down a client's lines, each at once, and has the server answer them.
func relay(client net.Conn, server string, log io.Writer) {
	defer client.Close()
	to, err := net.Dial("tcp", server)
	if err != nil {
		return
	}
	go func() {
		_, _ = io.Copy(client, to)
		client.Close()
	}()
	defer to.Close()
	for r := bufio.NewReader(client); ; {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		_, errLog := io.WriteString(log, line)
		if _, err := io.WriteString(to, line); err != nil || errLog != nil {
			return
		}
	}
}

// firstWords reads a command a line.
func firstWords(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		verb, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		out = append(out, verb)
	}
	return out
}

// sftpNotes match what OpenSSH's sftp-server says beside what it was asked for.
var sftpNotes = regexp.MustCompile(`^(session (opened|closed)|received client version|sent (status|handle|names)|(forced )?close(dir)? |stat |lstat |realpath |debug)`)

// sftpCommands reads lines as: open "/srv/a.csv" flags READ mode 0666. Whatever would write
// is such a line, too, by its name, and asking for a file's size is none.
func sftpCommands(text string) []string {
	var out []string
	refused, sessions := map[string]int{}, 0
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		verb, rest, _ := strings.Cut(line, " ")
		switch {
		case strings.HasPrefix(line, "session opened"):
			sessions++
			continue
		case line == "" || sftpNotes.MatchString(line):
			continue
		case verb == "Refusing": // it says so once of each extension when a session begins
			refused[line]++
			continue
		case verb == "open":
			_, flags, _ := strings.Cut(rest, "\" flags ")
			flags, _, _ = strings.Cut(flags, " mode ")
			verb += " " + flags
		}
		out = append(out, verb)
	}
	for line, n := range refused {
		if n > sessions {
			out = append(out, line)
		}
	}
	return out
}

// machine is where a server runs.
type machine struct {
	t         *testing.T
	path      string // of its program
	dir       string // for what it needs
	root      string // what it serves
	base      string // the part of the URL that leads to root
	port      int
	user      string
	cert, key string // files
	authority *tls.Certificate
	ssh       SSH
	cmd       *exec.Cmd
	stopped   sync.Once
}

func (h *machine) file(name string) string { return filepath.Join(h.dir, name) }

func (h *machine) write(name, text string) string {
	h.t.Helper()
	if err := os.WriteFile(h.file(name), []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
	return h.file(name)
}

func (h *machine) certify() {
	h.authority = certificate(h.t, time.Hour, "localhost", "127.0.0.1")
	cert, key, err := ftptest.PEM(*h.authority)
	if err != nil {
		h.t.Fatal(err)
	}
	h.cert, h.key = h.write("cert.pem", string(cert)), h.write("key.pem", string(key))
}

// options are patient: pure-ftpd takes seconds for a login now and then.
func (h *machine) options() Options {
	o := Options{User: h.user, Password: "s3cret", IdleTimeout: 20 * time.Second, Retries: -1, SSH: h.ssh, TLS: TLS{Roots: ftptest.Pool(h.authority)}}
	if h.ssh.Key != "" {
		o.Password = ""
	}
	return o
}

// run starts the server in a process group of its own and waits for its port.
func (h *machine) run(command []string) {
	h.t.Helper()
	h.cmd = exec.Command(command[0], command[1:]...)
	h.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var said strings.Builder
	h.cmd.Stdout, h.cmd.Stderr = &said, &said
	if err := h.cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(h.stop)
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", h.port)); err == nil {
			_ = c.Close()
			return
		}
	}
	h.stop()
	h.t.Fatalf("%s does not answer: %s", command[0], said.String())
}

func (h *machine) stop() { h.stopped.Do(func() { stop(h.cmd) }) }

// tlsSeen are the TLS connections that a source made.
type tlsSeen struct {
	mu             sync.Mutex
	first, resumed int
	versions       map[uint16]bool
}

// watchTLS has a source use one version of TLS and notes what it makes of it.
func watchTLS(src Source, m serverMode) *tlsSeen {
	seen := &tlsSeen{versions: map[uint16]bool{}}
	if m.version == 0 {
		return seen
	}
	c := src.(*retrying).Source.(*ftpSource).tls
	c.MinVersion, c.MaxVersion = m.version, m.version
	c.VerifyConnection = func(s tls.ConnectionState) error {
		seen.mu.Lock()
		defer seen.mu.Unlock()
		seen.versions[s.Version] = true
		if s.DidResume {
			seen.resumed++
		} else {
			seen.first++
		}
		return nil
	}
	return seen
}

func (s *tlsSeen) check(t *testing.T, m serverMode) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case m.version == 0:
	case len(s.versions) != 1 || !s.versions[m.version]:
		t.Errorf("versions %v, want %x", s.versions, m.version)
	case m.resuming && (s.resumed < 10 || s.first > 10):
		t.Errorf("%d connections resumed a session, %d did not", s.resumed, s.first)
	}
}

// tree lists all files below a directory with sizes and times.
func tree(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil {
			fmt.Fprintf(&b, "%q %v %d %v\n", p, info.Mode(), info.Size(), info.ModTime())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func configureVsftpd(h *machine, m serverMode) []string {
	if err := errors.Join(os.Mkdir(h.file("empty"), 0o555), os.Chmod(h.root, 0o555)); err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = os.Chmod(h.root, 0o755) })
	lines := fmt.Sprintf(`listen=YES
listen_address=127.0.0.1
listen_port=%d
background=NO
run_as_launching_user=YES
anonymous_enable=YES
no_anon_password=YES
local_enable=NO
anon_root=%s
anon_world_readable_only=NO
secure_chroot_dir=%s/empty
seccomp_sandbox=NO
one_process_model=YES
log_ftp_protocol=YES
xferlog_enable=YES
vsftpd_log_file=%s/commands.log
`, h.port, h.root, h.dir, h.dir)
	if m.version != 0 {
		lines += fmt.Sprintf(`ssl_enable=YES
allow_anon_ssl=YES
force_anon_data_ssl=YES
force_anon_logins_ssl=YES
rsa_cert_file=%s
rsa_private_key_file=%s
ssl_ciphers=HIGH
ssl_tlsv1=YES
require_ssl_reuse=YES
`, h.cert, h.key)
	}
	if m.scheme == "ftps" {
		lines += "implicit_ssl=YES\n"
	}
	return []string{h.path, h.write("v.conf", lines)}
}

// vsftpdCommands reads lines as: FTP command: Client "127.0.0.1", "TYPE I".
func vsftpdCommands(text string) []string {
	var out []string
	for _, line := range strings.Split(text, "\n") {
		if _, command, ok := strings.Cut(line, "FTP command: "); ok {
			_, quoted, _ := strings.Cut(command, `", "`)
			out = append(out, strings.Trim(strings.Fields(quoted + " ?")[0], `"`))
		}
	}
	return out
}

// proftpdCommands reads one command a line, of some with the word behind it: OPTS_UTF8.
func proftpdCommands(text string) []string {
	out := strings.Fields(text)
	for i, c := range out {
		out[i], _, _ = strings.Cut(c, "_")
	}
	return out
}

// configureProftpd leaves out TLSOptions NoSessionReuseRequired: reuse is its default.
func configureProftpd(h *machine, m serverMode) []string {
	h.user = "feed"
	if err := os.Chmod(filepath.Dir(h.root), 0o755); err != nil { // nobody must get at the files
		h.t.Fatal(err)
	}
	const hash = "$6$feedparity$vhhY7dHuFH/SNu1uI7gFoeZLfX5xw7lq7FRB4D1kzcyudWTKNtO4IA.YLErB798e98ljMTUbFjFbtFH9XjaV//" // of s3cret, by openssl passwd -6 -salt feedparity
	h.write("passwd", fmt.Sprintf("feed:%s:65534:65534::%s:/bin/sh\n", hash, h.root))
	lines := fmt.Sprintf(`ServerName t
ServerType standalone
DefaultAddress 127.0.0.1
Port %d
SocketBindTight on
UseIPv6 off
User nobody
Group nogroup
DefaultRoot ~
ModulePath %s
LoadModule mod_tls.c
ControlsEngine off
PidFile %[3]s/pid
ScoreboardFile %[3]s/score
DelayEngine off
WtmpLog off
TransferLog none
SystemLog %[3]s/log
LogFormat verb "%%m"
ExtendedLog %[3]s/commands.log ALL verb
AuthOrder mod_auth_file.c
AuthUserFile %[3]s/passwd
RequireValidShell off
UseReverseDNS off
`, h.port, filepath.Join(filepath.Dir(h.path), "../lib/proftpd"), h.dir)
	if m.version != 0 {
		lines += fmt.Sprintf("TLSEngine on\nTLSECCertificateFile %s\nTLSECCertificateKeyFile %s\nTLSRequired on\nTLSLog %s/tls.log\n", h.cert, h.key, h.dir)
	}
	if m.scheme == "ftps" {
		lines += "TLSOptions UseImplicitSSL\n"
	}
	return []string{h.path, "-n", "-q", "-c", h.write("pro.conf", lines)}
}

func configurePureftpd(h *machine, m serverMode) []string {
	h.user = "feed"
	add := exec.Command(filepath.Join(filepath.Dir(h.path), "../bin/pure-pw"), "useradd", "feed", "-f", h.file("passwd"), "-u", "65534", "-g", "65534", "-d", h.root, "-m", "-F", h.file("pdb"))
	add.Stdin = strings.NewReader("s3cret\ns3cret\n")
	if out, err := add.CombinedOutput(); err != nil {
		h.t.Fatalf("%v: %s", err, out)
	}
	args := []string{h.path, "-S", fmt.Sprintf("127.0.0.1,%d", h.port), "-4", "-E", "-H", "-l", "puredb:" + h.file("pdb"), "-u", "1", "-g", h.file("pid"), "-L", "200000:5"}
	if m.version != 0 {
		args = append(args, "-Y", "2", "-2", h.cert+","+h.key)
	}
	return args
}

func configurePyftpdlib(h *machine, m serverMode) []string {
	h.user = "feed"
	const script = `
import sys
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler, TLS_FTPHandler
from pyftpdlib.servers import FTPServer
root, port, log, pem = sys.argv[1:]
base = TLS_FTPHandler if pem else FTPHandler
class Handler(base):
    authorizer = DummyAuthorizer()
    def pre_process_command(self, line, cmd, arg):
        with open(log, 'a') as f:
            f.write(cmd + '\n')
        base.pre_process_command(self, line, cmd, arg)
Handler.authorizer.add_user('feed', 's3cret', root, perm='elr')
if pem:
    Handler.certfile = pem
    Handler.tls_control_required = Handler.tls_data_required = True
FTPServer(('127.0.0.1', int(port)), Handler).serve_forever()
`
	pem := ""
	if m.version != 0 {
		cert, errCert := os.ReadFile(h.cert)
		key, errKey := os.ReadFile(h.key)
		if err := errors.Join(errCert, errKey); err != nil {
			h.t.Fatal(err)
		}
		pem = h.write("both.pem", string(cert)+string(key))
	}
	return []string{h.path, "-I", "-c", script, h.root, fmt.Sprint(h.port), h.file("commands.log"), pem}
}

// configureSSHD lets root log in with a key, read-only (-R). The sftp-server is the
// program that internal-sftp is, too, since that one could log to syslog only.
func configureSSHD(h *machine, _ serverMode) []string {
	h.user, h.base = "root", ""
	key, hostKey := privateKey(h.t, ""), privateKey(h.t, "")
	signer, errKey := ssh.ParsePrivateKey([]byte(key))
	hostSigner, errHost := ssh.ParsePrivateKey([]byte(hostKey))
	if err := errors.Join(errKey, errHost, os.MkdirAll("/run/sshd", 0o755)); err != nil {
		h.t.Fatal(err)
	}
	h.ssh = SSH{Key: h.write("key", key), Pin: ssh.FingerprintSHA256(hostSigner.PublicKey())}
	lines := fmt.Sprintf(`Port %d
ListenAddress 127.0.0.1
HostKey %s
PidFile none
UsePAM no
StrictModes no
PermitRootLogin prohibit-password
AuthorizedKeysFile %s
Subsystem sftp /bin/false
ForceCommand exec /usr/lib/openssh/sftp-server -R -e -l VERBOSE -d %s 2>>%s
`, h.port, h.write("hostkey", hostKey), h.write("authorized", string(ssh.MarshalAuthorizedKey(signer.PublicKey()))), h.root, h.file("commands.log"))
	return []string{h.path, "-D", "-e", "-f", h.write("sshd.conf", lines)}
}
