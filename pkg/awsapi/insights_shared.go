package awsapi

import (
	"context"
	"slices"
	"sync"
	"time"

	cwltypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/andonhq/andon/pkg/text"
)

const (
	// maxUnwanted is how many queries may run on, or their rows lie ready, with
	// nobody waiting. Beyond it the one whose time is over first is given up.
	maxUnwanted = 16
	// maxReady is how large rows may be that lie ready.
	maxReady = 2 << 20
	// insightsLimit is how long a query may run, where no setting tells: as long as
	// in Grafana's own data source.
	insightsLimit = 30 * time.Minute
	// rounding is how much more than time has passed a range may have moved on: it
	// is asked for to the second.
	rounding = 2 * time.Second
)

// insightsRuns are the queries of Logs Insights under way, and those that have
// ended while nobody waited. One goroutine each watches over them; callers come
// and go.
type insightsRuns struct {
	mu sync.Mutex
	m  map[string][]*insightsRun // by question
}

// insightsRun is one query of AWS's.
type insightsRun struct {
	question string
	query    InsightsQuery
	fresh    bool // began for a caller who would have nothing that was kept
	began    time.Time
	meter    *Meter // what it took, and nobody has been told yet
	cancel   context.CancelFunc
	done     chan struct{} // closed at its end
	wake     chan struct{} // somebody waits again

	// The rest is held by insightsRuns.mu.
	waiters int
	left    bool // by somebody before its end: who asks again takes it up
	until   time.Time
	unasked *time.Timer // runs until then, where nobody waits
	phase   insightsPhase
	refused *Throttled // AWS's last word, if that was its rate
	scanned float64
	answer  InsightsAnswer
	err     error
	ended   bool
}

type insightsPhase int

const (
	queued   insightsPhase = iota // for its turn among the region's queries
	starting                      // AWS is asked to begin
	running
)

func newInsightsRuns() *insightsRuns { return &insightsRuns{m: map[string][]*insightsRun{}} }

// join finds the run of a query, or begins one. Who joins has to wait.
func (s *insightsRuns) join(ctx context.Context, c *Client, q InsightsQuery) (*insightsRun, Usage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := c.shared.now()
	question := q.question(c.scope)
	if r := s.find(question, q, now); r != nil {
		r.waiters++
		if r.unasked != nil {
			r.unasked.Stop()
		}
		select {
		case r.wake <- struct{}{}:
		default:
		}
		if r.ended {
			s.forget(r) // whoever comes after this one wants to know how things are then
		}
		return r, Usage{Joined: 1}
	}
	// It outlives its caller, whose values it keeps.
	call, meter := WithUsage(context.WithoutCancel(ctx))
	call, cancel := context.WithTimeout(call, c.longest)
	r := &insightsRun{
		question: question, query: q, fresh: q.NoCache, began: now, meter: meter, cancel: cancel,
		done: make(chan struct{}), wake: make(chan struct{}, 1), waiters: 1,
	}
	r.answer.From, r.answer.To = q.From, q.To
	s.m[question] = append(s.m[question], r)
	c.shared.flights.running.spawn(func() {
		defer cancel()
		answer, err := guarded(call, func(ctx context.Context) (any, error) { return s.run(ctx, c, r) })
		s.end(c, r, answer, err)
	})
	return r, Usage{}
}

// find is the run that answers a query: of its very range, or of one from which it
// has moved on with the clock, if somebody has left that before its end.
func (s *insightsRuns) find(question string, q InsightsQuery, now time.Time) *insightsRun {
	var found *insightsRun
	for _, r := range s.m[question] {
		if q.NoCache && !r.fresh {
			continue
		}
		from, end := q.From.Unix()-r.query.From.Unix(), q.end()-r.query.end()
		if from == 0 && end == 0 {
			return r
		}
		passed := int64((now.Sub(r.began) + rounding) / time.Second)
		if r.left && from >= 0 && end >= 0 && from <= passed && end <= passed {
			found = r
		}
	}
	return found
}

// wait is the answer at the query's end, or as it stands when the caller's budget
// ends.
func (s *insightsRuns) wait(ctx context.Context, r *insightsRun, q InsightsQuery) (InsightsAnswer, error) {
	budget := time.NewTimer(q.Budget)
	defer budget.Stop()
	select {
	case <-r.done:
		s.mu.Lock()
		defer s.mu.Unlock()
		r.waiters--
		return r.answer, r.err
	case <-ctx.Done():
		s.mu.Lock()
		defer s.mu.Unlock()
		s.leave(r, q.AfterLeaving)
		return r.answer, context.Cause(ctx)
	case <-budget.C:
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.standing(r, q)
	}
}

