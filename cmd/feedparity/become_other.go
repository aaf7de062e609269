//go:build lean && !unix

package main

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
)

// become runs a program in this one's place and ends as it ends.
func become(program string, argv []string) error {
	signal.Ignore(os.Interrupt) // it is the program's, which gets it as well
	cmd := &exec.Cmd{Path: program, Args: argv, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	err := cmd.Run()
	var ended *exec.ExitError
	if err == nil || errors.As(err, &ended) {
		os.Exit(cmd.ProcessState.ExitCode())
	}
	return err
}
