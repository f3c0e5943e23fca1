package bridge

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/board"
	"github.com/andonhq/andon/pkg/receive"
	"github.com/andonhq/andon/pkg/tower"
)

// opsRoom is the scenarios' configuration, and variants of it that change what
// alerts are, what towers show, and which towers there are.
func opsRoom(t *testing.T) []*Config {
	t.Helper()
	data, err := os.ReadFile("testdata/ops-room.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	var configs []*Config
	for _, text := range []string{
		text,
		strings.Replace(text, `'severity="critical"'`, `'severity="none"'`, 1),
		strings.Replace(text, `match: ['site="hall"']`, `match: ['site!="hall"']`, 1),
		strings.Replace(text, hallTower, "", 1),
		strings.Replace(text, "receivers:", "severities: [record, warning, critical, worse, disaster]\nreceivers:", 1),
		strings.Replace(text, "default: warning", "default: record", 1),
	} {
		configs = append(configs, parse(t, text))
	}
	return configs
}

// counted compares what towers and board have counted with what is open.
func counted(b *Bridge) string {
	b.mu.RLock()
	defer b.mu.RUnlock()
	counts := map[board.Count]int{}
	b.board.All(func(a *alert.Alert) bool {
		counts[board.Count{Severity: a.Severity, Phase: a.Phase()}]++
		return true
	})
	if d := cmp.Diff(counts, b.board.Counts()); d != "" {
		return "board: " + d
	}
	for name, t := range b.towers {
		fresh := tower.NewView(t.plan)
		b.board.All(func(a *alert.Alert) bool {
			if a.Identity != selfIdentity(TowerLost, name) {
				fresh.Update(nil, a)
			}
			return true
		})
		if d := cmp.Diff(fresh.Counts(), t.view.Counts()); d != "" {
			return name + " counts: " + d
		}
		now := b.now()
		want, wantNext := tower.Desired(fresh, t.sounded, false, now)
		got, gotNext := tower.Desired(t.view, t.sounded, false, now)
		if !got.Equal(want) || !gotNext.Equal(wantNext) {
			return fmt.Sprintf("%s shows %s until %s, should show %s until %s", name, got, gotNext, want, wantNext)
		}
	}
	return ""
}

// TestAnyInterleavingKeepsTheCounters steps the writer by hand, so that every
// order of commands, clock and reload is one that rapid can find again.
func TestAnyInterleavingKeepsTheCounters(t *testing.T) {
	configs := opsRoom(t)
	rapid.Check(t, func(r *rapid.T) {
		now := time.Date(2026, 10, 6, 10, 42, 0, 0, time.UTC)
		b := newBridge(t, `severities: [record, info, warning, critical, disaster]`, Options{Now: func() time.Time { return now }})
		var batch []*command
		add := func(run func(*txn) error) {
			batch = append(batch, &command{run: run, size: 1, done: make(chan error, 1)})
		}
		event := func(r *rapid.T, status alert.Status) {
			e := amEvent(t, fmt.Sprintf("alertname=%s,severity=%s,site=%s", rapid.SampledFrom([]string{"A", "B", "Short", "Long", "Watchdog"}).Draw(r, "name"),
				rapid.SampledFrom([]string{"critical", "disaster", "none"}).Draw(r, "severity"), rapid.SampledFrom([]string{"hall", "attic"}).Draw(r, "site")), status)
			rules := b.rules.Load()
			decided := decide(rules, []alert.Event{e})
			add(func(x *txn) error { return x.submit(batchOf(e), []alert.Event{e}, decided, rules, true) })
		}
		r.Repeat(map[string]func(*rapid.T){
			"fire":    func(r *rapid.T) { event(r, alert.Firing) },
			"resolve": func(r *rapid.T) { event(r, alert.Resolved) },
			"acknowledge": func(r *rapid.T) {
				id := alert.Identity("am/" + rapid.SampledFrom([]string{"A", "B", "Long"}).Draw(r, "name"))
				add(func(x *txn) error { x.acknowledge(id, "sato", "", 0); return nil })
			},
			"reset": func(r *rapid.T) {
				add(func(x *txn) error {
					prev := x.get("am/A")
					if next, entries, err := board.ResetAlarm(prev, "sato", x.now); err == nil {
						x.put("am/A", prev, next, entries)
					}
					return nil
				})
			},
			"truncated": func(r *rapid.T) {
				in := receive.Batch{Receiver: "am", Group: "g", Truncated: rapid.IntRange(0, 1).Draw(r, "truncated")}
				add(func(x *txn) error { x.truncated(in); return nil })
			},
			"lost": func(r *rapid.T) {
				if tw := b.Tower(rapid.SampledFrom([]string{"ops-room", "hall"}).Draw(r, "tower")); tw != nil {
					tw.contact(rapid.Bool().Draw(r, "ok"), "no route")
				}
			},
			"reload": func(r *rapid.T) {
				c := rapid.SampledFrom(configs).Draw(r, "configuration")
				re := &reload{config: c, rules: c.NewRules(), old: b.Severities()}
				re.decide(b.Alerts(nil), now)
				batch = append(batch, &command{reload: re, run: nil, done: make(chan error, 1)})
			},
			"time": func(r *rapid.T) {
				now = now.Add(time.Duration(rapid.IntRange(1, 1200).Draw(r, "seconds")) * time.Second)
			},
			"turn": func(r *rapid.T) {
				if !b.turn(batch) {
					r.Fatal("not durable")
				}
				for _, c := range batch {
					if err := <-c.done; err != nil {
						r.Error(err)
					}
				}
				batch = nil
			},
			"": func(r *rapid.T) {
				if wrong := counted(b); wrong != "" {
					r.Error(wrong)
				}
			},
		})
	})
}

// TestEverythingAtOnce is for the race detector: senders, operators, reloads,
// towers and readers at the same time. In the end the counters are right and
// what was answered well is there.
func TestEverythingAtOnce(t *testing.T) {
	configs := opsRoom(t)
	b := newBridge(t, `severities: [record, info, warning, critical, disaster]`, Options{})
	if err := func() error {
		ctx, stop := context.WithCancel(t.Context())
		var running, working sync.WaitGroup
		running.Go(func() { b.Run(ctx) })
		defer running.Wait()
		defer stop()
		work := func(f func(i int) error) {
			working.Go(func() {
				for i := range 50 {
					if err := f(i); err != nil {
						t.Error(err)
					}
				}
			})
		}
		for sender := range 4 {
			work(func(i int) error {
				status := alert.Firing
				if i%3 == 2 {
					status = alert.Resolved
				}
				return b.Submit(ctx, batchOf(amEvent(t, fmt.Sprintf("alertname=S%d-%d,severity=critical,site=hall", sender, i-i%3), status)))
			})
		}
		work(func(int) error { _, err := b.Acknowledge(ctx, Selection{All: true}, "sato", ""); return err })
		work(func(i int) error { return b.Reload(ctx, configs[i%len(configs)]) })
		work(func(i int) error {
			for _, name := range []string{"ops-room", "hall"} {
				if tw := b.Tower(name); tw != nil {
					now := time.Now()
					want := tw.Desired(now)
					switch i % 4 {
					case 0:
						tw.Lost(now, now, "no route")
					case 1:
						tw.Cleared(now, want.Change)
					case 2:
						if err := tw.StopBuzzer(ctx, "sato"); err != nil {
							return err
						}
					default:
						tw.Shown(now, want, time.Millisecond)
					}
				}
			}
			return nil
		})
		work(func(int) error {
			changes, cancel := b.Subscribe()
			defer cancel()
			b.Towers()
			b.Counts()
			b.Alert("am/S0-0")
			b.Refuse(receive.Refusal{Authenticated: true, Receiver: "am", Reason: receive.ReasonFormat})
			select {
			case <-changes:
			default:
			}
			return b.Failed()
		})
		working.Wait()
		return b.Reload(ctx, configs[0])
	}(); err != nil {
		t.Fatal(err)
	}
	if wrong := counted(b); wrong != "" {
		t.Error(wrong)
	}
	for sender := range 4 {
		for i := 0; i < 50; i += 3 {
			id := alert.Identity(fmt.Sprintf("am/S%d-%d", sender, i))
			if a := b.Alert(id); a.Open() != (i == 48) { // 48 and 49 are fired and not resolved
				t.Errorf("%s: open %v", id, a.Open())
			}
		}
	}
}
