package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/config/secret"
	"github.com/feedparity/feedparity/ingest/report"
)

// memory is a state in a map.
type memory map[string][]byte

func (m memory) Standings(_ context.Context, channel string) (map[string][]byte, error) {
	out := map[string][]byte{}
	for key, body := range m {
		if feed, ok := strings.CutPrefix(key, channel+"/"); ok {
			out[feed] = body
		}
	}
	return out, nil
}

func (m memory) SetStanding(_ context.Context, channel string, bodies map[string][]byte) error {
	for feed, body := range bodies {
		m[channel+"/"+feed] = body
	}
	return nil
}

func noPauses(t *testing.T) {
	saved := pauses
	pauses = []time.Duration{0, 0}
	t.Cleanup(func() { pauses = saved })
}

var night = time.Date(2026, 11, 26, 2, 0, 0, 0, time.UTC)

func document(run int64, f report.Feed) report.Document {
	f.Name = "acme"
	d := report.Document{Run: run, Started: night, Feeds: []report.Feed{f}}
	d.Finish()
	return d
}

func signature(name string, news report.News) report.Feed {
	return report.Feed{Signatures: []report.Signature{{Signature: name, Severity: "silent", News: news, Case: "inbox/acme/x"}}}
}

// hook is a server that keeps what it is sent.
type hook struct {
	*httptest.Server
	status int
	got    []Message
	auth   string
}

func newHook(t *testing.T) *hook {
	h := &hook{status: http.StatusOK}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var m Message
		if err = errors.Join(err, json.Unmarshal(body, &m)); err != nil || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %s: %v", r.Method, body, err)
		}
		h.got, h.auth = append(h.got, m), r.Header.Get("Authorization")
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(h.status)
		fmt.Fprint(w, "no such channel\xff")
	}))
	t.Cleanup(h.Close)
	return h
}

// TestOnce: each change is told once, a night without one is silent, and what could not
// be told is told the next time.
func TestOnce(t *testing.T) {
	noPauses(t)
	h, m := newHook(t), memory{}
	n := config.Notify{Webhook: config.Webhook{URL: h.URL + "/hook"}}
	for i, step := range []struct {
		feed   report.Feed
		status int
		want   string // of the changes told
		tries  int
	}{
		{report.Feed{}, 200, "", 0},
		{signature("mojibake:x", report.First), 200, "new silent mojibake:x  inbox/acme/x", 1},
		{signature("mojibake:x", report.Known), 200, "", 0},
		{signature("mojibake:x", report.Again), 200, "", 0},
		{signature("nul:y", report.First), 503, "new silent nul:y  inbox/acme/x", 3},
		{report.Feed{}, 503, "new silent nul:y  inbox/acme/x", 3},
		{report.Feed{Error: "refused"}, 200, "new silent nul:y  inbox/acme/x; failed refused", 1},
		{report.Feed{Error: "refused"}, 200, "", 0},
		{report.Feed{}, 204, "mended the feed is swept again", 1},
	} {
		h.status, h.got = step.status, nil
		err := Tell(t.Context(), m, n, document(int64(i), step.feed))
		if (err != nil) != (step.status == 503) {
			t.Errorf("night %d: %v", i, err)
		}
		var got []string
		if len(h.got) > 0 {
			for _, c := range h.got[0].Changes {
				got = append(got, c.What+" "+c.Text)
			}
		}
		if strings.Join(got, "; ") != step.want || len(h.got) != step.tries {
			t.Errorf("night %d: %q in %d tries, want %q in %d", i, got, len(h.got), step.want, step.tries)
		}
	}
}

