package pycsv

import "golang.org/x/sys/cpu"

// markers are all that this processor can do.
func markers() map[string]marker {
	all := map[string]marker{"SSE2": markTextSSE2}
	if cpu.X86.HasAVX2 {
		all["AVX2"] = markTextAVX2
	}
	return all
}
