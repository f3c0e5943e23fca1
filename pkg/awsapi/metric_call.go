package awsapi

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// metricCall is the parts that are asked together.
type metricCall struct {
	merger *merger
	now    time.Time
	ctx    context.Context
	cancel context.CancelFunc
	client *Client // of the first who waits; all of a scope are alike
	meter  Meter   // what it takes besides the parts; one of those who wait is told
	active int     // parts somebody waits for; guarded by the merger's mu

	parts    []*part
	span     span
	step     int64 // common multiple of the periods
	sql      bool
	queries  int
	searches int
}

// run asks and makes every part's answer known, whatever happens.
func (c *metricCall) run() {
	left := map[*part]bool{}
	for _, w := range c.parts {
		left[w] = true
	}
	finish := func(parts []*part) {
		c.merger.mu.Lock()
		defer c.merger.mu.Unlock()
		c.merger.epoch++
		for _, w := range parts {
			if left[w] {
				delete(left, w)
				w.epoch = c.merger.epoch
				if len(w.meters) > 0 {
					w.meters[0].add(c.meter.take())
				}
				c.merger.finish(w)
			}
		}
	}
	defer func() {
		p := recover()
		for w := range left {
			w.err = fmt.Errorf("internal error: %v", p)
			finish([]*part{w})
		}
	}()
	c.ask(c.parts, finish)
}

// ask answers parts by one call. Where AWS calls a query of it wrong, that one
// is found and asked alone, so that it fails by itself: by its id in the message,
// or else by halving.
func (c *metricCall) ask(parts []*part, finish func([]*part)) {
	results, notes, err := c.fetch(parts)
	var bad *BadRequest
	if errors.As(err, &bad) && len(parts) > 1 {
		guilty, rest := c.blame(parts, bad.Message)
		if len(guilty) == 0 {
			half := len(parts) / 2
			guilty, rest = parts[:half], parts[half:]
		}
		if len(rest) > 0 {
			c.ask(rest, finish)
		}
		if len(guilty) == len(parts) { // blamed all: alone each has its own message
			for _, w := range guilty {
				c.ask([]*part{w}, finish)
			}
			return
		}
		c.ask(guilty, finish)
		return
	}
	for i, w := range parts {
		if err != nil {
			w.err = explain(err, w)
		} else {
			c.settleAlone(w, results[wireID(i)], notes)
		}
	}
	finish(parts)
}

// settleAlone settles a part whose mistakes in the plugin are its own.
func (c *metricCall) settleAlone(w *part, f *fetched, notes []string) {
	defer func() {
		if p := recover(); p != nil {
			w.err = fmt.Errorf("internal error: %v", p)
		}
	}()
	c.settle(w, f, notes)
}

func wireID(i int) string { return "q" + strconv.Itoa(i) }

var wireIDs = regexp.MustCompile(`\bq(\d+)(r\d+)?\b`)

// blame finds the parts that an error message names.
func (c *metricCall) blame(parts []*part, message string) (guilty, rest []*part) {
	named := map[int]bool{}
	for _, m := range wireIDs.FindAllStringSubmatch(message, -1) {
		if i, err := strconv.Atoi(m[1]); err == nil && i < len(parts) {
			named[i] = true
		}
	}
	for i, w := range parts {
		if named[i] {
			guilty = append(guilty, w)
		} else {
			rest = append(rest, w)
		}
	}
	return guilty, rest
}

// explain gives the ids in a message back their names.
func explain(err error, w *part) error {
	var bad *BadRequest
	if !errors.As(err, &bad) {
		return err
	}
	message := wireIDs.ReplaceAllStringFunc(bad.Message, func(id string) string {
		m := wireIDs.FindStringSubmatch(id)
		if m[1] != "0" {
			return id
		}
		if m[2] == "" {
			return w.plan.req.ID
		}
		if i, err := strconv.Atoi(m[2][1:]); err == nil && i < len(w.plan.refs) {
			return w.plan.refs[i].ID
		}
		return id
	})
	return &BadRequest{Message: message, Err: bad.Err}
}

// fetched is all pages of one query.
type fetched struct {
	results []cwtypes.MetricDataResult // one for each series
	byLabel map[string]int
	failed  cwtypes.StatusCode
	partial bool
	notes   []string
}

// fetch makes the call and follows its pages.
func (c *metricCall) fetch(parts []*part) (map[string]*fetched, []string, error) {
	in := &cloudwatch.GetMetricDataInput{
		StartTime: aws.Time(time.Unix(c.span.from, 0).UTC()),
		EndTime:   aws.Time(time.Unix(c.span.to, 0).UTC()),
		ScanBy:    cwtypes.ScanByTimestampAscending,
	}
	out := map[string]*fetched{}
	for i, w := range parts {
		in.MetricDataQueries = append(in.MetricDataQueries, w.plan.queries(wireID(i))...)
		out[wireID(i)] = &fetched{byLabel: map[string]int{}}
	}
	ctx := context.WithValue(c.ctx, meterKey{}, &c.meter)
	if c.sql {
		ctx = withBucket(ctx, bucketSQL)
	}
	if err := c.takePoints(ctx, parts); err != nil {
		return nil, nil, err
	}
	var notes []string
	for {
		page, err := c.client.cloudwatch.GetMetricData(ctx, in)
		if err != nil {
			return nil, nil, err
		}
		for _, m := range page.Messages {
			notes = append(notes, note(m))
		}
		for _, r := range page.MetricDataResults {
			if f := out[aws.ToString(r.Id)]; f != nil {
				f.add(r)
			}
		}
		if aws.ToString(page.NextToken) == "" {
			return out, notes, nil
		}
		in.NextToken = page.NextToken
	}
}

// takePoints waits until the account's quota of data points has room for those
// of the call.
func (c *metricCall) takePoints(ctx context.Context, parts []*part) error {
	key := limitKey{account: c.client.account, region: c.client.region, action: bucketPoints}
	if c.span.from < c.merger.now().Unix()-pointsOld {
		key.action = bucketOldPoints
	}
	n := 0
	for _, w := range parts {
		n += w.points(c.span)
	}
	return c.client.shared.limits.take(ctx, key, n)
}

// add takes a result of a page: the continuation of a series that an earlier page
// began, or a new one. Two series of one label on one page are two.
func (f *fetched) add(r cwtypes.MetricDataResult) {
	for _, m := range r.Messages {
		f.notes = append(f.notes, note(m))
	}
	// A page that ends in the middle of a series says partial; the next page tells
	// how it ends.
	f.partial = r.StatusCode == cwtypes.StatusCodePartialData
	if r.StatusCode == cwtypes.StatusCodeForbidden || r.StatusCode == cwtypes.StatusCodeInternalError {
		f.failed = r.StatusCode
		return
	}
	label := aws.ToString(r.Label)
	if i, ok := f.byLabel[label]; ok && continues(f.results[i], r) {
		f.results[i].Timestamps = append(f.results[i].Timestamps, r.Timestamps...)
		f.results[i].Values = append(f.results[i].Values, r.Values...)
		return
	}
	f.byLabel[label] = len(f.results)
	f.results = append(f.results, r)
}

func continues(a, b cwtypes.MetricDataResult) bool {
	return len(a.Timestamps) == 0 || len(b.Timestamps) == 0 || b.Timestamps[0].After(a.Timestamps[len(a.Timestamps)-1])
}

func note(m cwtypes.MessageData) string {
	return strings.TrimPrefix(aws.ToString(m.Code)+": "+aws.ToString(m.Value), ": ")
}
