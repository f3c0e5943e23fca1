package awsapi

import (
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/andonhq/andon/pkg/internal/awsfake"
)

// inBubble runs fn on a fake AWS in time of its own, and waits for what it leaves.
func inBubble(t *testing.T, o awsfake.Options, fn func(t *testing.T, f *awsfake.Fake, c *Client, sh *Shared)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := awsfake.New(o)
		sh := NewShared(SharedOptions{Now: o.Now})
		s := open(t, f, keys(awsfake.AdminKey), sh)
		defer s.Close()
		fn(t, f, client(t, s), sh)
		sh.Wait()
	})
	goleak.VerifyNone(t)
}

// bubbleNow is the fake's clock: time in a bubble begins with the year 2000.
func bubbleNow() time.Time {
	return awsfake.DefaultAnchor.Add(time.Since(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)))
}

// recorder notes when which operation was called.
type recorder struct {
	next http.RoundTripper

	mu sync.Mutex
	at map[string][]time.Time
}

var cborOperation = regexp.MustCompile(`/operation/(\w+)$`)

func (r *recorder) RoundTrip(q *http.Request) (*http.Response, error) {
	_, operation, _ := strings.Cut(q.Header.Get("X-Amz-Target"), ".")
	if m := cborOperation.FindStringSubmatch(q.URL.Path); m != nil {
		operation = m[1]
	}
	if i := strings.LastIndexByte(operation, '.'); i >= 0 {
		operation = operation[i+1:]
	}
	r.mu.Lock()
	if r.at == nil {
		r.at = map[string][]time.Time{}
	}
	r.at[operation] = append(r.at[operation], time.Now())
	r.mu.Unlock()
	return r.next.RoundTrip(q)
}

func (r *recorder) times(operation string) []time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]time.Time{}, r.at[operation]...)
}
