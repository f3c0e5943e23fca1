package configservice

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/configservice"
	cfgtypes "github.com/aws/aws-sdk-go-v2/service/configservice/types"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/text"
)

// entry is an item of a resource's history with what was different before.
type entry struct {
	item    cfgtypes.ConfigurationItem
	first   bool // nothing is recorded before it
	unknown bool // what was before it was not read
	changes []Change
}

func history(ctx context.Context, a question) (data.Frames, error) {
	rows, err := everywhere(ctx, a, func(ctx context.Context, s source) (found[entry], error) {
		f, err := entries(ctx, s, a)
		var unknown *cfgtypes.ResourceNotDiscoveredException
		if errors.As(err, &unknown) && a.Several() {
			return found[entry]{}, nil // it is in another place
		}
		return f, err
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(rows, func(x, y row[entry]) int {
		return captured(y.x.item).Compare(captured(x.x.item))
	})
	if len(rows) == 0 {
		a.Note(data.NoticeSeverityInfo, "notice.none_recorded")
	}
	if a.Q.Kind == Annotations {
		return annotationsFrame(rows), nil
	}
	return historyFrame(rows), nil
}

const (
	// rounding is what the end of a range is rounded up to, so that the refreshes
	// of half a minute share their answers.
	rounding = 30 * time.Second
	// window is what one page of a history covers at most.
	window = 7 * 24 * time.Hour
	// settled is how long before now nothing is added to a history any more.
	settled = 24 * time.Hour
	// retention is how long Config keeps a history at most.
	retention = 2557 * 24 * time.Hour
)

func entries(ctx context.Context, s source, a question) (found[entry], error) {
	var out found[entry]
	id, named, err := theID(ctx, s, a.Q)
	if err != nil || id == "" {
		return out, err
	}
	if named > 1 {
		out.remarks = append(out.remarks, text.Of("notice.namesakes", named, a.Q.ResourceName, id))
	}
	in := configservice.GetResourceConfigHistoryInput{ResourceType: cfgtypes.ResourceType(a.Q.ResourceTypes[0]), ResourceId: &id}
	l, start, err := recorded(ctx, s, in, a)
	if err != nil {
		return out, err
	}
	out.limited, out.late = l.limited, l.late
	n := slices.IndexFunc(l.items, func(i cfgtypes.ConfigurationItem) bool { return captured(i).Before(a.From) })
	if n < 0 {
		n = len(l.items)
	}
	if n > a.Q.Limit {
		n, out.limited = a.Q.Limit, true
	}
	if n == 0 {
		return out, nil
	}
	var (
		older *cfgtypes.ConfigurationItem
		end   bool
	)
	switch {
	case n < len(l.items):
		older = &l.items[n]
	case l.late == nil && !l.limited:
		if older, end, err = neighbour(ctx, s, in, start); err != nil {
			return out, err
		}
	}
	out.rows = compared(l.items[:n], older)
	if older == nil {
		last := &out.rows[n-1]
		last.first, last.unknown = end, !end
		if !end {
			out.remarks = append(out.remarks, text.Of("notice.before_unread"))
		}
	}
	return out, nil
}

// recorded reads the items of a range, newest first, in windows whose borders do
// not move with the range: what is settled stays in the cache from one refresh
// to the next. start is where the oldest window begins, before the range does.
func recorded(ctx context.Context, s source, in configservice.GetResourceConfigHistoryInput, a question) (out list[cfgtypes.ConfigurationItem], start time.Time, err error) {
	from, now := a.From.UTC(), a.Sessions.Now()
	if oldest := now.Add(-retention); from.Before(oldest) {
		from = oldest
	}
	later := a.To.UTC().Truncate(rounding).Add(rounding)
	for waves := 0; later.After(from); waves++ {
		var (
			spans []configservice.GetResourceConfigHistoryInput
			ttls  []time.Duration
		)
		for len(spans) < atOnce && later.After(from) {
			begin, end := later.Add(-1).Truncate(window), later
			span, ttl := in, listTTL
			span.EarlierTime, span.LaterTime, span.Limit = &begin, &end, pageSize
			if end.Before(now.Add(-settled)) {
				ttl = pastTTL
			}
			spans, ttls = append(spans, span), append(ttls, ttl)
			later = begin
		}
		lists := make([]list[cfgtypes.ConfigurationItem], len(spans))
		err := parallel(len(spans), func(i int) (err error) {
			lists[i], err = items(ctx, s, spans[i], ttls[i], a.Q.Limit+pageSize, nil)
			if _, outside := errors.AsType[*cfgtypes.InvalidTimeRangeException](err); outside {
				lists[i], err = list[cfgtypes.ConfigurationItem]{}, nil // before the resource was recorded
			}
			if late(err) && (i > 0 || waves > 0) {
				lists[i], err = list[cfgtypes.ConfigurationItem]{late: outOfTime(err)}, nil
			}
			return err
		})
		if err != nil {
			return out, later, err
		}
		for i, l := range lists {
			begin, end := *spans[i].EarlierTime, *spans[i].LaterTime
			for _, item := range l.items {
				if t := captured(item); !t.Before(begin) && t.Before(end) && !t.After(a.To) {
					out.items = append(out.items, item)
				}
			}
			out.limited = out.limited || l.limited
			if out.late = l.late; out.late != nil {
				break // what is older would be compared over a gap
			}
		}
		if out.late != nil || len(out.items) > a.Q.Limit {
			break
		}
	}
	slices.SortStableFunc(out.items, func(x, y cfgtypes.ConfigurationItem) int { return captured(y).Compare(captured(x)) })
	return out, later, nil
}

func captured(i cfgtypes.ConfigurationItem) time.Time { return deref(i.ConfigurationItemCaptureTime) }

// compared is each item with its difference to the next, older one; older is
// that of the last, nil where there is none.
func compared(all []cfgtypes.ConfigurationItem, older *cfgtypes.ConfigurationItem) []entry {
	out := make([]entry, len(all))
	var before map[string]any
	if older != nil {
		before = document(*older)
	}
	for i, item := range slices.Backward(all) {
		now := document(item)
		out[i] = entry{item: item}
		if before != nil {
			out[i].changes = diff(before, now)
		}
		before = now
	}
	return out
}

// neighbour is the newest item before a time. Its pages cover seven days each, so
// that it may take many; since it never changes, they are kept. complete: the
// history was read to its beginning.
func neighbour(ctx context.Context, s source, in configservice.GetResourceConfigHistoryInput, start time.Time) (before *cfgtypes.ConfigurationItem, complete bool, err error) {
	in.LaterTime, in.Limit = &start, 10
	pick := func(all []cfgtypes.ConfigurationItem) *cfgtypes.ConfigurationItem {
		for n := range all {
			if captured(all[n]).Before(start) {
				return &all[n]
			}
		}
		return nil
	}
	l, err := items(ctx, s, in, pastTTL, maxItems, func(all []cfgtypes.ConfigurationItem) bool { return pick(all) != nil })
	_, outside := errors.AsType[*cfgtypes.InvalidTimeRangeException](err)
	switch {
	case outside:
		return nil, true, nil
	case late(err):
		return nil, false, nil
	case err != nil:
		return nil, false, err
	}
	return pick(l.items), l.late == nil && !l.limited, nil
}

func items(ctx context.Context, s source, in configservice.GetResourceConfigHistoryInput, ttl time.Duration, limit int, stop func([]cfgtypes.ConfigurationItem) bool) (list[cfgtypes.ConfigurationItem], error) {
	return pages(ctx, limit, stop, func(ctx context.Context, token *string) ([]cfgtypes.ConfigurationItem, *string, error) {
		page := in
		page.NextToken = token
		out, err := call(ctx, s, ttl, &page, s.c.Config().GetResourceConfigHistory)
		if err != nil {
			return nil, nil, err
		}
		return out.ConfigurationItems, out.NextToken, nil
	})
}
