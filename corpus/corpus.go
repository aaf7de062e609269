// Package corpus holds the deliveries that feedparity ships: raw bytes under
// seeds/<topic>/<name>.csv, embedded in the binary. They seed the fuzz targets,
// and Feeds turns them into the feeds of "feedparity demo", each with the pair of
// policies that a real team would have and what the two real CPythons do with it.
//
// Everybody and everything in the deliveries is invented. makeseeds.py writes
// them; README.md holds what was measured.
package corpus

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

//go:embed seeds
var seeds embed.FS

// Seed is one shipped delivery.
type Seed struct {
	Topic string // what it shows, such as "newlines": its directory
	Name  string // its file name, such as "quayside_mac.csv"
	Data  []byte // the bytes as a supplier would send them
}

// Path returns "topic/name", by which Open finds the seed.
func (s Seed) Path() string { return s.Topic + "/" + s.Name }

// Seeds returns every shipped delivery in the order of their paths. The data are
// fresh copies.
func Seeds() []Seed {
	var out []Seed
	// The tree is embedded, so walking it cannot fail; Open reports what it can.
	_ = fs.WalkDir(seeds, "seeds", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		s, err := Open(strings.TrimPrefix(p, "seeds/"))
		out = append(out, s)
		return err
	})
	return out
}

// Open returns the seed of that "topic/name".
func Open(name string) (Seed, error) {
	data, err := seeds.ReadFile("seeds/" + name)
	if err != nil {
		return Seed{}, fmt.Errorf("open seed %q: no such delivery is shipped", name)
	}
	return Seed{Topic: path.Dir(name), Name: path.Base(name), Data: data}, nil
}
