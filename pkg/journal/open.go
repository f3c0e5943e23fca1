package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"time"
)

// Errors of Open. The file is left as it was.
var (
	// ErrCorrupt: the file is no journal, or damaged.
	ErrCorrupt = errors.New("the journal is damaged")
	// ErrNewer: a newer version of Andon wrote the file.
	ErrNewer = errors.New("the journal was written by a newer version of andon")
)

// migrations bring the schema from one version to the next; the version of a
// file is its user_version. They are only ever added to.
var migrations = []string{
	`-- No WITHOUT ROWID: rows of about 1 kB would each spill to a page of their own.
	CREATE TABLE alerts (
		identity TEXT NOT NULL UNIQUE,
		alert    BLOB NOT NULL -- JSON of alert.Alert
	);
	CREATE TABLE history (
		change      INTEGER PRIMARY KEY,
		at          INTEGER NOT NULL, -- Unix nanoseconds
		kind        TEXT NOT NULL,
		identity    TEXT NOT NULL,
		receiver    TEXT NOT NULL,
		severity    TEXT NOT NULL,
		rule        TEXT NOT NULL,
		"by"        TEXT NOT NULL,
		note        TEXT NOT NULL,
		labels      BLOB, -- JSON object
		annotations BLOB, -- JSON object
		original    TEXT NOT NULL
	);
	CREATE INDEX history_identity ON history (identity, change);
	CREATE INDEX history_unmatched ON history (change) WHERE kind = 'recorded' AND rule = '';
	CREATE TABLE seen (
		key   TEXT PRIMARY KEY,
		until INTEGER NOT NULL -- Unix nanoseconds
	) WITHOUT ROWID;
	CREATE TABLE state (
		name  TEXT PRIMARY KEY,
		value BLOB NOT NULL -- JSON
	) WITHOUT ROWID;`,
	`ALTER TABLE history ADD COLUMN unmatched INTEGER NOT NULL DEFAULT 0; -- 1: no rule knew the event
	UPDATE history SET unmatched = 1 WHERE rule = '' AND receiver != 'andon' AND
		(kind = 'opened' OR (kind = 'recorded' AND note = 'severity record'));
	DROP INDEX history_unmatched;
	CREATE INDEX history_unmatched ON history (change) WHERE unmatched = 1;`,
}

// applicationID marks the file as a journal of Andon in SQLite's header.
const applicationID = 0x616e646f // "ando"

// Open opens or makes the journal at a path and reads it. A file that is
// damaged or newer is left untouched: ErrCorrupt, ErrNewer.
func Open(ctx context.Context, path string) (*Journal, *Contents, error) {
	j, c, err := open(ctx, path)
	if err != nil {
		return nil, nil, fmt.Errorf("open journal %s: %w", path, err)
	}
	return j, c, nil
}

func open(ctx context.Context, path string) (_ *Journal, _ *Contents, err error) {
	version, contents, err := inspect(ctx, path)
	if err != nil {
		return nil, nil, err
	}
	if err := create(path); err != nil {
		return nil, nil, err
	}
	j := &Journal{path: path}
	defer func() {
		if err != nil {
			err = errors.Join(err, j.Close())
		}
	}()
	if err = j.watch(); err != nil {
		return nil, nil, err
	}
	if j.write, err = connect(path, "rwc", 1); err != nil {
		return nil, nil, err
	}
	if j.conn, err = j.write.Conn(ctx); err != nil {
		return nil, nil, err
	}
	if err = j.migrate(ctx, version); err != nil {
		return nil, nil, err
	}
	if j.read, err = connect(path, "rw", 4); err != nil {
		return nil, nil, err
	}
	if err = j.prepare(ctx); err != nil {
		return nil, nil, err
	}
	if contents == nil {
		if contents, err = load(ctx, j.read); err != nil {
			return nil, nil, err
		}
	}
	j.watchAside()
	j.startCheckpoints()
	return j, contents, nil
}

// create makes the file where there is none, for its owner only: it holds
// mails. SQLite gives the log the same rights.
func create(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// connect opens a pool on the file. Synchronous FULL in WAL mode syncs the log
// at every commit.
func connect(path, mode string, connections int) (*sql.DB, error) {
	q := url.Values{"mode": {mode}}
	q.Add("_pragma", "busy_timeout(5000)")
	if mode == "rwc" {
		q.Add("_pragma", "journal_mode(WAL)")
		q.Add("_pragma", "synchronous(FULL)")
		q.Add("_pragma", "cache_size(-8000)")
	}
	if mode != "ro" {
		q.Add("_pragma", "wal_autocheckpoint(0)") // see checkpoint.go
	}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+q.Encode())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	db.SetConnMaxIdleTime(time.Minute)
	return db, nil
}

// migrate brings the schema up to date, one version a transaction.
func (j *Journal) migrate(ctx context.Context, version int) error {
	if version == len(migrations) {
		return nil
	}
	for ; version < len(migrations); version++ {
		script := fmt.Sprintf("BEGIN IMMEDIATE; %s; PRAGMA user_version = %d; PRAGMA application_id = %d; COMMIT;",
			migrations[version], version+1, applicationID)
		if _, err := j.conn.ExecContext(ctx, script); err != nil {
			return fmt.Errorf("migrate to schema %d: %w", version+1, err)
		}
	}
	// The header is looked at before the log is read: move it to the file.
	if _, err := j.conn.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		return fmt.Errorf("migrate: checkpoint: %w", err)
	}
	return nil
}

func (j *Journal) prepare(ctx context.Context) error {
	for _, s := range []struct {
		stmt  **sql.Stmt
		query string
	}{
		{&j.stmts.put, `INSERT INTO alerts (identity, alert) VALUES (?, ?) ON CONFLICT (identity) DO UPDATE SET alert = excluded.alert`},
		{&j.stmts.drop, `DELETE FROM alerts WHERE identity = ?`},
		{&j.stmts.history, `INSERT INTO history (change, at, kind, identity, receiver, severity, rule, "by", note, labels, annotations, original, unmatched)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`},
		{&j.stmts.seen, `INSERT INTO seen (key, until) VALUES (?, ?) ON CONFLICT (key) DO NOTHING`},
		{&j.stmts.forget, `DELETE FROM seen WHERE until < ?`},
		{&j.stmts.state, `INSERT INTO state (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`},
	} {
		var err error
		if *s.stmt, err = j.conn.PrepareContext(ctx, s.query); err != nil {
			return fmt.Errorf("prepare %q: %w", s.query, err)
		}
	}
	return nil
}
