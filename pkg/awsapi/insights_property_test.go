package awsapi

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/andonhq/andon/pkg/internal/awsfake"
	"github.com/andonhq/andon/pkg/internal/bubble"
)

// queryDeeds is what AWS saw of each query of Logs Insights, by its id.
type queryDeeds struct {
	next http.RoundTripper

	mu                      sync.Mutex
	started, ended, stopped map[string]int
}

func (d *queryDeeds) RoundTrip(r *http.Request) (*http.Response, error) {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	var asked, answered struct{ QueryID, Status string }
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		_ = json.Unmarshal(body, &asked)
	}
	if operation == "StopQuery" { // which AWS refuses where the query has ended unseen
		d.mu.Lock()
		d.stopped[asked.QueryID]++
		d.mu.Unlock()
	}
	res, err := d.next.RoundTrip(r)
	if err != nil || res.StatusCode != http.StatusOK {
		return res, err
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	_ = json.Unmarshal(body, &answered)
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case operation == "StartQuery":
		d.started[answered.QueryID]++
	case operation == "GetQueryResults" && answered.Status == "Complete":
		d.ended[asked.QueryID]++
	}
	return res, nil
}

// visit is one caller: a panel, a follower, or a rule.
type visit struct {
	At               time.Duration
	Leaves, Deadline time.Duration // of each of his questions; 0: never
	Question         int
	Length           time.Duration
	Fixed            bool // the range stands still, as of a panel that shows "today"
	Follows, NoCache bool
	Rounds           int
}

func drawVisit(t *rapid.T) visit {
	ms := func(label string, least, most int) time.Duration {
		return time.Duration(rapid.IntRange(least, most).Draw(t, label)) * time.Millisecond
	}
	v := visit{
		At: ms("at", 0, 400_000), Question: rapid.IntRange(0, 1).Draw(t, "question"),
		Length: rapid.SampledFrom([]time.Duration{time.Hour, time.Hour - 2*time.Minute}).Draw(t, "length"),
		Fixed:  rapid.Bool().Draw(t, "fixed"), Follows: rapid.Bool().Draw(t, "follows"), NoCache: rapid.Bool().Draw(t, "noCache"),
		Rounds: rapid.IntRange(1, 6).Draw(t, "rounds"),
	}
	switch rapid.IntRange(0, 4).Draw(t, "ends") {
	case 0:
		v.Leaves = ms("leaves", 1, 30_000)
	case 1:
		v.Deadline = ms("deadline", 1_000, 30_000)
	}
	return v
}

func (v visit) query(f *awsfake.Fake, passed time.Duration) InsightsQuery {
	q := secureLog(f)
	q.Query += fmt.Sprint(" # ", v.Question)
	q.From = q.To.Add(-v.Length)
	if !v.Fixed {
		q = moved(q, passed)
	}
	q.NoCache, q.RunsOn = v.NoCache, 5*time.Minute
	if v.Follows {
		q.Budget, q.Follow = 3*time.Second, true
	}
	return q
}

// make asks as often as it takes, and says what was wrong.
func (v visit) make(ctx context.Context, f *awsfake.Fake, c *Client, told *Meter) error {
	q := v.query(f, v.At)
	for round := range v.Rounds {
		if !v.Follows { // a panel that is refreshed
			q = v.query(f, bubbleNow().Sub(f.Anchor()))
		}
		running, err := v.ask(ctx, c, q, told)
		if err != nil {
			return fmt.Errorf("round %d: %w", round, err)
		}
		if !v.Follows {
			<-time.After(10 * time.Second)
			continue
		}
		if !running {
			return nil
		}
		q.Again = true
		<-time.After(100 * time.Millisecond)
	}
	return nil
}

