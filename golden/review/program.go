package review

import (
	"context"
	"errors"
	"fmt"
	"io"

	tea "charm.land/bubbletea/v2"
)

// Run shows a review on a terminal until somebody ends it, and returns what was decided.
// Signals are the caller's: they end ctx.
func Run(ctx context.Context, m *Model, in io.Reader, out io.Writer) error {
	_, err := tea.NewProgram(m, tea.WithContext(ctx), tea.WithInput(in), tea.WithOutput(out), tea.WithoutSignalHandler()).Run()
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("review cases: %w", ctx.Err())
	case err != nil && !errors.Is(err, tea.ErrInterrupted):
		return fmt.Errorf("review cases: %w", err)
	}
	return nil
}
