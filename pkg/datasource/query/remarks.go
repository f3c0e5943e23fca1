package query

import (
	"errors"
	"fmt"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
)

// Remarks are what the reader of an answer has to know beside its rows. A panel
// shows them as notices. An alert rule must not take a part for the whole, since
// what is missing would look like a return to normal: what is missing is its
// error. The zero value is an answer that is whole.
type Remarks struct {
	unfinished []string
	notices    []data.Notice
	missing    []error
}

// Unread says that a place gave nothing.
func (r *Remarks) Unread(at fmt.Stringer, err error) {
	r.Note(data.NoticeSeverityError, "Not read: %s: %v", at, err)
	r.missing = append(r.missing, fmt.Errorf("%s: %w", at, err))
}

// Cut says that there is more than the answer holds.
func (r *Remarks) Cut(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	r.Missing(data.NoticeSeverityWarning, backend.DownstreamErrorf("%s An alert rule needs them all.", text), "%s", text)
}

// Missing says what the answer lacks, to an alert rule by an error of its own.
func (r *Remarks) Missing(severity data.NoticeSeverity, err error, format string, args ...any) {
	r.Note(severity, format, args...)
	r.missing = append(r.missing, err)
}

// Unfinished says how far the answer goes, whose rest comes with the next
// refresh; an alert rule gets err, or where that is nil the same text.
func (r *Remarks) Unfinished(err error, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	r.unfinished = append(r.unfinished, text)
	if err == nil {
		err = backend.DownstreamErrorf("%s", text)
	}
	r.missing = append(r.missing, err)
}

// Note says something of an answer that lacks nothing.
func (r *Remarks) Note(severity data.NoticeSeverity, format string, args ...any) {
	r.notices = append(r.notices, data.Notice{Severity: severity, Text: fmt.Sprintf(format, args...)})
}

// Add adds the remarks on another part of the answer.
func (r *Remarks) Add(o Remarks) {
	r.unfinished = append(r.unfinished, o.unfinished...)
	r.notices = append(r.notices, o.notices...)
	r.missing = append(r.missing, o.missing...)
}

// Whole is nil for an answer that an alert rule may go by, else what is missing.
func (r *Remarks) Whole() error { return errors.Join(r.missing...) }

// Tell writes the remarks into the first frame of an answer.
func (r *Remarks) Tell(f *data.Frame) {
	for _, text := range r.unfinished {
		Incomplete(f, "%s", text)
	}
	m := Meta(f)
	m.Notices = append(m.Notices, r.notices...)
}
