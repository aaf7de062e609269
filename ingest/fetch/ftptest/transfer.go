package ftptest

import (
	"bytes"
	"cmp"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

func isTransfer(verb string) bool {
	return verb == "RETR" || verb == "LIST" || verb == "MLSD" || verb == "NLST"
}

// passive opens a port for the next data connection.
func (x *session) passive(verb string) {
	if verb == "EPSV" && x.s.o.NoEPSV {
		x.reply("502 not implemented")
		return
	}
	if x.wait != nil && x.s.o.OnePort {
		x.announce(verb, x.wait.Addr().(*net.TCPAddr).Port)
		return
	}
	if x.wait != nil {
		_ = x.wait.Close()
	}
	var err error
	if x.wait, err = x.s.o.listen(); err != nil {
		x.wait = nil
		x.reply("425 no port")
		return
	}
	port := x.wait.Addr().(*net.TCPAddr).Port
	x.s.opens(port)
	x.announce(verb, port)
}

func (x *session) announce(verb string, port int) {
	if verb == "EPSV" {
		x.reply("229 Entering Extended Passive Mode (|||%d|)", port)
		return
	}
	host := "127,0,0,1"
	if x.foreign {
		host = "192,0,2,1" // RFC 5737: nobody's
	}
	x.reply("227 Entering Passive Mode (%s,%d,%d)", host, port>>8, port&0xff)
}

// deadPort announces a port that was just free.
func (x *session) deadPort(verb string) {
	l, err := x.s.o.listen()
	if err != nil {
		x.reply("425 no port")
		return
	}
	_ = l.Close()
	x.announce(verb, l.Addr().(*net.TCPAddr).Port)
}

// transfer answers a command that needs a data connection.
func (x *session) transfer(verb, arg string) {
	if !x.in {
		x.reply("530 Please log in")
		return
	}
	f := x.s.fault(verb, arg)
	if f != nil && f.Action == Delay {
		x.sleep(f.Delay)
		f = nil
	}
	if f != nil && (f.Action == Reply || f.Action == Hang || f.Action == KillControl) {
		x.misbehave(f)
		return
	}
	body, refused := x.body(verb, arg, f)
	if refused != "" {
		x.reply("%s", refused)
		return
	}
	if x.wait == nil {
		x.reply("425 use PASV first")
		return
	}
	x.reply("150 here it comes")
	if f != nil && f.Action == NeverConnect {
		x.hang()
		return
	}
	c, raw := x.connect()
	if c == nil {
		return
	}
	defer x.s.drop(raw)
	x.send(c, raw, body, f)
}

// body returns the bytes to send, or the reply that refuses.
func (x *session) body(verb, arg string, f *Fault) (body []byte, refused string) {
	offset := x.rest
	x.rest = 0
	if verb != "RETR" {
		if verb == "MLSD" && x.s.o.NoMLSD || verb == "NLST" && !x.s.o.NLST {
			return nil, "502 not implemented"
		}
		if f != nil && f.Action == ListData {
			return f.Data, ""
		}
		return x.listing(verb, arg)
	}
	file, ok := x.s.find(x.abs(arg))
	if f != nil && f.Action == IgnoreRest {
		offset = 0
	}
	switch {
	case !ok:
		return nil, "550 no such file"
	case offset > int64(len(file.Data)) && f != nil && f.Action == Short: // as vsftpd does
		return nil, ""
	case offset > int64(len(file.Data)):
		return nil, "554 beyond the end"
	}
	return file.Data[offset:], ""
}

// connect takes the client's data connection, or replies why not.
func (x *session) connect() (c, raw net.Conn) {
	if !x.s.o.OnePort {
		defer func() {
			_ = x.wait.Close()
			x.wait = nil
		}()
	}
	_ = x.wait.(*net.TCPListener).SetDeadline(time.Now().Add(10 * time.Second))
	raw, err := x.wait.Accept()
	if err != nil {
		x.reply("425 you did not come")
		return nil, nil
	}
	if !x.s.keep(raw) {
		return nil, nil
	}
	if !x.prot {
		return raw, raw
	}
	t := tls.Server(raw, x.tls)
	if err := t.Handshake(); err != nil {
		x.s.drop(raw)
		x.reply("425 TLS failed")
		return nil, nil
	}
	if x.s.o.RequireSessionReuse && !t.ConnectionState().DidResume {
		x.s.drop(raw)
		x.reply("425 Unable to build data connection: Operation not permitted")
		return nil, nil
	}
	return t, raw
}

// send sends the data and the last reply, or does what the fault says.
func (x *session) send(c, raw net.Conn, body []byte, f *Fault) {
	if f == nil {
		f = &Fault{Action: ListData} // nothing left to do wrong
	}
	if f.Action >= Short && f.Action != NoFinal && f.Action != KillFinal {
		x.sendBadly(c, raw, body, f)
		return
	}
	_, err := c.Write(body)
	_ = c.Close()
	switch {
	case f.Action == NoFinal:
		x.hang()
	case f.Action == KillFinal:
		x.ended = true
	case err != nil:
		x.reply("426 the connection broke")
	default:
		x.reply("226 done")
		if f.Action == Extra {
			x.reply("%s", f.Reply)
		}
	}
}

func (x *session) sendBadly(c, raw net.Conn, body []byte, f *Fault) {
	if f.Action == Drip {
		x.drip(c, body, f.Delay)
		return
	}
	_, _ = c.Write(body[:min(f.After, int64(len(body)))])
	switch f.Action {
	case Short, Truncate:
		if f.Action == Truncate {
			c = raw
		}
		_ = c.Close()
		if f.Reply == "" {
			f.Reply = "226 done"
		}
		x.reply("%s", f.Reply)
	case Stall:
		x.hang()
	case Reset:
		x.sleep(20 * time.Millisecond) // let what was sent arrive: a reset overtakes it
		_ = raw.(*net.TCPConn).SetLinger(0)
		_ = raw.Close()
		x.reply("426 the connection broke")
	case CutBoth:
		_ = raw.Close()
		x.ended = true
	}
}

func (x *session) drip(c net.Conn, body []byte, pause time.Duration) {
	for i := range body {
		if _, err := c.Write(body[i : i+1]); err != nil {
			break
		}
		x.sleep(pause)
		select {
		case <-x.s.quit:
			return
		default:
		}
	}
	_ = c.Close()
	x.reply("226 done")
}

// listing makes the bytes of LIST or MLSD.
func (x *session) listing(verb, arg string) ([]byte, string) {
	dir := x.cwd
	if arg != "" {
		dir = x.abs(arg)
	}
	items, ok := x.s.list(dir)
	if !ok {
		return nil, "550 no such directory"
	}
	var b bytes.Buffer
	for _, i := range items {
		switch verb {
		case "MLSD":
			fmt.Fprintf(&b, "%s %s\r\n", facts(i), i.name)
		case "NLST":
			fmt.Fprintf(&b, "%s\r\n", i.name)
		default:
			writeLong(&b, i, cmp.Or(x.s.o.Zone, time.UTC))
		}
	}
	return b.Bytes(), ""
}

// facts describes an item as MLSD does (RFC 3659, section 7.5).
func facts(i item) string {
	if i.dir {
		return "type=dir;modify=" + defaultTime.Format("20060102150405") + ";"
	}
	size := len(i.file.Data)
	if i.file.Link != "" {
		size = len(i.file.Link) // as proftpd and pure-ftpd show it
	}
	return fmt.Sprintf("type=file;size=%d;modify=%s;", size, i.file.mtime().Format("20060102150405"))
}

// writeLong describes an item as ls -l does, which shows the time of day only
// for the last half year, both by the clock of a zone.
func writeLong(w io.Writer, i item, zone *time.Location) {
	t := i.file.mtime().In(zone)
	date := t.Format("Jan _2  2006")
	if age := time.Since(t); age < 180*24*time.Hour && age > -time.Hour {
		date = t.Format("Jan _2 15:04")
	}
	mode, size, name := "-rw-r--r--", len(i.file.Data), i.name
	switch {
	case i.dir:
		mode, size, date = "drwxr-xr-x", 4096, defaultTime.Format("Jan _2  2006")
	case i.file.Link != "":
		mode, size, name = "lrwxrwxrwx", len(i.file.Link), i.name+" -> "+i.file.Link
	}
	fmt.Fprintf(w, "%s 1 %-8s %-8s %12d %s %s\r\n", mode, "ftp", "ftp", size, date, name)
}

// String lists the commands received, one a line, for a test's log.
func (s *Server) String() string { return strings.Join(s.Log(), "\n") }
