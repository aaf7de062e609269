package fetch

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// startHTTP serves a handler and remembers the methods it was asked with.
func startHTTP(t *testing.T, h http.Handler) (url string, methods func() []string) {
	t.Helper()
	noLeaks(t)
	var mu sync.Mutex
	var seen []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		if !slices.Contains(seen, r.Method) {
			seen = append(seen, r.Method)
		}
		mu.Unlock()
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	return srv.URL, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Sorted(slices.Values(seen))
	}
}

func httpOptions() Options {
	return Options{IdleTimeout: slack, DialTimeout: 2 * time.Second, Retries: -1, Backoff: time.Millisecond}
}

// serveSuite serves suiteFiles with an index page for each directory; http.FileServer
// refuses names that are no UTF-8.
func serveSuite(w http.ResponseWriter, r *http.Request) {
	p := strings.TrimPrefix(r.URL.Path, "/")
	if data, ok := suiteFiles[p]; ok {
		http.ServeContent(w, r, "x.csv", suiteTime, strings.NewReader(data))
		return
	}
	names := map[string]bool{}
	for name := range suiteFiles {
		if rest, ok := strings.CutPrefix(name, p); ok && (p == "" || strings.HasSuffix(p, "/")) {
			first, _, deeper := strings.Cut(rest, "/")
			if deeper {
				first += "/"
			}
			names[first] = true
		}
	}
	if len(names) == 0 {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintln(w, `<a href="?C=M;O=A">Last modified</a> <a href="../">Parent Directory</a>`)
	for name := range names {
		bare := strings.TrimSuffix(name, "/")
		fmt.Fprintf(w, "<a href=\"%s%s\">%s</a>\n", html.EscapeString("./"+url.PathEscape(bare)), name[len(bare):], html.EscapeString(name))
	}
}

func TestHTTP(t *testing.T) {
	at, methods := startHTTP(t, http.HandlerFunc(serveSuite))
	testSource(t, open(t, at+"/", httpOptions()))
	if got := methods(); !slices.Equal(got, []string{"GET", "HEAD"}) {
		t.Errorf("methods %v", got)
	}
	src := open(t, at+"/in/prices.csv", httpOptions())
	entries, _, err := find(t.Context(), src)
	if err != nil || paths(entries) != "file prices.csv" {
		t.Errorf("one file: %v, %v", entries, err)
	}
	if b, err := readAll(t.Context(), src, "prices.csv", 3); err != nil || string(b) != suiteFiles["in/prices.csv"][3:] {
		t.Errorf("one file: %q, %v", b, err)
	}
}

// TestHTTPConnections: the feeds of one server have its connections together, also those
// that nobody uses, and half as many once it says that there are too many.
func TestHTTPConnections(t *testing.T) {
	noLeaks(t)
	var mu sync.Mutex
	open, most := map[net.Conn]bool{}, 0
	crowded := false
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		refuse := crowded
		crowded = false
		mu.Unlock()
		if refuse {
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		time.Sleep(5 * time.Millisecond) // or each request may find the connection of the one before it free
		serveSuite(w, r)
	}))
	srv.Config.ConnState = func(c net.Conn, s http.ConnState) {
		mu.Lock()
		defer mu.Unlock()
		if open[c] = true; s == http.StateClosed {
			delete(open, c)
		}
		most = max(most, len(open))
	}
	srv.Start()
	t.Cleanup(srv.Close)
	hosts := NewHosts()
	defer hosts.Close()
	o := httpOptions()
	o.Hosts, o.Connections = hosts, 2
	all := func() {
		var wg sync.WaitGroup
		for range 4 {
			src, err := Open(t.Context(), srv.URL+"/", o)
			if err != nil {
				t.Fatal(err)
			}
			wg.Go(func() {
				defer src.Close()
				if _, err := readAll(t.Context(), src, "in/prices.csv", 0); err != nil {
					t.Error(err)
				}
				if _, _, err := src.List(t.Context(), "in"); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	all()
	if most != 2 {
		t.Errorf("%d connections at once, want 2", most)
	}
	crowded = true
	src, err := Open(t.Context(), srv.URL+"/", o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := src.Stat(t.Context(), "in/prices.csv"); err == nil {
		t.Error("too many, and no error")
	}
	for end := time.Now().Add(slack); ; time.Sleep(time.Millisecond) {
		mu.Lock()
		most = len(open)
		mu.Unlock()
		if most <= 1 || time.Now().After(end) {
			break
		}
	}
	all()
	if most > 1 {
		t.Errorf("%d connections at once after 429, want 1", most)
	}
}

// TestHTTPForbidden: of the links of an index, one that is gone is none, and one that is
// not ours to read is told of.
func TestHTTPForbidden(t *testing.T) {
	at, _ := startHTTP(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/":
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, `<a href="gone.csv">1</a><a href="secret.csv">2</a><a href="a.csv">3</a>`)
		case "/a.csv":
			w.Header().Set("Content-Length", "1")
		case "/secret.csv":
			w.WriteHeader(http.StatusForbidden)
		default:
			http.NotFound(w, r)
		}
	}))
	entries, unparsed, err := find(t.Context(), open(t, at+"/", httpOptions()))
	if err != nil || paths(entries) != "file a.csv" || len(unparsed) != 1 || unparsed[0].String() != `line 2 "secret.csv": 403 Forbidden` {
		t.Errorf("%v, %v, %v", entries, unparsed, err)
	}
}

