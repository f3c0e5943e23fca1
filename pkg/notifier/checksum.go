package notifier

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
)

// ErrChecksum: the notifier's file is not the one that was named; it was not
// started.
var ErrChecksum = errors.New("notifier is not the file it should be")

// verify compares a file with its SHA-256. Whoever may write the file between
// this and the start could still change it: the folder belongs to root.
func verify(path, want string) error {
	sum, err := hex.DecodeString(want)
	if err != nil || len(sum) != sha256.Size {
		return fmt.Errorf("%w: %s: the SHA-256 to expect is %q, not 64 hexadecimal digits", ErrChecksum, path, want)
	}
	have, err := FileSHA256(path)
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare([]byte(have), []byte(hex.EncodeToString(sum))) != 1 {
		return fmt.Errorf("%w: %s has SHA-256 %s, expected is %x; not started", ErrChecksum, path, have, sum)
	}
	return nil
}

// FileSHA256 returns the SHA-256 of a file as 64 lower-case hexadecimal
// digits, as Config.SHA256 wants it.
func FileSHA256(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("checksum notifier: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("checksum notifier %s: %w", path, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
