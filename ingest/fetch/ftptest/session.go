package ftptest

import (
	"bufio"
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"path"
	"strconv"
	"strings"
	"time"
)

// session is one control connection.
type session struct {
	s       *Server
	raw     net.Conn // as accepted, which Close closes
	c       net.Conn // raw or TLS on it
	tls     *tls.Config
	r       *bufio.Reader
	cwd     string
	user    string
	in      bool // logged in
	prot    bool // data connections use TLS
	rest    int64
	wait    net.Listener // for the next data connection
	ended   bool
	foreign bool // PASV tells another machine's address
}

func newSession(s *Server, c net.Conn) *session {
	x := &session{s: s, raw: c, cwd: "/", tls: s.tls}
	if s.o.RequireSessionReuse {
		x.tls = ownKeys(s.tls)
	}
	x.use(c)
	if s.o.TLS == Implicit {
		x.use(tls.Server(c, x.tls))
	}
	return x
}

// ownKeys has a control connection and its data connections resume nobody else's session:
// what another one was given is encrypted with other keys.
func ownKeys(c *tls.Config) *tls.Config {
	var key [32]byte
	_, _ = rand.Read(key[:]) // it does not fail
	c = c.Clone()
	c.SetSessionTicketKeys([][32]byte{key})
	return c
}

func (x *session) use(c net.Conn) { x.c, x.r = c, bufio.NewReader(c) }

func (x *session) serve() {
	defer func() {
		if x.wait != nil {
			_ = x.wait.Close()
		}
		x.s.drop(x.raw)
	}()
	x.command("GREETING", "", func() { x.reply("220 ftptest ready") })
	for !x.ended {
		line, err := x.r.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		x.s.note(line)
		verb, arg, _ := strings.Cut(line, " ")
		verb = strings.ToUpper(verb)
		x.command(verb, arg, func() { x.run(verb, arg) })
	}
}

// command runs a command, unless a fault that concerns replies has it otherwise.
func (x *session) command(verb, arg string, run func()) {
	if isTransfer(verb) {
		x.transfer(verb, arg)
		return
	}
	f := x.s.fault(verb, arg)
	if f == nil {
		run()
		return
	}
	switch f.Action {
	case DeadPort:
		x.deadPort(verb)
	case Delay:
		x.sleep(f.Delay)
		run()
	case Extra:
		run()
		x.reply("%s", f.Reply)
	case Foreign:
		x.foreign = true
		run()
		x.foreign = false
	case Inject:
		x.reply("234 go on\r\n%s", f.Reply) // one segment, which the client may read at once
		x.use(tls.Server(x.raw, x.tls))
	default:
		x.misbehave(f)
	}
}

// misbehave does what ends or replaces a reply.
func (x *session) misbehave(f *Fault) {
	switch f.Action {
	case Reply:
		x.reply("%s", f.Reply)
		x.ended = strings.HasPrefix(f.Reply, "421")
	case Hang:
		x.hang()
	case KillControl:
		x.ended = true
	}
}

// hang answers nothing until the client leaves or the server is closed.
func (x *session) hang() {
	_, _ = io.Copy(io.Discard, x.raw)
	x.ended = true
}

func (x *session) sleep(d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-x.s.quit:
	}
}

func (x *session) reply(format string, args ...any) {
	_, err := fmt.Fprintf(x.c, format+"\r\n", args...)
	x.ended = x.ended || err != nil
}

func (x *session) abs(arg string) string {
	if !strings.HasPrefix(arg, "/") {
		arg = x.cwd + "/" + arg
	}
	return path.Clean("/" + arg)
}

// run answers a command as a good server does.
func (x *session) run(verb, arg string) {
	switch verb {
	case "USER", "PASS", "AUTH", "PBSZ", "PROT", "FEAT", "OPTS", "QUIT":
		x.setUp(verb, arg)
	case "NOOP":
		x.reply("200 ok")
	case "SYST":
		x.reply("215 UNIX Type: L8")
	default:
		if !x.in {
			x.reply("530 Please log in")
			return
		}
		x.ask(verb, arg)
	}
}

// setUp answers what a client sends before its work and at its end.
func (x *session) setUp(verb, arg string) {
	switch verb {
	case "USER":
		if x.s.o.TLS == Explicit && x.c == x.raw {
			x.reply("530 TLS required")
			return
		}
		x.user = arg
		x.reply("331 password, please")
	case "PASS":
		if x.s.o.User != "" && (x.user != x.s.o.User || arg != x.s.o.Password) {
			x.reply("530 Login incorrect")
			return
		}
		x.in = true
		x.reply("230 welcome")
	case "AUTH":
		if x.s.o.TLS != Explicit {
			x.reply("502 no TLS here")
			return
		}
		x.reply("234 go on")
		x.use(tls.Server(x.raw, x.tls))
	case "PBSZ":
		x.reply("200 PBSZ=0")
	case "PROT":
		x.prot = arg == "P" && x.s.tls != nil
		x.reply("200 ok")
	case "FEAT":
		x.features()
	case "OPTS":
		x.reply("200 ok")
	case "QUIT":
		x.reply("221 bye")
		x.ended = true
	}
}

func (x *session) features() {
	lines := []string{"211-Features:", " REST STREAM", " UTF8"}
	add := func(missing bool, feature string) {
		if !missing {
			lines = append(lines, " "+feature)
		}
	}
	add(x.s.o.NoEPSV, "EPSV")
	add(x.s.o.NoSize, "SIZE")
	add(x.s.o.NoMDTM, "MDTM")
	add(x.s.o.NoMLSD, "MLST type*;size*;modify*;")
	add(x.s.tls == nil, "AUTH TLS")
	x.reply("%s", strings.Join(append(lines, "211 End"), "\r\n"))
}

// ask answers what a client that is logged in may ask.
func (x *session) ask(verb, arg string) {
	switch verb {
	case "TYPE":
		x.reply("200 ok")
	case "PWD":
		x.reply("257 \"%s\" is where you are", x.cwd)
	case "CWD":
		x.changeDir(arg)
	case "SIZE", "MDTM", "MLST":
		x.describe(verb, arg)
	case "EPSV", "PASV":
		x.passive(verb)
	case "REST":
		n, err := strconv.ParseInt(arg, 10, 64)
		if err != nil || n < 0 {
			x.reply("501 bad offset")
			return
		}
		x.rest = n
		x.reply("350 from %d", n)
	default:
		x.reply("502 not implemented")
	}
}

func (x *session) changeDir(arg string) {
	dir := x.abs(arg)
	if _, ok := x.s.list(dir); !ok {
		x.reply("550 no such directory")
		return
	}
	x.cwd = dir
	x.reply("250 ok")
}

func (x *session) describe(verb, arg string) {
	f, ok := x.s.find(x.abs(arg))
	switch {
	case verb == "SIZE" && x.s.o.NoSize, verb == "MDTM" && x.s.o.NoMDTM, verb == "MLST" && x.s.o.NoMLSD:
		x.reply("502 not implemented")
	case !ok:
		x.reply("550 no such file")
	case verb == "SIZE":
		x.reply("213 %d", len(f.Data))
	case verb == "MDTM":
		x.reply("213 %s", f.mtime().Format("20060102150405"))
	default:
		x.reply("250-as asked\r\n %s %s\r\n250 End", facts(item{file: f}), arg)
	}
}
