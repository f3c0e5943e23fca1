package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/andonhq/andon/pkg/lamp"
	"github.com/andonhq/andon/pkg/patlite/virtual"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func states(t *testing.T, texts ...string) []lamp.State {
	t.Helper()
	var list []lamp.State
	for _, text := range texts {
		s, err := lamp.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, s)
	}
	return list
}

func TestJudgeFailsOnAnythingElse(t *testing.T) {
	for _, tt := range []struct {
		name        string
		want, shown []string
		err         string
	}{
		{"as expected", []string{"amber=steady"}, []string{"amber=steady"}, ""},
		{"several in order", []string{"red=flash buzzer=1", "green=steady"}, []string{"red=flash buzzer=1", "green=steady"}, ""},
		{"nothing expected, nothing shown", nil, nil, ""},
		{"nothing expected", nil, []string{"red=flash"}, "ops-room: expected no change; it showed red=flash"},
		{"nothing expected, and dark again", nil, []string{"red=flash", "off"}, "ops-room: expected no change; it showed red=flash, then off"},
		{"a state before", []string{"amber=steady"}, []string{"green=steady", "amber=steady"}, "ops-room: expected amber=steady; it showed green=steady, then amber=steady"},
		{"a state after", []string{"amber=steady"}, []string{"amber=steady", "off"}, "ops-room: expected amber=steady; it showed amber=steady, then off"},
		{"another buzzer", []string{"red=flash buzzer=1"}, []string{"red=flash buzzer=2"}, "ops-room: expected red=flash buzzer=1; it showed red=flash buzzer=2"},
		{"wrong order", []string{"amber=steady", "red=flash"}, []string{"red=flash", "amber=steady"}, "ops-room: expected amber=steady, then red=flash; it showed red=flash, then amber=steady"},
		{"nothing shown", []string{"amber=steady"}, nil, "ops-room: expected amber=steady; it showed no change"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := startWitness(t)
			for _, s := range states(t, tt.shown...) {
				if err := w.tower.Set(s); err != nil {
					t.Fatal(err)
				}
			}
			got, err := w.judge(states(t, tt.want...))
			if len(got) != len(tt.shown) {
				t.Errorf("judged %d states, not %d", len(got), len(tt.shown))
			}
			if text := errorText(err); text != tt.err {
				t.Errorf("got  %q\nwant %q", text, tt.err)
			}
			if more, err := w.judge(nil); len(more) != 0 || err != nil {
				t.Errorf("judged twice: %v %v", more, err)
			}
		})
	}
}

func TestAwait(t *testing.T) {
	w := startWitness(t)
	want := states(t, "red=flash buzzer=1", "red=steady")
	for _, s := range want {
		if err := w.tower.Set(s); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.await(t.Context(), want); err != nil {
		t.Error(err)
	}
	never, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("not in time"))
	if err := w.await(never, nil); err != nil {
		t.Errorf("it waited for nothing: %v", err)
	}
	err := w.await(never, states(t, "green=steady"))
	if text := errorText(err); !strings.Contains(text, "ops-room: wait for the tower, which shows red=steady: not in time") {
		t.Errorf("got %q", text)
	}
}

func TestStillFailsOnALateChange(t *testing.T) {
	w := startWitness(t)
	s := &stage{now: func() time.Time { return time.Time{} }, witnesses: []*witness{w}}
	if err := w.tower.Set(lamp.State{}); err != nil {
		t.Fatal(err)
	}
	if err := s.still(t.Context()); err != nil {
		t.Errorf("nothing changed: %v", err)
	}
	if err := w.tower.Set(states(t, "amber=steady")[0]); err != nil {
		t.Fatal(err)
	}
	if text := errorText(s.still(t.Context())); text != "ops-room: expected no change; it showed amber=steady" {
		t.Errorf("got %q", text)
	}
}

// A step whose delivery fails, or that a tower answers with another light, is
// a failed step.
func TestPlayFails(t *testing.T) {
	w := startWitness(t)
	s := &stage{now: time.Now, witnesses: []*witness{w}}
	refused := errors.New("refused")
	r := s.play(t.Context(), step{deliver: func(context.Context, *stage) error { return refused }})
	if !errors.Is(r.err, refused) {
		t.Errorf("got %v", r.err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	wrong := func(context.Context, *stage) error {
		cancel(errors.New("not in time"))
		return w.tower.Set(states(t, "red=flash")[0])
	}
	r = s.play(ctx, step{deliver: wrong, opsRoom: []string{"amber=steady"}})
	if text := errorText(r.err); !strings.Contains(text, "which shows red=flash: not in time") ||
		!strings.Contains(text, "expected amber=steady; it showed red=flash") {
		t.Errorf("got %q", text)
	}
	if len(r.changes) != 1 || r.changes[0].tower != opsRoom || r.changes[0].took < 0 {
		t.Errorf("changes %v", r.changes)
	}
}

func startWitness(t *testing.T) *witness {
	t.Helper()
	tower, err := virtual.Start(virtual.Config{Model: "NHV6"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := tower.Close(); err != nil {
			t.Error(err)
		}
	})
	return newWitness(opsRoom, tower)
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
