package bridge

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/internal/bubble"
	"github.com/andonhq/andon/pkg/journal"
	"github.com/andonhq/andon/pkg/lamp"
	"github.com/andonhq/andon/pkg/receive"
	"github.com/andonhq/andon/pkg/tower/drive"
)

// scenario is a story told to a real bridge with a real journal, in fake time:
// At moves the clock, the verbs act, Expect names every state that a tower has
// shown since it was last asked. A state that no line expects fails the test.
type scenario struct {
	t     *testing.T
	dir   string
	text  string
	start time.Time

	bridge *Bridge
	broken atomic.Bool // no commit succeeds
	lamps  map[string]*fakeLamp
	stop   func()
}

// run tells a story with the configuration of a file in testdata.
func run(t *testing.T, file string, story func(*scenario)) {
	t.Helper()
	if !filepath.IsAbs(file) {
		file = filepath.Join("testdata", file)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := &scenario{t: t, dir: dir, text: string(text), start: time.Now(), lamps: map[string]*fakeLamp{}}
		s.Start()
		story(s)
		for name, l := range s.lamps {
			if more := l.take(); len(more) > 0 {
				t.Errorf("%s also showed %v, which nothing expected", name, more)
			}
		}
		s.stop()
	})
}

// inOpsRoom tells a story that begins with nothing wrong in the ops room, which
// shows it, and in the hall, which is dark then.
func inOpsRoom(t *testing.T, story func(*scenario)) {
	t.Helper()
	run(t, "ops-room.yaml", func(s *scenario) {
		s.Expect("ops-room", "green=steady")
		s.Expect("hall", "off")
		story(s)
	})
}

