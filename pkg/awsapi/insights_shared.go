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
	// insightsLimit is how long a query may run, where no setting tells: as long as
	// in Grafana's own data source.
	insightsLimit = 30 * time.Minute

	// followedFor is how long a query runs on, or its rows lie ready, between two
	// questions of a follower, and brokenFor where he breaks one off: a dashboard
	// does that when it refreshes itself, and asks again at once.
	followedFor = 15 * time.Second
	brokenFor   = 3 * time.Second

	// maxUnwanted is how many queries may run on, or their rows lie ready, with
	// nobody waiting or following, and maxReady how many bytes all rows may have that
	// lie ready. Beyond them the one whose time is over first is given up.
	maxUnwanted = 16
	maxReady    = 32 << 20

	// rounding is how much more than time has passed a range may have moved on: it
	// is asked for to the second.
	rounding = 2 * time.Second
)

// insightsRuns are the queries of Logs Insights under way, and those that have
// ended whose rows somebody comes back for. One goroutine each watches over them;
// callers come and go.
type insightsRuns struct {
	mu sync.Mutex
	m  map[string][]*insightsRun // by question, oldest first
}

// insightsRun is one query of AWS's.
type insightsRun struct {
	question string
	query    InsightsQuery // as its first caller asked
	asked    time.Time     // when: its range may have ended then
	began    time.Time
	meter    *Meter // what it took, and nobody has been told yet
	cancel   context.CancelFunc
	done     chan struct{} // closed at its end
	wake     chan struct{} // somebody waits again

	// The rest is held by insightsRuns.mu.
	waiters  int
	left     bool // by a caller who did not see its end: who asks again takes it up
	followed bool // by some caller
	taken    bool // somebody has had its rows
	until    time.Time
	unasked  *time.Timer // runs until then, where nobody waits
	phase    insightsPhase
	refused  *Throttled // AWS's last word, if that was its rate
	scanned  float64
	answer   InsightsAnswer
	err      error
	ended    bool
}

type insightsPhase int

const (
	starting insightsPhase = iota // AWS is asked to begin
	queued                        // for its turn among the region's queries
	running
)

func newInsightsRuns() *insightsRuns { return &insightsRuns{m: map[string][]*insightsRun{}} }

// join finds the run of a query, or begins one. Who joins has to wait.
func (s *insightsRuns) join(ctx context.Context, c *Client, q InsightsQuery) (*insightsRun, Usage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var usage Usage
	r := s.find(c, q)
	if r == nil {
		r = s.begin(ctx, c, q, c.shared.now())
	} else if usage.Joined = 1; r.waiters == 0 {
		select {
		case r.wake <- struct{}{}:
		default:
		}
	}
	r.waiters++
	r.followed = r.followed || q.Follow
	if r.unasked != nil {
		r.unasked.Stop()
	}
	return r, usage
}

// begin begins a run of what was asked for at a time. It outlives its caller, whose
// context's values it keeps.
func (s *insightsRuns) begin(ctx context.Context, c *Client, q InsightsQuery, asked time.Time) *insightsRun {
	call, meter := WithUsage(context.WithoutCancel(ctx))
	call, cancel := context.WithTimeout(call, c.longest)
	r := &insightsRun{
		question: q.question(c.scope), query: q, asked: asked, began: c.shared.now(), meter: meter, cancel: cancel,
		done: make(chan struct{}), wake: make(chan struct{}, 1),
	}
	r.answer.From, r.answer.To = q.From, q.To
	s.m[r.question] = append(s.m[r.question], r)
	c.shared.flights.running.spawn(func() {
		defer cancel()
		answer, err := guarded(call, func(ctx context.Context) (any, error) { return s.run(ctx, c, r) })
		s.end(c, r, answer, err)
	})
	return r
}

// find is the newest run that answers a query: of its very range, or of one from
// which it has moved on with the clock, if somebody has left that before its end.
func (s *insightsRuns) find(c *Client, q InsightsQuery) *insightsRun {
	var found *insightsRun
	for _, r := range s.m[q.question(c.scope)] {
		exact, moved := r.compare(q, c.shared.now())
		switch {
		case q.NoCache && !r.query.NoCache:
		case r.ended && r.taken && !(q.Again && exact): // he wants to know how things are now
		case r.ended && moved && r.answer.Took < q.Budget: // so does he, and has the time
		case exact, moved && r.left:
			found = r
		}
	}
	return found
}

// compare tells whether a query's range is the run's, and whether it has moved on
// from that with the clock, as a whole or with its end alone.
func (r *insightsRun) compare(q InsightsQuery, now time.Time) (exact, moved bool) {
	from, end := q.From.Unix()-r.query.From.Unix(), q.end()-r.query.end()
	if from == 0 && end == 0 {
		return true, false
	}
	passed := int64((now.Sub(r.asked) + rounding) / time.Second)
	whole := from-end >= -1 && from-end <= 1
	return false, from >= 0 && end >= 0 && end <= passed && (whole || from == 0)
}

