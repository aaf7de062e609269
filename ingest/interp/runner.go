package interp

import (
	"embed"
	"slices"
	"strings"
	"sync"
)

//go:embed runner/*.py
var runnerFiles embed.FS

// Parts of runner.py in the order in which they are joined: those that both modes
// have, and what each has of its own.
var (
	commonParts    = []string{"protocol", "wire", "own", "values", "objects"}
	referenceParts = []string{"steps", "reference", "batch"}
	callParts      = []string{"record", "effects", "clock", "place", "neutral", "call", "keeper"}
)

// The two texts of runner.py, which CPython 2.7 and every 3.x run.
var (
	referenceSource = sync.OnceValue(func() string { return join(referenceParts) })
	callSource      = sync.OnceValue(func() string { return join(callParts) })
)

func join(parts []string) string {
	var b strings.Builder
	b.WriteString("# -*- coding: utf-8 -*-\n")
	for _, part := range slices.Concat(commonParts, parts, []string{"main"}) {
		text, err := runnerFiles.ReadFile("runner/" + part + ".py")
		if err != nil {
			panic(err) // embedded when feedparity was built
		}
		b.Write(text)
		b.WriteByte('\n')
	}
	return b.String()
}

// bootstrap reads the length-prefixed runner from descriptor 3 and runs it, so
// that no file has to be installed anywhere.
const bootstrap = `import os,struct
def r(n):
    b=b''
    while len(b)<n:
        c=os.read(3,n-len(b))
        if not c:
            os._exit(0)
        b+=c
    return b
exec(compile(r(struct.unpack('>I',r(4))[0]),'<feedparity runner>','exec'),{'__name__':'feedparity_runner'})
`
