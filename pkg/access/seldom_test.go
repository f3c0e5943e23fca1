package access

import (
	"testing"
	"time"
)

func TestSeldom(t *testing.T) {
	var s Seldom
	at := time.Date(2026, 10, 6, 10, 42, 0, 0, time.UTC)
	for _, c := range []struct {
		after time.Duration
		want  bool
	}{
		{0, true},
		{0, false},
		{quiet - 1, false},
		{quiet, true},
		{quiet + 1, false},
		{quiet - time.Hour, true}, // the clock was set back
	} {
		if got := s.Due(at.Add(c.after)); got != c.want {
			t.Errorf("after %s: %t", c.after, got)
		}
	}
}
