package normalize

import (
	"bytes"
	"fmt"
	"io"
)

// Apply writes src to dst with the edits made. It verifies that each edit's
// Before is what src holds there; edits must be as Normalize recorded them.
func Apply(dst io.Writer, src io.Reader, edits []Edit) error {
	at := int64(0)
	for _, e := range edits {
		if err := copyTo(dst, src, e.Offset-at); err != nil {
			return fmt.Errorf("apply edit at byte 0x%x: %w", e.Offset, err)
		}
		if err := replace(dst, src, e.Before, e.After); err != nil {
			return fmt.Errorf("apply edit at byte 0x%x: %w", e.Offset, err)
		}
		at = e.Offset + int64(len(e.Before))
	}
	if _, err := io.Copy(dst, src); err != nil {
		return fmt.Errorf("apply edits: %w", err)
	}
	return nil
}

// Revert writes the original of a normalized src to dst: Apply backwards.
func Revert(dst io.Writer, src io.Reader, edits []Edit) error {
	at := int64(0) // in the original
	for _, e := range edits {
		if err := copyTo(dst, src, e.Offset-at); err != nil {
			return fmt.Errorf("revert edit at byte 0x%x: %w", e.Offset, err)
		}
		if err := replace(dst, src, e.After, e.Before); err != nil {
			return fmt.Errorf("revert edit at byte 0x%x: %w", e.Offset, err)
		}
		at = e.Offset + int64(len(e.Before))
	}
	if _, err := io.Copy(dst, src); err != nil {
		return fmt.Errorf("revert edits: %w", err)
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
