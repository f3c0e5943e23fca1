package query

import (
	"testing"
	"time"
)

func TestUntilNow(t *testing.T) {
	now := time.Date(2026, 10, 6, 10, 42, 17, 0, time.UTC)
	minute := time.Date(2026, 10, 6, 10, 43, 0, 0, time.UTC)
	for name, tt := range map[string]struct{ from, to, want time.Time }{
		"the past":           {now.Add(-2 * time.Hour), now.Add(-time.Hour), now.Add(-time.Hour)},
		"until now":          {now.Add(-time.Hour), now, now},
		"this minute":        {now.Add(-time.Hour), minute, minute},
		"this year":          {now.Add(-time.Hour), now.AddDate(0, 3, 0), minute},
		"not begun":          {now.Add(time.Hour), now.Add(2 * time.Hour), now.Add(2 * time.Hour)},
		"begins this second": {now, now.Add(time.Hour), now.Add(time.Hour)},
	} {
		q := Query{From: tt.from, To: tt.to}.UntilNow(now)
		if !q.To.Equal(tt.want) || !q.From.Equal(tt.from) {
			t.Errorf("%s: %s to %s", name, q.From, q.To)
		}
	}
}
