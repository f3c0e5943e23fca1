package e2e_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/api/client"
	"github.com/andonhq/andon/pkg/internal/rig"
)

// Fire tells Alertmanager of alerts, each written as
// "DiskFull severity=critical host=db1".
func (w *world) Fire(alerts ...string) {
	w.Helper()
	w.push(nil, alerts)
}

// Resolve tells Alertmanager that alerts are over.
func (w *world) Resolve(alerts ...string) {
	w.Helper()
	w.push(alerts, nil)
}

func (w *world) push(resolved, firing []string) {
	w.Helper()
	var all []rig.Alert
	now := time.Now()
	for _, a := range resolved {
		all = append(all, rig.Alert{Labels: labels(a), StartsAt: now.Add(-time.Minute), EndsAt: now.Add(-time.Second)})
	}
	for _, a := range firing {
		all = append(all, rig.Alert{Labels: labels(a)})
	}
	w.must(w.am.Push(w.Context(), all...))
}

// labels reads "DiskFull severity=critical host=db1".
func labels(text string) map[string]string {
	m := map[string]string{}
	for i, word := range strings.Fields(text) {
		name, value, _ := strings.Cut(word, "=")
		if i == 0 {
			name, value = "alertname", word
		}
		m[name] = value
	}
	return m
}

// webhook is the body that Alertmanager sends, version 4.
func webhook(status alert.Status, alerts ...string) []byte {
	list := make([]map[string]any, len(alerts))
	for i, text := range alerts {
		list[i] = map[string]any{"status": status, "labels": labels(text), "startsAt": "2026-10-06T10:42:00Z"}
	}
	body, err := json.Marshal(map[string]any{"version": "4", "groupKey": "{}", "status": status, "receiver": "andon", "alerts": list})
	if err != nil {
		panic(err)
	}
	return body
}

// Deliver posts firing alerts to the bridge itself, as Alertmanager does: when
// it returns they are durable.
func (w *world) Deliver(alerts ...string) {
	w.Helper()
	w.deliver(webhook(alert.Firing, alerts...))
}

// DeliverResolved posts that alerts are over.
func (w *world) DeliverResolved(alerts ...string) {
	w.Helper()
	w.deliver(webhook(alert.Resolved, alerts...))
}

func (w *world) deliver(body []byte) {
	w.Helper()
	if status, answer := w.post("alertmanager", amToken, body); status != http.StatusOK {
		w.Fatalf("the bridge answered %d: %s", status, answer)
	}
}

// post posts a body to a receiver. No answer may hold a secret.
func (w *world) post(receiver, token string, body []byte) (int, string) {
	w.Helper()
	status, answer, err := rig.Post(w.Context(), w.bridge.URL+"/receive/"+receiver, token, body)
	w.must(err)
	if strings.Contains(answer, amToken) || strings.Contains(answer, operatorToken) {
		w.Errorf("the answer holds a secret: %s", answer)
	}
	return status, answer
}

// Acknowledge takes the open alerts of a name.
func (w *world) Acknowledge(name string) {
	w.Helper()
	outcomes, err := w.bridge.Client.Acknowledge(w.Context(), client.Selection{Match: w.matchers(`alertname="` + name + `"`)})
	w.must(err)
	if len(outcomes) == 0 {
		w.Fatalf("there was no %s to acknowledge", name)
	}
}

func (w *world) matchers(texts ...string) alert.Matchers {
	w.Helper()
	ms, err := alert.ParseMatchers(texts...)
	w.must(err)
	return ms
}

// Expect waits until a tower has shown these states, in this order and nothing
// else, since the scenario last told what it shows.
func (w *world) Expect(tower string, states ...string) {
	w.Helper()
	w.expectWithin(patience, tower, states...)
}