// TestHTTPNames: an index tells names alone. Only what is wanted is asked for, and what is
// wrong with one of them costs none of the others.
func TestHTTPNames(t *testing.T) {
	answers := map[string]func(w http.ResponseWriter){"a.csv": func(w http.ResponseWriter) { w.Header().Set("Content-Length", "1") }}
	for name, code := range map[string]int{"400.csv": 400, "401.csv": 401, "403.csv": 403, "404.csv": 404, "410.csv": 410, "500.csv": 500, "502.csv": 502} {
		answers[name] = func(w http.ResponseWriter) { w.WriteHeader(code) }
	}
	answers["packed.csv"] = func(w http.ResponseWriter) { w.Header().Set("Content-Encoding", "gzip") }
	answers["away.csv"] = func(w http.ResponseWriter) {
		w.Header().Set("Location", "away.csv")
		w.WriteHeader(http.StatusFound)
	}
	var mu sync.Mutex
	asked := map[string]int{}
	mux := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, "/")
		mu.Lock()
		asked[name]++
		mu.Unlock()
		switch {
		case name == "":
			w.Header().Set("Content-Type", "text/html")
			for name := range answers {
				fmt.Fprintf(w, "<a href=%s>x</a>", name)
			}
			fmt.Fprint(w, `<a href="err.pdf">x</a><a href="a.csv.ok">x</a><a href="sub/">x</a>`)
		case answers[name] != nil:
			answers[name](w)
		case name == "a.csv.ok":
		default:
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	at, _ := startHTTP(t, mux)
	for _, user := range []string{"", "acme"} {
		o := httpOptions()
		o.User, o.Password, o.Retries, o.Hosts = user, user, 4, NewHosts()
		t.Cleanup(func() { _ = o.Hosts.Close() })
		clear(asked)
		f, err := Find(t.Context(), open(t, at+"/", o), Selection{Match: []string{"*.csv"}, Done: []string{"{name}.ok"}})
		if err != nil || paths(f.Entries) != "file a.csv" || f.Entries[0].Done != "a.csv.ok" {
			t.Fatalf("user %q: %v, %v", user, f.Entries, err)
		}
		var unparsed, held []string
		for _, u := range f.Unparsed {
			unparsed = append(unparsed, u.Text)
		}
		for _, h := range f.Held {
			held = append(held, h.Entry.Path+": "+h.Why)
		}
		slices.Sort(unparsed)
		slices.Sort(held)
		if got := strings.Join(unparsed, " "); got != "400.csv 401.csv 403.csv away.csv packed.csv" {
			t.Errorf("user %q: unparsed %v", user, f.Unparsed)
		}
		if got := strings.Join(held, ", "); got != "500.csv: its server does not say what it is: 500 Internal Server Error, 502.csv: its server does not say what it is: 502 Bad Gateway" {
			t.Errorf("user %q: held %v", user, got)
		}
		if asked["err.pdf"] > 0 || asked["a.csv"] != 1 || asked["a.csv.ok"] != 1 || asked["400.csv"] != 1 || asked["500.csv"] != 2 {
			t.Errorf("user %q: asked %v", user, asked)
		}
	}
	answers = map[string]func(w http.ResponseWriter){"503.csv": func(w http.ResponseWriter) { w.WriteHeader(503) }}
	if _, _, err := find(t.Context(), open(t, at+"/", httpOptions())); err == nil || !Transient(err) {
		t.Errorf("a server that is not available: %v", err)
	}
	answers = map[string]func(w http.ResponseWriter){}
	for i := range 20 {
		answers[fmt.Sprintf("%d.csv", i)] = func(w http.ResponseWriter) { w.WriteHeader(401) }
	}
	clear(asked)
	o := httpOptions()
	o.User, o.Password = "acme", "wrong"
	if _, err := Find(t.Context(), open(t, at+"/", o), Selection{Match: []string{"*.csv"}}); !errors.Is(err, ErrLogin) || len(asked) != 3 {
		t.Errorf("a login that the index does not ask for and no file accepts: %v, asked %v", err, asked)
	}
}