func TestMessage(t *testing.T) {
	h := newHook(t)
	f := signature("mojibake:x", report.First)
	f.Alarms = []report.Alarm{{Kind: report.Late, Text: "2d ago\x1b[2J"}}
	t.Setenv("TOKEN", "secret-token")
	n := config.Notify{Webhook: config.Webhook{URL: h.URL, Token: secret.Ref{Env: "TOKEN"}}}
	if err := Tell(t.Context(), memory{}, n, document(17, f)); err != nil {
		t.Fatal(err)
	}
	const want = `feedparity: 1 new, 1 alarm

new: acme: silent mojibake:x  inbox/acme/x
alarm: acme: late: 2d ago\x1b[2J

0 deliveries of 1 feed: -, LESS THAN EXPECTED of 1 feed
feedparity report 17 tells the rest.
`
	if m := h.got[0]; m.Text != want || m.Schema != Schema || m.Run != 17 || !m.Started.Equal(night) {
		t.Errorf("%+v", m)
	}
	if h.auth != "Bearer secret-token" {
		t.Errorf("authorization %q", h.auth)
	}
	var many report.Feed
	for i := range most + 5 {
		many.Signatures = append(many.Signatures, report.Signature{Signature: fmt.Sprint("s", i), News: report.First})
	}
	if err := Tell(t.Context(), memory{}, n, document(18, many)); err != nil {
		t.Fatal(err)
	}
	if m := h.got[1]; !strings.Contains(m.Text, "\nand 5 more\n") || len(m.Changes) != most || m.More != 5 {
		t.Errorf("of many changes: %s", m.Text)
	}
}

// TestChannelAddedLater: who is told from now on is told what is new from now on, and what
// there is to do: not what the report has had for long.
func TestChannelAddedLater(t *testing.T) {
	h, m := newHook(t), memory{}
	n := config.Notify{Webhook: config.Webhook{URL: h.URL}}
	all := signature("old:x", report.Known)
	all.Signatures = append(all.Signatures, signature("back:x", report.Again).Signatures...)
	all.Signatures = append(all.Signatures, signature("new:x", report.First).Signatures...)
	all.Alarms = []report.Alarm{{Kind: report.Late, Text: "2d ago"}}
	told, err := json.Marshal(report.Standing{Told: []string{"old:x", "away:x", "back:x", "new:x"}, Gone: []string{"back:x"}}) // as of this night's report
	if err != nil {
		t.Fatal(err)
	}
	m[report.Channel+"/acme"] = told
	for night, step := range []struct {
		feed report.Feed
		want string
	}{
		{all, "[{acme new silent new:x  inbox/acme/x} {acme alarm late: 2d ago}]"},
		{signature("away:x", report.Again), "[{acme over late}]"},
		{signature("back:x", report.Gone), ""},
	} {
		h.got = nil
		if err := Tell(t.Context(), m, n, document(int64(night), step.feed)); err != nil {
			t.Fatal(err)
		}
		got := ""
		if len(h.got) > 0 {
			got = fmt.Sprint(h.got[0].Changes)
		}
		if got != step.want {
			t.Errorf("night %d: told %s, want %s", night, got, step.want)
		}
	}
}

// TestTooLarge: who takes no message so large gets a short one that says where the rest is,
// and is up to date by it; what waits to be told does not grow without end.
func TestTooLarge(t *testing.T) {
	noPauses(t)
	var got []string
	limit := 100_000
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if len(body) > limit {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		}
		got = append(got, string(body))
	}))
	defer srv.Close()
	n, m := config.Notify{Webhook: config.Webhook{URL: srv.URL}}, memory{}
	many := func(night, of int) report.Feed {
		var f report.Feed
		for i := range of {
			f.Signatures = append(f.Signatures, signature(fmt.Sprintf("a:%d-%d", night, i), report.First).Signatures...)
			f.Signatures[i].Case = strings.Repeat("x", 2000)
		}
		return f
	}
	err := Tell(t.Context(), m, n, document(17, many(0, 600)))
	if err != nil || len(got) != 1 || !strings.Contains(got[0], "600 new") || !strings.Contains(got[0], "feedparity report 17") || !strings.Contains(got[0], `"more":`) {
		t.Errorf("%v, %d messages: %.300q", err, len(got), got)
	}
	if err := Tell(t.Context(), m, n, document(18, report.Feed{})); err != nil || len(got) != 1 {
		t.Errorf("a silent night: %v, %.300q", err, got)
	}
	srv.Close()
	for night := 19; night < 22; night++ {
		if err := Tell(t.Context(), m, n, document(int64(night), many(night, 600))); err == nil {
			t.Error("told nobody")
		}
	}
	s, err := report.ParseStanding(m["webhook/acme"])
	if err != nil || len(s.Pending) != most || s.More["new"] != 3*600-most {
		t.Errorf("%v: %d wait to be told, and %v", err, len(s.Pending), s.More)
	}
	h := newHook(t)
	n.Webhook.URL = h.URL
	if err := Tell(t.Context(), m, n, document(22, report.Feed{})); err != nil || len(h.got) != 1 {
		t.Fatalf("%v: %d messages", err, len(h.got))
	}
	if m := h.got[0]; !strings.HasPrefix(m.Text, "feedparity: 1800 new\n") || len(m.Changes) != most || m.More != 1700 || !strings.Contains(m.Text, "\nand 1700 more\n") {
		t.Errorf("%d changes, %d more: %.200s", len(m.Changes), m.More, m.Text)
	}
	if s, err = report.ParseStanding(m["webhook/acme"]); err != nil || len(s.Pending) != 0 || len(s.More) != 0 {
		t.Errorf("%v: %d wait, %v", err, len(s.Pending), s.More)
	}
}

