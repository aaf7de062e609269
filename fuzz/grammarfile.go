package fuzz

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/feedparity/feedparity/fuzz/generator"
)

// GrammarFile is the name under which a corpus has what was learned of its feed.
const GrammarFile = "grammar.json"

// ReadGrammar reads what was learned of a corpus; nil where nothing was.
func ReadGrammar(corpus string) (*generator.Grammar, error) {
	data, err := os.ReadFile(filepath.Join(corpus, GrammarFile))
	if corpus == "" || errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read grammar: %w", err)
	}
	var g generator.Grammar
	if err := json.Unmarshal(data, &g); err != nil {
		return nil, fmt.Errorf("read grammar %q: %w", filepath.Join(corpus, GrammarFile), err)
	}
	if g.Version != 1 || len(g.Columns) == 0 {
		return nil, fmt.Errorf("read grammar %q: want version 1 with columns; corpus learn writes one", filepath.Join(corpus, GrammarFile))
	}
	return &g, nil
}

// WriteGrammar puts a grammar into the directory of a corpus, whole or not at all.
func WriteGrammar(corpus string, g *generator.Grammar) error {
	data, err := json.MarshalIndent(g, "", "  ")
	if err != nil {
		return fmt.Errorf("write grammar: %w", err)
	}
	return replaceFile(corpus, GrammarFile, data)
}
