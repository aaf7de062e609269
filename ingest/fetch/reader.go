package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/jlaffaye/ftp"
)

// ftpReader reads one file. A connection that breaks looks like the end of the
// file: Read gives io.EOF also when the server was killed in the middle, with TLS
// too, and a server whose file was truncated may even say 226. So the end is only
// the end if the reply says so and the length is the one SIZE gave before.
type ftpReader struct {
	s       *session
	resp    *ftp.Response
	end     func() bool
	expired func() error
	label   string
	got     int64
	want    int64 // -1 if the server does not tell sizes
	err     error // what Read met, io.EOF included
	closed  bool
}

// Read implements io.Reader.
func (r *ftpReader) Read(p []byte) (int, error) {
	if r.closed {
		return 0, errors.New(r.label + ": reader is closed")
	}
	if r.err != nil {
		return 0, r.err // of the first time
	}
	n, err := r.resp.Read(p)
	r.got += int64(n)
	switch {
	case err == io.EOF:
		r.err = io.EOF
	case err != nil:
		_ = r.s.guard(func() error { return err }) // the session is lost
		r.err = redact(err, r.s.src.secret)
		return n, fmt.Errorf("%s: %w", r.label, r.err)
	}
	return n, r.err
}

// Close implements io.Closer. It waits for the server's last word only if the
// data ended; a transfer that is given up is cut off, and is an error.
func (r *ftpReader) Close() error {
	if r.closed {
		return nil
	}
	r.closed = true
	var err error
	if r.err == io.EOF {
		err = r.s.guard(func() error { return forgive250(r.resp.Close()) })
	} else {
		r.s.abort()
		if err = r.err; err == nil {
			err = errors.New("closed before its end")
		}
	}
	if late := r.expired(); late != nil && err != nil {
		err = late
	}
	if r.s.ctx.Err() != nil && err != nil {
		err = context.Cause(r.s.ctx)
	}
	r.s.src.release(r.s, r.end, err == nil)
	if err != nil || r.want >= 0 && r.got != r.want {
		return fmt.Errorf("%s: %w", r.label, &LengthError{r.got, r.want, err})
	}
	return nil
}
