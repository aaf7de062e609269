package detect

import "math"

// calibrated are points of the measured relation between how many nats the best
// text is ahead and how often it is the right one; see docs/detection.md. Between
// two points it is a straight line.
var calibrated = []struct{ nats, right float64 }{
	{0, 0.5}, {1.3, 0.66}, {2, 0.83}, {3, 0.91}, {4, 0.93}, {4.5, 0.94}, {5.05, 0.96}, {5.2, 0.98}, {5.6, 0.99}, {6.2, 0.998}, {12, 0.999}, {40, 0.9995},
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
		if x.group != ranked[0].group {
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
