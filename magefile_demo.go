//go:build mage

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

// Demo runs the main job on this machine: Alertmanager, bridge, two virtual
// towers, and a story; where Node is there, the data source's front end on a
// fake AWS, too. ONCE=1 tells the story alone and ends.
func Demo(ctx context.Context) error {
	p := newProgress("demo", 7)
	if err := build(ctx, p); err != nil {
		return err
	}
	environment := env("ANDON_BIN=" + absolute(binDir))
	if os.Getenv("ONCE") != "1" && nodeMissing(ctx) == nil {
		if err := errors.Join(buildPlugin(ctx, p), buildFront(ctx, p)); err != nil {
			fmt.Println("WITHOUT the page to try a query, which could not be built:", err)
		} else {
			environment = append(environment, "ANDON_WORKBENCH="+absolute("."))
		}
	}
	p.step(fmt.Sprintf("telling the story (Ctrl-C ends it; from elsewhere: kill %d)", os.Getpid()))
	c := exec.Command(filepath.Join(binDir, "andon-demo"))
	c.Env, c.Stdout, c.Stderr = environment, os.Stdout, os.Stderr
	if err := c.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	go passOn(ctx, c.Process, ended)
	err := c.Wait()
	close(ended)
	return failed(c, err)
}

// passOn ends a process when this one is told to end, or when mage is gone:
// otherwise the demo would outlive "go tool mage demo". An interrupt that is
// sent to the process of "go tool mage" alone ends there: mage takes it and
// passes nothing on. A terminal's Ctrl-C reaches all of them.
func passOn(ctx context.Context, p *os.Process, ended <-chan struct{}) {
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(told)
	parent := os.Getppid()
	look := time.NewTicker(time.Second)
	defer look.Stop()
	for {
		select {
		case <-ended:
			return
		case <-ctx.Done():
		case <-told:
		case <-look.C:
			if os.Getppid() == parent {
				continue
			}
		}
		_ = p.Signal(os.Interrupt) // it may have ended meanwhile
		<-ended
		return
	}
}
