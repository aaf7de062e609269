// Package ftptest is an FTP server on the loopback interface that serves files
// from memory and can misbehave to order: it sends short files, stalls, resets
// connections, garbles replies. Tests use it to see what fetch does about that,
// and "feedparity demo" serves its deliveries with it.
//
//	srv, err := ftptest.New(ftptest.Options{Files: map[string]ftptest.File{"in/a.csv": {Data: data}}})
//	defer srv.Close()
//	fetch.Open(ctx, srv.URL(), fetch.Options{})
//
// It knows the commands a reading client needs and answers 502 to all others, so
// nothing a client sends can change what it serves.
package ftptest

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"path"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"
)

// TLSMode says how the server protects connections.
type TLSMode uint8

// The modes.
const (
	Plain    TLSMode = iota
	Explicit         // AUTH TLS; a client that does not ask for it is refused at USER
	Implicit         // TLS from the first byte
)

// File is a file that is served.
type File struct {
	Data  []byte
	MTime time.Time // the zero time shows as 2024-01-02 03:04:05 UTC
	// Link, if set, makes it a symbolic link shown in LIST; reading it gives Data.
	Link string
}

var defaultTime = time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)

func (f File) mtime() time.Time {
	if f.MTime.IsZero() {
		return defaultTime
	}
	return f.MTime.UTC()
}

// Options say what is served and what goes wrong.
type Options struct {
	// Files by path relative to the root, separated by slashes, in raw bytes.
	// Directories exist by what is in them; a path ending in a slash is an empty one.
	Files map[string]File

	User, Password string // "" lets everybody in

	TLS                 TLSMode
	Certificate         *tls.Certificate // nil makes one for localhost, 127.0.0.1 and ::1
	RequireSessionReuse bool             // refuse data connections that do not resume their own control connection's TLS session, as proftpd does
	MaxTLSVersion       uint16           // 0 is the newest

	NoMLSD bool // offer LIST only, as vsftpd does
	// Zone is that of the times in LIST, UTC if nil.
	Zone   *time.Location
	NLST   bool // offer NLST as well
	NoMDTM bool
	NoSize bool
	NoEPSV bool // refuse EPSV with 502
	// OnePort has each session keep its port for data connections. A new one for each is
	// what servers do; after some ten thousand, all of them still waiting for their last
	// packets, looking for a free one costs the kernel more than anything else here.
	OnePort bool

	// IPv6 listens on ::1 in place of 127.0.0.1.
	IPv6 bool

	Faults []Fault
}

// listen opens a free port where the server lives.
func (o Options) listen() (net.Listener, error) {
	host := "127.0.0.1"
	if o.IPv6 {
		host = "::1"
	}
	return net.Listen("tcp", net.JoinHostPort(host, "0"))
}

// Server is a running server.
type Server struct {
	o      Options
	l      net.Listener
	tls    *tls.Config
	cert   *tls.Certificate
	quit   chan struct{} // closed by Close
	served sync.WaitGroup

	mu       sync.Mutex
	files    map[string]File
	listed   map[string][]item // directories, by their prefixes
	faults   []Fault
	conns    map[net.Conn]struct{}
	log      []string
	opened   int // control connections so far
	standing int // of them now
	atOnce   int // greatest standing
	ports    []int
}

// New starts a server on a free port of 127.0.0.1. Close stops it.
func New(o Options) (*Server, error) {
	s := &Server{o: o, quit: make(chan struct{}), files: map[string]File{}, listed: map[string][]item{}, conns: map[net.Conn]struct{}{}}
	maps.Copy(s.files, o.Files)
	s.faults = append(s.faults, o.Faults...)
	if o.TLS != Plain {
		if err := s.useTLS(); err != nil {
			return nil, err
		}
	}
	var err error
	if s.l, err = o.listen(); err != nil {
		return nil, fmt.Errorf("start ftp server: %w", err)
	}
	s.opens(s.l.Addr().(*net.TCPAddr).Port)
	s.served.Add(1)
	go s.accept()
	return s, nil
}

func (s *Server) useTLS() error {
	s.cert = s.o.Certificate
	if s.cert == nil {
		c, err := NewCertificate("localhost", "127.0.0.1", "::1")
		if err != nil {
			return fmt.Errorf("start ftp server: %w", err)
		}
		s.cert = &c
	}
	// One config for all connections: it holds the keys by which sessions resume.
	s.tls = &tls.Config{Certificates: []tls.Certificate{*s.cert}, MaxVersion: s.o.MaxTLSVersion}
	return nil
}

// Addr is the server's host:port.
func (s *Server) Addr() string { return s.l.Addr().String() }

// URL is the address of the server's root, with the scheme that fits its TLS
// mode and without a password.
func (s *Server) URL() string {
	return [...]string{"ftp", "ftpes", "ftps"}[s.o.TLS] + "://" + s.Addr()
}

