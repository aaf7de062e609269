package interp

import (
	"embed"
	"strings"
	"sync"
)

//go:embed runner/*.py
var runnerFiles embed.FS

// runnerParts are the parts of runner.py in the order in which they are joined.
var runnerParts = []string{"protocol", "wire", "steps", "reference", "batch", "values", "call", "main"}

// runnerSource is runner.py: one text that CPython 2.7 and every 3.x run.
var runnerSource = sync.OnceValue(func() string {
	var b strings.Builder
	b.WriteString("# -*- coding: utf-8 -*-\n")
	for _, part := range runnerParts {
		text, err := runnerFiles.ReadFile("runner/" + part + ".py")
		if err != nil {
			panic(err) // embedded when feedparity was built
		}
		b.Write(text)
		b.WriteByte('\n')
	}
	return b.String()
})

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
