package awsapi

import (
	"cmp"
	"context"
	"errors"
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
	eventBudget    = 25 * time.Second
	eventLimit     = 1000
	maxEventLimit  = 4000
	eventsPerPage  = 50
	eventRetention = 90 * 24 * time.Hour
)

// LookupEvents answers from what was fetched before and asks for the rest, newest
// first, until its budget ends: CloudTrail takes 2 calls a second of 50 events.
// What it has by then it returns as incomplete; the next call for the same
// attribute continues there.
func (c *Client) LookupEvents(ctx context.Context, q EventQuery) (EventAnswer, error) {
	now := c.shared.now()
	if err := q.check(now); err != nil {
		return EventAnswer{}, err
	}
	// The flight does not know its callers' deadlines.
	if deadline, ok := ctx.Deadline(); ok {
		q.Budget = min(q.Budget, max(time.Until(deadline)-500*time.Millisecond, 0))
	}
	// Viewers of one dashboard ask for ranges some seconds apart: aligned to the
	// minute they share a flight.
	want := span{floorTo(q.From.Unix(), 60), min(ceilTo(unixUp(q.To), 60), ceilTo(unixUp(now), 60))}
	if want.from >= want.to {
		return EventAnswer{Until: q.From}, nil
	}
	outer := usageFrom(ctx)
	ctx, meter := WithUsage(ctx)
	t := c.trail(q)
	key := strings.Join([]string{"events", t.key, fmt.Sprint(want, q.Limit, q.NoCache)}, "\x00")
	_, joined, err := c.shared.flights.do(ctx, key, func(ctx context.Context) (any, error) {
		limited, cancel := context.WithTimeout(ctx, q.Budget)
		defer cancel()
		return nil, c.follow(limited, t, want, q)
	})
	if joined {
		meter.add(Usage{Joined: 1})
	}
	answer := t.answer(q, want, now)
	answer.Usage = meter.Usage()
	outer.add(answer.Usage)
	if errors.Is(err, errBudget) {
		return answer, nil
	}
	return answer, err
}

func (q *EventQuery) check(now time.Time) error {
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
		q.Budget = eventBudget
	}
	if first := now.Add(-eventRetention); q.From.Before(first) {
		q.From = first
	}
	return nil
}

// errBudget ends a lookup that has something to show.
var errBudget = errors.New("time budget spent")

// follow fetches what is missing, newest first.
func (c *Client) follow(ctx context.Context, t *trail, want span, q EventQuery) error {
	missing := t.missing(want, c.shared.now().Unix(), q.NoCache)
	slices.Reverse(missing)
	for _, s := range missing {
		if t.count(span{s.to, want.to}) >= q.Limit {
			return nil
		}
		if err := c.followSpan(ctx, t, s, want, q); err != nil {
			return err
		}
	}
	return nil
}

func (c *Client) followSpan(ctx context.Context, t *trail, s, want span, q EventQuery) error {
	in := &cloudtrail.LookupEventsInput{
		StartTime:  aws.Time(time.Unix(s.from, 0).UTC()),
		EndTime:    aws.Time(time.Unix(s.to, 0).UTC()),
		MaxResults: aws.Int32(eventsPerPage),
	}
	if q.Attribute != "" {
		in.LookupAttributes = []cttypes.LookupAttribute{{
			AttributeKey: cttypes.LookupAttributeKey(q.Attribute), AttributeValue: aws.String(q.Value),
		}}
	}
	for {
		if ctx.Err() != nil {
			return budgetOr(ctx, context.Cause(ctx))
		}
		asked := c.shared.now().Unix()
		page, err := c.cloudtrail.LookupEvents(ctx, in)
		var slow *Throttled
		if errors.As(err, &slow) && ctx.Err() == nil {
			if !refusedHere(err) {
				continue // others use the account's two calls a second; ours come
			}
			return errBudget // our turn would come after the budget's end
		}
		if err != nil {
			return budgetOr(ctx, err)
		}
		last := aws.ToString(page.NextToken) == ""
		c.shared.events.put(t.key, t, t.add(page.Events, s, asked, last, c.shared.events.max/4))
		if last || t.count(span{s.from, want.to}) >= q.Limit {
			return nil
		}
		in.NextToken = page.NextToken
	}
}

// budgetOr tells the end of the budget from that of the callers.
func budgetOr(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return errBudget
	}
	return err
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

func newestFirst(a, b Event) int {
	if c := b.Time.Compare(a.Time); c != 0 {
		return c
	}
	return cmp.Compare(a.ID, b.ID)
}
