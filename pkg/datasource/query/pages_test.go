package query

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPages(t *testing.T) {
	broken := errors.New("broken")
	// Pages of two; the last ends with the token that is given.
	list := func(pages int, last *string, fails int) func(context.Context, *string) ([]int, *string, error) {
		n := 0
		return func(_ context.Context, token *string) ([]int, *string, error) {
			if (token == nil) != (n == 0) || token != nil && *token != fmt.Sprint(n) {
				t.Errorf("page %d asked by token %v", n, token)
			}
			n++
			if n == fails {
				return nil, nil, broken
			}
			next := last
			if n < pages {
				next = new(fmt.Sprint(n))
			}
			return []int{2*n - 1, 2 * n}, next, nil
		}
	}
	for name, tt := range map[string]struct {
		pages, most, fails int
		last               *string
		want               []int
		more               bool
		err                error
	}{
		"one page":        {pages: 1, most: 10, want: []int{1, 2}},
		"an empty token":  {pages: 2, most: 10, last: new(""), want: []int{1, 2, 3, 4}},
		"more than most":  {pages: 3, most: 3, want: []int{1, 2, 3, 4}, more: true},
		"as many as most": {pages: 2, most: 4, want: []int{1, 2, 3, 4}},
		"a page fails":    {pages: 3, most: 10, fails: 2, err: broken},
	} {
		got, more, err := Pages(t.Context(), tt.most, list(tt.pages, tt.last, tt.fails))
		if d := cmp.Diff(tt.want, got); d != "" || more != tt.more || !errors.Is(err, tt.err) {
			t.Errorf("%s: %v, more %v, error %v", name, got, more, err)
		}
	}
}
