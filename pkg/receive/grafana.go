package receive

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/config"
)

// Grafana is the section of a receiver for the webhook of Grafana's alerting,
// version 1.
type Grafana struct {
	// HMAC proves by a signature who sent a request, besides or in place of
	// the receiver's authorization.
	HMAC *HMAC `yaml:"hmac"`
}

func validateGrafana(c *Config, path string) config.Problems {
	if c.Grafana.HMAC == nil {
		return nil
	}
	return c.Grafana.HMAC.validate(path + ".grafana.hmac")
}

type grafana struct {
	name  string
	proof *hmacProof // nil: the receiver's authorization alone
}

func newGrafana(c *Config) (sender, error) {
	g := grafana{name: c.Name}
	var err error
	if c.Grafana.HMAC != nil {
		g.proof, err = c.Grafana.HMAC.open()
	}
	return g, err
}

func (g grafana) maxBody() int64 { return MaxBody }

func (g grafana) receive(_ context.Context, r *http.Request, body []byte, now time.Time) (outcome, error) {
	var seal seal
	if g.proof != nil {
		var err error
		if seal, err = g.proof.check(r.Header, body, now); err != nil {
			return outcome{}, err
		}
	}
	b, err := decodeGrafana(g.name, body)
	var rejected *rejection
	if errors.As(err, &rejected) {
		rejected.authenticated = g.proof != nil
	}
	if seal.key != "" {
		b.Key, b.KeyUntil = "grafana/"+g.name+"/"+seal.key, seal.until
	}
	return outcome{batch: b}, err
}

func (g grafana) explain(body []byte, _ time.Time) (Explanation, error) {
	b, err := decodeGrafana(g.name, body)
	return Explanation{Kind: KindGrafana, Batch: b}, err
}

// grafanaDialect is the webhook of Grafana's alerting (documentation: "Configure
// webhook notifications"): Alertmanager's, of another version and with more
// fields.
var grafanaDialect = &dialect{
	version: "1", sender: "the webhook of Grafana's alerting",
	hint: func(version string) string {
		switch version {
		case "":
			return "is this another sender, or a contact point with its own payload?"
		case "4":
			return "is this Alertmanager's webhook? Its receiver has the section alertmanager"
		}
		return ""
	},
	field: grafanaField, finish: grafanaFinish,
}

// decodeGrafana reads a body. The error is a *rejection.
func decodeGrafana(receiver string, body []byte) (Batch, error) {
	return decodeWebhook(receiver, grafanaDialect, body)
}

// grafanaExtra are the fields of an alert that become annotations of the same
// name. generatorURL is the alert's link.
var grafanaExtra = []string{"silenceURL", "dashboardURL", "panelURL", "imageURL", "ruleUID", "valueString"}

// maxExtra is the length in bytes beyond which such an annotation is left out;
// the original has it.
const maxExtra = 8 << 10

func grafanaField(d *webhook, key []byte) (err error) {
	name := string(key)
	switch {
	case d.peek() == '"' && slices.Contains(grafanaExtra, name):
		var value string
		value, err = d.text()
		d.annotate(name, value)
	case d.peek() == '{' && name == "values":
		err = d.values()
	default:
		err = d.skip() // null where Grafana knows nothing
	}
	return err
}

func (d *webhook) annotate(name, value string) {
	if value == "" || len(value) > maxExtra {
		return
	}
	if d.extra == nil {
		d.extra = map[string]string{}
	}
	d.extra[name] = value
}

// values reads what the rule's expressions came to, {"B": 7.25, "C": 1}, into
// the annotation values: B=7.25, C=1. What is no number is left out.
func (d *webhook) values() error {
	var list []string
	size := 0
	err := d.object(func(key []byte) error {
		name := string(key)
		first := d.peek()
		start := d.pos
		if err := d.skip(); err != nil {
			return err
		}
		if (first == '-' || first >= '0' && first <= '9') && size <= maxExtra {
			list = append(list, name+"="+string(d.data[start:d.pos]))
			size += d.pos - start + len(name)
		}
		return nil
	})
	slices.Sort(list)
	d.annotate("values", strings.Join(list, ", "))
	return err
}

// Values of the label class, for alerts that tell of Grafana's watching and not
// of what it watches.
const (
	classNoData = "no_data"
	classError  = "error"
)

// grafanaFinish adds to an event what Grafana tells beyond Alertmanager. An
// annotation that the rule's author wrote wins over a field of the same name.
func grafanaFinish(d *webhook, e alert.Event) alert.Event {
	if class := grafanaClass(&e); class != "" {
		e.Labels = e.Labels.With(map[string]string{"class": class})
	}
	for _, a := range e.Annotations {
		delete(d.extra, a.Name)
	}
	e.Annotations = e.Annotations.With(d.extra)
	d.extra = nil
	return e
}

// grafanaClass tells whether a rule could not be evaluated: Grafana then fires
// alerts of its own, DatasourceNoData and DatasourceError, or where the rule
// says so the rule's alert, with the reason as annotation. "" is an alert like
// any other. An alert that only keeps its last state says "NoData, KeepLast".
func grafanaClass(e *alert.Event) string {
	reason := ""
	if e.Status == alert.Firing {
		reason = e.Annotations.Get("grafana_state_reason")
	}
	switch name := e.Labels.Get("alertname"); {
	case name == "DatasourceNoData", reason == "NoData":
		return classNoData
	case name == "DatasourceError", reason == "Error":
		return classError
	}
	return ""
}
