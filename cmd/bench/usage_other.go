//go:build !unix

package main

import (
	"os"
	"time"
)

// The benchmarks are of Linux; elsewhere they compile, and say that they cannot measure.

func mostMemory(*os.ProcessState) (bytes int64, ok bool) { return 0, false }

func cpuTime() time.Duration { return 0 }
