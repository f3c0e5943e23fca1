package journal

import (
	"math"
	"time"
)

// between are the conditions of a stretch of time. Entries are in the order of
// their change numbers, which is not that of time where a clock was wrong for a
// while: so the time itself is compared.
func between(from, to time.Time) (where []string, args []any) {
	if !from.IsZero() {
		where, args = append(where, "at >= ?"), append(args, nanoseconds(from))
	}
	if !to.IsZero() {
		where, args = append(where, "at <= ?"), append(args, nanoseconds(to))
	}
	return where, args
}

// nanoseconds is a time as the journal keeps it; beyond the years 1678 to 2262,
// the last that can be kept.
func nanoseconds(t time.Time) int64 {
	switch {
	case t.Before(time.Unix(0, math.MinInt64)):
		return math.MinInt64
	case t.After(time.Unix(0, math.MaxInt64)):
		return math.MaxInt64
	}
	return t.UnixNano()
}
