package interp

import (
	"bufio"
	"fmt"
	"io"
	"os"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/wire"
)

// spool reads rows to their end into a file, so that what they were made of can be
// given back before anybody has read them. It closes rows.
func spool(rows ingest.Rows) (_ ingest.Rows, err error) {
	f, err := os.CreateTemp("", "feedparity-rows-")
	if err != nil {
		rows.Close()
		return nil, fmt.Errorf("keep rows: %w", err)
	}
	os.Remove(f.Name()) // it lives as long as it is open
	out := &spooled{file: f}
	w := bufio.NewWriterSize(f, 64<<10)
	var line []byte
	for {
		row, ok := rows.Next()
		if !ok {
			break
		}
		line = append(wire.AppendValue(line[:0], row.Value), '\n')
		w.Write(line) // its error is Flush's
	}
	out.fault, out.err = rows.Fault()
	out.recording = ingest.RecordingOf(rows)
	cerr := rows.Close()
	err = w.Flush()
	if err == nil {
		_, err = f.Seek(0, 0)
	}
	if err == nil {
		err = cerr
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("keep rows: %w", err)
	}
	out.lines = bufio.NewReaderSize(f, 64<<10)
	return out, nil
}

// spooled replays rows from a file.
type spooled struct {
	file      *os.File
	lines     *bufio.Reader
	buf       []byte
	fault     *ingest.Fault
	err       error
	recording *ingest.Recording
}

// Next implements ingest.Rows.
func (s *spooled) Next() (ingest.Row, bool) {
	s.buf = s.buf[:0]
	for {
		part, err := s.lines.ReadSlice('\n')
		s.buf = append(s.buf, part...)
		if err == nil {
			break
		}
		if err == bufio.ErrBufferFull {
			continue
		}
		if err != io.EOF || len(s.buf) > 0 {
			s.err = fmt.Errorf("read kept rows: %w", err)
		}
		return ingest.Row{}, false
	}
	v, err := wire.ParseValue(s.buf[:len(s.buf)-1])
	if err != nil {
		s.err = fmt.Errorf("read kept rows: %w", err)
		return ingest.Row{}, false
	}
	return ingest.Row{Value: v, Offset: -1}, true
}

// Fault implements ingest.Rows.
func (s *spooled) Fault() (*ingest.Fault, error) { return s.fault, s.err }

// Recording implements ingest.Recorder.
func (s *spooled) Recording() *ingest.Recording { return s.recording }

// Close implements ingest.Rows.
func (s *spooled) Close() error { return s.file.Close() }
