package interp

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"slices"
)

// Kinds of answer that runner.py sends; runner/protocol.py has the same list.
const (
	answerHello   = 'h'
	answerResult  = 'r' // the one answer to a request
	answerError   = 'e' // the runner itself failed; JSON {"error": traceback}
	answerChunk   = 'c' // a piece of an answer that streams
	answerStarted = 'p' // the process id of a child that runs the team's code
	answerEnd     = 'z' // the end of one that streams
)

// maxFrame bounds what garbage on the pipe can make us allocate.
const maxFrame = 1 << 30

// writeRequest sends a line of JSON followed by raw bytes as one frame.
func writeRequest(w io.Writer, head any, blobs ...[]byte) error {
	line, err := json.Marshal(head)
	if err != nil {
		return fmt.Errorf("encode request: %w", err)
	}
	frame := append(binary.BigEndian.AppendUint32(nil, 0), line...)
	frame = append(frame, '\n')
	for _, b := range blobs {
		frame = append(frame, b...)
	}
	if len(frame) > maxFrame {
		return fmt.Errorf("send request: %d bytes are too many for one frame", len(frame))
	}
	binary.BigEndian.PutUint32(frame, uint32(len(frame)-4))
	_, err = w.Write(frame)
	return err
}

// readAnswer reads one frame: its kind and what it holds.
func readAnswer(r *bufio.Reader) (kind byte, payload []byte, err error) {
	var size [4]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return 0, nil, err
	}
	n := binary.BigEndian.Uint32(size[:])
	if n == 0 || n > maxFrame {
		return 0, nil, fmt.Errorf("garbage on the protocol pipe: a frame of %d bytes", n)
	}
	if payload, err = readWhole(r, int(n)); err != nil {
		return 0, nil, err
	}
	return payload[0], payload[1:], nil
}

// readAhead is how much is made room for before the bytes that fill it have come: what
// garbage says of its length is not believed.
const readAhead = 1 << 20

// readWhole reads n bytes.
func readWhole(r io.Reader, n int) ([]byte, error) {
	payload := make([]byte, min(n, readAhead))
	for have := 0; ; {
		got, err := io.ReadFull(r, payload[have:])
		if have += got; err != nil {
			return nil, err
		}
		if have == n {
			return payload, nil
		}
		payload = slices.Grow(payload, min(n-have, have))[:min(n, 2*have)]
	}
}

// remoteError reads the payload of an answerError.
func remoteError(payload []byte) error {
	var e struct{ Error string }
	if err := json.Unmarshal(payload, &e); err != nil {
		return fmt.Errorf("garbage on the protocol pipe: %w", err)
	}
	return &RemoteError{e.Error}
}

// RemoteError is an exception inside runner.py or a test's own operation: ours,
// never the outcome of an input.
type RemoteError struct {
	Traceback string // as Python prints it
}

// Error returns the traceback.
func (e *RemoteError) Error() string { return "python raised: " + e.Traceback }
