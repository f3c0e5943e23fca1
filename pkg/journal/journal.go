// Package journal makes the board durable: alerts, history, what towers have
// sounded, and which messages were seen, in one SQL schema. It is the only
// package that knows SQL. The bridge is its only writer; what Commit has
// returned for survives kill -9 and power loss.
package journal

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/andonhq/andon/pkg/alert"
)

// Journal is an open journal. Commit is called by one goroutine; the readers
// may be many.
type Journal struct {
	write *sql.DB // one connection
	read  *sql.DB
	path  string

	conn  *sql.Conn
	stmts statements
}

type statements struct {
	put, drop, history, seen, forget, state *sql.Stmt
}

// Seen is the key of a message and how long it must be remembered.
type Seen struct {
	Key   string
	Until time.Time
}

// Batch is what is committed at once, all or nothing.
type Batch struct {
	// Alerts are put under their identity.
	Alerts []*alert.Alert
	// Forget are identities of which nothing is kept.
	Forget  []alert.Identity
	Entries []alert.Entry
	Seen    []Seen
	// ForgetSeen drops keys whose time is over, once a while.
	ForgetSeen time.Time
	// State is small state by name, as JSON: what towers sounded.
	State map[string]json.RawMessage
}

// Empty reports whether there is nothing to commit.
func (b *Batch) Empty() bool {
	return len(b.Alerts) == 0 && len(b.Forget) == 0 && len(b.Entries) == 0 && len(b.Seen) == 0 &&
		len(b.State) == 0 && b.ForgetSeen.IsZero()
}

// Close closes the journal.
func (j *Journal) Close() error {
	var errs []error
	if j.conn != nil {
		errs = append(errs, j.conn.Close())
	}
	if j.read != nil {
		errs = append(errs, j.read.Close())
	}
	if j.write != nil {
		errs = append(errs, j.write.Close())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close journal %s: %w", j.path, err)
	}
	return nil
}

// Path is the file of the journal.
func (j *Journal) Path() string { return j.path }

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
	err := each(ctx, db, `SELECT alert FROM alerts`, func(rows *sql.Rows) error {
		var data sql.RawBytes
		if err := rows.Scan(&data); err != nil {
			return err
		}
		a := new(alert.Alert)
		if err := json.Unmarshal(data, a); err != nil {
			return fmt.Errorf("alert %.80q: %w", data, err)
		}
		c.Alerts = append(c.Alerts, a)
		return nil
	})
	if err != nil {
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

// Commit makes a batch durable; when it returns nil, it is on the disk.
func (j *Journal) Commit(ctx context.Context, b *Batch) error {
	if b.Empty() {
		return nil
	}
	if err := j.commit(ctx, b); err != nil {
		return fmt.Errorf("commit to journal %s: %w", j.path, err)
	}
	return nil
}

func (j *Journal) commit(ctx context.Context, b *Batch) (err error) {
	if _, err := j.conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_, undo := j.conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
			err = errors.Join(err, undo)
		}
	}()
	for _, a := range b.Alerts {
		data, err := json.Marshal(a)
		if err != nil {
			return fmt.Errorf("encode alert %q: %w", a.Identity, err)
		}
		if _, err := j.stmts.put.ExecContext(ctx, string(a.Identity), data); err != nil {
			return err
		}
	}
	for _, id := range b.Forget {
		if _, err := j.stmts.drop.ExecContext(ctx, string(id)); err != nil {
			return err
		}
	}
	for i := range b.Entries {
		if err := j.insert(ctx, &b.Entries[i]); err != nil {
			return err
		}
	}
	for _, s := range b.Seen {
		if _, err := j.stmts.seen.ExecContext(ctx, s.Key, s.Until.UnixNano()); err != nil {
			return err
		}
	}
	if !b.ForgetSeen.IsZero() {
		if _, err := j.stmts.forget.ExecContext(ctx, b.ForgetSeen.UnixNano()); err != nil {
			return err
		}
	}
	for name, value := range b.State {
		if _, err := j.stmts.state.ExecContext(ctx, name, []byte(value)); err != nil {
			return err
		}
	}
	_, err = j.conn.ExecContext(ctx, "COMMIT")
	return err
}

func (j *Journal) insert(ctx context.Context, e *alert.Entry) error {
	labels, err := json.Marshal(e.Labels)
	if err != nil {
		return fmt.Errorf("encode labels of %q: %w", e.Identity, err)
	}
	var annotations []byte
	if len(e.Annotations) > 0 {
		if annotations, err = json.Marshal(e.Annotations); err != nil {
			return fmt.Errorf("encode annotations of %q: %w", e.Identity, err)
		}
	}
	_, err = j.stmts.history.ExecContext(ctx, int64(e.Change), e.At.UnixNano(), string(e.Kind), string(e.Identity), e.Receiver,
		string(e.Severity), e.Rule, e.By, e.Note, labels, annotations, e.Original)
	return err
}
