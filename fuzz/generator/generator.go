// Package generator makes deliveries and Settings that are likely to diverge: a
// CSV-aware and encoding-aware generator whose every decision is a byte, so that
// Go's fuzzing engine can steer it and a random source can drive it.
//
// It imports the models and nothing that they can do without: whatever is in a program
// with FuzzParity, the engine looks through after each input (package scout).
package generator

import (
	"math/rand/v2"

	"github.com/feedparity/feedparity/ingest"
)

// Choices answers the generator's questions from a string of bytes. Past its end
// every answer is the first alternative, so that short strings mean simple cases.
type Choices struct {
	plan []byte
}

// NewChoices reads answers from plan.
func NewChoices(plan []byte) *Choices { return &Choices{plan} }

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
func RandomChoices(seed uint64, n int) *Choices { return &Choices{RandomPlan(seed, n)} }

// Reset makes the answers those of another plan.
func (c *Choices) Reset(plan []byte) { c.plan = plan }

// N returns a number below n; n must be at most 256.
func (c *Choices) N(n int) int {
	if len(c.plan) == 0 {
		return 0
	}
	b := c.plan[0]
	c.plan = c.plan[1:]
	return int(b) % n
}

// Rare reports true once in n, and false when the choices have run out.
func (c *Choices) Rare(n int) bool { return c.N(n) == n-1 }

// Empty reports whether every further answer is the first alternative.
func (c *Choices) Empty() bool { return len(c.plan) == 0 }

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
