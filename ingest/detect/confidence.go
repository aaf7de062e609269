package detect

import "math"

// calibrated are points of the measured relation between how many nats the best
// text is ahead and how often it is the right one, of 100,000 answers for files built by
// the seeds 1 to 4, 101, 102, 3101 to 3104, 3201 to 3206 and 6001 to 6020;
// docs/detection.md has it for files of other seeds. Between two points it is a straight
// line.
var calibrated = []struct{ nats, right float64 }{
	{0, 0.5}, {0.5, 0.605}, {1, 0.655}, {1.5, 0.75}, {2, 0.83}, {2.5, 0.855}, {3, 0.885}, {3.3, 0.94}, {4.6, 0.96}, {5, 0.972},
	{5.5, 0.982}, {6, 0.988}, {6.5, 0.992}, {7, 0.994}, {8, 0.9985}, {9, 0.9995}, {10, 0.9997}, {40, 0.9998},
}

// confidence is the chance that a text that is margin nats ahead is right.
func confidence(margin float64) float64 {
	for i, p := range calibrated[1:] {
		if before := calibrated[i]; margin < p.nats {
			return before.right + (p.right-before.right)*(margin-before.nats)/(p.nats-before.nats)
		}
	}
	return calibrated[len(calibrated)-1].right
}

// posterior shares out what is left among the candidates with other texts.
func posterior(ranked []*mixture) []float64 {
	out := make([]float64, len(ranked))
	sum := 0.0
	for i, x := range ranked {
		if !x.same {
			out[i] = math.Exp((ranked[0].score - x.score) / float64(nat))
			sum += out[i]
		}
	}
	for i := range out {
		if sum > 0 {
			out[i] /= sum
		}
	}
	return out
}
