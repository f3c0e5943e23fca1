package awsfake

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// codec is one wire protocol's bodies.
type codec struct {
	contentType string
	decode      func([]byte, any) error
	encode      func(any) ([]byte, error)
	failure     func(http.Header, *Error, string) []byte
}

var (
	json10   = codec{"application/x-amz-json-1.0", decodeJSON, json.Marshal, failJSON}
	json11   = codec{"application/x-amz-json-1.1", decodeJSON, json.Marshal, failJSON}
	rpcCBOR  = codec{"application/cbor", decodeCBOR, encodeCBOR, failCBOR}
	queryXML = codec{"text/xml", func([]byte, any) error { return nil }, xml.Marshal, failXML}
)

func decodeJSON(b []byte, v any) error {
	if len(b) == 0 {
		return nil
	}
	return json.Unmarshal(b, v)
}

// Seconds are integers where they are whole, as RPC v2 asks for tag 1.
var cborEncoding = must(cbor.EncOptions{Time: cbor.TimeUnixDynamic, TimeTag: cbor.EncTagRequired}.EncMode())

func must[T any](v T, err error) T {
	if err != nil {
		panic(err) // a constant option is wrong
	}
	return v
}

func decodeCBOR(b []byte, v any) error {
	if len(b) == 0 {
		return nil
	}
	return cbor.Unmarshal(b, v)
}

func encodeCBOR(v any) ([]byte, error) { return cborEncoding.Marshal(v) }

func failJSON(h http.Header, e *Error, _ string) []byte {
	h.Set("X-Amzn-Query-Error", e.queryCode()+";"+e.fault())
	code := e.Code
	if known := sqsErrors[code]; known {
		code = "com.amazonaws.sqs#" + code // the 1.0 services name the shape in full
	}
	b, _ := json.Marshal(map[string]string{"__type": code, "message": e.Message})
	return b
}

func failCBOR(h http.Header, e *Error, _ string) []byte {
	h.Set("Smithy-Protocol", "rpc-v2-cbor")
	h.Set("X-Amzn-Query-Error", e.queryCode()+";"+e.fault())
	b, _ := encodeCBOR(map[string]string{"__type": "com.amazonaws.cloudwatch#" + e.Code, "message": e.Message})
	return b
}

func failXML(_ http.Header, e *Error, requestID string) []byte {
	type failure struct {
		XMLName   xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ ErrorResponse"`
		Type      string   `xml:"Error>Type"`
		Code      string   `xml:"Error>Code"`
		Message   string   `xml:"Error>Message"`
		RequestID string   `xml:"RequestId"`
	}
	b, _ := xml.Marshal(failure{Type: e.fault(), Code: e.Code, Message: e.Message, RequestID: requestID})
	return b
}

// stamp is a time in AWS JSON: seconds since 1970 with milliseconds.
type stamp time.Time

func at(t time.Time) *stamp {
	if t.IsZero() {
		return nil
	}
	s := stamp(t)
	return &s
}

// or returns the time, or d where the request has none.
func (s *stamp) or(d time.Time) time.Time {
	if s == nil {
		return d
	}
	return time.Time(*s)
}

func (s stamp) MarshalJSON() ([]byte, error) {
	ms := time.Time(s).UnixMilli()
	return fmt.Appendf(nil, "%d.%03d", ms/1000, ms%1000), nil
}

func (s *stamp) UnmarshalJSON(b []byte) error {
	v, err := strconv.ParseFloat(string(b), 64)
	if err != nil || v < -1e12 || v > 1e12 {
		return fmt.Errorf("a time is a number of seconds, not %s", b)
	}
	*s = stamp(time.UnixMilli(int64(v*1000 + 0.5)).UTC())
	return nil
}

// instant makes a time that CBOR decoded comparable with the world's.
func instant(t *time.Time, d time.Time) time.Time {
	if t == nil {
		return d
	}
	return t.UTC()
}
