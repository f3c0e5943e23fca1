package query

import (
	"context"
	"errors"
	"sync"

	"github.com/andonhq/andon/pkg/awsapi"
)

// atOnce bounds what one request does at the same time, and so its memory. Limits
// of AWS are kept by awsapi.
const atOnce = 64

// Together runs f for 0 ≤ i < n, up to atOnce at the same time, and returns when
// all have ended. One alone runs in the caller's goroutine.
func Together(n int, f func(i int)) {
	if n == 1 {
		f(0)
		return
	}
	slots := make(chan struct{}, atOnce)
	var wait sync.WaitGroup
	for i := range n {
		slots <- struct{}{}
		wait.Go(func() {
			defer func() { <-slots }()
			f(i)
		})
	}
	wait.Wait()
}

// Gather asks every place of a question at the same time. What has failed is
// remarked; the answers of the others are there nevertheless. When all fail, so
// does Gather.
func Gather[Q, T any](ctx context.Context, a Question[Q], ask func(context.Context, *awsapi.Client) (T, error)) ([]Gathered[T], error) {
	out := make([]Gathered[T], len(a.Places))
	Together(len(a.Places), func(i int) {
		p := a.Places[i]
		out[i].Place = p
		defer RecoverError(&out[i].Err)
		c, err := a.Sessions.Client(ctx, p.Account, p.Region)
		if err != nil {
			out[i].Err = err
			return
		}
		out[i].Answer, out[i].Err = ask(ctx, c)
		out[i].AccountID = c.Identity().AccountID
	})
	var failed []error
	for _, g := range out {
		if g.Err != nil {
			failed = append(failed, g.Err)
		}
	}
	if len(failed) == len(out) {
		if len(failed) == 1 {
			return nil, failed[0]
		}
		return nil, errors.Join(failed...)
	}
	for _, g := range out {
		if g.Err != nil {
			a.Unread(g.Place, g.Err)
		}
	}
	return out, nil
}

// Gathered is the answer of one place. Next to an error there may be a part of
// it.
type Gathered[T any] struct {
	Place
	AccountID string
	Answer    T
	Err       error // remarked already
}

// Where is the place as AWS names it.
func (g Gathered[T]) Where() Place { return g.Known(g.AccountID) }
