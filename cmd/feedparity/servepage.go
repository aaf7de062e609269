//go:build !lean

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net"
	"net/http"
	"time"

	"github.com/feedparity/feedparity/ingest/report"
	"github.com/feedparity/feedparity/ingest/state"
)

// handler answers whoever asks how it goes.
func (n *nightly) handler(at net.Addr) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", n.page)
	mux.HandleFunc("GET /metrics", n.metrics)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", n.ready)
	if tcp, ok := at.(*net.TCPAddr); ok && tcp.IP.IsLoopback() {
		return localOnly(mux)
	}
	return mux
}

// localOnly refuses requests that name another host than this machine. A page on the
// net can have its own name lead to 127.0.0.1 and read what a browser gets there;
// the name that it asks for is still its own.
func localOnly(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = r.Host
		}
		if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			http.Error(w, "only this machine is served", http.StatusMisdirectedRequest)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// ready says whether a sweep could be made and recorded now.
func (n *nightly) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
	defer cancel()
	if _, err := n.last(ctx); err != nil {
		http.Error(w, oneLine(err.Error()), http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ready")
}

// report returns that of the last sweep that ended, false if there is none.
func (n *nightly) report(ctx context.Context) (doc report.Document, ok bool, err error) {
	db, err := n.state(ctx)
	if err != nil {
		return doc, false, err
	}
	body, err := db.LastReport(ctx)
	switch {
	case errors.Is(err, state.ErrNoReport):
		return doc, false, nil
	case err != nil:
		return doc, false, err
	}
	if err := json.Unmarshal(body, &doc); err != nil {
		return doc, false, fmt.Errorf("read report: %w", err)
	}
	return doc, true, nil
}

// metrics writes what serve knows of itself, and the last sweep's as "feedparity
// sweep --metrics" does.
func (n *nightly) metrics(w http.ResponseWriter, r *http.Request) {
	doc, ok, err := n.report(r.Context())
	if err != nil {
		http.Error(w, oneLine(err.Error()), http.StatusServiceUnavailable)
		return
	}
	var b bytes.Buffer
	n.own(&b)
	if ok {
		if err := report.Metrics(&b, doc); err != nil {
			http.Error(w, oneLine(err.Error()), http.StatusInternalServerError)
			return
		}
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_, _ = w.Write(b.Bytes())
}

func (n *nightly) own(b *bytes.Buffer) {
	n.mu.Lock()
	defer n.mu.Unlock()
	sweeping, next := 0, 0.0
	if n.sweeping {
		sweeping = 1
	} else if !n.next.IsZero() {
		next = float64(n.next.UnixMilli()) / 1000
	}
	fmt.Fprintf(b, "# HELP feedparity_serve_sweeping 1 while a sweep is under way.\n# TYPE feedparity_serve_sweeping gauge\nfeedparity_serve_sweeping %d\n", sweeping)
	fmt.Fprintf(b, "# HELP feedparity_serve_next_sweep_timestamp_seconds When the next sweep begins, 0 while one is under way.\n# TYPE feedparity_serve_next_sweep_timestamp_seconds gauge\nfeedparity_serve_next_sweep_timestamp_seconds %.3f\n", next)
	failed := 0
	if n.undone != "" {
		failed = 1
	}
	fmt.Fprintf(b, "# HELP feedparity_serve_after_sweep_failed 1 if after the last sweep somebody could not be told of it, or the archive not be pruned.\n# TYPE feedparity_serve_after_sweep_failed gauge\nfeedparity_serve_after_sweep_failed %d\n", failed)
	fmt.Fprintf(b, "# HELP feedparity_serve_sweeps_total Sweeps since the start: made to the end, or not.\n# TYPE feedparity_serve_sweeps_total counter\nfeedparity_serve_sweeps_total{result=\"made\"} %d\nfeedparity_serve_sweeps_total{result=\"failed\"} %d\n", n.made, n.failed)
}

const pageTop = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>feedparity</title>
<style>body{font:16px/1.4 system-ui,sans-serif;margin:2em}pre{font-size:13px;overflow-x:auto}</style></head><body>
<h1>feedparity</h1>
`

// page shows the last sweep's report as "feedparity report" prints it.
func (n *nightly) page(w http.ResponseWriter, r *http.Request) {
	doc, ok, err := n.report(r.Context())
	var text bytes.Buffer
	if err == nil && ok {
		err = report.Text(&text, doc)
	}
	status := http.StatusOK
	switch {
	case err != nil:
		status = http.StatusServiceUnavailable
		text.Reset()
		text.WriteString(oneLine(err.Error()))
	case !ok:
		text.WriteString("No sweep has ended yet.")
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	fmt.Fprintf(w, "%s<p>%s</p>\n<pre>%s</pre>\n</body></html>\n", pageTop, html.EscapeString(n.now()), html.EscapeString(text.String()))
}

// now says in a sentence what is going on.
func (n *nightly) now() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	s := "A sweep is under way."
	if !n.sweeping {
		s = "The next sweep begins at " + n.next.In(n.config.Schedule.Zone).Format("2006-01-02 15:04 MST") + "."
	}
	if n.failure != "" {
		s += " The last one was not made to its end: " + n.failure
	}
	if n.undone != "" {
		s += " After the last sweep: " + n.undone
	}
	return s
}
