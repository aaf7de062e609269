package fetch

import (
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"strings"
	"sync"
)

// links matches the links of an index page, as Apache, nginx, IIS, lighttpd and
// python -m http.server make them, with quotes or without (HTML, section 13.1.2.3).
var links = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?is)<a\s(?:[^>]*?[\s"'])?href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>][^\s>]*))`)
})

// headed matches what a page says that is the index of a directory, even of an empty one
// at the top, where some servers link to nothing: Apache, nginx, lighttpd ("Index of"), Python
// and Tomcat ("Directory listing for"), Jetty, IIS; Go shows an empty list and no more.
var headed = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?is)<(?:title|h1|h2)[^>]*>[^<]*(?:index of|directory listing|directory:)|\[to parent directory\]|<pre>\s*</pre>|<ul>\s*</ul>`)
})

// sorting matches the query of a link to the same index in another order.
var sorting = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(?:^|[;&])(?:C=[NMSD]|(?:sort|order)[a-z_-]*=)`)
})

// asking matches the field of a page that wants a password.
var asking = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?is)<input\s[^>]*type\s*=\s*["']?password`)
})

// errIndex is of a page that is something else: taken for an empty directory, it would make
// everything gone that was there.
var errIndex = errors.New("no index page")

// List implements Files. An index page tells names alone, and links that lead elsewhere
// are no entries.
func (h *httpSource) List(ctx context.Context, dir string) ([]Entry, []Unparsed, error) {
	entries, err := h.list(ctx, dir)
	if err != nil {
		return nil, nil, fmt.Errorf("list %q on %s: %w", dir, h.at(), err)
	}
	return entries, nil, nil
}

func (h *httpSource) list(ctx context.Context, dir string) (entries []Entry, err error) {
	if err := checkPath(dir); err != nil {
		return nil, err
	}
	if h.file != "" {
		if dir != "" {
			return nil, fmt.Errorf("%w: the source is one file", ErrUnavailable)
		}
		e, err := h.stat(ctx, h.file)
		return []Entry{e}, err
	}
	names, err := h.index(ctx, dir)
	for _, name := range names {
		e := Entry{Path: path.Join(dir, name), Kind: KindName, Size: -1}
		if strings.HasSuffix(name, "/") {
			e.Kind = KindDir
		}
		entries = append(entries, e)
	}
	return entries, err
}

// index returns the names that an index page links to, each once; those of
// directories end in a slash.
func (h *httpSource) index(ctx context.Context, dir string) ([]string, error) {
	where := *h.dir
	if dir != "" {
		where.Path += dir + "/"
	}
	where.RawPath = escaped(where.Path)
	ctx, cancel := context.WithTimeout(ctx, h.o.fileTimeout(-1))
	defer cancel()
	resp, err := h.request(ctx, http.MethodGet, where.String(), nil)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if kind := resp.Header.Get("Content-Type"); !strings.Contains(kind, "html") {
		return nil, fmt.Errorf("%w: %w: want one, got %q", ErrProtocol, errIndex, kind)
	}
	if err := unpacked(resp); err != nil {
		return nil, fmt.Errorf("%w: %w", errIndex, err)
	}
	page, err := io.ReadAll(io.LimitReader(resp.Body, maxListing+1))
	switch {
	case err != nil:
		return nil, h.failure(ctx, err)
	case len(page) > maxListing:
		return nil, fmt.Errorf("%w: listing longer than %d bytes", ErrProtocol, maxListing)
	}
	at := *resp.Request.URL
	if at.Path = at.Path[:strings.LastIndexByte(at.Path, '/')+1]; at.Path != where.Path && !strings.HasSuffix(resp.Request.URL.Path, "/") {
		return nil, fmt.Errorf("%w: the server sends us on to %s", errIndex, resp.Request.URL.Path)
	}
	return namesIn(string(page), &at)
}

// namesIn are the names that an index page at a URL links to in its own directory. A page
// without any is an index if it says so, or links to the directory above or to an order
// of its columns.
func namesIn(page string, at *url.URL) ([]string, error) {
	var names []string
	seen := map[string]bool{}
	index := headed().MatchString(page)
	if !index && asking().MatchString(page) {
		return nil, fmt.Errorf("%w: it asks for a password", errIndex)
	}
	above := path.Dir(strings.TrimSuffix(at.Path, "/"))
	for _, m := range links().FindAllStringSubmatch(page, -1) {
		href := html.UnescapeString(m[1] + m[2] + m[3])
		link, err := at.Parse(href)
		if err != nil || link.Host != at.Host || link.Scheme != at.Scheme {
			continue // another server
		}
		if link.RawQuery != "" { // a column's sort order, a style sheet
			index = index || link.Path == at.Path && sorting().MatchString(link.RawQuery)
			continue
		}
		index = index || href == ".." || href == "../" || link.Path == strings.TrimSuffix(above, "/")+"/" && at.Path != "/"
		name, ok := strings.CutPrefix(link.Path, at.Path)
		if bare := strings.TrimSuffix(name, "/"); !ok || seen[name] || strings.Contains(bare, "/") || checkFile(bare) != nil {
			continue
		}
		seen[name] = true
		names = append(names, name)
	}
	if !index && len(names) == 0 {
		return nil, fmt.Errorf("%w: it links to nothing in its directory, nor to the one above", errIndex)
	}
	return names, nil
}
