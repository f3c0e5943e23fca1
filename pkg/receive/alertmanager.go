package receive

import (
	"context"
	"net/http"
	"time"

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

// alertmanagerDialect is Alertmanager's webhook as old and new versions send it
// (documentation: webhook_config).
var alertmanagerDialect = &dialect{
	version: "4", sender: "Alertmanager's webhook",
	hint: func(version string) string {
		switch version {
		case "":
			return "is this another sender, or a webhook_config with its own payload?"
		case "1":
			return "is this Grafana's webhook? Its receiver has the section grafana"
		}
		return ""
	},
}

// decodeAlertmanager reads a body. The error is a *rejection.
func decodeAlertmanager(receiver string, body []byte) (Batch, error) {
	return decodeWebhook(receiver, alertmanagerDialect, body)
}
