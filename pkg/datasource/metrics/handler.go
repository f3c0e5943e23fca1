package metrics

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource/query"
)

// Handler answers queries of this type.
func Handler() query.Handler { return handler{} }

type handler struct{}

// group is what can go to awsapi in one call: same place, range and options.
type group struct {
	place    query.Place
	from, to time.Time
	opts     awsapi.MetricOptions
}

func (handler) Query(ctx context.Context, s *awsapi.Sessions, queries []query.Query) backend.Responses {
	ctx, cancel := context.WithTimeout(ctx, query.AnswerWithin)
	defer cancel()
	out := make(backend.Responses, len(queries))
	groups := map[group][]asked{}
	alerts := map[string]bool{}
	var (
		mu   sync.Mutex
		wait sync.WaitGroup
	)
	several := map[string]bool{} // queries that ask more than one place
	for _, raw := range queries {
		q, err := decode(raw)
		if err != nil {
			out[raw.RefID] = query.Fail(err)
			continue
		}
		places, err := q.Places(s)
		if err != nil {
			out[raw.RefID] = query.Fail(err)
			continue
		}
		several[raw.RefID], alerts[raw.RefID] = len(places) > 1, raw.Alert
		for _, p := range places {
			wait.Go(func() {
				ctx, meter := awsapi.WithUsage(ctx)
				a := planned(ctx, s, raw.RefID, q, p)
				a.planned = meter.Usage()
				g := group{p, raw.From, end(raw.To), awsapi.MetricOptions{NoCache: q.NoCache, NoCachedEmpty: raw.Alert}}
				mu.Lock()
				defer mu.Unlock()
				groups[g] = append(groups[g], a)
			})
		}
	}
	wait.Wait()

	answers := map[string]*answer{}
	for g, members := range groups {
		slices.SortFunc(members, func(a, b asked) int { return strings.Compare(a.refID, b.refID) })
		wait.Go(func() {
			parts := answered(ctx, s, g, members, several)
			mu.Lock()
			defer mu.Unlock()
			for i, m := range members {
				if answers[m.refID] == nil {
					answers[m.refID] = &answer{}
				}
				answers[m.refID].parts = append(answers[m.refID].parts, parts[i])
			}
		})
	}
	wait.Wait()
	for refID, a := range answers {
		out[refID] = a.response(alerts[refID])
	}
	return out
}

// planned is a plan, also where it fails or panics.
func planned(ctx context.Context, s *awsapi.Sessions, refID string, q Query, p query.Place) (a asked) {
	var err error
	defer func() {
		if err != nil {
			a = asked{refID: refID, q: q, place: p, err: err}
		}
	}()
	defer query.RecoverError(&err)
	a, err = plan(ctx, s, refID, q, p)
	return a
}

// answered is what ask gives, also where it panics.
func answered(ctx context.Context, s *awsapi.Sessions, g group, members []asked, several map[string]bool) (parts []part) {
	var err error
	defer func() {
		if err != nil {
			parts = make([]part, len(members))
			for i := range parts {
				parts[i] = part{place: g.place, err: err}
			}
		}
	}()
	defer query.RecoverError(&err)
	return ask(ctx, s, g, members, several)
}

// end is the range's end moved up to a whole minute: CloudWatch's end is
// exclusive, and the minute that runs is worth seeing.
func end(to time.Time) time.Time {
	if t := to.Truncate(time.Minute); t.Before(to) {
		return t.Add(time.Minute)
	}
	return to
}

// ask sends the requests of one group and splits the answer by query.
func ask(ctx context.Context, s *awsapi.Sessions, g group, members []asked, several map[string]bool) []part {
	parts := make([]part, len(members))
	var all []awsapi.MetricRequest
	ids := map[string]string{}
	for i, m := range members {
		parts[i].place = g.place
		if m.err == nil {
			m.err = clash(ids, m)
		}
		if parts[i].err = m.err; m.err == nil {
			all = append(all, m.requests...)
		}
	}
	if len(all) == 0 {
		for i, m := range members {
			if parts[i].err == nil {
				parts[i].frames = frames(m, nil, g.place, several[m.refID])
			}
		}
		return parts
	}
	found, err := s.MetricData(ctx, g.place.Account, g.place.Region, all, g.from, g.to, g.opts)
	results := make(map[string]awsapi.MetricResult, len(found.Results))
	for _, r := range found.Results {
		results[r.ID] = r
	}
	at := g.place.Known("")
	if c, errClient := s.Client(ctx, g.place.Account, g.place.Region); errClient == nil {
		at = g.place.Known(c.Identity().AccountID)
	}
	counted := ""
	for i, m := range members {
		if parts[i].err != nil {
			continue
		}
		if err != nil {
			parts[i].err = err
			continue
		}
		if counted == "" {
			counted, parts[i].usage = m.refID, found.Usage
		} else {
			parts[i].sharedWith = counted
		}
		parts[i].usage.Add(m.planned)
		parts[i].collect(m, results, at, several[m.refID])
	}
	return parts
}

// clash finds two queries of the request that have the same id.
func clash(ids map[string]string, m asked) error {
	for _, r := range m.requests {
		if other, taken := ids[r.ID]; taken && other != m.refID {
			return query.Wrong("id", "%q is the id of query %s already", r.ID, other)
		}
		ids[r.ID] = m.refID
	}
	return nil
}

// part is the answer to one query from one place.
type part struct {
	place      query.Place
	frames     data.Frames
	told       query.Remarks
	usage      awsapi.Usage
	sharedWith string
	err        error
}

func (p *part) collect(m asked, results map[string]awsapi.MetricResult, at query.Place, several bool) {
	if m.q.Hide {
		return
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
		for _, text := range got.Messages {
			p.told.Note(data.NoticeSeverityWarning, "CloudWatch: %s", text)
		}
		if got.Partial {
			p.told.Cut("CloudWatch sent a part of the data only.")
		}
	}
	if len(failed) > 0 && len(good) == 0 {
		p.err = failed[0]
		return
	}
	if len(failed) > 0 {
		p.told.Missing(data.NoticeSeverityError, failed[0], "%d of %d series failed: %v", len(failed), len(m.requests), failed[0])
	}
	p.frames = frames(m, good, at, several)
}

// answer is a query's answer from all its places.
type answer struct{ parts []part }

// response joins the parts.
func (a answer) response(alert bool) backend.DataResponse {
	slices.SortFunc(a.parts, func(x, y part) int { return strings.Compare(x.place.String(), y.place.String()) })
	var (
		out    data.Frames
		told   query.Remarks
		failed []error
		usage  awsapi.Usage
		shared string
	)
	for _, p := range a.parts {
		if p.err != nil {
			failed = append(failed, p.err)
			told.Unread(p.place, p.err)
			continue
		}
		out = append(out, p.frames...)
		told.Add(p.told)
		usage.Add(p.usage)
		if p.sharedWith != "" {
			shared = p.sharedWith
		}
	}
	if len(failed) == len(a.parts) {
		return query.Fail(failed[0])
	}
	if err := told.Whole(); alert && err != nil {
		return query.Fail(err)
	}
	out = query.Describe(out, usage)
	told.Tell(out[0])
	m := query.Meta(out[0])
	if c, ok := m.Custom.(query.Custom); ok && shared != "" {
		c.SharedWith = shared
		m.Custom = c
	}
	return backend.DataResponse{Frames: out}
}