// TestIndex: what servers' index pages link to.
func TestIndex(t *testing.T) {
	at := &url.URL{Scheme: "http", Host: "h", Path: "/out/"}
	for _, c := range []struct{ why, page, want string }{
		{"Apache's", `<a href="?C=N;O=D">Name</a> <a href="/">Parent Directory</a> <a href="a.csv">a.csv</a> <A HREF='sub/'>sub/</A>`, "a.csv sub/"},
		{"nginx's", `<a href="../">../</a>` + "\n" + `<a href="caf%E9%20x.csv">caf..&gt;</a>`, "caf\xe9 x.csv"},
		{"IIS's, from the root", `<A HREF="/out/B.CSV">B.CSV</A><A HREF="/other/C.CSV">C</A>`, "B.CSV"},
		{"entities", `<a href="a&amp;b.csv">`, "a&b.csv"},
		{"unquoted", "<a href=a.csv>a</a> <A class=x HREF = b.csv\ntitle=b>b</A> <a href=sub/>sub/</a> <a href=?C=N;O=D>Name</a>", "a.csv b.csv sub/"},
		{"twice", `<a href="a.csv">icon</a><a href="a.csv">a.csv</a>`, "a.csv"},
		{"elsewhere", `<a href="https://evil.example/a.csv">x</a><a href="//h2/a.csv">x</a><a href="mailto:a@b">x</a><a href="sub/deep.csv">x</a>`, ""},
		{"what climbs", `<a href="%2e%2e%2fx.csv">x</a><a href="a%2Fb">x</a><a href="a%0Ab">x</a><a href="./">x</a>`, ""},
	} {
		names, err := namesIn(c.page, at)
		if got := strings.Join(names, " "); got != c.want || (err != nil) != (c.want == "") {
			t.Errorf("%s: %q, %v, want %q", c.why, got, err, c.want)
		}
	}
}

// Empty directories, as servers show them that have been run or read.
var emptyIndexes = map[string]string{
	"Apache":             `<html><head><title>Index of /out</title></head><body><h1>Index of /out</h1><table><tr><th><a href="?C=N;O=D">Name</a></th></tr><tr><td><a href="/">Parent Directory</a></td></tr></table></body></html>`,
	"Apache, plain":      "<html><head>\n  <title>Index of /</title>\n </head>\n <body>\n<h1>Index of /</h1>\n<ul></ul>\n</body></html>",
	"nginx":              "<html>\r\n<head><title>Index of /out/</title></head>\r\n<body>\r\n<h1>Index of /out/</h1><hr><pre><a href=\"../\">../</a>\r\n</pre><hr></body>\r\n</html>",
	"IIS":                `<html><head><title>h - /out/</title></head><body><H1>h - /out/</H1><hr><pre><A HREF="/">[To Parent Directory]</A><br><br></pre><hr></body></html>`,
	"Python 3":           "<!DOCTYPE HTML>\n<html lang=\"en\">\n<head>\n<title>Directory listing for /out/</title>\n</head>\n<body>\n<h1>Directory listing for /out/</h1>\n<hr>\n<ul>\n</ul>\n<hr>\n</body>\n</html>",
	"Go":                 "<!doctype html>\n<meta name=\"viewport\" content=\"width=device-width\">\n<pre>\n</pre>\n",
	"Tomcat":             `<html><head><title>Directory Listing For [/out/] - Up To [/]</title></head><body><h1>Directory Listing For [/out/]</h1></body></html>`,
	"Jetty":              `<html><title>Directory: /out/</title><body><h1>Directory: /out/</h1></body></html>`,
	"a parent alone":     `<p><a href=../>up</a></p>`,
	"a sort order alone": `<p><a href="?sort=name">by name</a></p>`,
}

