package notifier

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// What the calls of a Host can fail with, besides TowerError and the end of
// their context. Test with errors.Is.
var (
	// ErrDown: the notifier is not running, or ended during the call.
	ErrDown = errors.New("notifier is down")
	// ErrSuperseded: a newer Apply for the tower took this one's place while it
	// waited.
	ErrSuperseded = errors.New("superseded by a newer apply")
	// ErrOlder: the tower has already taken, or waits for, a newer generation.
	ErrOlder = errors.New("older generation")
	// ErrExpired: not_after passed before the write began; nothing was written.
	ErrExpired = errors.New("not_after has passed")
	// ErrUnknownTower: the tower is not configured.
	ErrUnknownTower = errors.New("tower is not configured")
)

// TowerError is the failure of a tower, as its notifier tells it.
type TowerError struct {
	Tower string
	// Op is apply, read or test.
	Op string
	// Reason is the driver's error.
	Reason string
	// Refused: the tower answered and refused, or cannot show the state; errors.Is
	// finds ErrRefused. Otherwise it did not answer, or not sensibly.
	Refused bool
}

func (e *TowerError) Error() string {
	return fmt.Sprintf("%s tower %s: %s", e.Op, e.Tower, e.Reason)
}

// Is makes errors.Is(err, ErrRefused) work across the process boundary.
func (e *TowerError) Is(target error) bool { return e.Refused && target == ErrRefused }

// refusals pairs the errors of this package with the status codes that the
// contract gives them.
var refusals = []struct {
	err  error
	code codes.Code
}{
	{ErrSuperseded, codes.Aborted},
	{ErrOlder, codes.FailedPrecondition},
	{ErrExpired, codes.OutOfRange},
	{ErrUnknownTower, codes.NotFound},
	{errors.ErrUnsupported, codes.Unimplemented},
	{ErrRefused, codes.InvalidArgument},
}

// toStatus turns what the serving side returns into a gRPC status. ended is
// the context of the call: its end is the caller's, not the tower's.
func toStatus(ended context.Context, err error) error {
	if err == nil {
		return nil
	}
	for _, r := range refusals {
		if errors.Is(err, r.err) {
			return status.Error(r.code, err.Error())
		}
	}
	if ended.Err() != nil {
		return status.FromContextError(ended.Err()).Err()
	}
	return status.Error(codes.Unknown, err.Error())
}

// fromStatus is its counterpart at the host.
func fromStatus(ctx context.Context, op, tower string, err error) error {
	if err == nil {
		return nil
	}
	st := status.Convert(err)
	switch code := st.Code(); code {
	case codes.InvalidArgument, codes.Unknown:
		return &TowerError{Tower: tower, Op: op, Reason: st.Message(), Refused: code == codes.InvalidArgument}
	case codes.Canceled, codes.DeadlineExceeded:
		if ctx.Err() != nil {
			return fmt.Errorf("%s tower %s: %w", op, tower, context.Cause(ctx))
		}
		if code == codes.DeadlineExceeded {
			// The transport sees a deadline pass a moment before the context does.
			return fmt.Errorf("%s tower %s: %w", op, tower, context.DeadlineExceeded)
		}
	}
	for _, r := range refusals {
		if st.Code() == r.code {
			return fmt.Errorf("%s tower %s: %w", op, tower, r.err)
		}
	}
	return fmt.Errorf("%s tower %s: %w: %s", op, tower, ErrDown, st.Message())
}
