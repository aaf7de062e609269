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
	referenceParts = []string{"steps", "reference", "batch", "ask"}
	callParts      = []string{"record", "effects", "clock", "place", "neutral", "call", "fork", "keeper", "stay"}
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
const (
	bootstrap = readRunner + `exec(compile(s,'<feedparity runner>','exec'),{'__name__':'feedparity_runner'})
`
	readRunner = `import os,struct
def r(f,n):
    b=b''
    while len(b)<n:
        c=os.read(f,n-len(b))
        if not c:
            os._exit(0)
        b+=c
    return b
s=r(3,struct.unpack('>I',r(3,4))[0])
`
)

// callBootstrap leaves the compiling to a child, so that none of the memory that it
// takes has to be copied at each fork, and what the runner consists of lies close
// together. The team's code does not see the variable that bindNow sets.
const callBootstrap = readRunner + `import marshal
i,o=os.pipe()
p=os.fork()
if p==0:
    m=marshal.dumps(compile(s,'<feedparity runner>','exec'))
    m=struct.pack('>I',len(m))+m
    while m:
        m=m[os.write(o,m):]
    os._exit(0)
os.close(o)
s=marshal.loads(r(i,struct.unpack('>I',r(i,4))[0]))
os.close(i)
os.waitpid(p,0)
if os.environ.get('LD_BIND_NOW')=='feedparity':
    del os.environ['LD_BIND_NOW']
exec(s,{'__name__':'feedparity_runner'})
`

// bindNow has all of Python's libraries bound when they are loaded. Otherwise each
// child binds the functions that it is the first to call, which is a tenth of its time.
func bindNow(env []string) []string {
	for _, v := range env {
		if strings.HasPrefix(v, "LD_BIND_NOW=") {
			return env
		}
	}
	return append(env[:len(env):len(env)], "LD_BIND_NOW=feedparity")
}