// ask asks once.
func (v visit) ask(ctx context.Context, c *Client, q InsightsQuery, told *Meter) (running bool, err error) {
	ctx, leave := context.WithCancel(ctx)
	defer leave()
	if v.Leaves > 0 {
		time.AfterFunc(v.Leaves, leave)
	}
	if v.Deadline > 0 {
		var end context.CancelFunc
		ctx, end = context.WithTimeout(ctx, v.Deadline)
		defer end()
	}
	began := time.Now()
	a, err := c.RunInsights(ctx, q)
	told.add(a.Usage)
	took, most := time.Since(began), cmp.Or(q.Budget, defaultBudget)
	switch {
	case took > most:
		return false, fmt.Errorf("waited %s of %s", took, most)
	case err != nil && ctx.Err() != nil && errors.Is(err, context.Cause(ctx)):
		return v.Follows, nil // who leaves by mistake asks again
	case err != nil:
		return false, err
	case a.Running && !a.Partial:
		return false, errors.New("it is whole and runs on")
	case a.To.Unix() > q.To.Unix(), a.From.Unix() != q.From.Unix() && (a.To.Sub(a.From)-v.Length).Abs() > rounding:
		// It may have moved as a whole, or only grown.
		return false, fmt.Errorf("rows of %s to %s for %s to %s", a.From, a.To, q.From, q.To)
	}
	return a.Running, nil
}

// TestInsightsQueriesEndOrAreStoppedWhoeverComesAndGoes: no query is left behind in
// AWS or stopped twice, nobody waits beyond his budget or is given rows of
// a range that is not his, no usage is told twice, nothing is remembered at the end.
func TestInsightsQueriesEndOrAreStoppedWhoeverComesAndGoes(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		takes := time.Duration(rapid.IntRange(0, 120_000).Draw(rt, "takes")) * time.Millisecond
		visits := rapid.SliceOfN(rapid.Custom(drawVisit), 1, 12).Draw(rt, "visits")
		var wrong error
		synctest.Test(t, func(t *testing.T) { wrong = makeVisits(t, takes, visits) })
		if wrong != nil {
			rt.Fatal(wrong)
		}
	})
	goleak.VerifyNone(t)
}

func makeVisits(t *testing.T, takes time.Duration, visits []visit) error {
	f := awsfake.New(awsfake.Options{Now: bubbleNow, QueryTakes: takes})
	deeds := &queryDeeds{next: f, started: map[string]int{}, ended: map[string]int{}, stopped: map[string]int{}}
	sh := NewShared(SharedOptions{Now: bubbleNow})
	s := open(t, deeds, keys(awsfake.AdminKey), sh)
	defer s.Close()
	c := client(t, s)
	var (
		wg    sync.WaitGroup
		told  Meter
		wrong = make([]error, len(visits))
	)
	for i, v := range visits {
		wg.Go(func() {
			<-time.After(v.At)
			if err := v.make(t.Context(), f, c, &told); err != nil {
				wrong[i] = fmt.Errorf("visit %d: %w", i, err)
			}
		})
	}
	wg.Wait()
	bubble.Pass(6 * time.Minute) // longer than any query runs on
	sh.Wait()
	err := errors.Join(wrong...)
	for id, n := range deeds.started {
		if n != 1 || deeds.stopped[id] > 1 || deeds.ended[id]+deeds.stopped[id] == 0 {
			err = errors.Join(err, fmt.Errorf("a query was started %d times, ended %d, stopped %d", n, deeds.ended[id], deeds.stopped[id]))
		}
	}
	if n := len(sh.insights.m); n != 0 {
		err = errors.Join(err, fmt.Errorf("%d questions are remembered", n))
	}
	n, sum := f.Counts(), told.Usage()
	if sum.Calls["logs:StartQuery"] > n.Of("StartQuery") || sum.Calls["logs:GetQueryResults"] > n.Of("GetQueryResults") || sum.BytesScanned > n.BytesScanned {
		err = errors.Join(err, fmt.Errorf("told of %+v, there were %+v", sum, n))
	}
	return err
}
