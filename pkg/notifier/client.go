package notifier

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/andonhq/andon/pkg/lamp"
	pb "github.com/andonhq/andon/pkg/notifier/proto"
)

// ApplyRequest asks for a state.
type ApplyRequest struct {
	Tower string
	// Generation grows with each new state of a tower; the same may be applied
	// again, an older one is refused.
	Generation uint64
	// NotAfter is when the right to write ends (the lease's end); zero: never.
	// Made from time.Now it holds against changes of the wall clock.
	NotAfter time.Time
	State    lamp.State
}

// Client speaks to one running notifier.
type Client struct {
	api pb.NotifierClient

	// The notifier's clock read clock at some time not later than clockAt.
	mu      sync.Mutex
	clock   time.Duration
	clockAt time.Time
}

func newClient(conn *grpc.ClientConn) *Client { return &Client{api: pb.NewNotifierClient(conn)} }

// Validate returns every mistake in a tower's settings. No tower is contacted.
func (c *Client) Validate(ctx context.Context, settings json.RawMessage) ([]Problem, error) {
	r, err := c.api.Validate(ctx, &pb.ValidateRequest{Settings: settings})
	if err != nil {
		return nil, fmt.Errorf("validate settings: %w", callFailed(ctx, err))
	}
	var problems []Problem
	for _, p := range r.GetProblems() {
		problems = append(problems, Problem{Path: p.GetPath(), What: p.GetWhat(), Allowed: p.GetAllowed()})
	}
	return problems, nil
}

// Describe tells what a tower with these settings can show. No tower is
// contacted.
func (c *Client) Describe(ctx context.Context, settings json.RawMessage) (lamp.Capabilities, error) {
	r, err := c.api.Describe(ctx, &pb.DescribeRequest{Settings: settings})
	if err != nil {
		return lamp.Capabilities{}, fmt.Errorf("describe tower: %w", callFailed(ctx, err))
	}
	out := lamp.Capabilities{Buzzers: int(r.GetBuzzers()), Restore: r.GetRestore(), ReadBack: r.GetReadBack()}
	for _, u := range r.GetUnits() {
		out.Units = append(out.Units, lamp.Unit(u))
	}
	for _, p := range r.GetPatterns() {
		out.Patterns = append(out.Patterns, lamp.Pattern(p))
	}
	return out, nil
}

// configure gives the notifier its towers and notes how its clock stands. The
// error joins one TowerError for each tower that could not be set up; done is
// true where the others were.
func (c *Client) configure(ctx context.Context, towers []Tower) (done bool, err error) {
	r := &pb.ConfigureRequest{}
	for _, t := range towers {
		r.Towers = append(r.Towers, towerToWire(t))
	}
	answer, err := c.api.Configure(ctx, r)
	if err != nil {
		return false, fmt.Errorf("configure notifier: %w", callFailed(ctx, err))
	}
	c.mu.Lock()
	c.clock, c.clockAt = answer.GetClock().AsDuration(), time.Now()
	c.mu.Unlock()
	var failed []error
	for _, f := range answer.GetFailures() {
		failed = append(failed, &TowerError{Tower: f.GetTower(), Op: "open", Reason: f.GetReason()})
	}
	return true, errors.Join(failed...)
}

// onItsClock turns a time into a point on the notifier's clock. The notifier
// read its clock before we noted it, so the point is never late; it is early
// by at most the time that Configure's answer took. Unlike a remaining time it
// also holds for a request that lay in the socket of a stopped process.
func (c *Client) onItsClock(t, now time.Time) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.clock + now.Sub(c.clockAt) + t.Sub(now)
}

func (c *Client) apply(ctx context.Context, r ApplyRequest) (lamp.Observation, error) {
	w := &pb.ApplyRequest{Tower: r.Tower, Generation: r.Generation, State: stateToWire(r.State)}
	if !r.NotAfter.IsZero() {
		now := time.Now()
		if !now.Before(r.NotAfter) {
			return lamp.Observation{}, fmt.Errorf("apply tower %s: %w", r.Tower, ErrExpired)
		}
		w.NotAfter = durationpb.New(c.onItsClock(r.NotAfter, now))
	}
	answer, err := c.api.Apply(ctx, w)
	if err != nil {
		return lamp.Observation{}, fromStatus(ctx, "apply", r.Tower, err)
	}
	return observationFromWire(answer.GetObservation()), nil
}

func (c *Client) read(ctx context.Context, tower string) (lamp.Observation, error) {
	answer, err := c.api.Read(ctx, &pb.ReadRequest{Tower: tower})
	if err != nil {
		return lamp.Observation{}, fromStatus(ctx, "read", tower, err)
	}
	return observationFromWire(answer.GetObservation()), nil
}

func (c *Client) test(ctx context.Context, tower string) error {
	_, err := c.api.Test(ctx, &pb.TestRequest{Tower: tower})
	return fromStatus(ctx, "test", tower, err)
}

// watch calls each for every observation until the stream breaks, each fails,
// or ctx ends. A stream that was cut because each was slow is begun anew, with
// the present state of every tower.
func (c *Client) watch(ctx context.Context, each func(lamp.Observation) error) error {
	for {
		stream, err := c.api.Watch(ctx, &pb.WatchRequest{})
		if err != nil {
			return fmt.Errorf("watch towers: %w", callFailed(ctx, err))
		}
		for {
			answer, err := stream.Recv()
			if status.Code(err) == codes.ResourceExhausted {
				break
			}
			if err != nil {
				return fmt.Errorf("watch towers: %w", callFailed(ctx, err))
			}
			if err := each(observationFromWire(answer.GetObservation())); err != nil {
				return err
			}
		}
	}
}

// callFailed makes the error of a call that concerns no tower.
func callFailed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	switch st := status.Convert(err); st.Code() {
	case codes.InvalidArgument, codes.Unknown:
		return errors.New(st.Message())
	case codes.Unavailable, codes.Canceled:
		return fmt.Errorf("%w: %s", ErrDown, st.Message())
	}
	return err
}
