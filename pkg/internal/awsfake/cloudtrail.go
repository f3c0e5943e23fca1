package awsfake

import (
	"slices"
	"strings"
	"time"
)

var cloudtrailOperations = map[string]handler{"LookupEvents": on((*Fake).lookupEvents)}

type lookupAttribute struct{ AttributeKey, AttributeValue string }

type lookupEventsIn struct {
	EndTime, StartTime *stamp
	EventCategory      string
	LookupAttributes   []lookupAttribute
	MaxResults         *int32
	NextToken          *string
}

type trailResource struct{ ResourceName, ResourceType string }

type lookedUpEvent struct {
	AccessKeyID     string `json:"AccessKeyId,omitempty"`
	CloudTrailEvent string
	EventID         string `json:"EventId"`
	EventName       string
	EventSource     string
	EventTime       *stamp
	ReadOnly        string
	Resources       []trailResource
	Username        string
}

type lookupEventsOut struct {
	Events    []lookedUpEvent
	NextToken *string `json:"NextToken,omitempty"`
}

const (
	lookupPage = 50
	trailKept  = 90 * 24 * time.Hour
)

func (f *Fake) lookupEvents(c *call, in *lookupEventsIn) (*lookupEventsOut, error) {
	if len(in.LookupAttributes) > 1 {
		return nil, errf("InvalidLookupAttributesException", "You can specify at most one lookup attribute.")
	}
	if in.MaxResults != nil && (*in.MaxResults < 1 || *in.MaxResults > lookupPage) {
		return nil, errf("InvalidMaxResultsException", "MaxResults must be between 1 and %d.", lookupPage)
	}
	now := f.now().Add(-f.opts.TrailDelay)
	from, to := in.StartTime.or(now.Add(-trailKept)), in.EndTime.or(f.now())
	if to.Before(from) {
		return nil, errf("InvalidTimeRangeException", "The start time must be before the end time.")
	}
	if oldest := f.now().Add(-trailKept); from.Before(oldest) {
		from = oldest
	}
	if to.After(now) {
		to = now
	}
	keep := func(*trailEvent) bool { return true }
	if len(in.LookupAttributes) == 1 {
		var err error
		if keep, err = trailFilter(in.LookupAttributes[0]); err != nil {
			return nil, err
		}
	}
	// The range of a request without times moves with the clock; the token holds
	// for the request as it was written.
	of := request(c, in.StartTime.or(time.Time{}).Unix(), in.EndTime.or(time.Time{}).Unix(), in.LookupAttributes)
	skip, err := resume(CloudTrail, in.NextToken, of)
	if err != nil {
		return nil, err
	}
	size := int64(limit(in.MaxResults, lookupPage, lookupPage))
	out := &lookupEventsOut{Events: []lookedUpEvent{}}
	r := f.realm(c)
	for e := range r.events(from, to) {
		if !keep(&e) {
			continue
		}
		if skip > 0 {
			skip--
			continue
		}
		if int64(len(out.Events)) == size {
			done, _ := resume(CloudTrail, in.NextToken, of)
			out.NextToken = token(done+size, of)
			break
		}
		out.Events = append(out.Events, r.lookedUp(&e))
	}
	return out, nil
}

func trailFilter(a lookupAttribute) (func(*trailEvent) bool, error) {
	v := a.AttributeValue
	get := map[string]func(e *trailEvent) string{
		"EventName": func(e *trailEvent) string { return e.name }, "EventSource": func(e *trailEvent) string { return e.source },
		"Username": func(e *trailEvent) string { return e.user }, "ResourceName": func(e *trailEvent) string { return e.resource },
		"ResourceType": func(e *trailEvent) string { return e.kind }, "EventId": func(e *trailEvent) string { return e.id() },
		"AccessKeyId": func(e *trailEvent) string { return e.accessKey() }, "ReadOnly": func(e *trailEvent) string { return e.readOnly() },
	}[a.AttributeKey]
	if get == nil {
		return nil, errf("InvalidLookupAttributesException", "The lookup attribute %q is not valid.", a.AttributeKey)
	}
	if a.AttributeKey == "ReadOnly" {
		v = strings.ToLower(v)
	}
	return func(e *trailEvent) bool { return get(e) == v }, nil
}

func (r *realm) lookedUp(e *trailEvent) lookedUpEvent {
	x := lookedUpEvent{
		AccessKeyID: e.accessKey(), CloudTrailEvent: r.record(e), EventID: e.id(), EventName: e.name, EventSource: e.source,
		EventTime: at(e.at), ReadOnly: e.readOnly(), Resources: []trailResource{}, Username: e.user,
	}
	if e.resource != "" {
		x.Resources = append(x.Resources, trailResource{e.resource, e.kind})
	}
	return x
}

// events yields what is recorded in [from, to], newest first: the story and the
// daily routine.
func (r *realm) events(from, to time.Time) func(func(trailEvent) bool) {
	story := slices.Clone(r.story)
	slices.SortFunc(story, func(a, b trailEvent) int { return b.at.Compare(a.at) })
	return func(yield func(trailEvent) bool) {
		tell := func(until time.Time) bool {
			for len(story) > 0 && !story[0].at.Before(until) {
				e := story[0]
				story = story[1:]
				if !e.at.Before(from) && !e.at.After(to) && !yield(e) {
					return false
				}
			}
			return true
		}
		if r.routine {
			for slot := to.Unix() / routineEvery; (slot+1)*routineEvery > from.Unix(); slot-- {
				e := r.routineEvent(slot)
				if e.at.Before(from) || e.at.After(to) {
					continue
				}
				if !tell(e.at) || !yield(e) {
					return
				}
			}
		}
		tell(from)
	}
}
