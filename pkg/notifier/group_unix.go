//go:build unix

package notifier

import (
	"os/exec"
	"syscall"
)

// ownGroup puts the process into a group of its own, so that what it starts
// can be ended with it.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}

// killGroup ends every process of the group; one that is gone is no mistake.
func killGroup(pid int) { _ = syscall.Kill(-pid, syscall.SIGKILL) }
