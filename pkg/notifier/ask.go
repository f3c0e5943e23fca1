package notifier

import (
	"context"
	"log/slog"
)

// Ask starts a notifier for a moment, without towers, lets ask question it
// (what settings are right, what a tower can show), and ends it. sha256 is
// what the executable must have. The error is ask's, or why there was nobody
// to ask.
func Ask(ctx context.Context, path, sha256 string, ask func(context.Context, *Client) error) error {
	config := Config{Name: path, Path: path, SHA256: sha256, Logger: slog.New(slog.DiscardHandler)}
	if err := config.complete(); err != nil {
		return err
	}
	c, err := launch{
		path: config.Path, sha256: sha256, socketDir: config.SocketDir,
		timeout: config.StartTimeout, log: config.Logger,
	}.start(ctx)
	if err != nil {
		return err
	}
	defer c.shutdown()
	return ask(ctx, c.Client)
}
