package scout

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/fuzz/fuzztest"
	"github.com/feedparity/feedparity/fuzz/generator"
)

// envExplain makes of this program one that answers questions; it is the claim of a worker.
const envExplain = "FEEDPARITY_FUZZ_EXPLAIN"

func TestMain(m *testing.M) {
	claim := os.Getenv(envExplain)
	if claim == "" {
		os.Exit(m.Run())
	}
	if err := explainer(claim); err != nil {
		fmt.Fprintln(os.Stderr, "explain divergences:", err)
		os.Exit(1)
	}
}

// explainer answers until its input ends, which it does when the worker is gone.
func explainer(claim string) error {
	news, err := fuzztest.ReadNews()
	if err != nil {
		return err
	}
	news.Claim = claim
	s := newSession(news, true)
	seeds, err := fuzztest.Seeds()
	if err != nil {
		return err
	}
	for _, one := range seeds {
		s.seeds[one.Key()] = true
	}
	for in := bufio.NewReader(os.Stdin); ; {
		raw, err := receive(in)
		if errors.Is(err, io.EOF) {
			return nil
		}
		plan, perr := receive(in)
		if err = errors.Join(err, perr); err != nil {
			return err
		}
		message, err := s.answer(context.Background(), question{raw, plan})
		if err != nil {
			message = err.Error()
		}
		if err := send(os.Stdout, []byte(message)); err != nil {
			return err
		}
	}
}

// asker is a worker's end of an explainer.
type asker struct {
	to   io.WriteCloser
	from io.Reader
}

// startExplainer starts another process of this program, which lives as long as this one.
func startExplainer(tb testing.TB, claim string) asker {
	tb.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env, cmd.Stderr = append(os.Environ(), envExplain+"="+claim), os.Stderr
	to, err := cmd.StdinPipe()
	from, ferr := cmd.StdoutPipe()
	if err = errors.Join(err, ferr); err == nil {
		err = cmd.Start()
	}
	if err != nil {
		tb.Fatal(err)
	}
	return asker{to, from}
}

// An explainer lists what has a cause, once, and answers that there is nothing to fail with.
func TestExplainer(t *testing.T) {
	list := filepath.Join(t.TempDir(), "findings")
	t.Setenv(fuzztest.EnvMode, "list")
	t.Setenv(fuzztest.EnvFindings, list)
	e := startExplainer(t, filepath.Join(t.TempDir(), "claim"))
	plan, ok := generator.Plan(unknown(t).Pair)
	if !ok {
		t.Fatal("the generator cannot draw the pair")
	}
	for range 2 {
		if message, err := e.ask(t.Context(), question{unknown(t).Input, plan}); message != "" || err != nil {
			t.Fatalf("%q, %v", message, err)
		}
	}
	got, err := os.ReadFile(list)
	if want := "undecodable-bytes:cp1250/utf-8:"; err != nil || !strings.HasPrefix(string(got), want) || strings.Count(string(got), "\n") != 1 {
		t.Errorf("%q, %v, want a line that begins with %s", got, err, want)
	}
	if err := e.to.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := e.from.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("an explainer that nobody asks goes on: %v", err)
	}
}

// ask returns what to fail with, "" if there is nothing.
func (a asker) ask(_ context.Context, q question) (string, error) {
	if err := errors.Join(send(a.to, q.raw), send(a.to, q.plan)); err != nil {
		return "", fmt.Errorf("ask explainer: %w", err)
	}
	message, err := receive(a.from)
	if err != nil {
		return "", fmt.Errorf("ask explainer: %w", err)
	}
	return string(message), nil
}

// send writes a string of bytes behind its length.
func send(w io.Writer, data []byte) error {
	_, err := w.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(data))), data...))
	return err
}

func receive(r io.Reader) ([]byte, error) {
	var size [4]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return nil, err
	}
	data := make([]byte, binary.BigEndian.Uint32(size[:]))
	_, err := io.ReadFull(r, data)
	return data, err
}
