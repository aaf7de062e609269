package sweep

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/feedparity/feedparity/ingest/state"
)

// What one process did by itself nobody reads from the state unless it dies: there the
// results of many deliveries are one task, which costs a tenth of a row each to write and to
// drop again (apart).

// togetherTask names such a task, beside the first of those that are in it. No file in an
// archive has that name.
const togetherTask = "\x00together"

// togetherBody says what is in it: numbers of tasks, and of how many results each, in the order of
// the results.
type togetherBody struct {
	Tasks [][2]int `json:"tasks"`
}

// together makes one task of several that are done, with so many results each.
func together(done []state.Task, results []int) (state.Task, error) {
	if len(done) == 1 {
		return done[0], nil
	}
	var body togetherBody
	size := 0
	for i, t := range done {
		body.Tasks = append(body.Tasks, [2]int{t.Number, results[i]})
		size += len(t.Result)
	}
	all := append(make([]byte, 0, size), '[')
	for _, t := range done {
		if one := bytes.TrimSpace(t.Result); len(one) > 2 { // "[]" is none
			if len(all) > 1 {
				all = append(all, ',')
			}
			all = append(all, one[1:len(one)-1]...)
		}
	}
	b, err := json.Marshal(body)
	return state.Task{Run: done[0].Run, Feed: done[0].Feed, Number: done[0].Number, Member: togetherTask, Body: b, Result: append(all, ']')}, err
}

// apart returns tasks with those that are together one by one, without what was to be done.
func apart(tasks []state.Task) ([]state.Task, error) {
	var out []state.Task
	for i, t := range tasks {
		if t.Member != togetherTask {
			if out != nil {
				out = append(out, t)
			}
			continue
		}
		if out == nil {
			out = append(make([]state.Task, 0, 2*len(tasks)), tasks[:i]...)
		}
		var body togetherBody
		var all []json.RawMessage
		err := json.Unmarshal(t.Body, &body)
		if err == nil {
			err = json.Unmarshal(t.Result, &all)
		}
		for _, one := range body.Tasks {
			if err == nil && one[1] > len(all) {
				err = fmt.Errorf("%d results are missing", one[1]-len(all))
			}
			if err != nil {
				break
			}
			var result []byte
			if result, err = json.Marshal(all[:one[1]]); err == nil {
				out, all = append(out, state.Task{Run: t.Run, Feed: t.Feed, Number: one[0], Body: []byte("{}"), Result: result}), all[one[1]:]
			}
		}
		if err != nil {
			return nil, fmt.Errorf("read tasks of feed %q from %d on: %w", t.Feed, t.Number, err)
		}
	}
	if out == nil {
		return tasks, nil
	}
	return out, nil
}
