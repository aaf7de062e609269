package fetch

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

const (
	maxReply   = 64 << 10 // bytes of one reply; a greeting of 64 MB once cost the library 713 MB
	maxListing = 64 << 20 // bytes of one listing, over half a million files
)

// conn is a TCP connection of a session with a fresh deadline on every read and
// write. The library sets none after dialling, so a server that stops answering
// would hold it for ever.
type conn struct {
	net.Conn
	s    *session
	idle time.Duration
}

func (c *conn) Read(p []byte) (int, error) {
	if err := c.Conn.SetReadDeadline(time.Now().Add(c.idle)); err != nil {
		return 0, err
	}
	n, err := c.Conn.Read(p)
	return n, c.note(err)
}

func (c *conn) Write(p []byte) (int, error) {
	if err := c.Conn.SetWriteDeadline(time.Now().Add(c.idle)); err != nil {
		return 0, err
	}
	n, err := c.Conn.Write(p)
	return n, c.note(err)
}

// note ends the whole session on a timeout: an answer that comes late would be
// taken for that of the next command, and waiting for another reply on the
// control connection would only cost the idle time again.
func (c *conn) note(err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	var t net.Error
	if errors.As(err, &t) && t.Timeout() {
		c.s.abort()
		return fmt.Errorf("no answer for %v: %w", c.idle, err)
	}
	return err
}

func (c *conn) Close() error {
	c.s.forget(c)
	return c.Conn.Close()
}

// The deadlines of others are not taken: an absolute one, once set, poisons the
// control connection for every later command.
func (*conn) SetDeadline(time.Time) error      { return nil }
func (*conn) SetReadDeadline(time.Time) error  { return nil }
func (*conn) SetWriteDeadline(time.Time) error { return nil }

// verbs are the commands that may be sent: none of them changes anything at the
// server.
var verbs = strings.Fields("USER PASS AUTH PBSZ PROT FEAT OPTS TYPE PWD CWD EPSV PASV PRET MLSD MLST LIST NLST SIZE MDTM REST RETR NOOP QUIT SYST")

// control is the control connection. It refuses to send a command that could
// write, bounds replies, and remembers the last command, which the library's
// errors do not tell. With explicit TLS it lies below the TLS layer: after AUTH it
// learns what is said from overheard.
type control struct {
	net.Conn
	explicit bool
	blind    bool // AUTH went by
	next     line // what is about to be sent encrypted
	midLine  bool // a long command reaches us in pieces
	verb     string
	reply    int  // bytes since the last command
	crowded  bool // 421 came and said that there are too many, which the library keeps for itself after EPSV
}

// line is a command, or a piece of one. What else is in it may be a password.
type line struct {
	verb  string
	whole bool // it ends here
}

func lineOf(p []byte) line {
	verb, _, _ := strings.Cut(strings.TrimRight(string(p), "\r\n"), " ")
	return line{verb, bytes.HasSuffix(p, []byte("\n"))}
}

func (c *control) Write(p []byte) (int, error) {
	c.reply = 0
	said := lineOf(p)
	if c.blind {
		said, c.next = c.next, line{}
	}
	if !c.blind || said != (line{}) { // or else TLS speaks for itself
		if err := c.check(said); err != nil {
			return 0, err
		}
	}
	return c.Conn.Write(p)
}

func (c *control) check(said line) error {
	start := !c.midLine
	c.midLine = !said.whole
	if !start {
		return nil
	}
	for _, v := range verbs {
		if v == said.verb {
			c.verb, c.blind = said.verb, c.blind || c.explicit && said.verb == "AUTH"
			return nil
		}
	}
	return fmt.Errorf("%w: refused to send %.10q", ErrProtocol, said.verb)
}

func (c *control) Read(p []byte) (int, error) {
	c.next = line{} // what looked like a command was a piece of a reply: more of it is read
	n, err := c.Conn.Read(p)
	if c.reply += n; c.reply > maxReply {
		return 0, fmt.Errorf("%w: reply longer than %d bytes", ErrProtocol, maxReply)
	}
	if !c.blind && c.reply == n {
		c.hear(p[:n])
	}
	return n, err
}

// hear looks at the beginning of a reply.
func (c *control) hear(reply []byte) {
	if bytes.HasPrefix(reply, []byte("421")) {
		c.crowded = passing(string(reply))
	}
}

// overheard is what the library takes for a place to write a protocol of the session to: it
// gets each command before it is encrypted, and each reply after that was decrypted. Which
// of them it is the next write to the connection below shows: a command follows at once.
type overheard struct{ s *session }

// Write implements io.Writer.
func (o overheard) Write(p []byte) (int, error) {
	c := o.s.control
	switch {
	case !c.blind || len(p) == 0:
	case '0' <= p[0] && p[0] <= '9': // no command begins so
		c.next = line{}
		c.hear(p)
	default:
		c.next = lineOf(p)
	}
	return len(p), nil
}

// data is a data connection. Its Close cannot fail: what came in is judged by
// the reader's errors and the server's reply, while closing only tells a server
// that has already gone that we go too.
type data struct{ net.Conn }

func (d data) Close() error {
	_ = d.Conn.Close()
	return nil
}

// listing is a data connection that keeps the bytes it carries and shows the
// library none of them: its parser drops what it does not know, reads sizes as
// octal and stops at the first line of 64 kB.
type listing struct {
	data
	into *bytes.Buffer
}

func (l listing) Read([]byte) (int, error) {
	n, err := l.into.ReadFrom(io.LimitReader(l.Conn, maxListing+1))
	switch {
	case err != nil:
		return 0, err
	case n > maxListing:
		return 0, fmt.Errorf("%w: listing longer than %d bytes", ErrProtocol, maxListing)
	}
	return 0, io.EOF
}
