package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/andonhq/andon/pkg/api/client"
	"github.com/andonhq/andon/pkg/bridge"
	"github.com/andonhq/andon/pkg/journal"
	"github.com/andonhq/andon/pkg/notifier"
	"github.com/andonhq/andon/pkg/receive"
)

// reply writes what a handler returns, and its error with the status that
// fits.
func reply(h func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, err := h(r)
		if err == nil {
			answer(w, v)
			return
		}
		fail(w, statusOf(err), err)
	}
}

func statusOf(err error) int {
	var e *client.Error
	var tower *notifier.TowerError
	switch {
	case errors.As(err, &e):
		return e.Status
	case errors.Is(err, receive.ErrBusy), errors.Is(err, notifier.ErrDown):
		return http.StatusServiceUnavailable
	case errors.Is(err, bridge.ErrNoTower), errors.Is(err, journal.ErrNoEntry), errors.Is(err, notifier.ErrUnknownTower):
		return http.StatusNotFound
	case errors.Is(err, bridge.ErrNothingSelected):
		return http.StatusBadRequest
	case errors.Is(err, bridge.ErrShadow), errors.Is(err, notifier.ErrExpired):
		return http.StatusConflict
	case errors.Is(err, errors.ErrUnsupported):
		return http.StatusNotImplemented
	case errors.Is(err, context.DeadlineExceeded):
		return http.StatusGatewayTimeout
	case errors.As(err, &tower):
		return http.StatusBadGateway
	}
	return http.StatusInternalServerError
}

func badRequest(format string, args ...any) error {
	return &client.Error{Status: http.StatusBadRequest, Message: fmt.Sprintf(format, args...)}
}
