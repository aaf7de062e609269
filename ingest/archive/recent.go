package archive

import "sync"

// recentBytes is how much of what was put is still in memory: a delivery is mostly checked
// by the process that fetched it, a moment later.
const recentBytes = 16 << 20

// recent holds small deliveries from when they last in the archive until they are read, or
// others have taken their room. Their bytes are those that were hashed on their way.
type recent struct {
	mu    sync.Mutex
	blobs map[string][]byte
	order []string // oldest first, with those that were read
	bytes int
}

func (r *recent) add(blobs []Blob) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.blobs == nil {
		r.blobs = map[string][]byte{}
	}
	for _, b := range blobs {
		if _, known := r.blobs[b.SHA256]; b.Data == nil || known {
			continue
		}
		r.blobs[b.SHA256], r.order = b.Data, append(r.order, b.SHA256)
		r.bytes += len(b.Data)
	}
	for r.bytes > recentBytes || len(r.order) > 2*len(r.blobs)+16 {
		r.drop(r.order[0])
		r.order = r.order[1:]
	}
}

// take returns a delivery and forgets it, nil if it is not there.
func (r *recent) take(sum string) []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	data := r.blobs[sum]
	r.drop(sum)
	return data
}

func (r *recent) drop(sum string) {
	r.bytes -= len(r.blobs[sum])
	delete(r.blobs, sum)
}