// wait is the answer at the query's end, or as it stands when the caller's budget
// ends.
func (s *insightsRuns) wait(ctx context.Context, c *Client, r *insightsRun, q InsightsQuery) (InsightsAnswer, error) {
	asked := c.shared.now()
	budget := time.NewTimer(q.Budget)
	defer budget.Stop()
	select {
	case <-r.done:
	case <-ctx.Done():
		s.mu.Lock()
		defer s.mu.Unlock()
		on := time.Duration(0)
		if q.Follow {
			on = brokenFor
		}
		s.leave(r, on)
		return r.answer, context.Cause(ctx)
	case <-budget.C:
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !r.ended {
		return s.standing(r, q, c.shared.now())
	}
	r.taken = true
	on := time.Duration(0)
	if r.followed {
		on = followedFor // its rows are those of one region of several, perhaps
	}
	s.leave(r, on)
	if exact, _ := r.compare(q, c.shared.now()); !exact && r.err == nil && !r.answer.Partial && !q.Follow && q.RunsOn > 0 {
		// The rows come late each time. The next ones are begun now, or else every
		// second refresh had none.
		next := s.begin(ctx, c, q, asked)
		next.waiters++
		s.leave(next, q.RunsOn)
	}
	return r.answer, r.err
}

// standing is the answer to a caller whose budget has ended.
func (s *insightsRuns) standing(r *insightsRun, q InsightsQuery, now time.Time) (InsightsAnswer, error) {
	on := q.RunsOn
	switch {
	case q.Follow && (r.phase == running || now.Sub(r.began) < defaultBudget):
		on = followedFor
	case r.phase != running:
		on = 0
	}
	s.leave(r, on)
	switch {
	case r.phase == running && r.refused != nil && r.answer.Status == "":
		return r.answer, r.refused
	case r.phase == queued && on == 0:
		return InsightsAnswer{}, &Throttled{Action: "logs:StartQuery", Err: errQueriesFull}
	case r.phase == starting && r.refused != nil && on == 0:
		return InsightsAnswer{}, &Throttled{Action: "logs:StartQuery", Err: errAllRefused}
	}
	answer := r.answer
	answer.Partial, answer.Running, answer.Took = true, on > 0, now.Sub(r.began)
	if answer.Status == "" {
		answer.Status = cwltypes.QueryStatusScheduled
	}
	return answer, nil
}

// leave is what a caller does who waits no longer. The one who wants it longest
// decides how long the query runs on, or its rows lie ready.
func (s *insightsRuns) leave(r *insightsRun, on time.Duration) {
	r.waiters--
	r.left = true
	if until := time.Now().Add(on); on > 0 && until.After(r.until) {
		r.until = until
	}
	if r.waiters > 0 {
		return
	}
	rest := time.Until(r.until)
	if rest <= 0 || r.ended && !r.followed {
		s.giveUp(r)
		return
	}
	r.unasked = time.AfterFunc(rest, func() { s.expire(r) })
	s.bound()
}

// expire gives up a run that nobody has asked for in time.
func (s *insightsRuns) expire(r *insightsRun) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.waiters == 0 && !time.Now().Before(r.until) {
		s.giveUp(r)
	}
}

// bound keeps the runs without a caller few, and their rows small.
func (s *insightsRuns) bound() {
	var unwanted []*insightsRun
	for _, runs := range s.m {
		for _, r := range runs {
			if r.waiters == 0 {
				unwanted = append(unwanted, r)
			}
		}
	}
	slices.SortFunc(unwanted, func(a, b *insightsRun) int { return b.until.Compare(a.until) })
	n, bytes := 0, int64(0)
	for _, r := range unwanted {
		if r.ended {
			bytes += r.answer.cost()
		}
		if !r.followed {
			n++ // a follower is there, and has it begun anew
		}
		if bytes > maxReady && r.ended || n > maxUnwanted && !r.followed {
			s.giveUp(r)
		}
	}
}

// giveUp has the query stopped in AWS, if it has not ended, and forgets it.
func (s *insightsRuns) giveUp(r *insightsRun) {
	if r.unasked != nil {
		r.unasked.Stop()
	}
	r.cancel()
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
	if kept, ok := answer.(InsightsAnswer); ok && err == nil && !kept.Partial && r.query.To.Before(c.shared.now().Add(-insightsSettles)) {
		c.shared.cache.put(r.query.key(c.scope), timed{val: kept, expires: c.shared.now().Add(insightsFor)}, kept.cost())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if a, ok := answer.(InsightsAnswer); ok {
		r.answer = a
	}
	r.err, r.ended = err, true
	switch {
	case err != nil:
		s.giveUp(r)
	case r.waiters == 0:
		s.bound()
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
