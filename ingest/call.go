package ingest

import (
	"fmt"
	"time"
)

// Call names a function of the team's own code and how to run it; docs/config.md
// describes each part. Two calls that differ in anything are different calls: all
// of it belongs to the key of a result.
type Call struct {
	// Function is "module:function" or "module:Class.method"; with a Factory the
	// name alone of the method to call on what the factory makes.
	Function string
	// Factory, "module:function", is called without arguments before each call and
	// makes the object whose method Function is. "" for none.
	Factory string
	// Setup, "module:function", is called without arguments once per process, after
	// the import and before any call. "" for none.
	Setup string
	// Collect, "module:function", is called after the call, in the same process, and
	// yields what is compared in place of what the call returned: without arguments,
	// or with the object the factory made. "" for none.
	Collect string
	// Serializers, "module:NAME", is a dict of dotted class names to functions that
	// turn an instance into plain values. "" looks for SERIALIZERS in the module of
	// Function (of Factory, where there is one).
	Serializers string

	Args      Args
	Isolation Isolation
	Effects   Effects
	Timeout   time.Duration // of the call itself, 0 for the engine's
	MaxMemory int64         // bytes that the call may take beyond what was taken before it, 0 for DefaultMaxMemory

	MaxRows int64 // rows that it, or Collect, may give, 0 for any number

	Python  string            // the interpreter to run, used as given
	Env     map[string]string // the complete environment of the process; nil inherits a minimal one
	Dir     string            // working directory and first entry of sys.path
	Version Python            // the version the interpreter is expected to be; checked when it starts

	Repeat Repeat // the circumstances, where they are not those of production
}

// DefaultMaxMemory is what a call may take, in bytes, where nothing else is said.
const DefaultMaxMemory = 1 << 30

// Args is what a call is given.
type Args string

// What a call can be given: the path of the delivery, under the supplier's own
// file name, or a file object open on it.
const (
	ArgsPath     Args = "path"      // "" means the same
	ArgsFileRB   Args = "file-rb"   // open(path, 'rb')
	ArgsFileText Args = "file-text" // open(path): bytes in Python 2, in Python 3 text in the locale's codec
)

// Isolation is how a request is kept from seeing another.
type Isolation string

// The ways. Either gives each request its own process, folder and TMPDIR.
const (
	IsolationFork    Isolation = "fork"    // forked after import and setup; "" means the same
	IsolationProcess Isolation = "process" // import and setup are done again for each request
)

// Effects says what a call may change outside its own temporary directory. The
// zero value allows nothing: a write elsewhere, a connection or a subprocess is a
// harness fault that names the file and line.
type Effects struct {
	// Sandbox are directories that the call may write in; after the request they are
	// as they were before it. One request at a time has them.
	Sandbox []string
	// Rollback are names of Django's databases, as in DATABASES[...]["NAME"], that
	// the call may use, in a transaction that is always rolled back; others refuse.
	Rollback []string
	// Allow are what else the call may reach: "host:port", the path of a Unix socket,
	// or "subprocess".
	Allow []string
}

// Frame is a place in the team's code.
type Frame struct {
	File     string // relative to the call's directory if it lies below it
	Line     int    // 1-based
	Function string
}

// String returns "file:line in function", "" for the zero Frame.
func (f Frame) String() string {
	if f == (Frame{}) {
		return ""
	}
	return fmt.Sprintf("%s:%d in %s", f.File, f.Line, f.Function)
}

// Recording is what the team's own code was seen to do in one call, without its
// behaviour being changed. Nothing in it but Opened.Path is supplier data.
type Recording struct {
	Python string    // full version of the interpreter that made the call, such as "3.11.7"
	Opens  []*Opened // in order, each kind of open at each place once
	CSV    []*CSVUse // likewise
	// Records counts the records that csv readers handed out, header included; over
	// the reader that was used last.
	Records int
	// Frame is the last frame of the fault within the team's files, zero without one.
	Frame Frame
	// Threads are those that the import or setup has started, by name. The call, in a
	// process that was forked, has none of them.
	Threads []string
	// Used are those of Input.Neutral that had something to do.
	Used []*Used
}

// Used is a place at which the team's code did what Input.Neutral names.
type Used struct {
	Neutral  Neutral
	Function string // of Python, such as "round"
	Frame    Frame  // zero where the code was not running then
	Count    int
	Sealed   []byte // under NeutralDigests: the first 4096 bytes of what a digest was made of, else nil
}

// Opened is one way in which a file was opened, or its bytes decoded.
type Opened struct {
	// Function is "open", "io.open", "codecs.open", "file", "codecs.getreader" or
	// "codecs.iterdecode".
	Function string
	Path     string // as the code gave it; "" where there is none
	Input    bool   // it is the delivery
	Mode     string
	// Encoding, Errors and Newline are the arguments, nil where None or not given.
	Encoding, Errors, Newline *string
	Frame                     Frame // of the team's code; zero if a library did it by itself
	Count                     int   // how often
}

// OfDelivery reports whether it is about the delivery: an open of it, or a decoder that
// is wrapped around a file, of which no path is known.
func (o *Opened) OfDelivery() bool {
	return o.Input || o.Function == "codecs.getreader" || o.Function == "codecs.iterdecode"
}

// CSVUse is one way in which the csv module was used.
type CSVUse struct {
	// Function is "csv.reader", "csv.DictReader", "csv.writer", "csv.DictWriter" or
	// "csv.Sniffer.sniff".
	Function string
	// Dialect is the one in force, all eight parameters (a Sniffer's result has those
	// that it sets), and FieldLimit csv.field_size_limit() at that time.
	Dialect    Dialect
	FieldLimit int64
	// Source is the type of what a reader reads from, such as "file",
	// "_io.TextIOWrapper", "generator", "list"; Encoding and Errors are that object's
	// attributes of these names, "" where it has none.
	Source, Encoding, Errors string
	Frame                    Frame
	Count                    int
}

// Reader returns which reader was used, "" where it was none.
func (u *CSVUse) Reader() ReaderKind {
	switch u.Function {
	case "csv.reader":
		return RowReader
	case "csv.DictReader":
		return DictReader
	}
	return ""
}

// Recorder is implemented by the Rows of a Call.
type Recorder interface {
	// Recording returns what was seen. It is valid once Next has returned false, and
	// nil where nothing was recorded.
	Recording() *Recording
}

// RecordingOf returns what rows recorded, nil for those of a policy.
func RecordingOf(rows Rows) *Recording {
	if r, ok := rows.(Recorder); ok {
		return r.Recording()
	}
	return nil
}
