package ingest

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestShellWords(t *testing.T) {
	for line, want := range map[string][]string{
		"":                          nil,
		" a  b\tc\n":                {"a", "b", "c"},
		`--dialect 'delimiter=\t'`:  {"--dialect", `delimiter=\t`},
		`'' x`:                      {"", "x"},
		`'it'\''s' a\ b --as=py'3'`: {"it's", "a b", "--as=py3"},
	} {
		if got, err := ShellWords(line); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %q, %v, want %q", line, got, err, want)
		}
	}
	if _, err := ShellWords("a 'b"); !errors.Is(err, ErrQuote) {
		t.Error(err)
	}
}

// What is quoted is read as it was.
func TestShellWordsUndoShellQuote(t *testing.T) {
	words := []string{"", "'", "''", `\`, `a\'b`, " ", "größe", `delimiter=\t`, "\n", "--as", "$x", `"`}
	var quoted []string
	for _, w := range words {
		quoted = append(quoted, ShellQuote(w))
	}
	if got, err := ShellWords(strings.Join(quoted, " ")); err != nil || !slices.Equal(got, words) {
		t.Errorf("%q, %v, want %q", got, err, words)
	}
}
