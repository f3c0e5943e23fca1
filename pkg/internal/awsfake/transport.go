package awsfake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

var (
	_ http.RoundTripper = (*Fake)(nil)
	_ http.Handler      = (*Fake)(nil)
)

// RoundTrip answers a request without a socket. A region that does not exist
// fails as it does in the world: its name does not resolve.
func (f *Fake) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		defer r.Body.Close()
	}
	host := r.URL.Hostname()
	if _, region, ok := parseHost(host); ok && !knownRegions[region] {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}}
	}
	in := r
	if in.Host == "" {
		in = r.Clone(r.Context())
		in.Host = r.URL.Host
		in.Body = r.Body
	}
	status, header, body := f.answer(in)
	if err := r.Context().Err(); err != nil {
		return nil, context.Cause(r.Context())
	}
	return &http.Response{
		Status: fmt.Sprintf("%d %s", status, http.StatusText(status)), StatusCode: status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: header, Request: r,
		ContentLength: int64(len(body)), Body: io.NopCloser(bytes.NewReader(body)),
	}, nil
}

// ServeHTTP answers a request over a socket.
func (f *Fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status, header, body := f.answer(r)
	for k, v := range header {
		w.Header()[k] = v
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that is gone needs no answer
}

func (f *Fake) answer(r *http.Request) (int, http.Header, []byte) {
	c, out, fail := f.handle(r)
	h := http.Header{}
	id := f.requestID()
	h.Set("X-Amzn-Requestid", id)
	h.Set("Content-Type", c.codec.contentType)
	if fail != nil {
		return fail.status(), h, c.codec.failure(h, fail, id)
	}
	body, err := c.codec.encode(out)
	if err != nil {
		fail = &Error{Code: "InternalFailure", Message: err.Error(), Status: http.StatusInternalServerError}
		return fail.status(), h, c.codec.failure(h, fail, id)
	}
	if c.codec.contentType == rpcCBOR.contentType {
		h.Set("Smithy-Protocol", "rpc-v2-cbor")
	}
	h.Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10))
	return http.StatusOK, h, body
}

// Serve answers on a listener until ctx ends; it returns when the last request
// has been answered. The listener must be on loopback: nothing is verified.
func (f *Fake) Serve(ctx context.Context, l net.Listener) error {
	if a, ok := l.Addr().(*net.TCPAddr); ok && !a.IP.IsLoopback() {
		return errors.Join(fmt.Errorf("serve awsfake on %s: not a loopback address", a), l.Close())
	}
	s := &http.Server{
		Handler: f, ReadHeaderTimeout: 10 * time.Second,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	ended := make(chan error, 1)
	go func() {
		<-ctx.Done()
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		ended <- s.Shutdown(grace)
	}()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve awsfake: %w", err)
	}
	return <-ended
}

// parseHost takes a public name apart: monitoring.eu-central-1.amazonaws.com.
func parseHost(host string) (service, region string, ok bool) {
	rest, found := strings.CutSuffix(host, ".amazonaws.com")
	if !found {
		return "", "", false
	}
	service, region, ok = strings.Cut(rest, ".")
	return service, region, ok
}
