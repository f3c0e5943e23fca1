// Package client is the Go client of the bridge's HTTP API, and the shapes of
// its answers. The command line and the data source use it; package api
// serves the same shapes.
package client

import (
	"time"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/lamp"
)

// Alert is an open alert.
type Alert struct {
	*alert.Alert
	Phase alert.Phase `json:"phase"`
	Name  string      `json:"name"`
}

// Detail is an alert with what is remembered of it.
type Detail struct {
	Alert
	// Original is the message that fired last, as received.
	OriginalMessage string        `json:"originalMessage,omitempty"`
	History         []alert.Entry `json:"history"`
}

// Count is how many open alerts have one severity and stand in one phase.
type Count struct {
	Severity alert.Severity `json:"severity"`
	Phase    alert.Phase    `json:"phase"`
	Alerts   int            `json:"alerts"`
}

// Tower is one tower.
type Tower struct {
	Name string `json:"name"`
	// Units are the lights it has, top to bottom; empty where its notifier
	// has not said.
	Units       []lamp.Unit                            `json:"units,omitempty"`
	Desired     lamp.State                             `json:"desired"`
	Shown       lamp.State                             `json:"shown"`
	Contact     lamp.Contact                           `json:"contact,omitempty"`
	LastContact time.Time                              `json:"lastContact,omitzero"`
	Reason      string                                 `json:"reason,omitempty"`
	Alerts      map[alert.Severity]map[alert.Phase]int `json:"alerts,omitempty"`
}

// Status is how the bridge is.
type Status struct {
	Version    string           `json:"version"`
	Started    time.Time        `json:"started"`
	Shadow     bool             `json:"shadow,omitempty"`
	Failed     string           `json:"failed,omitempty"`
	Change     uint64           `json:"change"`
	Severities alert.Severities `json:"severities"`
	Open       int              `json:"open"`
	Config     string           `json:"config"`
}

// Selection says which alerts a verb means.
type Selection struct {
	Identities []alert.Identity `json:"identities,omitempty"`
	Match      alert.Matchers   `json:"match,omitempty"`
	All        bool             `json:"all,omitempty"`
	Comment    string           `json:"comment,omitempty"`
}

// Outcome is what became of one alert that a verb was used on.
type Outcome struct {
	Identity alert.Identity `json:"identity"`
	// Error says why nothing was done. Skipped tells that the alert was not
	// named, by label or all, so that this is no failure.
	Error   string `json:"error,omitempty"`
	Skipped bool   `json:"skipped,omitempty"`
}

// Send is an event from a script.
type Send struct {
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations,omitempty"`
	Resolve     bool              `json:"resolve,omitempty"`
	// For ends the alert by itself after so many seconds; 0: never.
	For float64 `json:"for,omitempty"`
}

// Sent is the answer to Send.
type Sent struct {
	Identity alert.Identity `json:"identity"`
	Severity alert.Severity `json:"severity"`
	Rule     string         `json:"rule,omitempty"`
	// WasOpen and Phase are where the alert stood before and stands after:
	// nothing was open, or what was over stays lit by its sequence.
	WasOpen bool        `json:"wasOpen"`
	Phase   alert.Phase `json:"phase"`
}

// Error is how the API says no.
type Error struct {
	Status  int    `json:"-"`
	Message string `json:"error"`
}

func (e *Error) Error() string { return e.Message }
