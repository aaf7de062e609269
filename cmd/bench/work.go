package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/diff"
	"github.com/feedparity/feedparity/ingest/embedded"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/unpack"
)

// A task is what a child process of the bench does while it is measured from
// outside. It prints its done as JSON.
type task func(ctx context.Context, args []string) (done, error)

// done is what a task did.
type done struct {
	Inputs int // compared
	Rows   int // of one path
	// Allocs is the number of allocations per row between the first and the
	// last tenth of an input.
	Allocs float64
	// Peak is the most memory the process held, in bytes. What its parent is told,
	// ru_maxrss, begins with the parent's own.
	Peak int64
	// Files, Children and Grown are the descriptors, processes and bytes of resident
	// memory that calls left behind, zombies included, in this process and its own.
	Files, Children int
	Grown           int64
	// Shrunk is what the planted divergences became.
	Shrunk shrunk
}

// peak reads VmHWM, 0 where the system does not tell.
func peak() int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if kib, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			n, _ := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(kib), "kB")), 10, 64)
			return n * 1024
		}
	}
	return 0
}

func tasks() map[string]task {
	return map[string]task{
		"files":     compareFiles,
		"repeated":  compareRepeated,
		"small":     compareSmall,
		"trips":     peerInputs(1),
		"batches":   peerInputs(1000),
		"peerfiles": peerFiles,
		"engine":    interpreters,
		"allocs":    countAllocs,
		"calls":     isolatedCalls,
		"shrink":    shrinkPlanted,
		"retrieve":  retrieveFrom,
	}
}

// runTask is the child: work NAME ARGS...
func runTask(ctx context.Context, out io.Writer, name string, args []string) error {
	t, ok := tasks()[name]
	if !ok {
		return fmt.Errorf("run task %q: unknown", name)
	}
	d, err := t(ctx, args)
	if err != nil {
		return fmt.Errorf("run task %s: %w", name, err)
	}
	d.Peak = peak()
	return json.NewEncoder(out).Encode(d)
}

// pair is what the peer script does, as settings.
func pair(codec string) [2]ingest.Settings {
	p := [2]ingest.Settings{ingest.DefaultSettings(ingest.Python27), ingest.DefaultSettings(ingest.Python313)}
	for i := range p {
		p[i].Codec, p[i].Clean = codec, []ingest.Step{"strip"}
	}
	return p
}

// engine is used for all inputs of a task, as a sweep and a fuzz target do.
var engine embedded.Engine

// both is an input as each path reads it.
func both(in ingest.Input, settings *[2]ingest.Settings) *[2]ingest.Input {
	inputs := [2]ingest.Input{in, in}
	for i := range inputs {
		inputs[i].Settings = settings[i]
	}
	return &inputs
}

// compare runs both paths over one input in full and compares them row by row.
func compare(ctx context.Context, in *[2]ingest.Input) (int, error) {
	py2, err := engine.Ingest(ctx, in[ingest.Py2])
	if err != nil {
		return 0, err
	}
	defer py2.Close()
	py3, err := engine.Ingest(ctx, in[ingest.Py3])
	if err != nil {
		return 0, err
	}
	defer py3.Close()
	return parityOf(py2, py3)
}

// parityOf refuses to measure anything but parity.
func parityOf(py2, py3 ingest.Rows) (int, error) {
	res, err := diff.Compare(py2, py3, ingest.Comparison{})
	if err == nil && res.Verdict != ingest.Parity {
		err = fmt.Errorf("verdict %s, want parity: %v", res.Verdict, res.Divergences)
	}
	return res.Compared, err
}

// compareFiles: CODEC FILE-OR-DIRECTORY.
func compareFiles(ctx context.Context, args []string) (done, error) {
	codec, source := args[0], args[1]
	paths := []string{source}
	if found, err := filepath.Glob(filepath.Join(source, "*.csv")); err == nil && len(found) > 0 {
		paths = found
	}
	settings := pair(codec)
	d := done{Inputs: len(paths)}
	for _, path := range paths {
		rows, err := compareFile(ctx, path, &settings)
		if err != nil {
			return d, err
		}
		d.Rows += rows
	}
	return d, nil
}

