package bridge

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/andonhq/andon/pkg/lamp"
	"github.com/andonhq/andon/pkg/tower/drive"
)

// Shadow stands in for all lamps: it lights none and keeps a report of what
// would have been lit, and for how long.
type Shadow struct {
	log *slog.Logger
	now func() time.Time

	mu     sync.Mutex
	towers map[string]*shadowTower
}

type shadowTower struct {
	state lamp.State
	since time.Time
	total map[string]time.Duration
	times map[string]int
	lines []ShadowLine
}

// ShadowLine is one change of what a tower would have shown.
type ShadowLine struct {
	At    time.Time `json:"at"`
	State string    `json:"state"`
}

// ShadowReport is what one tower would have shown.
type ShadowReport struct {
	Tower string `json:"tower"`
	// Seconds and Times say how long and how often each state was shown.
	Seconds map[string]float64 `json:"seconds"`
	Times   map[string]int     `json:"times"`
	// Last are the newest changes, oldest first.
	Last []ShadowLine `json:"last"`
}

const shadowLines = 1000

var _ drive.Lamp = (*Shadow)(nil)

// NewShadow makes an empty report.
func NewShadow(log *slog.Logger) *Shadow {
	return &Shadow{log: log, now: time.Now, towers: map[string]*shadowTower{}}
}

// Apply notes what a tower would show.
func (s *Shadow) Apply(_ context.Context, name string, generation uint64, _ time.Time, state lamp.State) (lamp.Observation, error) {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.towers[name]
	if t == nil {
		t = &shadowTower{total: map[string]time.Duration{}, times: map[string]int{}}
		s.towers[name] = t
	}
	if t.since.IsZero() || !t.state.Equal(state) {
		t.close(now)
		t.state, t.since = state.Clone(), now
		t.times[state.String()]++
		t.lines = append(t.lines[max(0, len(t.lines)-shadowLines+1):], ShadowLine{now, state.String()})
		s.log.Info("tower would show", "tower", name, "state", state.String())
	}
	return lamp.Observation{Tower: name, Contact: lamp.Seen, State: state, At: now, Generation: generation}, nil
}

func (t *shadowTower) close(now time.Time) {
	if !t.since.IsZero() {
		t.total[t.state.String()] += now.Sub(t.since)
		t.since = now
	}
}

// Report tells what would have been lit so far, by tower.
func (s *Shadow) Report() []ShadowReport {
	s.mu.Lock()
	defer s.mu.Unlock()
	reports := []ShadowReport{}
	for _, name := range slices.Sorted(maps.Keys(s.towers)) {
		t := s.towers[name]
		t.close(s.now())
		r := ShadowReport{Tower: name, Seconds: map[string]float64{}, Times: maps.Clone(t.times), Last: slices.Clone(t.lines)}
		for state, d := range t.total {
			r.Seconds[state] = d.Seconds()
		}
		reports = append(reports, r)
	}
	return reports
}

// String prints the report for people.
func (s *Shadow) String() string {
	var b strings.Builder
	for _, r := range s.Report() {
		fmt.Fprintf(&b, "tower %s would have shown:\n", r.Tower)
		states := slices.SortedFunc(maps.Keys(r.Seconds), func(x, y string) int {
			switch {
			case r.Seconds[x] > r.Seconds[y]:
				return -1
			case r.Seconds[x] < r.Seconds[y]:
				return 1
			}
			return strings.Compare(x, y)
		})
		for _, state := range states {
			fmt.Fprintf(&b, "  %-40s %4d× %12s\n", state, r.Times[state], time.Duration(r.Seconds[state]*float64(time.Second)).Round(time.Second))
		}
	}
	if b.Len() == 0 {
		return "no tower is configured\n"
	}
	return b.String()
}
