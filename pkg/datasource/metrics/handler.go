package metrics

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource/query"
	"github.com/andonhq/andon/pkg/text"
)

// Handler answers queries of this type.
func Handler() query.Handler { return &handler{} }

type handler struct{ owed owed }

// group is what can go to awsapi in one call: same place, range and options.
type group struct {
	place    query.Place
	from, to time.Time
	opts     awsapi.MetricOptions
}

func (h *handler) Query(ctx context.Context, s *awsapi.Sessions, queries []query.Query) backend.Responses {
	ctx, cancel := context.WithTimeout(ctx, query.AnswerWithin)
	defer cancel()
	answers, wrong := gather(ctx, s, queries, false)
	out := make(backend.Responses, len(queries))
	for _, q := range queries {
		if err := wrong[q.RefID]; err != nil {
			out[q.RefID] = query.Fail(text.English, err) // a mistake of its author's
			continue
		}
		a := answers[q.RefID]
		if a == nil {
			continue // which the caller tells
		}
		if p := &a.parts[0]; p.err == nil && !q.Alert { // nobody reads what a rule's answer took
			p.usage.Add(h.owed.take())
		}
		out[q.RefID] = a.response(q.Alert)
	}
	return out
}

// one is a query that has been read.
type one struct {
	query.Query
	q      Query
	places []query.Place
}

func (o one) options() awsapi.MetricOptions {
	return awsapi.MetricOptions{NoCache: o.q.NoCache, NoCachedEmpty: o.Alert}
}

// gather asks what queries of one request ask, and gives their answers and
// mistakes by their refId. What is asked ahead leaves those out that go past the
// cache: they would be asked twice.
func gather(ctx context.Context, s *awsapi.Sessions, queries []query.Query, ahead bool) (answers map[string]*answer, wrong map[string]error) {
	wrong = map[string]error{}
	var good []one
	for _, raw := range queries {
		raw = raw.UntilNow(s.Now())
		q, places, err := read(s, raw)
		switch {
		case err != nil:
			wrong[raw.RefID] = err
		case !ahead || !q.NoCache:
			good = append(good, one{raw, q, places})
		}
	}
	k := keeping(good)
	if parts := k.kept(ctx, s); parts != nil {
		return answersOf(parts, good), wrong
	}

	var (
		groups = map[group][]asked{}
		parts  []part
		mu     sync.Mutex
		slow   []func()
	)
	for _, o := range good {
		work := func() {
			all := plans(ctx, s, o.RefID, o.q, o.places)
			mu.Lock()
			defer mu.Unlock()
			for _, a := range all {
				g := group{a.place, o.From, end(o.To), o.options()}
				groups[g] = append(groups[g], a)
			}
		}
		if o.q.looked() || len(o.places) > 1 { // AWS is asked for it
			slow = append(slow, work)
		} else {
			work()
		}
	}
	query.Together(len(slow), func(i int) { slow[i]() })

	ready := slices.Collect(maps.Keys(groups))
	query.Together(len(ready), func(i int) {
		members := groups[ready[i]]
		slices.SortFunc(members, func(a, b asked) int { return strings.Compare(a.refID, b.refID) })
		some := answered(ctx, s, ready[i], members, k)
		mu.Lock()
		defer mu.Unlock()
		parts = append(parts, some...)
	})
	return answersOf(parts, good), wrong
}

// answersOf are the answers that parts make, by refId.
func answersOf(parts []part, queries []one) map[string]*answer {
	out := map[string]*answer{}
	for _, p := range parts {
		if out[p.asked.refID] == nil {
			out[p.asked.refID] = &answer{}
		}
		out[p.asked.refID].parts = append(out[p.asked.refID].parts, p)
	}
	for _, o := range queries {
		if a := out[o.RefID]; a != nil {
			a.reader = o.q.reader
		}
	}
	return out
}

// read is the query and the places it names.
func read(s *awsapi.Sessions, raw query.Query) (q Query, places []query.Place, err error) {
	defer query.RecoverError(&err)
	if q, err = decode(raw, s.Now()); err != nil {
		return q, nil, err
	}
	// An alert rule goes on asking for what has had no data for hours: what is not
	// asked for ends its alert.
	q.recent = !raw.Alert && !raw.From.Before(s.Now().Add(-activeFor))
	places, err = q.Places(s)
	return q, places, err
}

