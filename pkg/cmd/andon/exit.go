package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/andonhq/andon/pkg/api/client"
	"github.com/andonhq/andon/pkg/config"
)

// Exit statuses, as --help documents them.
const (
	exitDone   = 0
	exitFailed = 1 // it was tried and did not work
	exitUsage  = 2 // the command line or the configuration is wrong
)

// verbStatus documents the statuses of commands that act on alerts.
const verbStatus = `Exit status: 0 done, also where --all met nothing to do; 1 an alert stayed as it
was, or --match met none: what was meant has not happened; 2 the command line is
wrong.`

// usageError marks what the user can mend in the command line or a file.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// report prints how a command failed, and returns its exit status. The
// mistakes of a file stand one a line, as compilers write them, so that an
// editor can go to them.
func report(w io.Writer, err error) int {
	if err == nil {
		return exitDone
	}
	var wrong *config.FileError
	if errors.As(err, &wrong) {
		fmt.Fprintln(w, wrong)
		err = usageError{fmt.Errorf("%s: %s", wrong.File, counted(len(wrong.Problems), "mistake"))}
	}
	text := err.Error()
	var answer *client.Error
	var usage usageError
	status := exitFailed
	switch {
	case errors.As(err, &usage):
		status = exitUsage
	case !errors.As(err, &answer):
	case answer.Status == http.StatusBadRequest:
		status = exitUsage
	case answer.Status == http.StatusUnauthorized:
		text += "; give the token of a user: --token-file FILE, or ANDON_TOKEN_FILE=FILE in the environment"
	}
	fmt.Fprintln(w, "andon:", text)
	return status
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// noneMeant makes a failure of a verb whose matchers met no alert: whoever
// acknowledges what they see, and mistypes it, must not be told that it is
// done. --all is right where there is nothing.
func noneMeant(err error, s client.Selection, met int, wanted string) error {
	if err != nil || met > 0 || len(s.Match) == 0 {
		return err
	}
	texts := make([]string, len(s.Match))
	for i, m := range s.Match {
		texts[i] = m.String()
	}
	return fmt.Errorf("no open alert with %s %s: nothing was done", strings.Join(texts, ", "), wanted)
}
