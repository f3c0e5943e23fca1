package bridge

import (
	"fmt"
	"maps"
	"time"
)

// watch raises an alert for a notifier that keeps crashing or stays down.
func (l *Lamps) watch(now time.Time) {
	l.mu.Lock()
	hosts := maps.Clone(l.hosts)
	l.mu.Unlock()
	for name, h := range hosts {
		s := h.Status()
		h.mu.Lock()
		often := len(h.downs) >= crashes && now.Sub(h.downs[0]) < crashWindow
		h.mu.Unlock()
		c := condition{
			active: often || (!s.Up && now.Sub(s.Since) > downTooLong),
			labels: map[string]string{"alertname": NotifierDown, "notifier": name},
			annotations: map[string]string{
				"summary": fmt.Sprintf("notifier %s keeps ending: its towers may not show the truth", name),
			},
			over: NoteNotifierRuns,
		}
		if s.LastError != nil {
			c.annotations["error"] = s.LastError.Error()
		}
		l.bridge.setCondition(selfIdentity(NotifierDown, name), c)
	}
}
