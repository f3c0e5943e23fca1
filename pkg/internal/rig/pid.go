package rig

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Stands reports whether each thread of a process is stopped: one thread takes
// a SIGSTOP, and until that one runs the others still work.
func Stands(pid int) bool {
	stats, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	if err != nil || len(stats) == 0 {
		return false
	}
	for _, name := range stats {
		if condition(name) != "T" {
			return false
		}
	}
	return true
}

// Ended reports whether a process is gone, or is a zombie that nobody has waited
// for yet.
func Ended(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return true
	}
	return condition(fmt.Sprintf("/proc/%d/stat", pid)) == "Z"
}

// condition is the state in a stat file of /proc, proc(5): T stopped, Z zombie.
// Nothing where it cannot be read.
func condition(file string) string {
	stat, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	// The program's name before it, in brackets, may hold anything.
	text := string(stat)
	fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
	if len(fields) == 0 {
		return ""
	}
	return fields[0]
}
