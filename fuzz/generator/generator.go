// Package generator makes deliveries and Settings that are likely to diverge: a
// CSV-aware and encoding-aware generator whose every decision is a byte, so that
// Go's fuzzing engine can steer it and a random source can drive it.
//
// It imports the models and nothing that they can do without: whatever is in a program
// with FuzzParity, the engine looks through after each input (package scout).
package generator

import (
	"encoding/binary"
	"math/rand/v2"

	"github.com/feedparity/feedparity/ingest"
)

// Choices answers the generator's questions from a string of bytes. Past its end
// every answer is the first alternative, so that short strings mean simple cases.
type Choices struct {
	plan []byte

	// What Draw leaves to be drawn when the plan is used up.
	left   int
	source rand.PCG
	word   [8]byte
}

// NewChoices reads answers from plan.
func NewChoices(plan []byte) *Choices { return &Choices{plan: plan} }

// RandomPlan is n random bytes of a seed.
func RandomPlan(seed uint64, n int) []byte {
	r := rand.New(rand.NewPCG(seed, 0x9E3779B97F4A7C15))
	plan := make([]byte, n)
	for i := range plan {
		plan[i] = byte(r.Uint32())
	}
	return plan
}

// RandomChoices returns answers that are n random bytes of a seed.
func RandomChoices(seed uint64, n int) *Choices { return NewChoices(RandomPlan(seed, n)) }

// Draw makes the answers n random bytes of a seed. They are drawn as they are asked for:
// most trials ask for few of what they may.
func (c *Choices) Draw(seed uint64, n int) {
	c.source.Seed(seed, 0x9E3779B97F4A7C15)
	c.plan, c.left = nil, n
}

// N returns a number below n; n must be at most 256.
func (c *Choices) N(n int) int {
	if len(c.plan) == 0 && !c.more() {
		return 0
	}
	b := c.plan[0]
	c.plan = c.plan[1:]
	return int(b) % n
}

// more draws the next choices, if there are any.
func (c *Choices) more() bool {
	binary.LittleEndian.PutUint64(c.word[:], c.source.Uint64())
	c.plan = c.word[:min(c.left, len(c.word))]
	c.left -= len(c.plan)
	return len(c.plan) > 0
}

// Rare reports true once in n, and false when the choices have run out.
func (c *Choices) Rare(n int) bool { return c.N(n) == n-1 }

// Empty reports whether every further answer is the first alternative.
func (c *Choices) Empty() bool { return len(c.plan)+c.left == 0 }

func pick[T any](c *Choices, list []T) T { return list[c.N(len(list))] }

// Trial is one input and the pair of policies to read it with.
type Trial struct {
	Input []byte
	Pair  ingest.Pair
}

// NewTrial decides a pair and, if raw is empty, the delivery too.
func NewTrial(c *Choices, raw []byte) Trial {
	t := Trial{Input: raw, Pair: NewPair(c)}
	if len(raw) == 0 {
		t.Input = CSV(c, t.Pair.Py3)
	}
	return t
}
