package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"runtime/pprof"

	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/ingest"
)

// newProfile is "make pgo": the compiler puts inline what a profile says is called
// often, which in a pipeline of many short functions is worth some 8 % of all time.
func newProfile() *cobra.Command {
	return &cobra.Command{
		Use: "profile FILE", Short: "Write the CPU profile by which the command is built", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			var profile bytes.Buffer
			if err := pprof.StartCPUProfile(&profile); err != nil {
				return fmt.Errorf("profile: %w", err)
			}
			err := everyKind(c.Context())
			pprof.StopCPUProfile()
			if err != nil {
				return fmt.Errorf("profile: %w", err)
			}
			return os.WriteFile(args[0], profile.Bytes(), 0o644)
		},
	}
}

// everyKind compares inputs of each generated feed, of a fuzz target's size and of a
// delivery's.
func everyKind(ctx context.Context) error {
	const total = 100 << 20 // bytes of each feed and size
	for _, f := range []feed{asciiFeed, utf8Feed, cp1252Feed, quotedFeed, gb18030Feed} {
		settings := pair(f.codec)
		for _, size := range []int{200, 4 << 10, 1 << 20} {
			inputs := f.inputs(max(distinct*200/size, 10), size)
			for i := range total / size {
				if _, err := compare(ctx, both(smallInput(inputs[i%len(inputs)], ingest.Settings{}), &settings)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
