package interp

import (
	"context"
	"encoding/json"
	"fmt"
)

// Load runs Python source as a module of that name, so that tests can ask an
// interpreter anything. The source must suit every version it is loaded into;
// it finds helpers of runner.py, such as runner.wire, under the name runner.
func (p *Process) Load(ctx context.Context, name, source string) error {
	_, err := p.exchange(ctx, map[string]string{"op": "load", "name": name}, []byte(source))
	if err != nil {
		return fmt.Errorf("load %s into python %s: %w", name, p.Interpreter.Full, err)
	}
	return nil
}

// Call calls "module.function" of a loaded module with args, as JSON, as its one
// argument, and returns its result as JSON. JSON strings arrive as unicode in
// Python 2; send bytes and surrogates as hex. An exception is a *RemoteError.
func (p *Process) Call(ctx context.Context, function string, args any) (json.RawMessage, error) {
	blob, err := json.Marshal(args)
	if err != nil {
		return nil, fmt.Errorf("call %s: encode arguments: %w", function, err)
	}
	result, err := p.exchange(ctx, map[string]string{"op": "call", "function": function}, blob)
	if err != nil {
		return nil, fmt.Errorf("call %s in python %s: %w", function, p.Interpreter.Full, err)
	}
	return result, nil
}

// CallBytes is Call for volume: the arguments cross as they are, and the function
// returns bytes. Python's marshal reads what AppendMarshal of package interptest
// writes.
func (p *Process) CallBytes(ctx context.Context, function string, args []byte) ([]byte, error) {
	result, err := p.exchange(ctx, map[string]string{"op": "call_bytes", "function": function}, args)
	if err != nil {
		return nil, fmt.Errorf("call %s in python %s: %w", function, p.Interpreter.Full, err)
	}
	return result, nil
}
