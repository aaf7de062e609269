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
// python -m http.server make them.
var links = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?is)<a\s[^>]*?href\s*=\s*(?:"([^"]*)"|'([^']*)')`)
})

// List implements Files. An index page tells names alone, so every file is asked for
// its size and time. Links that lead elsewhere are no entries; one to a file that is not
// ours to read may hide a delivery.
func (h *httpSource) List(ctx context.Context, dir string) ([]Entry, []Unparsed, error) {
	entries, unparsed, err := h.list(ctx, dir)
	if err != nil {
		return nil, nil, fmt.Errorf("list %q on %s: %w", dir, h.at(), err)
	}
	return entries, unparsed, nil
}

func (h *httpSource) list(ctx context.Context, dir string) (entries []Entry, unparsed []Unparsed, err error) {
	if err := checkPath(dir); err != nil {
		return nil, nil, err
	}
	if h.file != "" {
		if dir != "" {
			return nil, nil, fmt.Errorf("%w: the source is one file", ErrUnavailable)
		}
		e, err := h.stat(ctx, h.file)
		return []Entry{e}, nil, err
	}
	names, err := h.index(ctx, dir)
	if err != nil {
		return nil, nil, err
	}
	for i, name := range names {
		p := path.Join(dir, name)
		if strings.HasSuffix(name, "/") {
			entries = append(entries, Entry{Path: p, Kind: KindDir, Size: -1})
			continue
		}
		e, err := h.stat(ctx, p)
		var no *statusError
		switch {
		case err == nil:
			entries = append(entries, e)
		case errors.As(err, &no) && no.code == http.StatusForbidden:
			unparsed = append(unparsed, Unparsed{i + 1, name, no.text})
		case !errors.Is(err, ErrUnavailable): // which is gone since
			return nil, nil, err
		}
	}
	return entries, unparsed, nil
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
		return nil, fmt.Errorf("%w: want an index page, got %q", ErrProtocol, kind)
	}
	page, err := io.ReadAll(io.LimitReader(resp.Body, maxListing+1))
	switch {
	case err != nil:
		return nil, h.failure(ctx, err)
	case len(page) > maxListing:
		return nil, fmt.Errorf("%w: listing longer than %d bytes", ErrProtocol, maxListing)
	}
	return namesIn(string(page), resp.Request.URL), nil
}

// namesIn are the names that a page at a URL links to in its own directory.
func namesIn(page string, at *url.URL) []string {
	var names []string
	seen := map[string]bool{}
	for _, m := range links().FindAllStringSubmatch(page, -1) {
		link, err := at.Parse(html.UnescapeString(m[1] + m[2]))
		if err != nil || link.RawQuery != "" || link.Host != at.Host || link.Scheme != at.Scheme {
			continue // a column's sort order, a style sheet, another server
		}
		name, ok := strings.CutPrefix(link.Path, at.Path)
		if bare := strings.TrimSuffix(name, "/"); !ok || seen[name] || strings.Contains(bare, "/") || checkFile(bare) != nil {
			continue
		}
		seen[name] = true
		names = append(names, name)
	}
	return names
}
