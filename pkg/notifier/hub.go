package notifier

import (
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/andonhq/andon/pkg/lamp"
)

// A watcher that is this many observations behind is cut off; when it watches
// again it is given the present state. At most hubWatchers watch at once: the
// host, and streams of its that have not yet been noticed to be gone.
const (
	hubBuffer   = 1024
	hubWatchers = 16
)

var (
	errSlowWatcher     = errors.New("the watcher reads too slowly")
	errTooManyWatchers = errors.New("too many watchers")
)

// hub hands the observations of all towers to those who watch, in order, and
// remembers the last about each tower for those who begin to watch. It never
// makes a tower wait.
type hub struct {
	mu       sync.Mutex
	last     map[string]lamp.Observation
	watchers map[*watcher]struct{}
}

// watcher receives observations; when its channel is closed it was too slow.
type watcher struct {
	observations chan lamp.Observation
}

func newHub() *hub {
	return &hub{last: make(map[string]lamp.Observation), watchers: make(map[*watcher]struct{})}
}

// publish tells all who watch.
func (h *hub) publish(o lamp.Observation) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.remember(o)
	for w := range h.watchers {
		select {
		case w.observations <- o:
		default:
			close(w.observations)
			delete(h.watchers, w)
		}
	}
}

// note remembers what the host was told in another way.
func (h *hub) note(o lamp.Observation) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.remember(o)
}

// remember keeps the state, not the event: to a new watcher a tower that was
// cleared or came back a while ago is one that is seen.
func (h *hub) remember(o lamp.Observation) {
	if o.Contact != lamp.Lost {
		o.Contact = lamp.Seen
	}
	h.last[o.Tower] = o
}

func (h *hub) forget(tower string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.last, tower)
}

// watch begins with the last observation of each tower, sorted by name.
func (h *hub) watch() (*watcher, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.watchers) >= hubWatchers {
		return nil, errTooManyWatchers
	}
	w := &watcher{observations: make(chan lamp.Observation, len(h.last)+hubBuffer)}
	first := make([]lamp.Observation, 0, len(h.last))
	for _, o := range h.last {
		first = append(first, o)
	}
	slices.SortFunc(first, func(a, b lamp.Observation) int { return strings.Compare(a.Tower, b.Tower) })
	for _, o := range first {
		w.observations <- o
	}
	h.watchers[w] = struct{}{}
	return w, nil
}

func (h *hub) unwatch(w *watcher) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.watchers, w)
}