func (w *world) expectWithin(limit time.Duration, tower string, states ...string) {
	w.Helper()
	r := w.rooms[tower]
	var want []string
	for _, s := range states {
		want = append(want, w.lamps(s).String())
	}
	w.within(limit, tower+" shows "+strings.Join(want, ", then ")+" (its last word: "+r.State().String()+")", func() bool {
		got := r.shown()[r.told+1:]
		n := min(len(got), len(want))
		if !slices.Equal(got[:n], want[:n]) {
			w.Fatalf("%s shows %q, expected %q", tower, got, want)
		}
		return n == len(want)
	})
	r.told += len(want)
}

// Stays checks that a tower shows a state, that the board wants nothing else
// of it, and that it has shown nothing else since the scenario last told. What
// the board knows when it is called is taken into account.
func (w *world) Stays(tower, state string) {
	w.Helper()
	r, want := w.rooms[tower], w.lamps(state)
	var last client.Tower
	w.until(tower+" has shown what the board wants", func() bool {
		last = w.tower(tower)
		return last.Desired.Equal(last.Shown)
	})
	if !last.Desired.Equal(want) || !r.State().Equal(want) {
		w.Fatalf("%s should show %q says the bridge, and shows %q; expected %q", tower, last.Desired, r.State(), want)
	}
	if got := r.shown(); len(got) != r.told+1 {
		w.Fatalf("%s has shown %q, expected that it stays %q", tower, got[r.told+1:], want)
	}
}

// nothingElse fails where a tower has shown what no line of the scenario told.
func (w *world) nothingElse() {
	w.Helper()
	for _, name := range slices.Sorted(maps.Keys(w.rooms)) {
		r := w.rooms[name]
		if got := r.shown(); len(got) > r.told+1 && !w.Failed() {
			w.Errorf("%s has shown %q too, which nobody asked for", name, got[r.told+1:])
		}
	}
}

func (w *world) tower(name string) client.Tower {
	w.Helper()
	towers, err := w.bridge.Client.Towers(w.Context())
	w.must(err)
	for _, t := range towers {
		if t.Name == name {
			return t
		}
	}
	w.Fatalf("the bridge knows no tower %s", name)
	return client.Tower{}
}

// board lists the open alerts.
func (w *world) board(match ...string) []client.Alert {
	w.Helper()
	alerts, err := w.bridge.Client.Alerts(w.Context(), match...)
	w.must(err)
	return alerts
}

// OnBoard waits until exactly these alerts are open, by name; the names of
// several instances are repeated.
func (w *world) OnBoard(names ...string) {
	w.Helper()
	slices.Sort(names)
	var got []string
	w.until("the board shows "+strings.Join(names, ", "), func() bool {
		got = nil
		for _, a := range w.board() {
			got = append(got, a.Name)
		}
		slices.Sort(got)
		return slices.Equal(got, names)
	})
}

// one returns the one open alert of a name.
func (w *world) one(name string) client.Alert {
	w.Helper()
	alerts := w.board(`alertname="` + name + `"`)
	if len(alerts) != 1 {
		w.Fatalf("%d alerts %s are open, expected one", len(alerts), name)
	}
	return alerts[0]
}

// metric is the value of a metric, by its line's beginning; "" where there is
// none.
func (w *world) metric(series string) string {
	w.Helper()
	_, text := w.get("/metrics", operatorToken)
	for line := range strings.Lines(text) {
		if value, ok := strings.CutPrefix(line, series+" "); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// get asks the bridge.
func (w *world) get(path, token string) (int, string) {
	w.Helper()
	return w.ask(http.DefaultClient, request{url: w.bridge.URL + path, token: token})
}

// forgive tells that a tower may have shown any of these states until now,
// where the order of two senders decides.
func (w *world) forgive(tower string, states ...string) {
	w.Helper()
	r := w.rooms[tower]
	got := r.shown()
	for _, s := range got[r.told+1:] {
		if !slices.Contains(states, s) {
			w.Fatalf("%s has shown %q, expected only %q", tower, got[r.told+1:], states)
		}
	}
	r.told = len(got) - 1
}
