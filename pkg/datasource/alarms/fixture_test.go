package alarms

import (
	"testing"
	"time"

	"github.com/andonhq/andon/pkg/datasource/querytest"
	"github.com/andonhq/andon/pkg/internal/awsfake"
)

type rig = querytest.Rig

// bubble asks about the day before now, half an hour after the alarm.
func bubble(t *testing.T, o awsfake.Options, key string, fn func(*rig)) {
	t.Helper()
	querytest.Bubble(t, Handler(), o, key, func(r *rig) {
		r.From, r.To = awsfake.DefaultAnchor.Add(-24*time.Hour), awsfake.DefaultAnchor.Add(30*time.Minute)
		fn(r)
	})
}