// Certificate returns the server's certificate, nil without TLS.
func (s *Server) Certificate() *tls.Certificate { return s.cert }

// Close stops listening, closes every connection and waits until all that the
// server started has ended.
func (s *Server) Close() error {
	s.mu.Lock()
	select {
	case <-s.quit:
		s.mu.Unlock()
		return nil
	default:
	}
	close(s.quit)
	err := s.l.Close()
	for c := range s.conns {
		_ = c.Close()
	}
	s.mu.Unlock()
	s.served.Wait()
	return err
}

// Log returns the command lines received so far, PASS without its argument.
func (s *Server) Log() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.log...)
}

// Count returns how many command lines began with the verb.
func (s *Server) Count(verb string) int {
	n := 0
	for _, line := range s.Log() {
		if v, _, _ := strings.Cut(line, " "); v == verb {
			n++
		}
	}
	return n
}

// Connections returns how many control connections were opened so far.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.opened
}

// AtOnce returns how many control connections stood at the same time at most. One that
// its client has closed counts until that is noticed, so each is looked at a moment
// after it came.
func (s *Server) AtOnce() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.atOnce
}

// Standing returns how many control connections stand now.
func (s *Server) Standing() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.standing
}

// stands counts a control connection; f is its life.
func (s *Server) stands(f func()) {
	s.mu.Lock()
	s.standing++
	s.mu.Unlock()
	look := time.AfterFunc(50*time.Millisecond, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.atOnce = max(s.atOnce, s.standing)
	})
	defer func() {
		look.Stop()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.standing--
	}()
	f()
}

// Ports returns every port the server has listened on so far, so that a test can see
// whether a client left a connection to one of them open.
func (s *Server) Ports() []int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.ports)
}

func (s *Server) opens(port int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ports = append(s.ports, port)
}

// Put adds or replaces a file while the server runs.
func (s *Server) Put(p string, f File) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files[p] = f
	clear(s.listed)
}

// Remove takes a file away while the server runs.
func (s *Server) Remove(p string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.files, p)
	clear(s.listed)
}

func (s *Server) accept() {
	defer s.served.Done()
	for {
		c, err := s.l.Accept()
		if err != nil {
			return // closed
		}
		if !s.keep(c) {
			return
		}
		s.mu.Lock()
		s.opened++
		s.mu.Unlock()
		s.served.Add(1)
		go func() {
			defer s.served.Done()
			s.stands(newSession(s, c).serve)
		}()
	}
}

// keep remembers a connection, so that Close can end it and no finaliser does
// before (a stall would turn into an end of file at random).
func (s *Server) keep(c net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.quit:
		_ = c.Close()
		return false
	default:
	}
	s.conns[c] = struct{}{}
	return true
}

func (s *Server) drop(c net.Conn) {
	s.mu.Lock()
	delete(s.conns, c)
	s.mu.Unlock()
	_ = c.Close()
}

func (s *Server) note(line string) {
	if verb, _, ok := strings.Cut(line, " "); ok && strings.EqualFold(verb, "PASS") {
		line = verb + " ***"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = append(s.log, line)
}

// find returns the file at an absolute path.
func (s *Server) find(abs string) (File, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, ok := s.files[strings.TrimPrefix(abs, "/")]
	return f, ok && !strings.HasSuffix(abs, "/")
}

// item is a line of a listing to come.
type item struct {
	name string
	dir  bool
	file File
}

// list returns what is in a directory, by name, or false if there is none. It is kept until a
// file changes: sessions wait for each other here, and a directory is asked for by each CWD.
func (s *Server) list(abs string) ([]item, bool) {
	prefix := strings.TrimPrefix(strings.TrimSuffix(abs, "/")+"/", "/")
	s.mu.Lock()
	defer s.mu.Unlock()
	if out := s.listed[prefix]; out != nil {
		return out, true
	}
	items := map[string]item{}
	found := prefix == ""
	for p, f := range s.files {
		rest, ok := strings.CutPrefix(p, prefix)
		if !ok {
			continue
		}
		found = true
		if name, _, deeper := strings.Cut(rest, "/"); name != "" {
			items[name] = item{name, deeper, f}
		}
	}
	out := make([]item, 0, len(items))
	for _, i := range items {
		out = append(out, i)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].name < out[j].name })
	if found {
		s.listed[prefix] = out
	}
	return out, found
}

// FromFS reads all regular files of a file system, for Options.Files.
func FromFS(fsys fs.FS) (map[string]File, error) {
	if fsys == nil {
		return nil, errors.New("read files to serve: no file system")
	}
	files := map[string]File{}
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		data, err := fs.ReadFile(fsys, p)
		files[path.Clean(p)] = File{Data: data, MTime: info.ModTime()}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read files to serve: %w", err)
	}
	return files, nil
}
