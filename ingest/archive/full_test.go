package archive

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"syscall"
	"testing"
)

// TestFull: where there is no room, the error says so, of a disk, a quota and a bucket.
func TestFull(t *testing.T) {
	small := Blob{SHA256: "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", Data: []byte("hello")}
	d := &directory{root: t.TempDir()}
	for _, no := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EACCES} {
		s := newStore(failing{d, &os.PathError{Op: "write", Path: "x", Err: no}})
		if err := s.PutAll(t.Context(), small); !errors.Is(err, no) || errors.Is(err, ErrFull) != (no != syscall.EACCES) {
			t.Errorf("%v: %v", no, err)
		}
	}
	for code, want := range map[string]bool{"XMinioStorageFull": true, "QuotaExceeded": true, "AccessDenied": false} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			refuse(w, http.StatusInsufficientStorage, code)
		}))
		s, err := OpenStore("s3://deliveries?endpoint="+srv.URL+"&region=us-east-1", Options{AccessKey: testKey, SecretKey: testSecret})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.PutAll(t.Context(), small); err == nil || errors.Is(err, ErrFull) != want {
			t.Errorf("%s: %v", code, err)
		}
		srv.Close()
	}
}

// failing is a directory whose writes fail.
type failing struct {
	*directory
	err error
}

func (f failing) put(ctx context.Context, items ...item) error {
	for i := range items {
		items[i].write = func(io.Writer) error { return f.err }
	}
	return f.directory.put(ctx, items...)
}
