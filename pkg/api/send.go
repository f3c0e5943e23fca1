package api

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/api/client"
	"github.com/andonhq/andon/pkg/bridge"
	"github.com/andonhq/andon/pkg/receive"
)

// send takes an event from a script. Its identity are its sorted labels.
func (s *Server) send(r *http.Request) (any, error) {
	var in client.Send
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	labels := alert.LabelsOf(in.Labels)
	switch {
	case len(labels) == 0:
		return nil, badRequest("labels: an event needs at least one label")
	case in.For < 0 || in.For > (366*24*time.Hour).Seconds():
		return nil, badRequest("for: %g is not a number of seconds up to a year", in.For)
	}
	now := time.Now()
	e := alert.Event{
		Identity: alert.Identity(bridge.SendReceiver + "/" + labels.Fingerprint()), Receiver: bridge.SendReceiver,
		Status: alert.Firing, Order: alert.ByArrival, Labels: labels, Annotations: alert.LabelsOf(in.Annotations), StartsAt: now,
	}
	if in.Resolve {
		e.Status = alert.Resolved
	} else if in.For > 0 {
		e.EndsAt = now.Add(time.Duration(in.For * float64(time.Second)))
	}
	if original, err := json.MarshalIndent(in, "", "  "); err == nil {
		e.Original = string(original)
	}
	wasOpen := s.deps.Bridge.Alert(e.Identity).Open()
	if err := s.deps.Bridge.Submit(r.Context(), receive.Batch{Receiver: bridge.SendReceiver, Events: []alert.Event{e}}); err != nil {
		return nil, err
	}
	d := s.deps.Bridge.Rules().Decide(e)
	return client.Sent{
		Identity: d.Identity, Severity: d.Severity, Rule: d.Rule,
		WasOpen: wasOpen, Phase: s.deps.Bridge.Alert(d.Identity).Phase(),
	}, nil
}
