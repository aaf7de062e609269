package main

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/feedparity/feedparity/corpus/plant"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/parity"
)

// What is planted: of each kind thirteen, in deliveries of a size in bytes.
const (
	planted     = 208
	plantedSize = 1_000_000
	plantedSeed = 20
)

// shrunk is what minimising the planted divergences came to: of lines and bytes the
// medians and the most, of CPU time the median and the most of one.
type shrunk struct {
	Lines, Bytes         int
	MostLines, MostBytes int
	Median, Slowest      time.Duration
	Kind                 string // of the slowest
}

// shrinkRow minimises what was planted, scrubbing and explaining included.
func (s *suite) shrinkRow() row {
	var got shrunk
	return row{
		what: fmt.Sprintf("%d divergences planted in deliveries of 1 MB, minimised", planted), goal: "<= 2 s of CPU each, median <= 3 lines and 40 bytes",
		format: "%.2f s for the slowest", rounds: 1,
		holds: func(seconds float64) bool { return seconds <= 2 && got.Lines > 0 && got.Lines <= 3 && got.Bytes <= 40 },
		measure: func(ctx context.Context) (float64, string, error) {
			_, d, err := work(ctx, "shrink", planted, plantedSize)
			if err != nil {
				return 0, "", err
			}
			got = d.Shrunk
			note := fmt.Sprintf("median %s, %s and %.2f s; at most %s and %s; the slowest was %s", plural(got.Lines, "line"), plural(got.Bytes, "byte"), got.Median.Seconds(),
				plural(got.MostLines, "line"), plural(got.MostBytes, "byte"), got.Kind)
			return got.Slowest.Seconds(), note, nil
		},
	}
}

func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}

// shrinkPlanted is the task: N SIZE.
func shrinkPlanted(ctx context.Context, args []string) (done, error) {
	n, err := strconv.Atoi(args[0])
	if err != nil {
		return done{}, fmt.Errorf("read number: %w", err)
	}
	size, err := strconv.Atoi(args[1])
	if err != nil {
		return done{}, fmt.Errorf("read size: %w", err)
	}
	all, err := plant.Plant(plantedSeed, n, size)
	if err != nil {
		return done{}, err
	}
	var out shrunk
	var lines, sizes []int
	var times []time.Duration
	for _, p := range all {
		small, took, err := shrinkOne(ctx, p)
		if err != nil {
			return done{}, fmt.Errorf("minimise %s: %w", p.Kind, err)
		}
		lines, sizes, times = append(lines, bytes.Count(bytes.TrimSuffix(small, []byte("\n")), []byte("\n"))+1), append(sizes, len(small)), append(times, took)
		if took > out.Slowest {
			out.Slowest, out.Kind = took, p.Kind
		}
	}
	slices.Sort(lines)
	slices.Sort(sizes)
	slices.Sort(times)
	out.Lines, out.Bytes, out.Median = lines[n/2], sizes[n/2], times[n/2]
	out.MostLines, out.MostBytes = lines[n-1], sizes[n-1]
	return done{Inputs: n, Shrunk: out}, nil
}

// shrinkOne returns the minimised input and the CPU time that it took.
func shrinkOne(ctx context.Context, p plant.Planted) ([]byte, time.Duration, error) {
	line := &parity.Line{Engine: &engine}
	d := parity.Delivery{Feed: "planted", Name: "planted.csv", Data: bytes.NewReader(p.Data), Size: int64(len(p.Data)), Pair: p.Pair}
	v := line.View(ctx, d, ingest.Raw)
	defer v.Close()
	if v.Err != nil || len(v.Findings) == 0 {
		return nil, 0, fmt.Errorf("it does not diverge: %w", v.Err)
	}
	start := cpuTime()
	m, err := line.Minimize(ctx, d, &v, v.Findings[0])
	if err != nil {
		return nil, 0, err
	}
	return m.Input, cpuTime() - start, nil
}