// TestIndexPages: what shows that a directory is empty, and what is no index and must not
// pass for one: all that was there would be gone.
func TestIndexPages(t *testing.T) {
	var page, encoding string
	at, _ := startHTTP(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/moved/" {
			http.Redirect(w, r, "/login?next=out", http.StatusFound)
			return
		}
		if got := r.Header.Get("Accept-Encoding"); got != "identity" {
			t.Errorf("Accept-Encoding %q", got)
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if encoding != "" {
			w.Header().Set("Content-Encoding", encoding)
		}
		fmt.Fprint(w, page)
	}))
	list := func(dir string) ([]Entry, error) {
		entries, _, err := find(t.Context(), open(t, at+dir, httpOptions()))
		return entries, err
	}
	for name, p := range emptyIndexes {
		page = p
		if entries, err := list("/out/"); err != nil || len(entries) > 0 {
			t.Errorf("%s: %v, %v", name, entries, err)
		}
	}
	for _, c := range []struct{ why, page, encoding, dir, want string }{
		{"packed", "\x1f\x8b\x08", "gzip", "/out/", "it sends gzip although that was not asked for"},
		{"a login", `<title>Sign in</title><form action="/login"><input name=user><input type="password" name=p></form>`, "", "/out/", "no index page: it asks for a password"},
		{"a login with links", `<form><input type=password></form><a href="forgot.html">Forgot?</a> <a href="/">Home</a>`, "", "/out/", "no index page: it asks for a password"},
		{"a login somewhere else", `<a href="x.csv">x</a>`, "", "/moved/", "no index page: the server sends us on to /login"},
		{"an application", `<div id="root"></div><script src="app.js"></script>`, "", "/out/", "no index page: it links to nothing"},
		{"a page of a site", `<h1>Welcome</h1><a href="https://x.example/">Us</a> <a href="/about.html">About</a> <a href="/">Home</a> <a href="#top">Top</a>`, "", "/a/out/", "no index page: it links to nothing"},
		{"nothing", "", "", "/out/", "no index page: it links to nothing"},
	} {
		page, encoding = c.page, c.encoding
		entries, err := list(c.dir)
		if err == nil || !strings.Contains(err.Error(), c.want) || Transient(err) {
			t.Errorf("%s: %v, %v; want %s", c.why, entries, err, c.want)
		}
	}
}

