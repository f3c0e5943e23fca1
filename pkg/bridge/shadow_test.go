package bridge

import (
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/andonhq/andon/pkg/internal/bubble"
	"github.com/andonhq/andon/pkg/lamp"
)

func TestShadowReport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewShadow(slog.New(slog.DiscardHandler))
		if got := s.String(); got != "no tower is configured\n" {
			t.Errorf("of nothing: %q", got)
		}
		start := time.Now()
		show := func(tower string, state lamp.State) {
			o, err := s.Apply(t.Context(), tower, 7, time.Time{}, state)
			if err != nil || !o.State.Equal(state) || o.Generation != 7 || o.Contact != lamp.Seen {
				t.Errorf("observed %+v, %v", o, err)
			}
		}
		red := lamp.State{Lights: map[lamp.Unit]lamp.Pattern{lamp.Red: lamp.Flash}, Buzzer: 1}
		green := lamp.State{Lights: map[lamp.Unit]lamp.Pattern{lamp.Green: lamp.Steady}}
		show("ops-room", green)
		show("hall", green)
		bubble.Pass(10 * time.Second)
		show("ops-room", green) // a refresh is no change
		show("ops-room", red)
		bubble.Pass(90 * time.Second)
		show("ops-room", green)
		bubble.Pass(time.Second)
		want := []ShadowReport{
			{
				Tower: "hall", Seconds: map[string]float64{"green=steady": 101}, Times: map[string]int{"green=steady": 1},
				Last: []ShadowLine{{start, "green=steady"}},
			},
			{
				Tower:   "ops-room",
				Seconds: map[string]float64{"green=steady": 11, "red=flash buzzer=1": 90},
				Times:   map[string]int{"green=steady": 2, "red=flash buzzer=1": 1},
				Last: []ShadowLine{
					{start, "green=steady"}, {start.Add(10 * time.Second), "red=flash buzzer=1"}, {start.Add(100 * time.Second), "green=steady"},
				},
			},
		}
		for range 2 { // asking changes nothing
			if d := cmp.Diff(want, s.Report()); d != "" {
				t.Error(d)
			}
		}
		lines := strings.Split(s.String(), "\n")
		if len(lines) != 6 || lines[2] != "tower ops-room would have shown:" || strings.Join(strings.Fields(lines[3]), " ") != "red=flash buzzer=1 1× 1m30s" {
			t.Errorf("printed:\n%s", s)
		}
		for i := range 3 * shadowLines {
			show("hall", lamp.State{Buzzer: 1 + i%2})
		}
		if n := len(s.Report()[0].Last); n != shadowLines {
			t.Errorf("%d changes are kept", n)
		}
	})
}
