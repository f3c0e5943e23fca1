package tower

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/lamp"
)

// rebuilt is the view that a bridge makes when it starts.
func (r *room) rebuilt() *View {
	v := NewView(r.view.plan)
	r.board.All(func(a *alert.Alert) bool {
		v.Update(nil, a)
		return true
	})
	return v
}

func TestViewIsThatOfTheBoard(t *testing.T) {
	shows := []string{
		usual,
		"buzzer_for: 0s\n" + usual,
		"match: ['alertname=~\"[abc]\"']\n" + usual + "  stale: {blue: flash}\n  returned: {white: flash}\n",
		usual + "  returned: {white: flash, buzzer: 2}\n",
	}
	rapid.Check(t, func(t *rapid.T) {
		p := plan(t, rapid.SampledFrom(shows).Draw(t, "show"))
		r := newRoom(t, p)
		names := rapid.SampledFrom([]string{"a", "b", "c", "d", "e"})
		t.Repeat(map[string]func(*rapid.T){
			"fire": func(t *rapid.T) {
				r.event(names.Draw(t, "name"), alert.Firing, rapid.SampledFrom(severities).Draw(t, "severity"), rapid.SampledFrom(alert.Sequences).Draw(t, "sequence"))
			},
			"resolve":     func(t *rapid.T) { r.resolve(names.Draw(t, "name")) },
			"acknowledge": func(t *rapid.T) { r.acknowledge(names.Draw(t, "name")) },
			"reset":       func(t *rapid.T) { r.reset(names.Draw(t, "name")) },
			"stale": func(t *rapid.T) {
				if a := r.board.Get(alert.Identity(names.Draw(t, "name"))); a.Phase() == alert.Unacknowledged && a.Abnormal {
					r.stale(string(a.Identity))
				}
			},
			"forget": func(t *rapid.T) { r.put(alert.Identity(names.Draw(t, "name")), nil) },
			"wait":   func(t *rapid.T) { r.wait(time.Duration(rapid.IntRange(1, 90).Draw(t, "seconds")) * time.Second) },
			"stop":   func(*rapid.T) { r.stop() },
			"": func(t *rapid.T) {
				fresh := r.rebuilt()
				if d := cmp.Diff(fresh.Counts(), r.view.Counts()); d != "" {
					t.Fatalf("counts (-rebuilt +updated):\n%s", d)
				}
				want, wantNext := Desired(fresh, r.heard, false, r.now)
				got, next := Desired(r.view, r.heard, false, r.now)
				if !got.Equal(want) || !next.Equal(wantNext) {
					t.Fatalf("updated shows %s until %v, rebuilt %s until %v", got, next, want, wantNext)
				}
				if !next.IsZero() && !next.After(r.now) {
					t.Fatalf("changes by itself in the past: %v at %v", next, r.now)
				}
				check(t, r, got)
			},
		})
	})
}

// check compares what is desired with what the alerts themselves say.
func check(t *rapid.T, r *room, got lamp.State) {
	shown, heard, ringback := 0, false, false
	r.board.All(func(a *alert.Alert) bool {
		look, ok := r.view.plan.look(a.Severity)
		if !ok || !r.view.plan.Match.Match(a.Labels) {
			return true
		}
		shown++
		switch a.Phase() {
		case alert.Unacknowledged, alert.Stale:
			fresh := look.BuzzerFor == 0 || r.heard.After(a.RaisedAt, r.now) < look.BuzzerFor
			heard = heard || (look.Buzzer != 0 && fresh && a.Raised > r.heard.Stopped)
		case alert.Returned:
			back := r.view.plan.Returned
			ringback = ringback || (back != nil && back.Buzzer != 0 && r.heard.After(a.RaisedAt, r.now) < back.BuzzerFor && a.Raised > r.heard.Stopped)
		}
		return true
	})
	if want := heard || ringback; want != (got.Buzzer != 0) {
		t.Fatalf("shows %s, an alert is to be heard: %v", got, want)
	}
	if shown == 0 && !got.Equal(r.view.plan.Idle) {
		t.Fatalf("nothing is open: %s", got)
	}
	if shown > 0 && got.Quiet().Dark() {
		t.Fatalf("%d alerts are open, and nothing is lit", shown)
	}
}

func TestUpdateTellsWhatTouchesTheTower(t *testing.T) {
	v := NewView(plan(t, "match: ['site=\"tokyo\"']\n"+usual))
	in := func(site string) *alert.Alert {
		return &alert.Alert{Identity: "a", Severity: "critical", Abnormal: true, Labels: alert.LabelsOf(map[string]string{"site": site})}
	}
	ended := in("tokyo")
	ended.Ended = true
	for _, c := range []struct {
		name       string
		prev, next *alert.Alert
		want       bool
	}{
		{"elsewhere", nil, in("osaka"), false},
		{"moves here", in("osaka"), in("tokyo"), true},
		{"moves away", in("tokyo"), in("osaka"), true},
		{"opens here", nil, in("tokyo"), true},
		{"ends here", in("tokyo"), ended, true},
		{"tombstone", ended, ended, false},
		{"forgotten", ended, nil, false},
	} {
		if got := v.Update(c.prev, c.next); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	if len(v.Counts()) != 0 {
		t.Errorf("left over: %v", v.Counts())
	}
}

// The heap of those raised does not grow with the number of changes.
func TestViewStaysSmall(t *testing.T) {
	v := NewView(plan(t, usual))
	a := &alert.Alert{Identity: "a", Severity: "critical", Abnormal: true, RaisedAt: t0}
	v.Update(nil, a)
	for range 10_000 {
		next := *a
		v.Update(a, &next)
		a = &next
	}
	for slot, h := range v.raised {
		if len(h.order) > 2*len(h.live)+64 {
			t.Errorf("%v: %d entries for %d alerts", slot, len(h.order), len(h.live))
		}
	}
}

// BenchmarkUpdate shows that a change and what it makes of the tower cost the
// same however many alerts are open.
func BenchmarkUpdate(b *testing.B) {
	for _, size := range []int{100, 10_000, 100_000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			v := NewView(plan(b, usual))
			alerts := make([]*alert.Alert, size)
			for i := range alerts {
				alerts[i] = &alert.Alert{Identity: alert.Identity(fmt.Sprintf("am/%016x", i)), Severity: severities[1+i%4], Abnormal: true, RaisedAt: t0.Add(time.Duration(i))}
				v.Update(nil, alerts[i])
			}
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				prev := alerts[i%100]
				next := *prev
				next.Severity = severities[1+i%4]
				next.RaisedAt = next.RaisedAt.Add(time.Second)
				v.Update(prev, &next)
				alerts[i%100] = &next
				Desired(v, Sounded{}, false, t0)
			}
		})
	}
}
