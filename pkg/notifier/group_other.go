//go:build !unix

package notifier

import "os/exec"

// Without process groups only the process itself is ended.
func ownGroup(*exec.Cmd) {}

func killGroup(int) {}
