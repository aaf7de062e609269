package main

import (
	"bufio"
	"bytes"
	"context"
	_ "embed" // of the peer script
	"encoding/binary"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strconv"
)

//go:embed peers/worker.py
var workerSource string

// A peer is a Python that stays and reads what it is sent: peers/worker.py.
type peer struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	answer []byte
}

// startPeer starts a peer that is sent "bytes" of inputs or paths of "files".
func startPeer(ctx context.Context, python, kind string) (*peer, error) {
	p := &peer{cmd: exec.CommandContext(ctx, python, "-c", workerSource, kind, "utf-8")}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	p.out = bufio.NewReaderSize(out, 1<<16)
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start peer: %w", err)
	}
	return p, nil
}

// receive returns the next answer, good until the one after it.
func (p *peer) receive() ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(p.out, head[:]); err != nil {
		return nil, err
	}
	n := int(binary.BigEndian.Uint32(head[:]))
	if n > cap(p.answer) {
		p.answer = make([]byte, n)
	}
	p.answer = p.answer[:n]
	_, err := io.ReadFull(p.out, p.answer)
	return p.answer, err
}

// end lets the peer end, so that its time is counted.
func (p *peer) end() error {
	p.in.Close()
	return p.cmd.Wait()
}

// peers are the two Pythons between which the same inputs are compared.
type peers [2]*peer

func startPeers(ctx context.Context, kind string, pythons []string) (peers, error) {
	var p peers
	for i := range p {
		var err error
		if p[i], err = startPeer(ctx, pythons[i], kind); err != nil {
			return p, err
		}
	}
	return p, nil
}

// trip sends a request to both and compares what they answer.
func (p peers) trip(request []byte) error {
	for i := range p {
		if _, err := p[i].in.Write(request); err != nil {
			return fmt.Errorf("send to peer: %w", err)
		}
	}
	var answers [2][]byte
	for i := range p {
		var err error
		if answers[i], err = p[i].receive(); err != nil {
			return fmt.Errorf("read from peer: %w", err)
		}
	}
	if !bytes.Equal(answers[0], answers[1]) {
		return fmt.Errorf("compare peers: they answer %.200q and %.200q", answers[0], answers[1])
	}
	return nil
}

// appendRequest appends the items of one trip as worker.py reads them.
func appendRequest(dst []byte, items [][]byte) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(items)))
	for _, item := range items {
		dst = binary.BigEndian.AppendUint32(dst, uint32(len(item)))
	}
	for _, item := range items {
		dst = append(dst, item...)
	}
	return dst
}

// comparePeers has both Pythons of the last arguments read the items, a batch of
// them in each trip.
func comparePeers(ctx context.Context, kind string, items [][]byte, n, batch int, pythons []string) (d done, err error) {
	p, err := startPeers(ctx, kind, pythons)
	if err != nil {
		return d, err
	}
	var request []byte
	for err == nil && d.Inputs < n {
		var trip [][]byte
		for range min(batch, n-d.Inputs) {
			trip = append(trip, items[d.Inputs%len(items)])
			d.Inputs++
		}
		request = appendRequest(request[:0], trip)
		err = p.trip(request)
	}
	for i := range p {
		if ended := p[i].end(); err == nil {
			err = ended
		}
	}
	return d, err
}

// peerInputs compares inputs held in memory: INPUTS BYTES PYTHON2 PYTHON3.
func peerInputs(batch int) task {
	return func(ctx context.Context, args []string) (done, error) {
		n, data, err := smallArgs(args)
		if err != nil {
			return done{}, err
		}
		return comparePeers(ctx, "bytes", data, n, batch, args[2:])
	}
}

// peerFiles compares files that the peers open themselves: BATCH DIRECTORY PYTHON2 PYTHON3.
func peerFiles(ctx context.Context, args []string) (done, error) {
	batch, err := strconv.Atoi(args[0])
	if err != nil {
		return done{}, err
	}
	paths, err := filepath.Glob(filepath.Join(args[1], "*.csv"))
	if err != nil {
		return done{}, err
	}
	items := make([][]byte, len(paths))
	for i, path := range paths {
		items[i] = []byte(path)
	}
	return comparePeers(ctx, "files", items, len(items), batch, args[2:])
}
