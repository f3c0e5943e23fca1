package receive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/semaphore"
)

// Deps is what a Server needs from outside. Sink, Now and Logger must be set.
type Deps struct {
	Sink   Sink
	Now    func() time.Time
	Logger *slog.Logger
	// Transport fetches signing certificates and confirms subscriptions; nil
	// is http.DefaultTransport.
	Transport http.RoundTripper
	// Metrics may be nil.
	Metrics *Metrics
	// Before is the server whose place this one takes, nil at the start. What it
	// knows of a receiver whose configuration stays as it is goes on.
	Before *Server
}

const (
	// answerWithin is the time for a whole request: senders wait 10 s.
	answerWithin = 9 * time.Second
	// maxInFlight is how many requests are worked on at a time.
	maxInFlight = 256
	// maxBodies is how many bytes of bodies are in memory at a time.
	maxBodies = 256 << 20
	// What has proved nothing before its body is read (SNS and Grafana sign the
	// body) has a quarter of both for itself: whoever fills it with slow requests
	// holds up none of the others.
	strangersShare = 4
)

// Server answers POST /receive/NAME.
type Server struct {
	deps      Deps
	receivers map[string]*receiver
	known     room // for requests whose sender has proved itself
	strangers room // for those that do it by their body
	within    time.Duration
}

// room is for so many requests, and bytes of bodies, at a time.
type room struct {
	slots  chan struct{}
	bodies *semaphore.Weighted
}

func newRoom(requests, bytes int) room {
	return room{make(chan struct{}, requests), semaphore.NewWeighted(int64(bytes))}
}

type receiver struct {
	name   string
	guard  *guard
	sender sender
	config Config
	denied *denials
}

// NewServer opens the configured receivers: it reads their secrets and
// certificates. The error names every receiver that cannot be opened.
func NewServer(cfgs []Config, deps Deps) (*Server, error) {
	if deps.Transport == nil {
		deps.Transport = http.DefaultTransport
	}
	if deps.Metrics == nil {
		deps.Metrics = NewMetrics(prometheus.NewRegistry())
	}
	before := deps.Before
	deps.Before = nil // else each reload would keep all those before it
	s := &Server{
		deps: deps, receivers: make(map[string]*receiver, len(cfgs)),
		known: newRoom(maxInFlight, maxBodies), strangers: newRoom(maxInFlight/strangersShare, maxBodies/strangersShare), within: answerWithin,
	}
	var errs []error
	for i := range cfgs {
		c := &cfgs[i]
		f := formatOf(c)
		if f == nil {
			errs = append(errs, fmt.Errorf("receivers[%d]: it says nothing about the sender", i))
			continue
		}
		g, err := c.Authorization.open()
		if err != nil {
			errs = append(errs, fmt.Errorf("receivers[%d].authorization: %w", i, err))
		}
		opened, err := f.open(c, deps)
		if err != nil {
			errs = append(errs, fmt.Errorf("receivers[%d].%w", i, err))
		}
		s.receivers[c.Name] = &receiver{name: c.Name, guard: g, sender: opened, config: *c, denied: before.denialsOf(c)}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return s, nil
}

// ServeHTTP takes one request and answers it within 9 seconds.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, _ := strings.CutPrefix(r.URL.Path, "/receive/")
	rc := s.receivers[name]
	if rc == nil {
		rc = &receiver{denied: &denials{}}
	}
	out, err := s.handle(w, r, rc)
	if err != nil {
		s.refuse(w, r, rc, err)
		return
	}
	if n := rc.denied.accepted(); n > 0 {
		s.deps.Logger.Info("receiver accepts requests again", "receiver", rc.name, "from", r.RemoteAddr, "refused", n)
	}
	for _, refusal := range out.refusals {
		s.tell(refusal)
	}
	s.deps.Metrics.events.WithLabelValues(rc.name).Add(float64(len(out.batch.Events)))
	s.answer(w, rc, http.StatusOK, map[string]string{"status": "ok"})
}

// handle works on one request; whatever it returns as error is answered.
func (s *Server) handle(w http.ResponseWriter, r *http.Request, rc *receiver) (outcome, error) {
	switch {
	case rc.sender == nil:
		return outcome{}, reject(http.StatusNotFound, ReasonUnknownReceiver, "no receiver of this name; the configuration names them under receivers")
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", http.MethodPost)
		return outcome{}, reject(http.StatusMethodNotAllowed, ReasonMethod, "expected POST, got %s", short(r.Method))
	}
	if err := rc.guard.check(r); err != nil {
		status := http.StatusForbidden
		if c := rc.guard.challenge(); c != "" {
			w.Header().Set("WWW-Authenticate", c)
			status = http.StatusUnauthorized
		}
		return outcome{}, reject(status, ReasonUnauthorized, "%v", err)
	}
	room := s.known
	if rc.guard == nil {
		room = s.strangers
	}
	select {
	case room.slots <- struct{}{}:
		defer func() { <-room.slots }()
	default:
		return outcome{}, busy("too many requests at once")
	}
	ctx, cancel := context.WithTimeoutCause(r.Context(), s.within, errors.New("not durable in time"))
	defer cancel()
	body, release, err := s.read(w, r, rc.sender.maxBody(), room.bodies)
	defer release()
	if err != nil {
		return outcome{}, err
	}
	out, err := rc.sender.receive(ctx, r, body, s.deps.Now())
	var rejected *rejection
	if errors.As(err, &rejected) && rejected.records != nil {
		// Kept on record, as far as possible; the answer is the same.
		if err := s.deps.Sink.Submit(ctx, *rejected.records); err != nil {
			return outcome{}, busy("%v", err)
		}
	}
	if err != nil {
		return outcome{}, err
	}
	if err := s.deps.Sink.Submit(ctx, out.batch); err != nil {
		return outcome{}, busy("%v", err)
	}
	return out, nil
}

