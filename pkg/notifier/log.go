package notifier

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"strings"
	"sync"

	hclog "github.com/hashicorp/go-hclog"
)

// newPluginLog makes the logger that go-plugin wants and passes on what
// matters: what the child writes to standard error, at its own level, and
// go-plugin's words about its own doing only as debug messages, since Host
// tells changes of state itself, once each.
func newPluginLog(log *slog.Logger) hclog.Logger {
	l := hclog.NewInterceptLogger(&hclog.LoggerOptions{Output: io.Discard, Level: hclog.Debug})
	l.RegisterSink(logSink{log})
	return l
}

type logSink struct{ log *slog.Logger }

// Accept gets the name of the executable for the child's own messages, none
// or "stdio" for go-plugin's.
func (s logSink) Accept(name string, level hclog.Level, msg string, args ...any) {
	own := name == "" || name == "stdio"
	to := slog.LevelDebug
	if !own {
		to = slogLevel(level)
	}
	if !s.log.Enabled(context.Background(), to) {
		return
	}
	attrs := make([]any, 0, len(args))
	for i := 0; i+1 < len(args); i += 2 {
		key, ok := args[i].(string)
		if !ok || key == "timestamp" || key == "@module" {
			continue
		}
		attrs = append(attrs, slog.Any(key, args[i+1]))
	}
	s.log.Log(context.Background(), to, msg, attrs...)
}

func slogLevel(l hclog.Level) slog.Level {
	switch {
	case l >= hclog.Error:
		return slog.LevelError
	case l == hclog.Warn:
		return slog.LevelWarn
	case l == hclog.Info:
		return slog.LevelInfo
	}
	return slog.LevelDebug
}

// lastWords keeps the line of a child's standard error that says why it
// crashed. go-plugin writes the line's end apart from the line.
type lastWords struct {
	mu   sync.Mutex
	line string
}

const lastWordsLimit = 500

func (w *lastWords) Write(b []byte) (int, error) {
	if bytes.HasPrefix(b, []byte("panic: ")) || bytes.HasPrefix(b, []byte("fatal error: ")) {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.line == "" {
			w.line = strings.ToValidUTF8(string(b[:min(len(b), lastWordsLimit)]), "?")
		}
	}
	return len(b), nil
}

func (w *lastWords) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.line
}

// strayOutput logs what a notifier prints although it should not.
type strayOutput struct {
	log    *slog.Logger
	stream string
}

func (s strayOutput) Write(b []byte) (int, error) {
	if text := bytes.TrimSpace(b); len(text) > 0 {
		s.log.Debug("notifier printed", "stream", s.stream, "text", strings.ToValidUTF8(string(text), "?"))
	}
	return len(b), nil
}
