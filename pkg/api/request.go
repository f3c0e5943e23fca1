package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/andonhq/andon/pkg/api/client"
)

// maxRequest is how long a request to the API may be.
const maxRequest = 1 << 20

func decode(r *http.Request, into any) error {
	data, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxRequest))
	var over *http.MaxBytesError
	if errors.As(err, &over) {
		return &client.Error{Status: http.StatusRequestEntityTooLarge, Message: fmt.Sprintf("the request has more than %d bytes", over.Limit)}
	}
	if err != nil {
		return badRequest("read the request: %v", err)
	}
	if len(data) == 0 {
		return nil
	}
	d := json.NewDecoder(strings.NewReader(string(data)))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return badRequest("the request is not what this call takes: %v", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return badRequest("the request is not what this call takes: something follows the JSON object")
	}
	return nil
}

// atMost reads the parameter limit; 0 where there is none.
func atMost(r *http.Request, most int) (int, error) {
	text := r.URL.Query().Get("limit")
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		return 0, badRequest("limit: %q is not a number from 1 to %d", text, most)
	}
	return n, nil
}

// moment reads a parameter that is a time; zero where there is none.
func moment(r *http.Request, name string) (time.Time, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, badRequest("%s: %q is not a time such as 2026-10-06T10:42:00Z", name, text)
	}
	return t, nil
}
