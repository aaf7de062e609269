// Package interp runs ingestion paths on real CPythons: it finds them (Find),
// keeps them running (Process, Engine) and speaks to runner.py inside them over
// a pipe of their own.
//
// In reference mode an interpreter does in real Python exactly what Settings
// say; it is the judge of the embedded engine. In call mode it runs the team's
// own function in a process of its own, watches what it does (ingest.Recording) and
// keeps it from changing anything that it may not. What the path raised is an
// outcome; everything that kept it from being run or compared is an
// *ingest.HarnessError.
package interp