// standing is the answer to a caller whose budget has ended.
func (s *insightsRuns) standing(r *insightsRun, q InsightsQuery) (InsightsAnswer, error) {
	s.leave(r, q.AfterBudget)
	switch {
	case r.ended:
		return r.answer, r.err
	case r.phase == queued:
		return InsightsAnswer{}, &Throttled{Action: "logs:StartQuery", Err: errQueriesFull}
	case r.phase == starting && r.refused != nil:
		return InsightsAnswer{}, &Throttled{Action: "logs:StartQuery", Err: errAllRefused}
	case r.phase == running && r.refused != nil && r.answer.Status == "":
		return r.answer, r.refused
	}
	answer := r.answer
	answer.Partial, answer.Running = true, r.phase == running && q.AfterBudget > 0
	if answer.Status == "" {
		answer.Status = cwltypes.QueryStatusScheduled
	}
	return answer, nil
}

// leave is what a caller does who does not see the end. The last one decides how
// long the query runs on.
func (s *insightsRuns) leave(r *insightsRun, on time.Duration) {
	r.waiters--
	r.left = true
	if r.ended {
		return
	}
	if until := time.Now().Add(on); on > 0 && until.After(r.until) {
		r.until = until
	}
	if r.waiters > 0 {
		return
	}
	if rest := time.Until(r.until); rest > 0 && r.phase == running {
		r.unasked = time.AfterFunc(rest, func() { s.expire(r) })
		s.bound()
		return
	}
	s.giveUp(r)
}

// expire gives up a run that nobody has asked for in time.
func (s *insightsRuns) expire(r *insightsRun) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.waiters == 0 && !time.Now().Before(r.until) {
		s.giveUp(r)
	}
}

// bound keeps the runs without a caller few.
func (s *insightsRuns) bound() {
	var unwanted []*insightsRun
	for _, runs := range s.m {
		for _, r := range runs {
			if r.waiters == 0 {
				unwanted = append(unwanted, r)
			}
		}
	}
	slices.SortFunc(unwanted, func(a, b *insightsRun) int { return a.until.Compare(b.until) })
	for len(unwanted) > maxUnwanted {
		s.giveUp(unwanted[0])
		unwanted = unwanted[1:]
	}
}

// giveUp has the query stopped in AWS, if it has not ended.
func (s *insightsRuns) giveUp(r *insightsRun) {
	s.forget(r)
	if r.unasked != nil {
		r.unasked.Stop()
	}
	r.cancel()
}

func (s *insightsRuns) forget(r *insightsRun) {
	rest := slices.DeleteFunc(s.m[r.question], func(o *insightsRun) bool { return o == r })
	if len(rest) == 0 {
		delete(s.m, r.question)
		return
	}
	s.m[r.question] = rest
}

// end tells those who wait. Where nobody does, the rows lie ready for as long as
// the query would have run on.
func (s *insightsRuns) end(c *Client, r *insightsRun, answer any, err error) {
	if err == nil && r.query.To.Before(c.shared.now().Add(-insightsSettles)) {
		kept := answer.(InsightsAnswer)
		c.shared.cache.put(r.query.key(c.scope), timed{val: kept, expires: c.shared.now().Add(insightsFor)}, kept.cost())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if a, ok := answer.(InsightsAnswer); ok {
		r.answer = a
	}
	r.err, r.ended = err, true
	if r.waiters > 0 || err != nil || r.answer.cost() > maxReady {
		s.forget(r)
	}
	close(r.done)
}

// enters notes how far a run has come.
func (s *insightsRuns) enters(r *insightsRun, p insightsPhase) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.phase, r.refused = p, nil
}

// stands notes what AWS said last: rows, or that it is asked too often.
func (s *insightsRuns) stands(r *insightsRun, now time.Time, answer InsightsAnswer, refused *Throttled) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.refused = refused; refused != nil {
		return
	}
	r.answer = answer
	r.answer.From, r.answer.To, r.answer.Took = r.query.From, r.query.To, now.Sub(r.began)
	r.meter.Scanned(int64(answer.Statistics.BytesScanned - r.scanned))
	r.scanned = answer.Statistics.BytesScanned
}

// wanted reports whether somebody waits.
func (s *insightsRuns) wanted(r *insightsRun) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return r.waiters > 0
}

var errQueriesFull = text.Fail("fault.queries_full")
