//go:build unix

package interp

import (
	"os/exec"
	"syscall"
)

// ownGroup makes the process the leader of a group, so that what it starts ends
// with it.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// killGroup ends a group; it may be gone already, which is what is wanted.
func killGroup(pid int) { _ = syscall.Kill(-pid, syscall.SIGKILL) }
