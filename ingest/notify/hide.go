package notify

import (
	"encoding/base64"
	"net/url"
	"strconv"
	"strings"
)

// hidden is an error that does not show what a server repeated of our secrets, as some do
// in their answers.
type hidden struct {
	error
	said string
}

// Error returns what was said, without them.
func (h hidden) Error() string { return h.said }

// Unwrap returns the error itself, for its kind.
func (h hidden) Unwrap() error { return h.error }

// hide takes secrets out of an error's text, each as it is and as it is sent.
func hide(err error, secrets ...string) error {
	if err == nil {
		return nil
	}
	said := err.Error()
	for _, s := range secrets {
		quoted := strconv.Quote(s)
		for _, form := range []string{s, quoted[1 : len(quoted)-1], url.PathEscape(s), url.QueryEscape(s), base64.StdEncoding.EncodeToString([]byte(s))} {
			if form != "" {
				said = strings.ReplaceAll(said, form, "***")
			}
		}
	}
	if said == err.Error() {
		return err
	}
	return hidden{err, said}
}

// parts are what a server may repeat of a URL that is a secret.
func parts(target string) []string {
	u, err := url.Parse(target)
	if err != nil {
		return []string{target}
	}
	out := []string{target, u.RequestURI(), u.EscapedPath(), u.Path, u.RawQuery}
	for _, values := range u.Query() {
		out = append(out, values...)
	}
	for i, s := range out {
		if s == "/" { // that is in every URL
			out[i] = ""
		}
	}
	return out
}
