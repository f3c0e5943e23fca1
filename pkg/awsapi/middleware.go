package awsapi

import (
	"context"
	"encoding/json"
	"io"
	"reflect"
	"strings"
	"time"

	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// instrument is what every call of one client passes through: at the outside
// the sharing of identical calls and the typed errors, inside the SDK's retry
// loop the rate limit and the meter.
type instrument struct {
	shared   *Shared
	set      Settings
	scope    string // identity, endpoints, account and region
	account  string
	region   string
	unshared bool // identity not known yet: nothing may be joined
}

func (i instrument) attach(stack *middleware.Stack) error {
	if err := stack.Initialize.Add(shareStep{i}, middleware.Before); err != nil {
		return err
	}
	if err := stack.Serialize.Add(plainBodyStep{}, middleware.After); err != nil {
		return err
	}
	return stack.Finalize.Insert(paceStep{i}, "Retry", middleware.After)
}

// plainBodyStep makes requests whose bodies can only be read. The SDK closes a
// request's body as soon as the answer begins; where the body could write itself
// (io.WriterTo, as bytes.Reader can), a copy of what is left of it then ends in
// io.EOF, by which net/http takes the request for broken: it closes the connection,
// and the answer breaks off or the connection is not used again.
type plainBodyStep struct{}

func (plainBodyStep) ID() string { return "AndonPlainBody" }

func (plainBodyStep) HandleSerialize(ctx context.Context, in middleware.SerializeInput, next middleware.SerializeHandler) (
	middleware.SerializeOutput, middleware.Metadata, error,
) {
	if r, ok := in.Request.(*smithyhttp.Request); ok {
		if body, ok := r.GetStream().(io.ReadSeeker); ok {
			plain, err := r.SetStream(struct{ io.ReadSeeker }{body})
			if err != nil {
				return middleware.SerializeOutput{}, middleware.Metadata{}, err
			}
			in.Request = plain
		}
	}
	return next.HandleSerialize(ctx, in)
}

func actionOf(ctx context.Context) (action string, svc service) {
	svc = serviceByID(middleware.GetServiceID(ctx))
	return svc.action + ":" + middleware.GetOperationName(ctx), svc
}

type shareStep struct{ instrument }

func (shareStep) ID() string { return "AndonShare" }

type shareResult struct {
	out      middleware.InitializeOutput
	metadata middleware.Metadata
}

func (s shareStep) HandleInitialize(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (
	middleware.InitializeOutput, middleware.Metadata, error,
) {
	action, svc := actionOf(ctx)
	key, ok := s.key(action, middleware.GetOperationName(ctx), in.Parameters)
	if !ok {
		out, metadata, err := next.HandleInitialize(ctx, in)
		return out, metadata, s.typed(err, action, svc)
	}
	v, joined, err := s.shared.flights.do(ctx, key, func(ctx context.Context) (any, error) {
		out, metadata, err := next.HandleInitialize(ctx, in)
		return shareResult{out, metadata}, s.typed(err, action, svc)
	})
	if joined {
		usageFrom(ctx).add(Usage{Joined: 1})
	}
	r, _ := v.(shareResult)
	r.out.Result = ownCopy(r.out.Result)
	return r.out, r.metadata, err
}

// ownCopy is a shallow copy of an operation's output: the SDK writes its metadata
// into the output on the way back to each caller.
func ownCopy(output any) any {
	from := reflect.ValueOf(output)
	if from.Kind() != reflect.Pointer || from.IsNil() {
		return output
	}
	to := reflect.New(from.Type().Elem())
	to.Elem().Set(from.Elem())
	return to.Interface()
}

func (s shareStep) typed(err error, action string, svc service) error {
	if err == nil {
		return nil
	}
	endpoint, _ := s.set.endpoint(svc.prefix, s.region)
	if endpoint == "" {
		endpoint = svc.prefix + "." + s.region + ".amazonaws.com"
	}
	return typed(err, action, s.region, endpoint)
}

// readers are the beginnings of the operations that change nothing and whose
// answer belongs to nobody: only they may be shared. StartQuery is none, for
// whoever started a query stops it.
var readers = []string{"Get", "List", "Describe", "Lookup", "Select", "BatchGet", "Filter"}

func (s shareStep) key(action, operation string, input any) (string, bool) {
	if s.unshared {
		return "", false
	}
	for _, r := range readers {
		if strings.HasPrefix(operation, r) {
			// Inputs are plain structs: their JSON is canonical, map keys sorted.
			text, err := json.Marshal(input)
			return "call\x00" + s.scope + "\x00" + action + "\x00" + string(text), err == nil
		}
	}
	return "", false
}

type paceStep struct{ instrument }

func (paceStep) ID() string { return "AndonPace" }

// startPatience bounds a call that is waited for even when its caller has gone.
const startPatience = 10 * time.Second

type bucketKey struct{}

// withBucket lets the calls of ctx wait in another bucket than that of their
// action.
func withBucket(ctx context.Context, action string) context.Context {
	return context.WithValue(ctx, bucketKey{}, action)
}

func (s paceStep) HandleFinalize(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (
	middleware.FinalizeOutput, middleware.Metadata, error,
) {
	action, _ := actionOf(ctx)
	key := limitKey{account: s.account, region: s.region, action: action}
	if other, ok := ctx.Value(bucketKey{}).(string); ok {
		key.action = other
	}
	if err := s.shared.limits.wait(ctx, key); err != nil {
		return middleware.FinalizeOutput{}, middleware.Metadata{}, err
	}
	attempt := ctx
	if action == "logs:StartQuery" {
		// Once sent it is waited for, whoever goes: without its id nobody could stop
		// what it has started.
		var cancel context.CancelFunc
		attempt, cancel = context.WithTimeout(context.WithoutCancel(ctx), startPatience)
		defer cancel()
	}
	out, metadata, err := next.HandleFinalize(attempt, in)
	throttled := err != nil && isThrottle(err)
	if err == nil || throttled && !isFull(err) {
		s.shared.limits.done(key, throttled)
	}
	used := Usage{Calls: map[string]int{action: 1}, CostUSD: callPrice(action)}
	if throttled {
		used.Throttled, used.CostUSD = 1, 0
	}
	usageFrom(ctx).add(used)
	return out, metadata, err
}
