package journal

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/andonhq/andon/pkg/alert"
)

// Contents is what a bridge reads when it starts.
type Contents struct {
	Alerts []*alert.Alert
	Seen   []Seen
	State  map[string]json.RawMessage
	// Last is the last change number given out.
	Last uint64
}

// Load reads everything that the board consists of.
func (j *Journal) Load(ctx context.Context) (*Contents, error) {
	c, err := load(ctx, j.read)
	if err != nil {
		return nil, fmt.Errorf("load journal %s: %w", j.path, err)
	}
	return c, nil
}

func load(ctx context.Context, db *sql.DB) (*Contents, error) {
	c := &Contents{State: map[string]json.RawMessage{}}
	var err error
	if c.Alerts, err = loadAlerts(ctx, db); err != nil {
		return nil, err
	}
	err = each(ctx, db, `SELECT key, until FROM seen`, func(rows *sql.Rows) error {
		var s Seen
		var until int64
		if err := rows.Scan(&s.Key, &until); err != nil {
			return err
		}
		s.Until = time.Unix(0, until)
		c.Seen = append(c.Seen, s)
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = each(ctx, db, `SELECT name, value FROM state`, func(rows *sql.Rows) error {
		var name string
		var value []byte
		if err := rows.Scan(&name, &value); err != nil {
			return err
		}
		c.State[name] = value
		return nil
	})
	if err != nil {
		return nil, err
	}
	var last sql.NullInt64
	if err := db.QueryRowContext(ctx, `SELECT max(change) FROM history`).Scan(&last); err != nil {
		return nil, err
	}
	c.Last = uint64(last.Int64)
	return c, nil
}

// loadAlerts reads the alerts, decoding on every processor.
func loadAlerts(ctx context.Context, db *sql.DB) ([]*alert.Alert, error) {
	const chunk = 1024
	var (
		group   errgroup.Group
		decoded [][]*alert.Alert
		rows    [][]byte
	)
	group.SetLimit(runtime.GOMAXPROCS(0))
	flush := func() {
		data, into := rows, make([]*alert.Alert, len(rows))
		decoded, rows = append(decoded, into), nil
		group.Go(func() error { return decode(data, into) })
	}
	err := each(ctx, db, `SELECT alert FROM alerts`, func(r *sql.Rows) error {
		var data []byte
		if err := r.Scan(&data); err != nil {
			return err
		}
		if rows = append(rows, data); len(rows) == chunk {
			flush()
		}
		return nil
	})
	flush()
	if err := errors.Join(err, group.Wait()); err != nil {
		return nil, err
	}
	return slices.Concat(decoded...), nil
}

func decode(rows [][]byte, into []*alert.Alert) error {
	shared := texts{}
	for i, data := range rows {
		a := new(alert.Alert)
		if err := json.Unmarshal(data, a); err != nil {
			return fmt.Errorf("alert %.80q: %w", data, err)
		}
		shared.alert(a)
		into[i] = a
	}
	return nil
}

// each calls f for every row of a query.
func each(ctx context.Context, db *sql.DB, query string, f func(*sql.Rows) error, args ...any) (err error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// texts keeps once what most alerts have in common.
type texts map[string]string

func (t texts) alert(a *alert.Alert) {
	a.Receiver, a.Rule, a.Note, a.Link = t.share(a.Receiver), t.share(a.Rule), t.share(a.Note), t.share(a.Link)
	a.Severity = alert.Severity(t.share(string(a.Severity)))
	a.Sequence, a.Order = alert.Sequence(t.share(string(a.Sequence))), alert.Order(t.share(string(a.Order)))
}

func (t texts) share(s string) string {
	if s == "" {
		return ""
	}
	kept, ok := t[s]
	if !ok {
		kept = s
		t[s] = s
	}
	return kept
}
