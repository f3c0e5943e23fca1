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
	"strings"
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

	checkpoints checkpointer
	watched     watched
}

type statements struct {
	put, drop, history, seen, forget, state *sql.Stmt
}

func (s *statements) all() []**sql.Stmt {
	return []**sql.Stmt{&s.put, &s.drop, &s.history, &s.seen, &s.forget, &s.state}
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
	j.stopCheckpoints()
	j.watched.over.Store(true)
	var errs []error
	// A statement that is left open keeps SQLite's connection, and with it the
	// files, from being closed.
	for _, stmt := range j.stmts.all() {
		if *stmt != nil {
			errs = append(errs, (*stmt).Close())
		}
	}
	if j.conn != nil {
		errs = append(errs, j.conn.Close())
	}
	if j.read != nil {
		errs = append(errs, j.read.Close())
	}
	if j.write != nil {
		errs = append(errs, j.write.Close())
	}
	if j.watched.file != nil { // the last, see watched
		errs = append(errs, j.watched.file.Close())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close journal %s: %w", j.path, err)
	}
	return nil
}

// Path is the file of the journal.
func (j *Journal) Path() string { return j.path }

// Commit makes a batch durable; when it returns nil, it is on the disk. ErrLost:
// the journal is not the file that was opened.
func (j *Journal) Commit(ctx context.Context, b *Batch) error {
	if b.Empty() {
		return nil
	}
	err := j.Lost()
	if err == nil {
		err = j.commit(ctx, b)
	}
	if err != nil {
		return fmt.Errorf("commit to journal %s: %w", j.path, err)
	}
	return nil
}

func (j *Journal) commit(ctx context.Context, b *Batch) (err error) {
	// The driver would take back the answer of a statement whose context ends
	// while it runs: a COMMIT that is on the disk would be reported as failed.
	// So the statements cannot be cancelled; the time is looked at between them.
	sure := context.WithoutCancel(ctx)
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, err := j.conn.ExecContext(sure, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, j.rollback(sure))
		}
	}()
	exec := func(stmt *sql.Stmt, args ...any) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		_, err := stmt.ExecContext(sure, args...)
		return err
	}
	for _, a := range b.Alerts {
		data, err := json.Marshal(a)
		if err != nil {
			return fmt.Errorf("encode alert %q: %w", a.Identity, err)
		}
		if err := exec(j.stmts.put, string(a.Identity), data); err != nil {
			return err
		}
	}
	for _, id := range b.Forget {
		if err := exec(j.stmts.drop, string(id)); err != nil {
			return err
		}
	}
	for i := range b.Entries {
		row, err := values(&b.Entries[i])
		if err != nil {
			return err
		}
		if err := exec(j.stmts.history, row...); err != nil {
			return err
		}
	}
	for _, s := range b.Seen {
		if err := exec(j.stmts.seen, s.Key, s.Until.UnixNano()); err != nil {
			return err
		}
	}
	if !b.ForgetSeen.IsZero() {
		if err := exec(j.stmts.forget, b.ForgetSeen.UnixNano()); err != nil {
			return err
		}
	}
	for name, value := range b.State {
		if err := exec(j.stmts.state, name, []byte(value)); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, err = j.conn.ExecContext(sure, "COMMIT"); err != nil {
		return err
	}
	j.checkpointInTurn(sure)
	return nil
}

// rollback ends a transaction that failed, unless SQLite has done so itself,
// as it does where the disk is full or cannot be read.
func (j *Journal) rollback(ctx context.Context) error {
	_, err := j.conn.ExecContext(ctx, "ROLLBACK")
	if err != nil && strings.Contains(err.Error(), "no transaction is active") {
		return nil
	}
	return err
}

// values is one entry as a row of the history.
func values(e *alert.Entry) ([]any, error) {
	labels, err := e.Labels.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("encode labels of %q: %w", e.Identity, err)
	}
	var annotations []byte
	if len(e.Annotations) > 0 {
		if annotations, err = e.Annotations.MarshalJSON(); err != nil {
			return nil, fmt.Errorf("encode annotations of %q: %w", e.Identity, err)
		}
	}
	return []any{
		int64(e.Change), e.At.UnixNano(), string(e.Kind), string(e.Identity), e.Receiver,
		string(e.Severity), e.Rule, e.By, e.Note, labels, annotations, e.Original, e.Unmatched,
	}, nil
}
