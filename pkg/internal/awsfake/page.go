package awsfake

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash/fnv"
)

// cursor is what a page token holds: where to go on, and for which request.
type cursor struct {
	At  int64  `json:"a"`
	For uint64 `json:"f"`
}

// request is a number that only an identical request of the same caller has.
func request(c *call, parts ...any) uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s %s %s %#v", c.operation, c.account, c.region, parts)
	return h.Sum64()
}

func token(at int64, of uint64) *string {
	b, _ := json.Marshal(cursor{at, of})
	s := base64.RawURLEncoding.EncodeToString(b)
	return &s
}

// resume reads a token; the start where there is none.
func resume(service string, token *string, of uint64) (int64, error) {
	if token == nil || *token == "" {
		return 0, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(*token)
	var c cursor
	if err != nil || json.Unmarshal(b, &c) != nil || c.For != of || c.At < 0 {
		return 0, errToken(service)
	}
	return c.At, nil
}

// page cuts one page out of all there is.
func page[T any](service string, all []T, size int, next *string, of uint64) ([]T, *string, error) {
	from, err := resume(service, next, of)
	if err != nil {
		return nil, nil, err
	}
	if from > int64(len(all)) {
		return nil, nil, errToken(service)
	}
	rest := all[from:]
	if len(rest) <= size {
		return rest, nil, nil
	}
	return rest[:size], token(from+int64(size), of), nil
}

// limit returns a page size asked for, within the operation's bounds.
func limit(asked *int32, standard, most int) int {
	if asked == nil || *asked <= 0 {
		return standard
	}
	return min(int(*asked), most)
}
