package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync/atomic"
)

// ErrLost: somebody took the file away, put another in its place or wrote over
// it while it was open. SQLite would go on and notice nothing; what is committed
// would be gone at the next start.
var ErrLost = errors.New("the journal is not the file that andon opened")

// watched is the file as it was opened. It is opened a second time for that, and
// stays open as long as SQLite has it: closing any descriptor of a file gives up
// all POSIX locks that the process has on it, SQLite's among them.
type watched struct {
	file  *os.File
	is    fs.FileInfo
	aside map[string]fs.FileInfo // the log and its index, by path
	// size is the schema cookie and the number of pages as last seen in the header
	// (https://www.sqlite.org/fileformat.html, section 1.3: offsets 40 and 28). The
	// cookie never falls, and the pages only where VACUUM raises the cookie, or in a
	// file that somebody has set to auto_vacuum: other than that, an older copy has
	// been written over the file.
	size atomic.Uint64
	// over: closed, by which SQLite removes the log and its index.
	over atomic.Bool
}

// watch begins before SQLite opens the file, watchAside when it has made the log.
func (j *Journal) watch() (err error) {
	if j.watched.file, err = os.Open(j.path); err != nil {
		return err
	}
	j.watched.is, err = j.watched.file.Stat()
	return err
}

func (j *Journal) watchAside() {
	j.watched.aside = map[string]fs.FileInfo{}
	for _, name := range []string{j.path + "-wal", j.path + "-shm"} {
		if info, err := os.Stat(name); err == nil {
			j.watched.aside[name] = info
		}
	}
}

// Lost returns an ErrLost where the journal's files are no longer those that
// were opened, nil where all is well. It costs a few microseconds and is safe
// for concurrent use. What it cannot tell: that somebody wrote a copy over the
// file that has as many pages, or that VACUUM INTO made, or over one that is set
// to auto_vacuum. What may not be looked at is not lost. A journal that andon has
// closed is not lost.
func (j *Journal) Lost() error {
	if j.watched.over.Load() {
		return nil
	}
	if err := same(j.path, j.watched.is); err != nil {
		return err
	}
	for name, is := range j.watched.aside {
		if err := same(name, is); err != nil {
			return err
		}
	}
	return j.overwritten()
}

func same(name string, is fs.FileInfo) error {
	switch now, err := os.Stat(name); {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: %s is gone", ErrLost, name)
	case err != nil: // somebody took a right away, not the file: SQLite has it open
		return nil
	case !os.SameFile(now, is):
		return fmt.Errorf("%w: %s has been replaced", ErrLost, name)
	}
	return nil
}

// overwritten looks at the header, past SQLite. One that is looked at while a
// checkpoint writes it may be half of each: only what is read twice counts.
func (j *Journal) overwritten() error {
	for range 5 {
		one, err := j.header()
		if err != nil {
			return err
		}
		two, err := j.header()
		if err != nil {
			return err
		}
		if one == two {
			return j.judge(one)
		}
	}
	return nil // it is being written: the next look tells
}

// headerBytes is the length of the header (https://www.sqlite.org/fileformat.html,
// section 1.3).
const headerBytes = 100

func (j *Journal) header() (b [headerBytes]byte, err error) {
	if _, err = j.watched.file.ReadAt(b[:], 0); errors.Is(err, io.EOF) {
		err = fmt.Errorf("%w: %s has been cut off", ErrLost, j.path)
	}
	return b, err
}

func (j *Journal) judge(b [headerBytes]byte) error {
	if string(b[:16]) != magic || binary.BigEndian.Uint32(b[68:]) != applicationID {
		return fmt.Errorf("%w: something else was written into %s", ErrLost, j.path)
	}
	now := uint64(binary.BigEndian.Uint32(b[40:])) << 32
	if vacuums := binary.BigEndian.Uint32(b[52:]) != 0; !vacuums {
		now |= uint64(binary.BigEndian.Uint32(b[28:]))
	}
	for {
		seen := j.watched.size.Load()
		switch {
		case now < seen:
			return fmt.Errorf("%w: an older copy was written over %s", ErrLost, j.path)
		case now == seen || j.watched.size.CompareAndSwap(seen, now):
			return nil
		}
	}
}
