// Command andon-demo tells the story of Andon with the real programs: an
// Alertmanager, the bridge with its notifier, and two virtual towers, on free
// loopback ports. It prints each step, and each lamp change with the time from
// delivery to lamp, then stays until Ctrl-C so that the pages can be looked
// at. With ONCE=1 it ends after the story; the exit status is 0 only if every
// tower showed each expected state and nothing else, otherwise 1.
//
// ANDON_BIN names the folder with the programs; "go tool mage demo" builds
// them and sets it. It is never shipped, and it connects to nothing beyond
// this machine.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/andonhq/andon/pkg/internal/rig"
)

// pause is between the steps where somebody may be watching the pages.
const pause = 3 * time.Second

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	out := &report{w: os.Stdout, colour: colourful(os.Stdout)}
	if err := run(ctx, out, os.Getenv("ONCE") == "1"); err != nil {
		fmt.Fprintln(os.Stderr, "andon-demo:", err)
		os.Exit(1)
	}
}

var errInterrupted = errors.New("interrupted before the end of the story")

func run(ctx context.Context, out *report, once bool) error {
	out.title()
	if os.Getenv("ANDON_BIN") == "" {
		out.say("ANDON_BIN names no folder: building the programs first")
	}
	bin, err := rig.Find()
	if err != nil {
		return err
	}
	out.say("starting Alertmanager, the bridge with its notifier, and two virtual towers")
	s, err := newStage(ctx, bin, time.Now)
	up := err == nil
	if up {
		out.pages(s)
		err = tell(ctx, out, s, once)
	}
	if err != nil && ctx.Err() != nil {
		err = errInterrupted
	} else {
		out.verdict(err)
		if up && !once && !errors.Is(err, errEnded) {
			out.pages(s)
			err = errors.Join(err, stay(ctx, out, s))
		}
	}
	return finish(out, s, err)
}

// tell plays the story to the end, or to the first step that went wrong.
func tell(ctx context.Context, out *report, s *stage, once bool) error {
	playing, end := s.whileUp(ctx)
	defer end()
	var results []result
	for i, st := range story {
		r := s.play(playing, st)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		results = append(results, r)
		out.step(i+1, r)
		if r.err != nil {
			return fmt.Errorf("step %d, %s: %w", i+1, st.title, r.err)
		}
		if once || i+1 == len(story) {
			continue
		}
		select {
		case <-playing.Done():
			return context.Cause(playing)
		case <-time.After(pause):
		}
	}
	if err := s.still(playing); err != nil {
		return fmt.Errorf("after the story: %w", err)
	}
	out.table(results)
	return nil
}

// stay keeps everything running until Ctrl-C.
func stay(ctx context.Context, out *report, s *stage) error {
	out.say("everything keeps running until Ctrl-C（終了は Ctrl-C）")
	up, end := s.whileUp(ctx)
	defer end()
	<-up.Done()
	if ctx.Err() != nil {
		return nil
	}
	return context.Cause(up)
}

// finish stops everything. The folder is kept where something went wrong, so
// that it can be found.
func finish(out *report, s *stage, err error) error {
	out.say("stopping")
	wrong := err != nil && !errors.Is(err, errInterrupted)
	if stopped := s.stop(); stopped != nil {
		wrong = true
		err = errors.Join(err, fmt.Errorf("stop: %w", stopped))
	}
	if !wrong {
		return errors.Join(err, s.remove())
	}
	return fmt.Errorf("%w\nlogs, configuration and journal are kept in %s", err, s.dir)
}
