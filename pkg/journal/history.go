package journal

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/andonhq/andon/pkg/alert"
)

// Query selects entries of the history, newest first.
type Query struct {
	// Identity selects one alert; empty: all.
	Identity alert.Identity
	// Unmatched selects the events that were taken and that no rule knew.
	Unmatched bool
	// Before selects entries with a smaller change number; 0: from the newest.
	Before uint64
	// From and To select by time, both included; zero: no bound.
	From, To time.Time
	// Limit is the largest number of entries, 1 to 1,000; 0: 100.
	Limit int
	// Originals adds the original messages, which may be long.
	Originals bool
}

const columns = `change, at, kind, identity, receiver, severity, rule, "by", note, unmatched, labels, annotations`

// History returns entries of the history, newest first.
func (j *Journal) History(ctx context.Context, q Query) ([]alert.Entry, error) {
	var where []string
	var args []any
	if q.Identity != "" {
		where, args = append(where, "identity = ?"), append(args, string(q.Identity))
	}
	if q.Unmatched {
		where = append(where, "unmatched = 1")
	}
	if q.Before != 0 {
		where, args = append(where, "change < ?"), append(args, int64(q.Before))
	}
	bound, values := between(q.From, q.To)
	where, args = append(where, bound...), append(args, values...)
	if q.Limit <= 0 {
		q.Limit = 100
	}
	query := "SELECT " + columns + ", " + map[bool]string{true: "original", false: "''"}[q.Originals] + " FROM history"
	if len(where) > 0 {
		query += " WHERE " + strings.Join(where, " AND ")
	}
	query += " ORDER BY change DESC LIMIT ?"
	args = append(args, min(q.Limit, 1000))

	entries := []alert.Entry{}
	err := each(ctx, j.read, query, func(rows *sql.Rows) error {
		e, err := scan(rows)
		entries = append(entries, e)
		return err
	}, args...)
	if err != nil {
		return nil, fmt.Errorf("read history of journal %s: %w", j.path, err)
	}
	return entries, nil
}

// ErrNoEntry is returned for a change number without an entry.
var ErrNoEntry = errors.New("no such entry in the history")

// Entry returns one entry with its original message.
func (j *Journal) Entry(ctx context.Context, change uint64) (alert.Entry, error) {
	e, err := scan(j.read.QueryRowContext(ctx, "SELECT "+columns+", original FROM history WHERE change = ?", int64(change)))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return alert.Entry{}, fmt.Errorf("read change %d of journal %s: %w", change, j.path, ErrNoEntry)
	case err != nil:
		return alert.Entry{}, fmt.Errorf("read change %d of journal %s: %w", change, j.path, err)
	}
	return e, nil
}

func scan(row interface{ Scan(...any) error }) (alert.Entry, error) {
	var e alert.Entry
	var change, at int64
	var kind, identity, severity string
	var labels, annotations []byte
	err := row.Scan(&change, &at, &kind, &identity, &e.Receiver, &severity, &e.Rule, &e.By, &e.Note, &e.Unmatched, &labels, &annotations, &e.Original)
	if err != nil {
		return e, err
	}
	e.Change, e.At = uint64(change), time.Unix(0, at).UTC()
	e.Kind, e.Identity, e.Severity = alert.Kind(kind), alert.Identity(identity), alert.Severity(severity)
	if len(labels) > 0 {
		if err := json.Unmarshal(labels, &e.Labels); err != nil {
			return e, fmt.Errorf("labels of change %d: %w", change, err)
		}
	}
	if len(annotations) > 0 {
		if err := json.Unmarshal(annotations, &e.Annotations); err != nil {
			return e, fmt.Errorf("annotations of change %d: %w", change, err)
		}
	}
	return e, nil
}
