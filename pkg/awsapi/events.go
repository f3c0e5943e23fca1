package awsapi

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	cttypes "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
)

// EventQuery asks CloudTrail's event history for from ≤ time < to.
type EventQuery struct {
	From, To  time.Time
	Attribute string        // one of EventAttributes, or empty for all events
	Value     string        // of the attribute
	Limit     int           // events at most, newest first; 0: 1,000, up to 4,000
	Budget    time.Duration // 0: 25 s
	NoCache   bool
}

// Event is one event of the history.
type Event struct {
	ID          string
	Time        time.Time
	Name        string // RunInstances
	Source      string // ec2.amazonaws.com
	Username    string
	AccessKeyID string
	ReadOnly    bool
	Resources   []EventResource
	Record      string // the whole record, as JSON
}

// EventResource is what an event was about.
type EventResource struct{ Type, Name string }

// EventAnswer is the events found, newest first.
type EventAnswer struct {
	Events     []Event
	Incomplete bool      // the budget ended; the next call continues
	Limited    bool      // there are more than Limit
	Until      time.Time // everything from here to the end of the range is in Events
	Usage      Usage
}

// EventAttributes are those LookupEvents can select by.
func EventAttributes() []string {
	var out []string
	for _, k := range cttypes.LookupAttributeKey("").Values() {
		out = append(out, string(k))
	}
	return out
}

const (
	eventLimit     = 1000
	maxEventLimit  = 4000
	eventsPerPage  = 50
	EventRetention = 90 * 24 * time.Hour
)

// eventTrail: CloudTrail lists an event up to 15 minutes after it happened.
var eventTrail = &trailKind[Event]{
	id:   func(e Event) string { return e.ID },
	at:   func(e Event) time.Time { return e.Time },
	size: func(e Event) int64 { return int64(len(e.Record)) + 500 },
	late: 15 * 60,
	tick: 60,
}

// LookupEvents answers from what was fetched before and asks for the rest, newest
// first, until its budget ends: CloudTrail takes 2 calls a second of 50 events.
// What it has by then it returns as incomplete; the next call for the same
// attribute continues there. Its error is Throttled where AWS refused all calls
// and nothing was known.
func (c *Client) LookupEvents(ctx context.Context, q EventQuery) (EventAnswer, error) {
	if err := q.check(); err != nil {
		return EventAnswer{}, err
	}
	found, took, err := c.recallEvents(ctx, q)
	first := c.shared.now().Add(-EventRetention)
	if err != nil && errorCode(err) == "InvalidTimeRangeException" && q.From.Before(first) && first.Before(q.To) {
		// How far back it goes is AWS's to say; what it keeps can be had.
		q.From = first
		var again Usage
		found, again, err = c.recallEvents(ctx, q)
		took.Add(again)
	}
	if found.until.Before(first) {
		found.until = first // of what was before nobody knows any more
	}
	return EventAnswer{Events: found.items, Incomplete: found.incomplete, Limited: found.limited, Until: found.until, Usage: took}, err
}

func (c *Client) recallEvents(ctx context.Context, q EventQuery) (trailAnswer[Event], Usage, error) {
	return metered(ctx, c, lookup[Event]{
		action: "cloudtrail:LookupEvents",
		trail:  trailOf(c, eventTrail, digest(c.scope, "events", q.Attribute, q.Value)),
		from:   q.From, to: q.To, limit: q.Limit, budget: q.Budget, noCache: q.NoCache,
		counts: func(Event) bool { return true },
		page: func(ctx context.Context, s span, token *string) ([]Event, *string, error) {
			return c.eventPage(ctx, q, s, token)
		},
	})
}

func (c *Client) eventPage(ctx context.Context, q EventQuery, s span, token *string) ([]Event, *string, error) {
	in := &cloudtrail.LookupEventsInput{
		StartTime:  aws.Time(time.Unix(s.from, 0).UTC()),
		EndTime:    aws.Time(time.Unix(s.to, 0).UTC()),
		MaxResults: aws.Int32(eventsPerPage),
		NextToken:  token,
	}
	if q.Attribute != "" {
		in.LookupAttributes = []cttypes.LookupAttribute{{
			AttributeKey: cttypes.LookupAttributeKey(q.Attribute), AttributeValue: aws.String(q.Value),
		}}
	}
	page, err := c.cloudtrail.LookupEvents(ctx, in)
	if err != nil {
		return nil, nil, err
	}
	out := make([]Event, 0, len(page.Events))
	for _, e := range page.Events {
		out = append(out, eventOf(e))
	}
	return out, page.NextToken, nil
}

func (q *EventQuery) check() error {
	if !q.From.Before(q.To) {
		return &BadRequest{Message: "the time range is empty: it ends before it begins"}
	}
	if q.Attribute != "" && !slices.Contains(EventAttributes(), q.Attribute) {
		return &BadRequest{Message: fmt.Sprintf("CloudTrail cannot select by %q, only by one of %s", q.Attribute, strings.Join(EventAttributes(), ", "))}
	}
	if q.Attribute != "" && q.Value == "" {
		return &BadRequest{Message: fmt.Sprintf("the value of %s is empty", q.Attribute)}
	}
	if q.Limit <= 0 {
		q.Limit = eventLimit
	}
	q.Limit = min(q.Limit, maxEventLimit)
	if q.Budget <= 0 {
		q.Budget = defaultBudget
	}
	return nil
}

func eventOf(e cttypes.Event) Event {
	out := Event{
		ID: aws.ToString(e.EventId), Time: aws.ToTime(e.EventTime).UTC(), Name: aws.ToString(e.EventName),
		Source: aws.ToString(e.EventSource), Username: aws.ToString(e.Username), AccessKeyID: aws.ToString(e.AccessKeyId),
		ReadOnly: aws.ToString(e.ReadOnly) == "true", Record: aws.ToString(e.CloudTrailEvent),
	}
	for _, r := range e.Resources {
		out.Resources = append(out.Resources, EventResource{Type: aws.ToString(r.ResourceType), Name: aws.ToString(r.ResourceName)})
	}
	return out
}
