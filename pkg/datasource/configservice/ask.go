package configservice

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/configservice"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource/query"
	"github.com/andonhq/andon/pkg/text"
)

// How long answers are kept. What has happened does not change any more.
const (
	listTTL       = time.Minute
	complianceTTL = 30 * time.Second
	pastTTL       = time.Hour
)

// pageSize is the largest page of the calls that let one choose.
const pageSize = 100

// maxPages bounds what one list reads, whatever its tokens say.
const maxPages = 500

// source is one account in one region.
type source struct {
	c     *awsapi.Client
	fresh bool // past the cache
}

// call asks for one page, from the cache where it may. The answer is shared:
// nobody may change it.
func call[In, Out any](ctx context.Context, s source, ttl time.Duration, in *In,
	operation func(context.Context, *In, ...func(*configservice.Options)) (*Out, error),
) (*Out, error) {
	if s.fresh {
		return operation(ctx, in)
	}
	text, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("naming a call of AWS Config: %w", err)
	}
	sum := sha256.Sum256(text)
	name := fmt.Sprintf("config %T %s", in, hex.EncodeToString(sum[:]))
	return awsapi.Cached(ctx, s.c, name, ttl, func(ctx context.Context) (*Out, error) { return operation(ctx, in) })
}

// list is items of several pages.
type list[T any] struct {
	items   []T
	limited bool
	late    error
}

// pages reads page after page until the end, the limit, the query's budget, or
// stop says enough. A page may be empty and others follow.
func pages[T any](ctx context.Context, limit int, stop func([]T) bool, page func(context.Context, *string) ([]T, *string, error)) (list[T], error) {
	var (
		out   list[T]
		token *string
	)
	for n := 0; ; n++ {
		items, next, err := page(ctx, token)
		if err != nil {
			if late(err) && n > 0 {
				out.late = outOfTime(err)
				return out, nil
			}
			return out, err
		}
		out.items = append(out.items, items...)
		if len(out.items) > limit || len(out.items) == limit && next != nil {
			out.items, out.limited = out.items[:limit:limit], true
			return out, nil
		}
		if next == nil || *next == "" || stop != nil && stop(out.items) {
			return out, nil
		}
		if n+1 == maxPages {
			out.late = text.Fail("fault.pages", maxPages)
			return out, nil
		}
		token = next
	}
}

// late tells whether an error means that there was no time left: what was read
// before it is good.
func late(err error) bool {
	_, throttled := errors.AsType[*awsapi.Throttled](err)
	return throttled || errors.Is(err, context.DeadlineExceeded)
}

// outOfTime is what such an error means to the reader.
func outOfTime(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return text.Fail("fault.budget", budget, err)
	}
	return err
}

// atOnce bounds the calls of one query to one place.
const atOnce = 4

// parallel does n things, some at the same time, and returns the first error by
// number.
func parallel(n int, do func(int) error) error {
	var (
		errs  = make([]error, n)
		slots = make(chan struct{}, atOnce)
		wait  sync.WaitGroup
	)
	for i := range n {
		slots <- struct{}{}
		wait.Go(func() {
			defer func() { <-slots }()
			defer query.RecoverError(&errs[i])
			errs[i] = do(i)
		})
	}
	wait.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func deref[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

func utc(p *time.Time) *time.Time {
	if p == nil || p.IsZero() {
		return nil
	}
	t := p.UTC()
	return &t
}
