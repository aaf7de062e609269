package interp

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/wire"
)

// question is an ingest.Question as runner/ask.py reads it: values in wire form, other
// strings that reach Python as in settingsRequest.
type question struct {
	Ask     string            `json:"ask"`
	Values  []json.RawMessage `json:"values"`
	Dialect [][3]string       `json:"dialect"`
	Codec   string            `json:"codec"`
	Errors  string            `json:"errors"`
}

// Ask puts questions and returns their outcomes in order. One round trip carries
// hundreds.
func (p *Process) Ask(ctx context.Context, questions []ingest.Question) ([]ingest.Outcome, error) {
	out := make([]ingest.Outcome, 0, len(questions))
	for some := range slices.Chunk(questions, batchItems) {
		blob, err := p.encode(some)
		if err != nil {
			return nil, err
		}
		answer, err := p.exchange(ctx, map[string]string{"op": "ask"}, blob)
		if err != nil {
			return nil, fmt.Errorf("ask python %s: %w", p.Interpreter.Full, err)
		}
		outcomes, err := parseBatch(answer, len(some))
		if err != nil {
			return nil, fmt.Errorf("read answers of python %s: %w", p.Interpreter.Full, err)
		}
		out = append(out, outcomes...)
	}
	return out, nil
}

// encode writes questions to this process.
func (p *Process) encode(questions []ingest.Question) ([]byte, error) {
	all := make([]question, len(questions))
	for i := range questions {
		q := &questions[i]
		if q.Python != p.Interpreter.Version {
			return nil, fmt.Errorf("the question is for python %s, the process is %s", q.Python, p.Interpreter.Version)
		}
		if err := q.Check(); err != nil {
			return nil, err
		}
		all[i] = question{Ask: string(q.Asked), Values: []json.RawMessage{}, Dialect: dialectRequest(q.Dialect), Codec: hexOf(q.Codec), Errors: hexOf(q.Errors)}
		for _, v := range q.Values {
			all[i].Values = append(all[i].Values, wire.AppendValue(nil, v))
		}
	}
	blob, err := json.Marshal(all)
	if err != nil {
		return nil, fmt.Errorf("encode questions: %w", err)
	}
	return blob, nil
}
