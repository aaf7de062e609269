package normalize

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
)

// All is a list of edits as Apply, Revert and Verify take it, so that edits can as
// well come from a file.
func All(edits []Edit) iter.Seq2[Edit, error] {
	return func(yield func(Edit, error) bool) {
		for _, e := range edits {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// Apply writes src to dst with the edits made. It verifies that each edit's
// Before is what src holds there; edits must be as Normalize recorded them.
func Apply(dst io.Writer, src io.Reader, edits iter.Seq2[Edit, error]) error {
	return replay(dst, src, edits, "apply", func(e Edit) (old, new []byte) { return e.Before, e.After })
}

// Revert writes the original of a normalized src to dst: Apply backwards.
func Revert(dst io.Writer, src io.Reader, edits iter.Seq2[Edit, error]) error {
	return replay(dst, src, edits, "revert", func(e Edit) (old, new []byte) { return e.After, e.Before })
}

// Verify derives the original from the normalized bytes and the edits and compares
// it with original, byte for byte.
func Verify(original, normalized io.Reader, edits iter.Seq2[Edit, error]) error {
	c := &comparer{want: original}
	if err := Revert(c, normalized, edits); err != nil {
		return fmt.Errorf("verify edits: %w", err)
	}
	if n, err := io.ReadFull(original, make([]byte, 1)); n > 0 || !errors.Is(err, io.EOF) {
		return fmt.Errorf("verify edits: %w", errors.Join(fmt.Errorf("the original goes on at byte 0x%x", c.offset), ignoreEOF(err)))
	}
	return nil
}

func ignoreEOF(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// comparer is a writer that accepts only what want holds.
type comparer struct {
	want   io.Reader
	offset int64
	buf    []byte
}

func (c *comparer) Write(p []byte) (int, error) {
	c.buf = append(c.buf[:0], p...)
	if _, err := io.ReadFull(c.want, c.buf); ignoreEOF(err) != nil {
		return 0, fmt.Errorf("read original: %w", err)
	} else if err != nil || !bytes.Equal(c.buf, p) {
		return 0, fmt.Errorf("the original differs within %d bytes of 0x%x", len(p), c.offset)
	}
	c.offset += int64(len(p))
	return len(p), nil
}

// replay copies src to dst, exchanging what each edit says. Offsets are those of the
// original, whichever of the two src is.
func replay(dst io.Writer, src io.Reader, edits iter.Seq2[Edit, error], verb string, sides func(Edit) (old, new []byte)) error {
	at := int64(0) // in the original
	for e, err := range edits {
		if err != nil {
			return fmt.Errorf("%s edits: %w", verb, err)
		}
		old, new := sides(e)
		if err := copyTo(dst, src, e.Offset-at); err != nil {
			return fmt.Errorf("%s edit at byte 0x%x: %w", verb, e.Offset, err)
		}
		if err := replace(dst, src, old, new); err != nil {
			return fmt.Errorf("%s edit at byte 0x%x: %w", verb, e.Offset, err)
		}
		at = e.Offset + int64(len(e.Before))
	}
	if _, err := io.Copy(dst, src); err != nil {
		return fmt.Errorf("%s edits: %w", verb, err)
	}
	return nil
}

func copyTo(dst io.Writer, src io.Reader, n int64) error {
	if n < 0 {
		return fmt.Errorf("it lies before the one above it")
	}
	_, err := io.CopyN(dst, src, n)
	return err
}

func replace(dst io.Writer, src io.Reader, old, new []byte) error {
	got := make([]byte, len(old))
	if _, err := io.ReadFull(src, got); err != nil {
		return err
	}
	if !bytes.Equal(got, old) {
		return fmt.Errorf("found % x, want % x", got, old)
	}
	_, err := dst.Write(new)
	return err
}