// TestHTTPFaults: what servers do, one path for each, and what we make of it.
func TestHTTPFaults(t *testing.T) {
	data := payload(100_000)
	mux := http.NewServeMux()
	handle := func(path string, f http.HandlerFunc) { mux.HandleFunc(path, f) }
	serve := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"v1"`)
		http.ServeContent(w, r, "x", suiteTime, strings.NewReader(string(data)))
	}
	handle("/nohead/a.csv", func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		serve(w, r)
	})
	handle("/norange/a.csv", func(w http.ResponseWriter, r *http.Request) {
		r.Header.Del("Range")
		serve(w, r)
	})
	handle("/wrongrange/a.csv", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Range") != "" {
			r.Header.Set("Range", "bytes=5-")
		}
		serve(w, r)
	})
	handle("/cut/a.csv", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(len(data)))
		_, _ = w.Write(data[:50_000])
	})
	handle("/nolength/a.csv", func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write(data[:50_000])
		w.(http.Flusher).Flush()
		_, _ = w.Write(data[50_000:])
	})
	handle("/changes/a.csv", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", fmt.Sprintf(`"%d"`, time.Now().UnixNano()))
		http.ServeContent(w, r, "x", time.Time{}, strings.NewReader(string(data)))
	})
	handle("/packed/a.csv", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(data)
	})
	handle("/slow/a.csv", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(len(data)))
		_, _ = w.Write(data[:10])
		w.(http.Flusher).Flush()
		if r.Method == http.MethodGet {
			<-r.Context().Done()
		}
	})
	for _, code := range []int{401, 403, 404, 410, 429, 500, 503} {
		handle(fmt.Sprintf("/%d/a.csv", code), func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(code) })
	}
	handle("/auth/a.csv", func(w http.ResponseWriter, r *http.Request) {
		if u, p, _ := r.BasicAuth(); u != "acme" || p != "s3cret" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		serve(w, r)
	})
	handle("/query/a.csv", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RawQuery != "token=s3cret&x=1" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		serve(w, r)
	})
	handle("/text/", func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Content-Type", "text/plain") })
	at, _ := startHTTP(t, mux)
	for _, c := range []struct {
		why, path string
		want      string // of the error, "" for success
		is        error
		transient bool
	}{
		{why: "no HEAD", path: "/nohead/a.csv"},
		{why: "no ranges", path: "/norange/a.csv"},
		{why: "a length that is not announced: read twice", path: "/nolength/a.csv"},
		{why: "a password", path: "/auth/a.csv"},
		{why: "a query", path: "/query/a.csv?token=s3cret&x=1"},
		{why: "cut", path: "/cut/a.csv", want: "short transfer (50000/100000)", transient: true},
		{why: "another version each time", path: "/changes/a.csv", want: "changed while it was read", is: ErrChanged, transient: true},
		{why: "packed unasked", path: "/packed/a.csv", want: "it sends gzip", is: ErrProtocol},
		{why: "stalled", path: "/slow/a.csv", want: "no answer for", is: context.DeadlineExceeded, transient: true},
		{why: "401", path: "/401/a.csv", want: "login refused", is: ErrLogin},
		{why: "403", path: "/403/a.csv", is: ErrUnavailable, want: "403 Forbidden"},
		{why: "404", path: "/404/a.csv", is: ErrUnavailable, want: "404"},
		{why: "410", path: "/410/a.csv", is: ErrUnavailable, want: "410"},
		{why: "429", path: "/429/a.csv", want: "429", transient: true},
		{why: "500", path: "/500/a.csv", want: "500", transient: true},
		{why: "503", path: "/503/a.csv", want: "503", transient: true},
	} {
		o := httpOptions()
		o.IdleTimeout, o.User, o.Password = 2*idle, "acme", "s3cret"
		src := open(t, at+c.path, o)
		dir := openDir(t)
		d, err := Download(t.Context(), src, Entry{Path: "a.csv"}, dir, "a.csv")
		switch {
		case c.want == "" && err != nil, c.want != "" && err == nil:
			t.Errorf("%s: error %v", c.why, err)
		case err == nil:
			took(t, dir, d, data)
		case !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "s3cret") || Transient(err) != c.transient || c.is != nil && !errors.Is(err, c.is):
			t.Errorf("%s: error %v (transient %t), want %q, %v, %t and no secret", c.why, err, Transient(err), c.want, c.is, c.transient)
		}
	}
	for path, want := range map[string]string{"/norange/a.csv": "", "/nohead/a.csv": "", "/wrongrange/a.csv": "it sends from 5 on"} {
		r, err := open(t, at+path, httpOptions()).Open(t.Context(), "a.csv", 99_000)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s from an offset: %v", path, err)
		}
		if err == nil {
			b, err := io.ReadAll(r)
			if err = errors.Join(err, r.Close()); err != nil || string(b) != string(data[99_000:]) {
				t.Errorf("%s from an offset: %d bytes, %v", path, len(b), err)
			}
		}
	}
	if _, _, err := open(t, at+"/text/", httpOptions()).List(t.Context(), ""); !errors.Is(err, ErrProtocol) {
		t.Errorf("no index page: %v", err)
	}
}

// TestHTTPS: trust is as for FTPS, and nothing follows a way out of TLS.
func TestHTTPS(t *testing.T) {
	plain, _ := startHTTP(t, http.HandlerFunc(serveSuite))
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/away/") {
			http.Redirect(w, r, plain+"/in/prices.csv", http.StatusFound)
			return
		}
		http.ServeContent(w, r, "x", suiteTime, strings.NewReader("a"))
	}))
	defer srv.Close()
	o := httpOptions()
	if _, err := open(t, srv.URL+"/a.csv", o).Stat(t.Context(), "a.csv"); err == nil || Transient(err) {
		t.Errorf("a certificate nobody knows: %v", err)
	}
	o.TLS.Roots = x509.NewCertPool()
	o.TLS.Roots.AddCert(srv.Certificate())
	if e, err := open(t, srv.URL+"/a.csv", o).Stat(t.Context(), "a.csv"); err != nil || e.Size != 1 {
		t.Errorf("%+v, %v", e, err)
	}
	if _, err := open(t, srv.URL+"/away/a.csv", o).Stat(t.Context(), "a.csv"); !errors.Is(err, errRedirect) || Transient(err) {
		t.Errorf("a redirect out of TLS: %v", err)
	}
}

// TestHTTPDirectories: a page below the source that is no index, or is not ours to read, costs
// the files beside it nothing: it is told of. One of which the server says nothing tonight
// fails the feed, as its files would be gone.
func TestHTTPDirectories(t *testing.T) {
	for name, tt := range map[string]struct {
		answer func(http.ResponseWriter, *http.Request)
		want   string // why it cannot be listed, "" if it is the feed that cannot be
	}{
		"a page of a site": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, `<h1>About</h1><a href="https://x.example/">Us</a>`)
		}, "no index page: it links to nothing"},
		"a login": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, `<form><input type=password></form>`)
		}, "asks for a password"},
		"no page at all": {func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Type", "text/csv") }, `got "text/csv"`},
		"packed": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.Header().Set("Content-Encoding", "br")
		}, "it sends br"},
		"forbidden":    {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }, "403 Forbidden"},
		"unauthorized": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }, "401 Unauthorized"},
		"sent on and on": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.Path, http.StatusFound)
		}, "redirect refused"},
		"broken tonight": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }, ""},
		"too busy":       {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }, ""},
	} {
		at, _ := startHTTP(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/out/":
				w.Header().Set("Content-Type", "text/html")
				fmt.Fprint(w, `<a href="../">up</a> <a href="about/">about/</a> <a href="x.csv">x.csv</a>`)
			case "/out/x.csv":
				http.ServeContent(w, r, "x", suiteTime, strings.NewReader("a"))
			default:
				tt.answer(w, r)
			}
		}))
		got, err := Find(t.Context(), open(t, at+"/out/", httpOptions()), Selection{Depth: 1})
		switch {
		case tt.want == "" && err == nil:
			t.Errorf("%s: %+v", name, got)
		case tt.want != "" && (err != nil || found(got.Entries) != "x.csv" || len(got.Unparsed) != 1 || !strings.Contains(got.Unparsed[0].String(), "cannot be listed") || !strings.Contains(got.Unparsed[0].String(), tt.want)):
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	at, _ := startHTTP(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Type", "text/csv") }))
	if _, err := Find(t.Context(), open(t, at+"/out/", httpOptions()), Selection{Depth: 1}); !errors.Is(err, errIndex) {
		t.Errorf("the source itself: %v", err)
	}
}

// startHTTPS serves a handler over TLS at 127.0.0.1 with a certificate of its own.
func startHTTPS(t *testing.T, cert *tls.Certificate, h http.HandlerFunc) (port string) {
	t.Helper()
	srv := httptest.NewUnstartedServer(h)
	srv.TLS = &tls.Config{Certificates: []tls.Certificate{*cert}}
	srv.StartTLS()
	t.Cleanup(srv.Close)
	_, port, err := net.SplitHostPort(srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// TestHTTPSElsewhere: a server that sends us on to another one, as those do that keep their
// files in a store, is followed: the other one's certificate must bear the other one's name.
// It gets no password, and a name or a pin that is configured is of whoever is asked.
func TestHTTPSElsewhere(t *testing.T) {
	here, there := certificate(t, time.Hour, "127.0.0.1"), certificate(t, time.Hour, "localhost")
	var password atomic.Bool
	store := startHTTPS(t, there, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			password.Store(true)
		}
		http.ServeContent(w, r, "x", suiteTime, strings.NewReader("a"))
	})
	named := "localhost"
	first := startHTTPS(t, here, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://"+net.JoinHostPort(named, store)+r.URL.Path, http.StatusFound)
	})
	o := httpOptions()
	o.User, o.Password = "acme", "s3cret"
	o.TLS.Roots = x509.NewCertPool()
	for _, c := range []*tls.Certificate{here, there} {
		o.TLS.Roots.AddCert(c.Leaf)
	}
	at := "https://127.0.0.1:" + first + "/a.csv"
	if b, err := readAll(t.Context(), open(t, at, o), "a.csv", 0); err != nil || string(b) != "a" {
		t.Errorf("%q, %v", b, err)
	}
	if password.Load() {
		t.Error("the password was sent to the other one")
	}
	named = "127.0.0.1" // which its certificate does not bear
	var verify *tls.CertificateVerificationError
	if _, err := open(t, at, o).Stat(t.Context(), "a.csv"); !errors.As(err, &verify) {
		t.Errorf("another name: %v", err)
	}
	named = "localhost"
	sum := sha256.Sum256(here.Leaf.RawSubjectPublicKeyInfo)
	o.TLS.Pin = hex.EncodeToString(sum[:])
	if _, err := open(t, at, o).Stat(t.Context(), "a.csv"); !errors.Is(err, errPin) {
		t.Errorf("another key than the pinned one: %v", err)
	}
}
