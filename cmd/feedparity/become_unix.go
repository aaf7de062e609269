//go:build lean && unix

package main

import (
	"os"
	"syscall"
)

// become replaces this process by a program: its number, its terminal and what a
// supervisor knows of it stay.
func become(program string, argv []string) error {
	if err := syscall.Exec(program, argv, os.Environ()); err != nil {
		return &os.PathError{Op: "exec", Path: program, Err: err}
	}
	return nil
}
