package journal

import (
	"errors"
	"io/fs"
	"path/filepath"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// FolderAdvice is how the folder of a journal is made.
func FolderAdvice(path string) string {
	return "install -d -o andon -g andon -m 0700 " + filepath.Dir(path)
}

// Advice says what to do about the error of Open or Commit, for the person who
// operates the bridge.
func Advice(path string, err error) string {
	var failure *sqlite.Error
	full := errors.As(err, &failure) && failure.Code()&0xff == sqlite3.SQLITE_FULL
	switch {
	case errors.Is(err, ErrNewer):
		return "install the version of andon that wrote " + path + ", or newer"
	case errors.Is(err, ErrCorrupt):
		return "stop andon, move " + path + " with its -wal and -shm files aside, put a backup in its place or start without one, start andon; senders repeat what is still firing"
	case errors.Is(err, ErrLost):
		return "put " + path + " with its -wal and -shm files back where they were, and andon goes on by itself; otherwise stop andon, move what is left of the three aside, put a backup in its place or start without one, start andon; senders repeat what is still firing"
	case full:
		return "make room on the disk of " + path + ": andon goes on by itself"
	case errors.Is(err, fs.ErrNotExist):
		return "make the folder: " + FolderAdvice(path) + "; then start andon again"
	default:
		return "make " + path + " and its folder readable and writable for the user andon runs as, and see that its disk has room; if andon does not go on by itself, start it again"
	}
}
