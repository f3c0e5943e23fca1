package receive

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/andonhq/andon/pkg/config"
)

// format is one kind of sender: a section of a receiver's configuration.
// Another sender is one more file with one more line in formats.
type format struct {
	section string
	chosen  func(*Config) bool
	// proven tells whether the configuration makes senders prove who they are,
	// proofs what else could; nil: the messages prove it themselves.
	proven   func(*Config) bool
	proofs   string
	validate func(c *Config, path string) config.Problems
	open     func(c *Config, d Deps) (sender, error)
}

var formats = []format{
	{
		section:  "alertmanager",
		chosen:   func(c *Config) bool { return c.Alertmanager != nil },
		proven:   func(c *Config) bool { return c.Authorization != nil },
		proofs:   "token_file, basic or client_certificate",
		validate: func(*Config, string) config.Problems { return nil },
		open:     func(c *Config, _ Deps) (sender, error) { return alertmanager{c.Name}, nil },
	},
	{
		section:  "grafana",
		chosen:   func(c *Config) bool { return c.Grafana != nil },
		proven:   func(c *Config) bool { return c.Authorization != nil || c.Grafana.HMAC != nil },
		proofs:   "token_file, basic or client_certificate, or grafana: {hmac: {secret_file: …}}",
		validate: validateGrafana,
		open:     func(c *Config, _ Deps) (sender, error) { return newGrafana(c) },
	},
	{
		section:  "sns",
		chosen:   func(c *Config) bool { return c.SNS != nil },
		validate: validateSNS,
		open:     func(c *Config, d Deps) (sender, error) { return newSNS(c, d) },
	},
	{
		section:  "sqs",
		chosen:   func(c *Config) bool { return c.SQS != nil },
		validate: validateSQS,
		open:     func(c *Config, _ Deps) (sender, error) { return newPulled(c), nil },
	},
}

// formatOf returns the format that a configuration chooses, nil where it
// chooses none.
func formatOf(c *Config) *format {
	for i := range formats {
		if formats[i].chosen(c) {
			return &formats[i]
		}
	}
	return nil
}

// sender is an open format.
type sender interface {
	// maxBody is the largest body in bytes.
	maxBody() int64
	// receive decodes and checks one request whose body has been read. A
	// *rejection as error decides the answer; the batch goes to the sink.
	receive(ctx context.Context, r *http.Request, body []byte, now time.Time) (outcome, error)
	// explain decodes what could have arrived, without asking for proof.
	explain(body []byte, now time.Time) (Explanation, error)
}

// outcome is what came of a request that is not rejected.
type outcome struct {
	batch Batch
	// refusals are told to the sink once the batch is durable: parts of the
	// request that could not be used.
	refusals []Refusal
}

func quoted(s string) string {
	if s == "" {
		return "nothing"
	}
	return strconv.Quote(short(s))
}
