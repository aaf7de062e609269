package notify

import (
	"errors"
	"net/textproto"
	"strings"
	"testing"
)

// TestHide: what a server repeats of a secret is not shown, in whichever form it was sent,
// and the error is still of its kind.
func TestHide(t *testing.T) {
	const secret = "pl@nted/S3cret %41"
	for what, tt := range map[string]struct {
		said    string
		secrets []string
	}{
		"as it is":         {"no, " + secret + "!", []string{secret}},
		"in a path":        {"no /pl@nted%2FS3cret%20%2541!", []string{secret}},
		"in a query":       {"no ?t=pl%40nted%2FS3cret+%2541!", []string{secret}},
		"in base64":        {"no cGxAbnRlZC9TM2NyZXQgJTQx!", []string{secret}},
		"a URL":            {"no https://h.example/pl@nted%2FS3cret%20%2541?a=b!", parts("https://h.example/pl@nted%2FS3cret%20%2541?a=b")},
		"its path":         {"no /pl@nted/S3cret %41!", parts("https://h.example/pl@nted%2FS3cret%20%2541")},
		"its query":        {"no [t:pl@nted/S3cret %41]!", parts("https://h.example/?t=pl%40nted%2FS3cret+%2541")},
		"quoted":           {"no \"nted\\!", []string{"\"nted\\"}},
		"none of it known": {"no !", []string{"", secret}},
	} {
		err := hide(&textproto.Error{Code: 535, Msg: tt.said}, tt.secrets...)
		if text := err.Error(); strings.Contains(text, "nted") || strings.Contains(text, "cGxA") || !strings.HasPrefix(text, "535 ") || !strings.Contains(text, "no") || !strings.Contains(text, "!") {
			t.Errorf("%s: %s", what, text)
		}
		if !lasts(err) {
			t.Errorf("%s: it is of no kind any more", what)
		}
	}
	if err := errors.New("no"); hide(err, "secret") != err || hide(nil, "secret") != nil {
		t.Error("changed what shows nothing")
	}
}
