package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"runtime/pprof"

	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/fuzz"
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
			if err == nil {
				err = campaign(c.Context())
			}
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

// campaign fuzzes a pair of policies for a while, from deliveries of each feed.
func campaign(ctx context.Context) error {
	settings := pair("utf-8")
	o := fuzz.CampaignOptions{Pair: &ingest.Pair{Name: "profile", Py2: settings[0], Py3: settings[1]}, Execs: 500_000, Seed: 1}
	for _, f := range []feed{asciiFeed, utf8Feed, cp1252Feed, quotedFeed, gb18030Feed} {
		o.Seeds = append(o.Seeds, f.inputs(10, 200)...)
	}
	o.Found = func(context.Context, fuzz.Prey) error { return nil }
	h, err := fuzz.NewHunter()
	if err == nil {
		_, err = h.Campaign(ctx, o)
	}
	return err
}