// Start starts the bridge on what the journal holds, as after a crash.
func (s *scenario) Start() {
	s.t.Helper()
	cfg, err := Parse("scenario.yaml", []byte(s.text))
	if err != nil {
		s.t.Fatal(err)
	}
	j, contents, err := journal.Open(context.Background(), filepath.Join(s.dir, "andon.db"))
	if err != nil {
		s.t.Fatal(err)
	}
	s.bridge = New(Options{Config: cfg, Log: slog.New(slog.DiscardHandler), Journal: j, Contents: contents})
	s.bridge.keep = func(ctx context.Context, b *journal.Batch) error {
		if s.broken.Load() {
			return errors.New("disk full")
		}
		return j.Commit(ctx, b)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	group.Go(func() { s.bridge.Run(ctx) })
	for _, plan := range cfg.Plans {
		l := s.lamps[plan.Name]
		if l == nil {
			l = &fakeLamp{}
			s.lamps[plan.Name] = l
		}
		loop := drive.New(plan.Name, l, s.bridge.Tower(plan.Name), drive.Intervals{}, slog.New(slog.DiscardHandler))
		l.loop = loop
		s.bridge.Attach(plan.Name, loop)
		group.Go(func() { loop.Run(ctx) })
	}
	s.stop = func() {
		cancel()
		group.Wait()
		if err := j.Close(); err != nil {
			s.t.Error(err)
		}
	}
	synctest.Wait()
}

// Restart stops the bridge and starts it again after a while.
func (s *scenario) Restart(after string) {
	s.t.Helper()
	s.stop()
	bubble.Pass(duration(s.t, after))
	s.Start()
}

// At moves the clock to a time after the start of the story.
func (s *scenario) At(after string) {
	s.t.Helper()
	d := duration(s.t, after)
	passed := time.Since(s.start)
	if d < passed {
		s.t.Fatalf("the story is at %s already, not at %s", passed, d)
	}
	bubble.Pass(d - passed)
}

func duration(t *testing.T, text string) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func labels(t *testing.T, text string) alert.Labels {
	t.Helper()
	m := map[string]string{}
	for _, part := range strings.Split(text, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		if !ok {
			t.Fatalf("%q is no label", part)
		}
		m[name] = strings.Trim(value, `"`)
	}
	return alert.LabelsOf(m)
}

func (s *scenario) submit(e alert.Event) {
	s.t.Helper()
	if err := s.bridge.Submit(context.Background(), receive.Batch{Receiver: e.Receiver, Events: []alert.Event{e}}); err != nil {
		s.t.Fatal(err)
	}
	synctest.Wait()
}

func amEvent(t *testing.T, text string, status alert.Status) alert.Event {
	t.Helper()
	ls := labels(t, text)
	return alert.Event{
		Identity: alert.Identity("am/" + ls.Get("alertname")), Receiver: "am", Status: status, Order: alert.ByArrival, Labels: ls,
	}
}

// Fire and Resolve are what Alertmanager sends.
func (s *scenario) Fire(text string) { s.t.Helper(); s.submit(amEvent(s.t, text, alert.Firing)) }

func (s *scenario) Resolve(text string) { s.t.Helper(); s.submit(amEvent(s.t, text, alert.Resolved)) }

// Mail is a mail with the labels that its text gave, dated at a time of the
// story.
func (s *scenario) Mail(text, dated string) {
	s.t.Helper()
	at := s.start.Add(duration(s.t, dated))
	ls := labels(s.t, text)
	s.submit(alert.Event{
		Receiver: "mail", Status: alert.Message, Order: alert.ByTime, Labels: ls, At: at, Server: at,
		MessageID: fmt.Sprintf("<%s@%d>", ls.Fingerprint(), at.UnixNano()),
	})
}

// Acknowledge takes every open alert of a name.
func (s *scenario) Acknowledge(name, by string) {
	s.t.Helper()
	match, err := alert.ParseMatchers(fmt.Sprintf("alertname=%q", name))
	if err != nil {
		s.t.Fatal(err)
	}
	outcomes, err := s.bridge.Acknowledge(context.Background(), Selection{Match: match}, by, "")
	if err != nil || len(outcomes) == 0 {
		s.t.Fatalf("acknowledge %s: %v, %v", name, outcomes, err)
	}
	synctest.Wait()
}

// Reload takes over a changed configuration.
func (s *scenario) Reload(old, replaced string) {
	s.t.Helper()
	if !strings.Contains(s.text, old) {
		s.t.Fatalf("the configuration has no %q", old)
	}
	s.text = strings.Replace(s.text, old, replaced, 1)
	cfg, err := Parse("scenario.yaml", []byte(s.text))
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.bridge.Reload(context.Background(), cfg); err != nil {
		s.t.Fatal(err)
	}
	synctest.Wait()
}

// Expect names every state that the tower has shown since it was last asked,
// in order; none: it stayed as it was.
func (s *scenario) Expect(tower string, states ...string) {
	s.t.Helper()
	synctest.Wait()
	got := s.lamps[tower].take()
	if strings.Join(got, " | ") != strings.Join(states, " | ") {
		s.t.Errorf("at %s: %s showed %q, expected %q", time.Since(s.start), tower, got, states)
	}
}

// Open expects the names of the open alerts.
func (s *scenario) Open(names ...string) {
	s.t.Helper()
	got := map[string]bool{}
	for _, a := range s.bridge.Alerts(nil) {
		got[a.Name()] = true
	}
	for _, n := range names {
		if !got[n] {
			s.t.Errorf("at %s: %s is not open, %v are", time.Since(s.start), n, got)
		}
		delete(got, n)
	}
	if len(got) > 0 {
		s.t.Errorf("at %s: %v are open too", time.Since(s.start), got)
	}
}

// fakeLamp is a tower that shows what it is told, unless it is away.
type fakeLamp struct {
	loop *drive.Loop

	mu         sync.Mutex
	away       bool
	state      lamp.State
	lit        bool
	shown      []string
	generation uint64
}

func (l *fakeLamp) Apply(_ context.Context, name string, generation uint64, _ time.Time, s lamp.State) (lamp.Observation, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.away {
		return lamp.Observation{}, errors.New("no route to host")
	}
	l.generation = generation
	l.set(s)
	return lamp.Observation{Tower: name, Contact: lamp.Seen, State: s, Generation: generation}, nil
}

func (l *fakeLamp) set(s lamp.State) {
	if !l.lit || !l.state.Equal(s) {
		l.shown = append(l.shown, s.String())
	}
	l.state, l.lit = s.Clone(), true
}

func (l *fakeLamp) take() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	shown := l.shown
	l.shown = nil
	return shown
}

// Away and Back cut a tower off and bring it back, as its notifier tells it.
func (s *scenario) Away(tower string) {
	l := s.lamps[tower]
	l.mu.Lock()
	l.away = true
	l.mu.Unlock()
	l.loop.Observe(lamp.Observation{Tower: tower, Contact: lamp.Lost, Reason: "no route to host"})
	synctest.Wait()
}

func (s *scenario) Back(tower string) {
	l := s.lamps[tower]
	l.mu.Lock()
	l.away = false
	o := lamp.Observation{Tower: tower, Contact: lamp.Back, State: l.state, Generation: l.generation}
	l.mu.Unlock()
	l.loop.Observe(o)
	synctest.Wait()
}

// Press presses the tower's clear button.
func (s *scenario) Press(tower string) {
	l := s.lamps[tower]
	l.mu.Lock()
	l.set(lamp.State{})
	o := lamp.Observation{Tower: tower, Contact: lamp.Cleared, State: l.state, Generation: l.generation}
	l.mu.Unlock()
	l.loop.Observe(o)
	synctest.Wait()
}
