// Package receive takes messages from senders and turns them into events:
// the webhooks of Alertmanager and of Grafana's alerting, and Amazon SNS with CloudWatch alarms and mails that
// Amazon SES received inside, over HTTP or out of a queue of Amazon SQS. One
// sender is one file; the table of them is in formats.go.
//
// The bridge serves a Server at /receive/, runs each Queue, and implements
// their Sink; the command line calls Explain. A sender is answered 2xx, and a
// message deleted from its queue, only when the sink says that everything is
// durable. The package decides nothing about severity
// (classify does), keeps no state but caches, and never follows an address out of a
// message unless it passes the rules for Amazon SNS hosts.
package receive

import (
	"context"
	"errors"
	"time"

	"github.com/andonhq/andon/pkg/alert"
)

// ErrBusy is what a Sink returns, wrapped, when it cannot take a batch now.
// The sender is answered 503 and comes again.
var ErrBusy = errors.New("busy")

// Sink is what takes the events; the bridge implements it.
type Sink interface {
	// Submit returns nil when everything in the batch is durable, or was
	// known already. Every error is answered 503: the sender comes again.
	Submit(ctx context.Context, b Batch) error
	// Refuse tells of a request that was refused or whose content was lost.
	// It never blocks.
	Refuse(r Refusal)
}

// Batch is what one request holds.
type Batch struct {
	// Receiver is the configured name.
	Receiver string
	Events   []alert.Event
	// Records are kept in the history and change nothing; their Note says why.
	Records []alert.Entry
	// Key names the message for replay protection: a Key that the journal
	// knows makes the whole batch a repeat. It need not be kept beyond
	// KeyUntil, because the receiver refuses the message from then on. ""
	// where a repeat is harmless.
	Key      string
	KeyUntil time.Time
	// Group is the groupKey of Alertmanager or Grafana, and Truncated how many
	// alerts of the group its max_alerts cut off: not 0 raises, 0 ends the alert that says so.
	Group     string
	Truncated int
}

// Refusal tells of a request that was refused, or that was answered 200
// although its content could not be used.
type Refusal struct {
	// Receiver is the configured name, "" where the request named none.
	Receiver string
	Reason   string // one of the Reason constants
	Detail   string // for a person; holds no secret
	// Authenticated tells that the sender proved who it is and that what it
	// sent is lost: worth an alert on the board. It is false for what the
	// sender will send again (503) and for what nobody asked for.
	Authenticated bool
	Status        int    // of the HTTP answer
	From          string // remote address, or the author of a mail
}

// Reasons of refusals, also the values of the metric's label "reason".
const (
	ReasonUnknownReceiver = "unknown_receiver" // no receiver of that name
	ReasonMethod          = "method"           // not POST
	ReasonUnauthorized    = "unauthorized"     // no or wrong credentials
	ReasonBusy            = "busy"             // too many requests, or not durable in time
	ReasonSlow            = "slow"             // the body did not arrive in time
	ReasonTooLarge        = "too_large"        // body over the limit
	ReasonTooMany         = "too_many_alerts"  // more alerts than one body may have
	ReasonFormat          = "format"           // not the format
	ReasonEncoding        = "encoding"         // not UTF-8, or compressed
	ReasonRawDelivery     = "raw_delivery"     // SNS raw delivery: unsigned
	ReasonSignature       = "signature"        // the signature does not verify
	ReasonCertificateURL  = "certificate_url"  // SigningCertURL breaks the host rule
	ReasonCertificate     = "certificate"      // the signing certificate cannot be used
	ReasonTopic           = "topic"            // SNS topic not allowed
	ReasonReplay          = "replay"           // older than the window, or from the future
	ReasonSubscribeURL    = "subscribe_url"    // SubscribeURL breaks the rules
	ReasonConfirm         = "confirm"          // confirming a subscription failed
	ReasonUnsubscribed    = "unsubscribed"     // somebody ended the subscription
	ReasonUnsupported     = "unsupported"      // no decoder for this kind of message
	ReasonSender          = "sender"           // mail from an author who is not allowed
	ReasonAuthors         = "several_authors"  // mail with several or no From addresses
	ReasonDMARC           = "dmarc"            // mail whose author is not proven
	ReasonVirus           = "virus"            // mail with a virus
	ReasonMail            = "mail"             // mail that cannot be read, or has no content
)

// Limits of one request; see the design's answers to senders.
const (
	// MaxBody is the size of a body in bytes.
	MaxBody = 16 << 20
	// MaxAlerts is how many alerts one body may have.
	MaxAlerts = 20_000
	// maxOriginal is how much of a message is kept as its original, in bytes.
	maxOriginal = 64 << 10
)
