package metrics

import (
	"context"
	"sync"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource/query"
)

// Ahead asks what panels are about to ask, all of it together, so that their own
// questions find it under way or in the cache. Mistakes are left to be told when
// the panel itself asks. What it takes is told by the next answer.
func (h *handler) Ahead(ctx context.Context, s *awsapi.Sessions, panels [][]query.Query) {
	ctx, cancel := context.WithTimeout(ctx, query.AnswerWithin)
	defer cancel()
	query.Together(len(panels), func(i int) {
		var err error
		defer query.RecoverError(&err)
		answers, _ := gather(ctx, s, panels[i], true)
		for _, a := range answers {
			for _, p := range a.parts {
				h.owed.add(p.usage)
			}
		}
	})
}

// owed is what was asked ahead took and no answer has told yet.
type owed struct {
	mu    sync.Mutex
	usage awsapi.Usage
}

func (o *owed) add(u awsapi.Usage) {
	o.mu.Lock()
	defer o.mu.Unlock()
	// What an answer took from the cache is told by those who are answered.
	o.usage.Add(awsapi.Usage{Calls: u.Calls, Throttled: u.Throttled, PointsFetched: u.PointsFetched, MetricsBilled: u.MetricsBilled, CostUSD: u.CostUSD})
}

func (o *owed) take() awsapi.Usage {
	o.mu.Lock()
	defer o.mu.Unlock()
	u := o.usage
	o.usage = awsapi.Usage{}
	return u
}
