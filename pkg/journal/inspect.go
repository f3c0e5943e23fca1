package journal

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// header is what SQLite's file format keeps in the first 100 bytes of a file
// (https://www.sqlite.org/fileformat.html, section 1.3).
type header struct {
	wal         bool   // offset 18: written with a write-ahead log
	version     uint32 // offset 60: user_version
	application uint32 // offset 68
}

const magic = "SQLite format 3\x00"

// readHeader looks at a file without opening it as a database, so that one
// that is not ours stays untouched to the byte. A file that does not exist or
// is empty has no header.
func readHeader(path string) (*header, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var b [100]byte
	switch n, err := io.ReadFull(f, b[:]); {
	case n == 0 && errors.Is(err, io.EOF):
		return nil, nil
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
		return nil, err
	case n < len(b), string(b[:16]) != magic:
		return nil, fmt.Errorf("%w: it is not an SQLite database", ErrCorrupt)
	}
	return &header{wal: b[18] == 2, version: binary.BigEndian.Uint32(b[60:]), application: binary.BigEndian.Uint32(b[68:])}, nil
}

// inspect finds out what a file is and reads it, without the right to write
// it: a database that cannot be read must not be touched, not even by a
// checkpoint. contents is nil where the schema is not the current one.
func inspect(ctx context.Context, path string) (version int, contents *Contents, err error) {
	h, err := readHeader(path)
	if h == nil || err != nil {
		return 0, nil, err
	}
	// A process that was killed while it made the journal leaves a header
	// without our mark; the rest may be in the log.
	unfinished := h.application == 0 && h.version == 0 && h.wal
	switch {
	case h.application != applicationID && !unfinished:
		return 0, nil, errStranger
	case int(h.version) > len(migrations):
		return 0, nil, newer(int(h.version))
	}
	var made []string // files that reading makes
	for _, file := range []string{path + "-wal", path + "-shm"} {
		if !exists(file) {
			made = append(made, file)
		}
	}
	db, err := connect(path, "ro", 1)
	if err != nil {
		return 0, nil, err
	}
	defer func() {
		err = errors.Join(err, db.Close())
		if err == nil {
			return
		}
		// SQLite makes a log and its index also where it may only read. Beside a
		// file that somebody is about to examine they would raise questions.
		for _, file := range made {
			if gone := os.Remove(file); !errors.Is(gone, os.ErrNotExist) {
				err = errors.Join(err, gone)
			}
		}
	}()
	version, contents, err = read(ctx, db)
	if err != nil && isDamage(err) {
		err = fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return version, contents, err
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, os.ErrNotExist)
}

var errStranger = fmt.Errorf("%w: it is another program's database", ErrCorrupt)

func newer(version int) error {
	return fmt.Errorf("%w: schema %d, this version knows %d", ErrNewer, version, len(migrations))
}

// read reads a database as it is with its log.
func read(ctx context.Context, db *sql.DB) (version int, contents *Contents, err error) {
	var application, tables int
	for query, into := range map[string]*int{
		"PRAGMA application_id": &application, "PRAGMA user_version": &version, "SELECT count(*) FROM sqlite_schema": &tables,
	} {
		if err := db.QueryRowContext(ctx, query).Scan(into); err != nil {
			return 0, nil, err
		}
	}
	switch {
	case application == 0 && tables == 0:
		return 0, nil, nil
	case application != applicationID:
		return 0, nil, errStranger
	case version > len(migrations):
		return 0, nil, newer(version)
	}
	// What is read at every start is checked whole; the history, which may be
	// large, as far as its root pages.
	checks := []string{"PRAGMA quick_check('alerts')", "PRAGMA quick_check('seen')", "PRAGMA quick_check('state')"}
	if version < len(migrations) {
		checks = []string{"PRAGMA quick_check(1)"}
	}
	for _, check := range checks {
		var result string
		if err := db.QueryRowContext(ctx, check).Scan(&result); err != nil {
			return 0, nil, err
		}
		if result != "ok" {
			return 0, nil, fmt.Errorf("%w: %s", ErrCorrupt, strings.Join(strings.Fields(result), " "))
		}
	}
	if version < len(migrations) {
		return version, nil, nil
	}
	contents, err = load(ctx, db)
	return version, contents, err
}

// isDamage tells a damaged file from one that cannot be reached just now.
func isDamage(err error) bool {
	if errors.Is(err, ErrCorrupt) || errors.Is(err, ErrNewer) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	var failure *sqlite.Error
	if !errors.As(err, &failure) {
		return true // what was read makes no sense
	}
	switch failure.Code() & 0xff {
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_FORMAT:
		return true
	}
	return failure.Code() == sqlite3.SQLITE_IOERR_SHORT_READ
}
