package journal

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"time"
)

// setBack is how far a clock may have been set back without an entry being
// missed by a search for a time.
const setBack = time.Minute

// between are the conditions of a stretch of time. Entries are in the order of
// their change numbers, which is that of time but where a clock was set back: so
// the numbers are found by halving, some room is left, and the time itself is
// compared too. This needs no index on time.
func (j *Journal) between(ctx context.Context, from, to time.Time) (where []string, args []any, err error) {
	if !from.IsZero() {
		first, err := j.firstSince(ctx, from.Add(-setBack))
		if err != nil {
			return nil, nil, err
		}
		where, args = append(where, "change >= ?", "at >= ?"), append(args, first, nanoseconds(from))
	}
	if !to.IsZero() {
		beyond, err := j.firstSince(ctx, to.Add(setBack))
		if err != nil {
			return nil, nil, err
		}
		where, args = append(where, "change < ?", "at <= ?"), append(args, beyond, nanoseconds(to))
	}
	return where, args, nil
}

// firstSince is the number of the first entry at a time or after it; where there
// is none, that of the next entry to come.
func (j *Journal) firstSince(ctx context.Context, t time.Time) (int64, error) {
	var low, last int64
	if err := j.read.QueryRowContext(ctx, "SELECT coalesce(min(change), 0), coalesce(max(change), -1) FROM history").Scan(&low, &last); err != nil {
		return 0, err
	}
	wanted := nanoseconds(t)
	for high := last + 1; low < high; {
		middle := low + (high-low)/2
		var change, at int64
		err := j.read.QueryRowContext(ctx, "SELECT change, at FROM history WHERE change >= ? ORDER BY change LIMIT 1", middle).Scan(&change, &at)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			high = middle
		case err != nil:
			return 0, err
		case at >= wanted:
			high = middle
		default:
			low = change + 1
		}
	}
	return low, nil
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
