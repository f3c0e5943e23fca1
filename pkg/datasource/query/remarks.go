package query

import (
	"errors"
	"fmt"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/text"
)

// Remarks are what the reader of an answer has to know beside its rows. A panel
// shows them as notices, in its reader's language: texts of the catalogue, since
// readers of several share an answer. An alert rule must not take a part for the
// whole, since what is missing would look like a return to normal: what is missing
// is its error. The zero value is an answer that is whole.
type Remarks struct {
	unfinished []text.Text
	notes      []note
	missing    []error
}

type note struct {
	severity data.NoticeSeverity
	text.Text
}

// Unread says that a place gave nothing.
func (r *Remarks) Unread(at fmt.Stringer, err error) {
	r.Missing(data.NoticeSeverityError, fmt.Errorf("%s: %w", at, err), "notice.unread", at, err)
}

// Cut says that there is more than the answer holds.
func (r *Remarks) Cut(key text.Key, args ...any) {
	err := backend.DownstreamErrorf("%s An alert rule needs them all.", text.Of(key, args...))
	r.Missing(data.NoticeSeverityWarning, err, key, args...)
}

// Missing says what the answer lacks, to an alert rule by an error of its own.
func (r *Remarks) Missing(severity data.NoticeSeverity, err error, key text.Key, args ...any) {
	r.Note(severity, key, args...)
	r.missing = append(r.missing, err)
}

// Unfinished says how far the answer goes, whose rest comes with the next
// refresh; an alert rule gets err, or where that is nil the same text.
func (r *Remarks) Unfinished(err error, key text.Key, args ...any) {
	t := text.Of(key, args...)
	r.unfinished = append(r.unfinished, t)
	if err == nil {
		err = backend.DownstreamErrorf("%s", t)
	}
	r.missing = append(r.missing, err)
}

// Note says something of an answer that lacks nothing.
func (r *Remarks) Note(severity data.NoticeSeverity, key text.Key, args ...any) {
	r.notes = append(r.notes, note{severity, text.Of(key, args...)})
}

// Gone says that a range begins before what AWS still keeps, at now. An answer is
// whole without it, and empty does not mean that nothing was.
func (r *Remarks) Gone(from, now time.Time, kept time.Duration) {
	if begins := now.Add(-kept); from.Before(begins.Add(-ClocksApart)) {
		r.Note(data.NoticeSeverityWarning, "notice.gone", begins.UTC(), kept)
	}
}

// ClocksApart is how much a viewer's clock may differ from this machine's.
const ClocksApart = 10 * time.Minute

// Add adds the remarks on another part of the answer.
func (r *Remarks) Add(o Remarks) {
	r.unfinished = append(r.unfinished, o.unfinished...)
	r.notes = append(r.notes, o.notes...)
	r.missing = append(r.missing, o.missing...)
}

// Whole is nil for an answer that an alert rule may go by, else what is missing,
// in English.
func (r *Remarks) Whole() error { return errors.Join(r.missing...) }

// Tell writes the remarks into the first frame of an answer, in its reader's
// language.
func (r *Remarks) Tell(f *data.Frame, l text.Lang) {
	m := Meta(f)
	if len(r.unfinished) > 0 {
		c, _ := m.Custom.(Custom)
		c.Incomplete = true
		m.Custom = c
	}
	for _, t := range r.unfinished {
		m.Notices = append(m.Notices, data.Notice{Severity: data.NoticeSeverityWarning, Text: t.In(l)})
	}
	for _, n := range r.notes {
		m.Notices = append(m.Notices, data.Notice{Severity: n.severity, Text: n.In(l)})
	}
}
