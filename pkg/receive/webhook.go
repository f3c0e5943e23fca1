package receive

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
	"unique"

	"github.com/andonhq/andon/pkg/alert"
)

// Bounds of one alert's labels. Prometheus itself knows none, but what is
// beyond these is no label of an alert.
const (
	maxLabels     = 500
	maxLabelBytes = 64 << 10
)

// dialect is what the webhooks of Alertmanager and of Grafana, which is made of
// Alertmanager, differ in.
type dialect struct {
	version string
	sender  string // whose webhook it is
	// hint says of another version whose it may be; "" where nobody knows.
	hint func(version string) string
	// field reads the value of a field that Alertmanager's alerts do not have;
	// nil: there are none.
	field func(d *webhook, key []byte) error
	// finish completes an alert's event once all of it has been read; nil:
	// there is nothing more to tell.
	finish func(d *webhook, e alert.Event) alert.Event
}

// decodeWebhook reads a webhook body. Fields it does not know are ignored. The
// error is a *rejection.
func decodeWebhook(receiver string, speaks *dialect, body []byte) (Batch, error) {
	d := webhook{cursor: cursor{data: body}, dialect: speaks, batch: Batch{Receiver: receiver}}
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
		if version := webhookVersion(body); version != speaks.version && format.Field != "version" && version != "broken" {
			rejected.field, rejected.what = "version", speaks.wrongVersion(version).What
		}
	}
	return Batch{}, rejected
}

func (d *dialect) wrongVersion(got string) *FormatError {
	what := "expected " + quoted(d.version) + ", " + d.sender
	hint := d.hint(got)
	if got == "" {
		what += "; it is missing"
	} else {
		what += ", got " + quoted(got)
	}
	if hint != "" {
		what += ": " + hint
	}
	return &FormatError{"version", what}
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
	dialect *dialect
	batch   Batch
	scheme  string // Identity's first part
	// scratch is where labels are read before they are kept.
	scratch alert.Labels
	// extra are the annotations that the dialect makes of the alert being read.
	extra map[string]string
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
	if version != d.dialect.version {
		return d.dialect.wrongVersion(version)
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
			if d.dialect.field != nil {
				return d.dialect.field(d, key)
			}
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
	if d.dialect.finish != nil {
		e = d.dialect.finish(d, e)
	}
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
