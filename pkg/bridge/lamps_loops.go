package bridge

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/andonhq/andon/pkg/tower"
	"github.com/andonhq/andon/pkg/tower/drive"
)

// endLoops ends the loops of towers that are no more or are driven otherwise;
// l.configuring is held. A tower that is no more is put out while its notifier
// still has it: nobody would correct its last lights, so they would lie.
func (l *Lamps) endLoops(ctx context.Context, c *Config) {
	l.mu.Lock()
	loops := maps.Clone(l.loops)
	l.mu.Unlock()
	var ending sync.WaitGroup
	for name, t := range loops {
		i := slices.IndexFunc(c.Towers, func(x tower.Config) bool { return x.Name == name })
		if i >= 0 && c.Towers[i].Notifier == t.notifier && time.Duration(c.Towers[i].Restore) == t.restore {
			continue
		}
		t.stop()
		ending.Go(func() {
			<-t.ended
			l.setLoop(name, nil)
			if i >= 0 {
				return
			}
			if err := t.PutOut(ctx); err != nil {
				l.log.Warn("a tower that was removed could not be put out: it keeps its last lights", "tower", name, "error", err)
			} else {
				l.log.Info("tower removed and put out", "tower", name)
			}
		})
	}
	ending.Wait()
}

// configureLoops starts loops; l.configuring is held.
func (l *Lamps) configureLoops(c *Config) {
	l.mu.Lock()
	loops := maps.Clone(l.loops)
	l.mu.Unlock()
	for _, cfg := range c.Towers {
		if t := loops[cfg.Name]; t != nil {
			t.Up() // its settings may be others now
			l.bridge.Attach(cfg.Name, t.Loop)
			continue
		}
		board := l.bridge.Tower(cfg.Name)
		if board == nil {
			continue
		}
		every := drive.Intervals{}
		if cfg.Restore > 0 {
			every.Refresh = restoreEvery
		}
		t := &loop{notifier: cfg.Notifier, restore: time.Duration(cfg.Restore), ended: make(chan struct{})}
		log := l.log
		if l.shadow != nil {
			log = slog.New(slog.DiscardHandler) // the shadow tells, in its words
		}
		t.Loop = drive.New(cfg.Name, l.lamp(cfg.Notifier), board, every, log)
		var own context.Context
		own, t.stop = context.WithCancel(l.ctx)
		l.setLoop(cfg.Name, t)
		l.bridge.Attach(cfg.Name, t.Loop)
		l.running.Go(func() {
			defer close(t.ended)
			t.Run(own)
		})
	}
}

func (l *Lamps) setLoop(name string, t *loop) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if t == nil {
		delete(l.loops, name)
	} else {
		l.loops[name] = t
	}
}
