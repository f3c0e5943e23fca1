package receive

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
	"unique"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/config"
)

// Alertmanager is the section of a receiver for Alertmanager's webhook,
// version 4.
type Alertmanager struct {
	Reconcile config.Unsupported `yaml:"reconcile"`
}

type alertmanager struct{ name string }

func (a alertmanager) maxBody() int64 { return MaxBody }

func (a alertmanager) receive(_ context.Context, _ *http.Request, body []byte, now time.Time) (outcome, error) {
	b, err := decodeAlertmanager(a.name, body)
	return outcome{batch: b}, err
}

func (a alertmanager) explain(body []byte, _ time.Time) (Explanation, error) {
	b, err := decodeAlertmanager(a.name, body)
	return Explanation{Kind: KindAlertmanager, Batch: b}, err
}

// Bounds of one alert's labels. Prometheus itself knows none, but what is
// beyond these is no label of an alert.
const (
	maxLabels     = 500
	maxLabelBytes = 64 << 10
)

// decodeAlertmanager reads the webhook body of Alertmanager, version 4, as
// old and new versions send it (documentation: webhook_config). Fields it
// does not know are ignored. The error is a *rejection.
func decodeAlertmanager(receiver string, body []byte) (Batch, error) {
	d := webhook{cursor: cursor{data: body}, batch: Batch{Receiver: receiver}}
	err := d.decode()
	var rejected *rejection
	var format *FormatError
	switch {
	case err == nil:
		return d.batch, nil
	case errors.As(err, &rejected):
	case errors.As(err, &format):
		rejected = rejectFormat(format)
		// What is wrong with some other shape matters less than that it is one.
		if version := webhookVersion(body); version != "4" && format.Field != "version" && version != "broken" {
			rejected.field, rejected.what = "version", wrongVersion(version).What
		}
	}
	return Batch{}, rejected
}

func wrongVersion(got string) *FormatError {
	const want = `expected "4", Alertmanager's webhook`
	switch got {
	case "":
		return &FormatError{"version", want + "; it is missing: is this another sender, or a webhook_config with its own payload?"}
	case "1":
		return &FormatError{"version", want + `, got "1": is this Grafana's webhook?`}
	}
	return &FormatError{"version", want + ", got " + quoted(got)}
}

// webhookVersion looks only at the version: "" where there is none,
// "broken" where the body is no JSON object.
func webhookVersion(body []byte) string {
	c := cursor{data: body}
	version := ""
	err := c.object(func(key []byte) (err error) {
		if string(key) == "version" && c.peek() == '"' {
			version, err = c.text()
			return err
		}
		return c.skip()
	})
	if err != nil {
		return "broken"
	}
	return version
}

// webhook is one body being read.
type webhook struct {
	cursor
	batch  Batch
	scheme string // Identity's first part
	// scratch is where labels are read before they are kept.
	scratch alert.Labels
}

func (d *webhook) decode() error {
	d.scheme = d.batch.Receiver + "/"
	version, found := "", false
	err := d.object(func(key []byte) (err error) {
		switch string(key) {
		case "version":
			version, err = d.text()
		case "groupKey":
			d.batch.Group, err = d.text()
		case "truncatedAlerts":
			d.batch.Truncated, err = d.count()
		case "alerts":
			found = true
			err = d.array(d.alert)
		default:
			err = d.skip()
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := d.end(); err != nil {
		return err
	}
	if version != "4" {
		return wrongVersion(version)
	}
	if !found {
		return &FormatError{"alerts", "expected a list of alerts, got nothing"}
	}
	return nil
}

func (d *webhook) alert(i int) error {
	if i >= MaxAlerts {
		return reject(http.StatusRequestEntityTooLarge, ReasonTooMany,
			"more than %d alerts in one body; set max_alerts, or group by more labels", MaxAlerts)
	}
	d.peek()
	start := d.pos
	e := alert.Event{Receiver: d.batch.Receiver, Order: alert.ByArrival}
	fingerprint := ""
	var ends time.Time
	err := d.object(func(key []byte) (err error) {
		switch string(key) {
		case "status":
			var s string
			s, err = d.word()
			e.Status = alert.Status(s)
		case "labels":
			e.Labels, err = d.labels()
		case "annotations":
			e.Annotations, err = d.labels()
		case "startsAt":
			e.StartsAt, err = d.time()
		case "endsAt":
			ends, err = d.time()
		case "generatorURL":
			e.Link, err = d.text()
		case "fingerprint":
			fingerprint, err = d.text()
		default:
			err = d.skip()
		}
		return err
	})
	if err != nil {
		return err
	}
	switch {
	case e.Status != alert.Firing && e.Status != alert.Resolved:
		return &FormatError{"status", "expected firing or resolved, got " + quoted(string(e.Status))}
	case len(fingerprint) > 256:
		return &FormatError{"fingerprint", "over 256 bytes"}
	case fingerprint == "" && len(e.Labels) == 0:
		return &FormatError{"labels", "expected at least one label"}
	case fingerprint == "":
		fingerprint = e.Labels.Fingerprint()
	}
	if e.Status == alert.Resolved {
		e.EndsAt = ends
	}
	e.Identity = alert.Identity(d.scheme + fingerprint)
	e.Original = indented(d.data[start:d.pos])
	d.batch.Events = append(d.batch.Events, e)
	return nil
}

// labels reads an object of strings; null is none.
func (d *webhook) labels() (alert.Labels, error) {
	if d.peek() == 'n' {
		return nil, d.skip()
	}
	ls := d.scratch[:0]
	size := 0
	err := d.object(func(key []byte) error {
		if len(key) == 0 {
			return &FormatError{What: "a label without a name"}
		}
		if size += len(key); len(ls) >= maxLabels || size > maxLabelBytes {
			return &FormatError{What: "too many labels"}
		}
		// The name may lie in the body; the value's reading leaves it alone.
		name := d.intern(key)
		value, err := d.word()
		if err != nil {
			return err
		}
		if size += len(value); size > maxLabelBytes {
			return &FormatError{What: "too long"}
		}
		ls = append(ls, alert.Label{Name: name, Value: value})
		return nil
	})
	d.scratch = ls
	if err != nil {
		return nil, err
	}
	return slices.Clone(canonical(ls)), nil // no longer than it is: it stays on the board
}

// canonical sorts labels, lets the last of a name win, drops empty ones, and
// shares the memory of strings with every other alert.
func canonical(ls alert.Labels) alert.Labels {
	slices.SortStableFunc(ls, func(a, b alert.Label) int { return strings.Compare(a.Name, b.Name) })
	out := ls[:0]
	for i, l := range ls {
		if i+1 < len(ls) && ls[i+1].Name == l.Name {
			continue
		}
		if l.Value != "" {
			out = append(out, alert.Label{Name: unique.Make(l.Name).Value(), Value: unique.Make(l.Value).Value()})
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// time reads a time in RFC 3339; year 1, null and "" are no time.
func (d *webhook) time() (time.Time, error) {
	if d.peek() == 'n' {
		return time.Time{}, d.skip()
	}
	if d.peek() != '"' {
		return time.Time{}, d.fail("a time")
	}
	b, err := d.bytes()
	if err != nil || len(b) == 0 {
		return time.Time{}, err
	}
	t, err := time.Parse(time.RFC3339, string(b))
	if err != nil {
		return time.Time{}, &FormatError{What: "expected a time such as 2026-10-06T12:01:15Z, got " + quoted(string(b))}
	}
	if t.Year() <= 1 {
		return time.Time{}, nil
	}
	return t.UTC(), nil
}
