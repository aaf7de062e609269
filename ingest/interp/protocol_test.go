package interp

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
)

func answer(kind byte, payload []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(payload)+1))
	return append(append(out, kind), payload...)
}

func TestReadAnswer(t *testing.T) {
	large := bytes.Repeat([]byte("x"), 5*readAhead+7)
	for _, tt := range []struct {
		why  string
		in   []byte
		kind byte
		want []byte
		err  string
	}{
		{"an empty answer", answer(answerResult, nil), answerResult, nil, ""},
		{"one that is read in several pieces", answer(answerChunk, large), answerChunk, large, ""},
		{"nothing", nil, 0, nil, "EOF"},
		{"half a length", []byte{0, 0}, 0, nil, "unexpected EOF"},
		{"a length and no more", []byte{0, 0, 0, 9}, 0, nil, "EOF"},
		{"cut short", answer(answerChunk, []byte("abc"))[:6], 0, nil, "unexpected EOF"},
		{"a length of nothing", []byte{0, 0, 0, 0, 'r'}, 0, nil, "garbage on the protocol pipe: a frame of 0 bytes"},
		{"text in the place of a length", []byte("Traceback (most recent call last)"), 0, nil, "garbage on the protocol pipe: a frame of"},
		{"a length that nothing follows", append([]byte{0x3f, 0xff, 0xff, 0xff}, "abc"...), 0, nil, "unexpected EOF"},
	} {
		kind, payload, err := readAnswer(bufio.NewReader(bytes.NewReader(tt.in)))
		if kind != tt.kind || !bytes.Equal(payload, tt.want) || (err == nil) != (tt.err == "") || err != nil && !strings.HasPrefix(err.Error(), tt.err) {
			t.Errorf("%s: kind %q, %d bytes, %v", tt.why, kind, len(payload), err)
		}
	}
}

// What says that it is a gigabyte long and is not makes no room for a gigabyte.
func TestGarbageMakesNoRoom(t *testing.T) {
	in := append([]byte{0x3f, 0xff, 0xff, 0xff}, "abc"...)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	readAnswer(bufio.NewReader(bytes.NewReader(in)))
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 4*readAhead {
		t.Errorf("%d bytes were made room for", got)
	}
}

// FuzzInterpProtocol: whatever comes over the pipe is read as frames or refused, and
// what is sent is read back.
func FuzzInterpProtocol(f *testing.F) {
	f.Add(answer(answerResult, []byte(`{"rows":1}`)))
	f.Add(append(answer(answerChunk, []byte("[1]\n")), answer(answerEnd, []byte(`{"status":0}`))...))
	f.Add([]byte("Traceback (most recent call last):\n"))
	f.Add([]byte{0x3f, 0xff, 0xff, 0xff, 'r'})
	f.Fuzz(func(t *testing.T, data []byte) {
		in := bufio.NewReader(bytes.NewReader(data))
		rest := data
		for {
			kind, payload, err := readAnswer(in)
			if err != nil {
				if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) && !strings.Contains(err.Error(), "garbage") {
					t.Fatal(err)
				}
				return
			}
			again := answer(kind, payload)
			if !bytes.HasPrefix(rest, again) {
				t.Fatalf("%q was read as %q", rest, again)
			}
			rest = rest[len(again):]
			if kind == answerError {
				if err := remoteError(payload); err == nil {
					t.Fatal("an error that is none")
				}
			}
		}
	})
}