// compareFile opens a file as "feedparity check" and a sweep do.
func compareFile(ctx context.Context, path string, settings *[2]ingest.Settings) (int, error) {
	f, err := unpack.OpenFile(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return compare(ctx, both(ingest.Input{Name: path, Data: f, Size: f.Size}, settings))
}

// repeated is a block over and over again, of any size without a file.
type repeated struct {
	block []byte
	size  int64
}

// ReadAt implements io.ReaderAt.
func (r repeated) ReadAt(p []byte, at int64) (int, error) {
	n := 0
	for n < len(p) && at < r.size {
		block := r.block[at%int64(len(r.block)):]
		c := copy(p[n:], block[:min(int64(len(block)), r.size-at)])
		n, at = n+c, at+int64(c)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// block is a little UTF-8 feed to repeat.
func block() []byte { return bytes.Join(utf8Feed.inputs(1, 1<<20), nil) }

// compareRepeated: BYTES.
func compareRepeated(ctx context.Context, args []string) (done, error) {
	size, err := strconv.ParseInt(args[0], 10, 64)
	if err != nil {
		return done{}, err
	}
	settings := pair("utf-8")
	rows, err := compare(ctx, both(ingest.Input{Name: "repeated", Data: repeated{block(), size}, Size: size}, &settings))
	return done{Inputs: 1, Rows: rows}, err
}

// countAllocs: BYTES.
func countAllocs(ctx context.Context, args []string) (done, error) {
	size, err := strconv.ParseInt(args[0], 10, 64)
	if err != nil {
		return done{}, err
	}
	data, settings := block(), pair("utf-8")
	count := func(size int64) (rows int, allocs uint64, err error) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		rows, err = compare(ctx, both(ingest.Input{Name: "allocs", Data: repeated{data, size}, Size: size}, &settings))
		runtime.ReadMemStats(&after)
		return rows, after.Mallocs - before.Mallocs, err
	}
	few, a, err := count(size / 10)
	if err != nil {
		return done{}, err
	}
	many, b, err := count(size)
	// The runtime itself allocates now and then; a path that allocated would show
	// at least one for each row.
	per := float64(int64(b)-int64(a)) / float64(many-few)
	return done{Inputs: 2, Rows: many, Allocs: max(per, 0)}, err
}

// distinct is how many different small inputs there are.
const distinct = 500

// smallArgs reads INPUTS BYTES.
func smallArgs(args []string) (n int, data [][]byte, err error) {
	if n, err = strconv.Atoi(args[0]); err != nil {
		return 0, nil, err
	}
	size, err := strconv.Atoi(args[1])
	if err != nil {
		return 0, nil, err
	}
	return n, utf8Feed.inputs(distinct, size), nil
}

func smallInput(data []byte, s ingest.Settings) ingest.Input {
	return ingest.Input{Name: "small", Data: bytes.NewReader(data), Size: int64(len(data)), Settings: s}
}

// compareSmall compares inputs held in memory: INPUTS BYTES.
func compareSmall(ctx context.Context, args []string) (done, error) {
	n, data, err := smallArgs(args)
	if err != nil {
		return done{}, err
	}
	d, settings := done{Inputs: n}, pair("utf-8")
	inputs := make([]*[2]ingest.Input, distinct)
	for i := range inputs {
		inputs[i] = both(smallInput(data[i], ingest.Settings{}), &settings)
	}
	for i := 0; i < n && err == nil; i++ {
		var rows int
		rows, err = compare(ctx, inputs[i%distinct])
		d.Rows += rows
	}
	return d, err
}

// interpreters does the same with the interpreter engine, a batch of inputs in
// each round trip: INPUTS BYTES PYTHON2 PYTHON3.
func interpreters(ctx context.Context, args []string) (d done, err error) {
	const batch = 1000
	n, data, err := smallArgs(args)
	if err != nil {
		return d, err
	}
	settings := pair("utf-8")
	var processes [2]*interp.Process
	for i, s := range settings {
		python := interp.Interpreter{Path: args[2+i], Version: s.Python}
		if processes[i], err = interp.Start(ctx, python, interp.Options{}); err != nil {
			return d, err
		}
		defer processes[i].Close()
	}
	for d.Inputs < n && err == nil {
		var outcomes [2][]ingest.Outcome
		for i, p := range processes {
			inputs := make([]ingest.Input, batch)
			for k := range inputs {
				inputs[k] = smallInput(data[(d.Inputs+k)%distinct], settings[i])
			}
			if outcomes[i], err = p.Batch(ctx, inputs); err != nil {
				return d, err
			}
		}
		for k := 0; k < batch && err == nil; k++ {
			_, err = parityOf(outcomes[0][k].Stream(), outcomes[1][k].Stream())
		}
		d.Inputs += batch
	}
	return d, err
}
