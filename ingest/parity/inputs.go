package parity

import (
	"context"

	"github.com/feedparity/feedparity/ingest"
)

// Inputs gives what Check has the paths read of a delivery, a view's after the other's. Of
// the normalized one it leaves out what was there already: the same bytes, read in the same way.
func Inputs(ctx context.Context, d Delivery, do func(ingest.View, ingest.Input) error) error {
	found, err := d.detect(ctx)
	if err != nil {
		return err
	}
	var raw View
	for _, v := range []ingest.View{ingest.Raw, ingest.Normalized} {
		view, err := prepared(ctx, d, found, v)
		if err != nil {
			return err
		}
		for _, p := range ingest.Paths {
			if again := view.input.sent && view.settings(p).Same(raw.settings(p)); err == nil && !again {
				err = do(v, view.inputOf(d, p))
			}
		}
		view.Close()
		if err != nil {
			return err
		}
		raw = view
	}
	return nil
}
