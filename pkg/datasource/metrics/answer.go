package metrics

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource/query"
	"github.com/andonhq/andon/pkg/text"
)

// part is the answer to one query from one place.
type part struct {
	place      query.Place
	asked      asked
	frames     data.Frames
	told       query.Remarks
	usage      awsapi.Usage
	sharedWith string
	err        error
}

// aboutLimit matches what CloudWatch says where a limit cut the answer:
// "MaxMetricsExceeded: Maximum number of allowed metrics exceeded", and the like
// of data points. GetMetricData's manual has no list of its messages.
var aboutLimit = regexp.MustCompile(`(?i)exceeded|\bmax|\blimit`)

func (p *part) collect(results map[string]awsapi.MetricResult, at query.Place) {
	m := p.asked
	if m.q.Hide {
		return
	}
	if !m.q.since.IsZero() {
		finest := m.q.finest()
		if kept := keptFor(finest); m.q.Period == "auto" {
			p.told.Note(data.NoticeSeverityWarning, "notice.gone", m.q.since.UTC(), kept)
		} else {
			p.told.Note(data.NoticeSeverityWarning, "notice.unkept", m.q.since.UTC(), finest, kept)
		}
	}
	var failed []error
	var good []awsapi.MetricResult
	for _, r := range m.requests {
		got := results[r.ID]
		if got.Err != nil {
			failed = append(failed, got.Err)
			continue
		}
		got.ID = r.ID
		good = append(good, got)
		for _, said := range got.Messages {
			if aboutLimit.MatchString(said) {
				p.told.Cut("notice.said_limit", said)
			} else {
				p.told.Note(data.NoticeSeverityWarning, "notice.said", said)
			}
		}
		if got.Partial {
			p.told.Cut("notice.part_only")
		}
	}
	if len(failed) > 0 && len(good) == 0 {
		p.err = failed[0]
		if _, bad := errors.AsType[*awsapi.BadRequest](p.err); bad && m.q.alert && m.stranger != "" {
			p.err = fmt.Errorf("%w (an alert rule's queries are sent one by one, so that none can refer to another, such as %s: calculate with an expression of Grafana's)", p.err, m.stranger)
		}
		return
	}
	if len(failed) > 0 {
		p.told.Missing(data.NoticeSeverityError, failed[0], "notice.series_failed", len(failed), len(m.requests), failed[0])
	}
	p.frames = frames(m, good, at)
	if !m.several {
		number(p.frames, &p.told)
	}
}

// number makes series distinct whose labels are the same, and says so.
func number(frames data.Frames, told *query.Remarks) {
	if distinct(frames) {
		told.Note(data.NoticeSeverityInfo, "notice.series_numbered")
	}
}

// answer is a query's answer from all its places. Its parts may have been made
// for the reader of another language.
type answer struct {
	parts  []part
	reader text.Lang
}

// response joins the parts.
func (a answer) response(alert bool) backend.DataResponse {
	slices.SortFunc(a.parts, func(x, y part) int { return strings.Compare(x.place.String(), y.place.String()) })
	var (
		out    data.Frames
		told   query.Remarks
		failed []error
		usage  awsapi.Usage
		shared string
		read   asked // one that did not fail
	)
	for _, p := range a.parts {
		if p.err != nil {
			failed = append(failed, p.err)
			told.Unread(p.place, p.err)
			continue
		}
		read, out = p.asked, append(out, p.frames...)
		told.Add(p.told)
		usage.Add(p.usage)
		if p.sharedWith != "" {
			shared = p.sharedWith
		}
	}
	if len(failed) == len(a.parts) {
		return query.Fail(a.reader, failed[0])
	}
	if len(out) == 0 && !read.q.Hide {
		out = none(read)
	}
	if read.several {
		number(out, &told)
	}
	if err := told.Whole(); alert && err != nil {
		return query.Fail(a.reader, err)
	}
	out = query.Describe(out, usage, a.reader)
	told.Tell(out[0], a.reader)
	m := query.Meta(out[0])
	if c, ok := m.Custom.(query.Custom); ok && shared != "" {
		c.SharedWith = shared
		m.Custom = c
	}
	return backend.DataResponse{Frames: out}
}
