package fuzz

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/feedparity/feedparity/fuzz/generator"
	"github.com/feedparity/feedparity/fuzz/scout"
	"github.com/feedparity/feedparity/ingest"
)

// inputName is the file of an input in a corpus.
func inputName(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8]) + ".csv"
}

// writeInput adds an input to a directory, under a name made of its bytes. It is
// there as a whole or not at all.
func writeInput(dir string, data []byte) error {
	name := filepath.Join(dir, inputName(data))
	if _, err := os.Stat(name); err == nil {
		return nil
	}
	return replaceFile(dir, inputName(data), data)
}

// replaceFile writes a file whole or not at all, and makes its directory if need be.
func replaceFile(dir, name string, data []byte) error {
	if err := os.MkdirAll(dir, 0o700); err != nil { // it may hold what a supplier sent
		return err
	}
	temp := filepath.Join(dir, name+".tmp")
	if err := os.WriteFile(temp, data, 0o600); err != nil {
		return err
	}
	return os.Rename(temp, filepath.Join(dir, name))
}

// ReadCorpus returns the inputs of a directory in the order of their names; of one that
// is not there, or "", none.
func ReadCorpus(dir string) ([][]byte, error) {
	if dir == "" {
		return nil, nil
	}
	files, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read corpus: %w", err)
	}
	var out [][]byte
	for _, f := range files {
		if !f.Type().IsRegular() || !strings.HasSuffix(f.Name(), ".csv") {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			return nil, fmt.Errorf("read corpus: %w", err)
		}
		out = append(out, data)
	}
	return out, nil
}

// WriteCorpus adds inputs to a directory, which is made if need be. What is there
// already is left alone.
func WriteCorpus(dir string, inputs [][]byte) error {
	for _, data := range inputs {
		if err := writeInput(dir, data); err != nil {
			return fmt.Errorf("write corpus: %w", err)
		}
	}
	return nil
}

// RemoveFrom removes from a directory all inputs but those that are to be kept. Files
// that are no inputs stay.
func RemoveFrom(dir string, kept [][]byte) error {
	names := map[string]bool{}
	for _, data := range kept {
		names[inputName(data)] = true
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("remove from corpus: %w", err)
	}
	for _, f := range files {
		if !f.Type().IsRegular() || !strings.HasSuffix(f.Name(), ".csv") || names[f.Name()] {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err == nil && inputName(data) != f.Name() {
			continue // a person put it there
		}
		if err == nil {
			err = os.Remove(filepath.Join(dir, f.Name()))
		}
		if err != nil {
			return fmt.Errorf("remove from corpus: %w", err)
		}
	}
	return nil
}

// Distil returns the smallest inputs that show all the behaviours which the given ones
// show with a pair: of those that show the same the shortest.
func (h *Hunter) Distil(ctx context.Context, pair ingest.Pair, inputs [][]byte) ([][]byte, error) {
	s := newLookout(h)
	best := map[scout.Behaviour][]byte{}
	var order []scout.Behaviour
	for _, data := range inputs {
		t := generator.Trial{Input: data, Pair: pair}
		res, err := s.run(ctx, &t, scout.Fewest)
		if err != nil {
			return nil, fmt.Errorf("distil corpus: %w", err)
		}
		b := scout.BehaviourOf(&res, &t)
		was, known := best[b]
		if !known {
			order = append(order, b)
		}
		if !known || len(data) < len(was) || len(data) == len(was) && bytes.Compare(data, was) < 0 {
			best[b] = data
		}
	}
	var out [][]byte
	for _, b := range order {
		out = append(out, best[b])
	}
	return out, nil
}

// maxShort is how long a seed is: what is short is run often.
const maxShort = 1 << 10

// Shorten keeps the first lines of a delivery, whole ones.
func Shorten(data []byte) []byte {
	if len(data) <= maxShort {
		return data
	}
	if i := bytes.LastIndexByte(data[:maxShort], '\n'); i >= 0 {
		return data[:i+1]
	}
	return data[:maxShort]
}