// busyError is answered 503; its detail is for the operator only.
type busyError struct {
	reason string
	answer string
	detail string
}

func (e *busyError) Error() string { return e.detail }

func busy(detail string, args ...any) error {
	return &busyError{ReasonBusy, "not now, send it again", fmt.Sprintf(detail, args...)}
}

// read reads the body within the request's time. release must be called
// when the body is no longer needed.
func (s *Server) read(w http.ResponseWriter, r *http.Request, limit int64, bodies *semaphore.Weighted) (body []byte, release func(), err error) {
	release = func() {}
	tooLarge := func() error {
		return reject(http.StatusRequestEntityTooLarge, ReasonTooLarge, "the body has more than %d bytes", limit)
	}
	if enc := r.Header.Get("Content-Encoding"); enc != "" && !strings.EqualFold(enc, "identity") {
		return nil, release, reject(http.StatusUnsupportedMediaType, ReasonEncoding, "Content-Encoding %s is not supported; send the body as it is", quoted(enc))
	}
	if r.ContentLength > limit {
		w.Header().Set("Connection", "close")
		return nil, release, tooLarge()
	}
	weight := limit
	if r.ContentLength >= 0 {
		weight = r.ContentLength
	}
	if !bodies.TryAcquire(weight) {
		return nil, release, busy("too many large bodies at once")
	}
	release = func() { bodies.Release(weight) }
	// The connection's deadline follows the machine's clock, whatever clock
	// the bridge was given. A writer that has no connection needs none.
	if err := http.NewResponseController(w).SetReadDeadline(time.Now().Add(s.within)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return nil, release, busy("set the read deadline: %v", err)
	}
	reader := http.MaxBytesReader(w, r.Body, limit)
	if r.ContentLength > 0 {
		body = make([]byte, r.ContentLength)
		_, err = io.ReadFull(reader, body)
	} else {
		body, err = io.ReadAll(reader)
	}
	var over *http.MaxBytesError
	switch {
	case err == nil:
		return body, release, nil
	case errors.As(err, &over):
		return nil, release, tooLarge()
	case errors.Is(err, os.ErrDeadlineExceeded):
		w.Header().Set("Connection", "close")
		return nil, release, &busyError{ReasonSlow, "the body did not arrive in time, send it again", "the body did not arrive in time"}
	default:
		return nil, release, &busyError{ReasonSlow, "the body did not arrive whole, send it again", "read the body: " + err.Error()}
	}
}

// refuse answers a request that was not taken, counts it and tells the sink.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, rc *receiver, err error) {
	refusal := Refusal{Receiver: rc.name, From: r.RemoteAddr}
	answer := map[string]string{"status": "error"}
	var rejected *rejection
	var later *busyError
	switch {
	case errors.As(err, &rejected):
		refusal.Status, refusal.Reason, refusal.Detail = rejected.status, rejected.reason, rejected.what
		answer["error"] = rejected.what
		if rejected.field != "" {
			refusal.Detail = rejected.field + ": " + rejected.what
			answer["field"] = rejected.field
		}
		// Past the guard, whoever sent it is who it claims to be.
		refusal.Authenticated = rejected.authenticated ||
			rc.guard != nil && rejected.reason != ReasonUnauthorized && rejected.reason != ReasonMethod
	case errors.As(err, &later):
		refusal.Status, refusal.Reason, refusal.Detail = http.StatusServiceUnavailable, later.reason, later.detail
		answer["error"] = later.answer
		w.Header().Set("Retry-After", "5")
	default:
		refusal.Status, refusal.Reason, refusal.Detail = http.StatusServiceUnavailable, ReasonBusy, err.Error()
		answer["error"] = "not now, send it again"
		w.Header().Set("Retry-After", "5")
	}
	if refusal.Status == http.StatusUnauthorized || refusal.Status == http.StatusForbidden {
		s.denied(rc, refusal)
	}
	s.tell(refusal)
	s.answer(w, rc, refusal.Status, answer)
}

// denied logs a request that proved nothing: a mistyped secret shows on no lamp.
func (s *Server) denied(rc *receiver, r Refusal) {
	if rc.denied.refused(s.deps.Now()) {
		s.deps.Logger.Warn("receiver refuses requests: their sender is not proven", "receiver", r.Receiver, "from", r.From, "reason", r.Reason, "error", r.Detail)
	}
}

func (s *Server) tell(r Refusal) {
	s.deps.Metrics.refused.WithLabelValues(r.Receiver, r.Reason).Inc()
	s.deps.Sink.Refuse(r)
}

func (s *Server) answer(w http.ResponseWriter, rc *receiver, status int, body map[string]string) {
	s.deps.Metrics.requests.WithLabelValues(rc.name, strconv.Itoa(status)).Inc()
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	// A sender that has gone cannot be told; it will send again.
	_ = json.NewEncoder(w).Encode(body)
}
