//go:build !lean

package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
)

// servers is the log of what servers did that was made up for: tries, connections that
// are fewer from now on, what is gone without. In a log of JSON these are records, else
// a line each.
func (p *watch) servers() *slog.Logger {
	if p.log != nil {
		return p.log
	}
	return slog.New(serverLines{p})
}

// serverLines writes a record as a line of the watch's, above what it has drawn.
type serverLines struct{ p *watch }

// Enabled leaves out what only a developer wants to know.
func (serverLines) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelInfo }

// Handle writes "fetch: trying again: what a.csv, attempt 1, pause 2s, cause 421 busy".
func (h serverLines) Handle(_ context.Context, r slog.Record) error {
	var words []string
	r.Attrs(func(a slog.Attr) bool {
		words = append(words, a.Key+" "+oneLine(a.Value.String()))
		return true
	})
	h.p.mu.Lock()
	defer h.p.mu.Unlock()
	h.p.clear(h.p.w)
	_, err := fmt.Fprintf(h.p.w, "%s: %s\n", r.Message, strings.Join(words, ", "))
	return err
}

// WithAttrs is not needed: package fetch says everything at once.
func (h serverLines) WithAttrs([]slog.Attr) slog.Handler { return h }

// WithGroup is not needed either.
func (h serverLines) WithGroup(string) slog.Handler { return h }
