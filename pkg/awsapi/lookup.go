package awsapi

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/andonhq/andon/pkg/text"
)

// lookup is one question to a history of AWS that is slow to read: it is
// answered from a trail, and what the trail lacks is fetched, newest first, until
// a budget ends. The next lookup continues there.
type lookup[T any] struct {
	action   string // IAM's name of the call
	trail    *trail[T]
	from, to time.Time
	want     span // of from and to in whole minutes, so that viewers of one dashboard share a flight
	limit    int
	budget   time.Duration
	noCache  bool
	counts   func(T) bool // whether an item is wanted
	variant  string       // tells questions apart that share a trail and want other items of it

	// oldestFirst is for pages that begin at the older end: then only all of them
	// together show what is newest.
	oldestFirst bool

	// tokens is for how many seconds a page's token leads on. Where it is 0 nothing
	// is lost: each page has covered something.
	tokens int64

	// page fetches a page of a span: its first where token is nil.
	page func(ctx context.Context, s span, token *string) (items []T, next *string, err error)
}

// errBudget ends a lookup that has something to show.
var errBudget = errors.New("time budget spent")

// metered is recall with what it took, which counts for the caller too.
func metered[T any](ctx context.Context, c *Client, l lookup[T]) (trailAnswer[T], Usage, error) {
	outer := usageFrom(ctx)
	ctx, meter := WithUsage(ctx)
	found, err := recall(ctx, c, l)
	took := meter.Usage()
	outer.add(took)
	return found, took, err
}

// recall answers a lookup. Its error comes with what is known all the same; the
// end of the budget is none.
func recall[T any](ctx context.Context, c *Client, l lookup[T]) (trailAnswer[T], error) {
	l.want = span{floorTo(l.from.Unix(), 60), ceilTo(unixUp(l.to), 60)}
	// The flight does not know its callers' deadlines.
	l.budget = beforeDeadline(ctx, l.budget)
	key := strings.Join([]string{"lookup", l.trail.key, l.variant, fmt.Sprint(l.want, l.limit, l.noCache)}, "\x00")
	v, joined, err := c.shared.flights.do(ctx, key, func(ctx context.Context) (any, error) {
		began := c.shared.now().Unix()
		limited, cancel := context.WithTimeout(ctx, l.budget)
		defer cancel()
		return began, l.allRefused(limited, l.follow(limited, c, began))
	})
	if joined {
		usageFrom(ctx).add(Usage{Joined: 1})
	}
	began, ok := v.(int64)
	if !ok {
		began = c.shared.now().Unix() // the caller did not wait for the end
	}
	answer := l.answer(began)
	var slow *Throttled
	if errors.Is(err, errBudget) || errors.As(err, &slow) && len(answer.items) > 0 {
		err = nil // there is something to show
	}
	return answer, err
}

var errAllRefused = text.Fail("fault.all_refused")

// allRefused tells a budget that AWS's throttling used up from one that ended in
// the middle of the work.
func (l *lookup[T]) allRefused(ctx context.Context, err error) error {
	u := usageFrom(ctx).Usage()
	if errors.Is(err, errBudget) && u.Throttled > 0 && u.Throttled == u.Calls[l.action] {
		return &Throttled{Action: l.action, Err: errAllRefused}
	}
	return err
}

// beforeDeadline is a budget that ends a little before the caller's deadline, so
// that what is there by then still reaches him.
func beforeDeadline(ctx context.Context, budget time.Duration) time.Duration {
	if deadline, ok := ctx.Deadline(); ok {
		return min(budget, max(time.Until(deadline)-500*time.Millisecond, 0))
	}
	return budget
}

// follow fetches what is missing, newest first.
func (l *lookup[T]) follow(ctx context.Context, c *Client, began int64) error {
	missing := l.trail.missing(l.want, began, l.noCache)
	slices.Reverse(missing)
	if len(missing) == 0 {
		usageFrom(ctx).add(Usage{CacheHits: 1})
	}
	for _, s := range missing {
		if l.enough(span{s.to, l.want.to}) {
			return nil
		}
		if err := l.followSpan(ctx, c, s); err != nil {
			return err
		}
	}
	return nil
}

// enough tells whether the newest part of the range has all that may be answered.
func (l *lookup[T]) enough(newest span) bool {
	// The range may end within the span.
	newest.to = min(newest.to, l.to.Unix())
	return l.trail.count(newest, l.counts) >= l.limit
}

func (l *lookup[T]) followSpan(ctx context.Context, c *Client, s span) error {
	var token *string
	of := s // what the pages are of: a resumed lookup began at a newer end
	if l.tokens > 0 && !l.noCache {
		of, token = l.trail.resume(s, c.shared.now().Unix())
	}
	resumed := token != nil
	room := c.shared.events.max / largestPart
	edge := s.to // what is newer has been asked for
	for {
		asked := c.shared.now().Unix()
		items, next, err := l.page(ctx, of, token)
		var slow *Throttled
		switch {
		case err == nil:
		case errors.As(err, &slow) && refusedHere(err), errors.Is(ctx.Err(), context.DeadlineExceeded):
			// Its end has come, or comes before our turn.
			if l.tokens > 0 && token != nil {
				l.trail.pause(pause{of: of, edge: edge, token: token, until: asked + l.tokens})
			}
			return errBudget
		case slow != nil && ctx.Err() == nil:
			continue // others use up the account's quota; ours comes
		case resumed && ctx.Err() == nil:
			of, token, resumed = s, nil, false // the token does not lead on any more
			continue
		default:
			return err
		}
		resumed = false
		last := aws.ToString(next) == ""
		size := l.trail.add(items, span{of.from, s.to}, asked, l.oldestFirst, last, room)
		c.shared.events.put(l.trail.key, l.trail, size)
		for _, item := range items {
			edge = min(edge, l.trail.kind.at(item).Unix()+1)
		}
		if last || !l.oldestFirst && l.enough(span{edge, l.want.to}) {
			return nil
		}
		token = next
	}
}
