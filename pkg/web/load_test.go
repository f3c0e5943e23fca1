package web

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/andonhq/andon/pkg/alert"
)

// TestManyAlerts: ten thousand open alerts are listed in part, in order, and
// counted in full.
func TestManyAlerts(t *testing.T) {
	h := New(many(10_000).deps())
	page := sato.get(t, h, "/")
	contains(t, page, http.StatusOK, "10,000 open", "5,000 not acknowledged", "and 2,300 more", "Acknowledge all 1,250")
	body := page.Body.String()
	if got := strings.Count(body, `<li class="alert `); got != 4*maxShown {
		t.Errorf("%d alerts listed, want %d", got, 4*maxShown)
	}
	if len(body) > 1<<20 {
		t.Errorf("the page has %d bytes", len(body))
	}
	order := []int{}
	for _, s := range []string{"disaster", "critical", "warning", "info"} {
		order = append(order, strings.Index(body, `id="`+htmlID("severity/"+s)+`"`))
	}
	for i := 1; i < len(order); i++ {
		if order[i-1] < 0 || order[i] < order[i-1] {
			t.Errorf("severities in the order of %v", order)
		}
	}
}

func TestOrderWithinASeverity(t *testing.T) {
	ack := &alert.Ack{By: "x", At: noon}
	alerts := []*alert.Alert{
		{Identity: "taken", Ack: ack, RaisedAt: noon, Abnormal: true},
		{Identity: "old", RaisedAt: noon.Add(-time.Hour), Abnormal: true},
		{Identity: "stale", Stale: true, RaisedAt: noon, Abnormal: true},
		{Identity: "new", RaisedAt: noon, Abnormal: true},
		{Identity: "returned", Ack: ack, Sequence: alert.SequenceR, RaisedAt: noon},
	}
	var got []string
	for _, a := range first(alerts, 4) {
		got = append(got, string(a.Identity))
	}
	if want := "[new old stale taken]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

// The towers that need a look come first where there are many.
func TestManyTowers(t *testing.T) {
	w := newWorld()
	for i := range 30 {
		w.tower(fmt.Sprintf("tower-%02d", i), lights(t, "green=steady"), lights(t, "green=steady"))
	}
	w.towers[17].Contact = "lost"
	w.towers[23].Shown = lights(t, "red=flash buzzer=1")
	body := sato.get(t, New(w.deps()), "/").Body.String()
	at := func(name string) int { return strings.Index(body, "<bdi>"+name+"</bdi>") }
	if !(at("tower-17") < at("tower-23") && at("tower-23") < at("tower-00") && at("tower-00") < at("tower-01")) {
		t.Error("towers are not in the order of urgency")
	}
}

func BenchmarkBoard(b *testing.B) {
	for _, n := range []int{10, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			w := many(n)
			s := &server{Deps: w.deps(), streams: make(chan struct{}, 1)}
			p := &page{HasUsers: true, Now: noon}
			for b.Loop() {
				s.cache.drop()
				if _, err := s.board(p); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