// TestWebhookErrors: what goes wrong is said without the URL, which may be a secret, and
// nobody else is told.
func TestWebhookErrors(t *testing.T) {
	noPauses(t)
	h := newHook(t)
	closed := httptest.NewServer(nil)
	closed.Close()
	t.Setenv("HOOK", "https://127.0.0.1:1/secret-path")
	t.Setenv("PLAIN", "http://127.0.0.1:1/secret-path")
	t.Setenv("BAD", "https://%zz/secret-path")
	for what, tt := range map[string]struct {
		hook   config.Webhook
		status int
		want   string
	}{
		"refused":         {config.Webhook{URL: closed.URL + "/secret-path"}, 0, "connection refused"},
		"a secret URL":    {config.Webhook{Secret: secret.Ref{Env: "HOOK"}}, 0, "connection refused"},
		"no TLS":          {config.Webhook{Secret: secret.Ref{Env: "PLAIN"}}, 0, "not https://"},
		"no URL":          {config.Webhook{Secret: secret.Ref{Env: "BAD"}}, 0, "the URL is malformed"},
		"not set":         {config.Webhook{Secret: secret.Ref{Env: "FEEDPARITY_NOT_SET"}}, 0, "FEEDPARITY_NOT_SET is not set"},
		"not found":       {config.Webhook{URL: h.URL + "/secret-path"}, 404, "404 Not Found: no such channel?"},
		"moved elsewhere": {config.Webhook{URL: h.URL + "/secret-path"}, 307, "307 Temporary Redirect"},
	} {
		h.status, h.got = tt.status, nil
		err := Tell(t.Context(), memory{}, config.Notify{Webhook: tt.hook}, document(1, signature("a:b", report.First)))
		if err == nil || !strings.HasPrefix(err.Error(), "notify by webhook: ") || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "secret-path") {
			t.Errorf("%s: %v", what, err)
		}
		if tt.status == 307 && len(h.got) != 3 {
			t.Errorf("the redirect was followed: %d requests", len(h.got))
		}
	}
}

// TestBothChannels: one that fails keeps nothing from the other.
func TestBothChannels(t *testing.T) {
	noPauses(t)
	h, s := newHook(t), newServer(t, false)
	h.status = 500
	m := memory{}
	n := config.Notify{Webhook: config.Webhook{URL: h.URL}, SMTP: config.SMTP{Host: s.addr, From: "f@shop.example", To: []string{"o@shop.example"}, TLS: "none"}}
	if err := Tell(t.Context(), m, n, document(1, signature("a:b", report.First))); err == nil || strings.Contains(err.Error(), "mail") {
		t.Errorf("%v", err)
	}
	h.status, h.got = 200, nil
	if err := Tell(t.Context(), m, n, document(2, signature("a:b", report.Known))); err != nil {
		t.Error(err)
	}
	if mails := s.mails(); len(mails) != 1 || len(h.got) != 1 {
		t.Errorf("%d mails, %d posts", len(mails), len(h.got))
	}
}