// plans are the plans of a query, one for each place that it names.
func plans(ctx context.Context, s *awsapi.Sessions, refID string, q Query, named []query.Place) []asked {
	locating, located := awsapi.WithUsage(ctx)
	places := query.Distinct(locating, s, named)
	out := make([]asked, len(places))
	query.Together(len(places), func(i int) {
		ctx, meter := awsapi.WithUsage(ctx)
		out[i] = planned(ctx, s, refID, q, places[i])
		out[i].planned, out[i].several = meter.Usage(), len(named) > 1
	})
	out[0].planned.Add(located.Usage())
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
func answered(ctx context.Context, s *awsapi.Sessions, g group, members []asked, k *keeper) (parts []part) {
	var err error
	defer func() {
		if err != nil {
			parts = make([]part, len(members))
			for i := range parts {
				parts[i] = part{place: g.place, asked: members[i], err: err}
			}
		}
	}()
	defer query.RecoverError(&err)
	return ask(ctx, s, g, members, k)
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
func ask(ctx context.Context, s *awsapi.Sessions, g group, members []asked, k *keeper) []part {
	parts := make([]part, len(members))
	var all []awsapi.MetricRequest
	ids := map[string]string{}
	name(members)
	for i, m := range members {
		parts[i].place, parts[i].asked = g.place, m
		if m.err == nil {
			m.err = clash(ids, m)
		}
		if parts[i].err = m.err; m.err == nil {
			all = append(all, m.requests...)
		}
	}
	if len(all) == 0 {
		tell(parts, members, awsapi.Usage{})
		return parts
	}
	found, err := s.MetricData(ctx, g.place.Account, g.place.Region, all, g.from, g.to, g.opts)
	if again := k.kept(ctx, s); again != nil { // somebody has made the same of it
		parts = again
	} else {
		results := make(map[string]awsapi.MetricResult, len(found.Results))
		for _, r := range found.Results {
			results[r.ID] = r
		}
		at := g.place.Known("")
		if c, errClient := s.Client(ctx, g.place.Account, g.place.Region); errClient == nil {
			at = g.place.Known(c.Identity().AccountID)
		}
		for i := range parts {
			switch {
			case parts[i].err != nil:
			case err != nil:
				parts[i].err = err
			default:
				parts[i].collect(results, at)
			}
		}
		k.keep(ctx, s, parts, found.Standing)
	}
	tell(parts, members, found.Usage)
	return parts
}

// tell writes into the first part that has not failed what all took.
func tell(parts []part, members []asked, usage awsapi.Usage) {
	counted := ""
	for i := range parts {
		p := &parts[i]
		if p.err != nil {
			continue
		}
		if p.usage = (awsapi.Usage{}); counted == "" {
			counted, p.usage = p.asked.refID, usage
		} else {
			p.sharedWith = counted
		}
		p.usage.Add(members[i].planned)
	}
}

// name finds the expressions that may give several series, and asks for labels
// that tell those apart. What refers to a query that stands for no metric at
// present has no series either.
func name(members []asked) {
	byID := map[string]string{}
	void := map[string]bool{}
	for _, m := range members {
		for _, r := range m.requests {
			byID[r.ID] = r.Expression
		}
		if m.array() {
			byID[m.id()] = "[]"
			void[m.id()] = len(m.requests) == 0 && m.err == nil
		}
	}
	for i := range members {
		m := &members[i]
		m.plural = plural(m.q.Expression, byID)
		if reaches(m.q.Expression, byID, func(bare string) bool {
			return slices.ContainsFunc(words.FindAllString(bare, -1), func(id string) bool { return void[id] })
		}) {
			m.requests = nil
		}
		m.stranger = stranger(m.q.Expression, byID)
		for n := range m.requests {
			m.requests[n].Label = wireLabel(m.q.Label, m.plural)
		}
	}
}

// stranger is an id in an expression that no query has, as far as one can tell
// without knowing CloudWatch's language.
func stranger(expression string, byID map[string]string) string {
	for _, id := range awsapi.References(expression) {
		if _, known := byID[id]; !known {
			return id
		}
	}
	return ""
}

// clash finds two queries of the request that have the same id.
func clash(ids map[string]string, m asked) error {
	names := []string{m.id()}
	for _, r := range m.requests {
		names = append(names, r.ID)
	}
	for _, id := range names {
		if other, taken := ids[id]; taken && other != m.refID {
			return query.Wrong("id", "%q is the id of query %s already", id, other)
		}
		ids[id] = m.refID
	}
	return nil
}
