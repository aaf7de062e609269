package fetch

import (
	"context"
	"errors"
	"net/http"
)

// ask has the source say what those files are of which its listing has only the names, if
// they are deliveries or marks. One that is gone is left out. What else is amiss with one
// of them, as an answer that says no, is that one's and not the listing's: where it may
// pass the file is held, else it is told of.
func (f *finder) ask(ctx context.Context, all []Entry) (out []Entry, amiss Found, err error) {
	for i, e := range all {
		wanted := e.Kind == KindName && f.sel.Wants(e.Path)
		if !wanted && !(e.Kind == KindName && f.sel.marks(e.Path)) {
			out = append(out, e)
			continue
		}
		said, err := askOne(ctx, f.src, e.Path)
		switch {
		case err == nil:
			out = append(out, said)
			continue
		case !ofOne(err):
			return nil, Found{}, err
		case !wanted || gone(err):
			continue
		case Transient(err):
			amiss.Held = append(amiss.Held, Held{e, "its server does not say what it is: " + reason(err)})
		default:
			amiss.Unparsed = append(amiss.Unparsed, Unparsed{i + 1, e.Path, reason(err)})
		}
		amiss.Listed++
	}
	return out, amiss, nil
}

// askOne asks about one file. An answer that is the file's own is taken, if it may pass
// when it has come twice: one file's fault must not use up its server's retries each night.
func askOne(ctx context.Context, src Files, p string) (e Entry, err error) {
	r, ok := src.(*retrying)
	if !ok {
		return src.Stat(ctx, p)
	}
	var said error
	again := false
	err = r.do(ctx, "stat", func(ctx context.Context) error {
		e, said = r.Source.Stat(ctx, p)
		if ofOne(said) && (again || !Transient(said)) {
			return nil
		}
		again = true
		return said
	})
	if err == nil {
		err = said
	}
	return e, err
}

// ofOne reports whether an error is an answer about one file, from a server that is there,
// lets us in and is not too busy.
func ofOne(err error) bool {
	var connect *connectError
	if errors.As(err, &connect) || errors.Is(err, ErrGivenUp) {
		return false
	}
	var no *statusError
	if errors.As(err, &no) {
		switch no.code {
		case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusProxyAuthRequired:
			return false
		}
		return true
	}
	return errors.Is(err, ErrUnavailable) || errors.Is(err, ErrProtocol) || errors.Is(err, errRedirect)
}

// gone reports whether a server says that there is no such file, rather than that it is not
// ours to read.
func gone(err error) bool {
	var no *statusError
	return errors.As(err, &no) && (no.code == http.StatusNotFound || no.code == http.StatusGone)
}

// reason is what a server said, or else what is wrong with it.
func reason(err error) string {
	var no *statusError
	if errors.As(err, &no) {
		return no.text
	}
	return err.Error()
}
