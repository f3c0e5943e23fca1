package e2e_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/internal/rig"
)

// What the crash test does; see TestCrash.
const (
	crashes         = 20  // unless ANDON_CRASHES says otherwise
	crashSenders    = 8   // each with alerts of its own
	alertsPerSender = 200 // so that the board does not grow without end
	alertsPerBody   = 10  // at most
)

// known is what a sender knows of one of its alerts.
type known int

const (
	never   known = iota // nothing was ever said of it
	firing               // answered 2xx: it fires
	over                 // answered 2xx: it is over
	unclear              // said, and not answered
)

// crashSender fires and resolves alerts without pause until it gets no answer.
type crashSender struct {
	w      *world
	name   string
	random *rand.Rand
	alerts [alertsPerSender]known
}

func (s *crashSender) label(i int) string {
	return fmt.Sprintf("Crash severity=warning sender=%s i=%d", s.name, i)
}

// run sends until a request is not answered 2xx, and counts what was.
func (s *crashSender) run(answered *atomic.Int64) {
	for {
		status, next := alert.Firing, firing
		if s.random.IntN(4) == 0 {
			status, next = alert.Resolved, over
		}
		chosen := s.random.Perm(alertsPerSender)[:1+s.random.IntN(alertsPerBody)]
		texts := make([]string, len(chosen))
		for i, n := range chosen {
			s.alerts[n] = unclear
			texts[i] = s.label(n)
		}
		code, _, err := rig.Post(s.w.Context(), s.w.bridge.URL+"/receive/alertmanager", amToken, webhook(status, texts...))
		if err != nil {
			return
		}
		if code != http.StatusOK {
			continue // 503: it did not count
		}
		for _, n := range chosen {
			s.alerts[n] = next
		}
		answered.Add(1)
	}
}

// TestCrash kills the bridge with -9 at random moments while senders load it.
// Whatever was answered 2xx is so afterwards: what fires is on the board, what
// is over is not.
//
// ANDON_CRASHES is the number of kills, ANDON_SEED repeats the choices of a
// run.
func TestCrash(t *testing.T) {
	kills, seed := number(t, "ANDON_CRASHES", crashes), number(t, "ANDON_SEED", int(time.Now().UnixNano()&0xffffffff))
	t.Logf("seed %d (ANDON_SEED)", seed)
	random := rand.New(rand.NewPCG(uint64(seed), 0))
	w := begin(t)
	senders := make([]*crashSender, crashSenders)
	for i := range senders {
		senders[i] = &crashSender{w: w, name: strconv.Itoa(i), random: rand.New(rand.NewPCG(uint64(seed), uint64(i+1)))}
	}
	var answered atomic.Int64
	for kill := range kills {
		var running sync.WaitGroup
		for _, s := range senders {
			running.Go(func() { s.run(&answered) })
		}
		goal := answered.Load() + 1 + random.Int64N(200)
		w.until("the bridge has answered some requests", func() bool { return answered.Load() >= goal })
		w.kill()
		running.Wait()
		w.start()
		firing, unclear := w.compare(senders)
		if kill%10 == 9 || kill == kills-1 {
			t.Logf("%d of %d kills: %d requests answered; now %d alerts fire, of %d nobody can know", kill+1, kills, answered.Load(), firing, unclear)
		}
		if t.Failed() {
			return
		}
	}
	w.forgive(opsRoom, idle, warning)
	w.forgive(hall, idle, warning)
	w.Deliver("Last severity=critical")
	w.Expect(opsRoom, "red=flash amber=steady buzzer=1")
	w.Expect(hall, "red=flash amber=steady buzzer=2")
}

// compare checks the board against what the senders know.
func (w *world) compare(senders []*crashSender) (fire, open int) {
	w.Helper()
	board := map[string]bool{}
	for _, a := range w.board(`alertname="Crash"`) {
		board[a.Labels.Get("sender")+"/"+a.Labels.Get("i")] = true
	}
	for _, s := range senders {
		for i, k := range s.alerts {
			on := board[s.name+"/"+strconv.Itoa(i)]
			switch {
			case k == firing && !on:
				w.Errorf("alert %d of sender %s was answered 2xx and is lost", i, s.name)
			case (k == over || k == never) && on:
				w.Errorf("alert %d of sender %s is open again; its end was answered 2xx", i, s.name)
			case k == firing:
				fire++
			case k == unclear:
				open++
			}
		}
	}
	return fire, open
}

// number reads an environment variable.
func number(t *testing.T, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		t.Fatalf("%s is %q, not a number", name, text)
	}
	return n
}
