package logs

import (
	"testing"
	"time"

	"github.com/andonhq/andon/pkg/datasource/querytest"
	"github.com/andonhq/andon/pkg/internal/awsfake"
)

type rig = querytest.Rig

// bubble asks about the ten minutes before the alarm.
func bubble(t *testing.T, o awsfake.Options, key string, fn func(*rig)) {
	t.Helper()
	querytest.Bubble(t, Handler(), o, key, func(r *rig) {
		r.From, r.To = awsfake.DefaultAnchor.Add(-10*time.Minute), awsfake.DefaultAnchor
		fn(r)
	})
}

// stopped is how many queries were stopped in AWS once nothing is under way.
func stopped(r *rig) int {
	r.Shared.Wait()
	return r.AWS.Counts().Of("StopQuery")
}
