package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/feedparity/feedparity/ingest/config"
)

// patience is how long a server may take to accept a message.
const patience = 30 * time.Second

type webhook struct{ config.Webhook }

// send posts a message as JSON. No error names the URL, which may be a secret.
func (h webhook) send(ctx context.Context, m Message) error {
	target, token, err := h.secrets(ctx)
	if err != nil {
		return ownError{err}
	}
	secrets := []string{token}
	if h.URL == "" {
		secrets = append(secrets, parts(target)...)
	}
	return hide(h.post(ctx, target, token, m), secrets...)
}

func (h webhook) post(ctx context.Context, target, token string, m Message) error {
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader(body))
	if err != nil {
		return ownError{errors.New("the URL is malformed")}
	}
	if req.URL.Scheme != "https" && h.URL == "" {
		return ownError{errors.New("the URL is not https://")}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "feedparity")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	// A redirect is not followed: it would carry the message to somebody else.
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err
		}
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 == 2 {
		return nil
	}
	said, _ := io.ReadAll(io.LimitReader(resp.Body, 200))
	return statusError{resp.StatusCode, fmt.Sprintf("%s: %s", resp.Status, strings.TrimSpace(strings.ToValidUTF8(string(said), "?")))}
}

// statusError is what a server answered that took no message.
type statusError struct {
	code int
	said string
}

// Error returns its answer.
func (e statusError) Error() string { return e.said }

// secrets reads the URL and the token.
func (h webhook) secrets(ctx context.Context) (target, token string, err error) {
	target = h.URL
	if target == "" {
		s, err := h.Secret.Read(ctx)
		if err != nil {
			return "", "", err
		}
		target = s.Reveal()
	}
	s, err := h.Token.Read(ctx)
	return target, s.Reveal(), err
}
