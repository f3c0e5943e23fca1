package configservice

import (
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"strings"
)

// maxDepth bounds the nesting that is looked into; what lies deeper stays text.
const maxDepth = 64

// parse decodes a text that holds a JSON object or list, and opens the texts in
// it that hold such themselves, as policies do. Numbers keep their digits.
func parse(text string, depth int) (any, bool) {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "%7B") || strings.HasPrefix(text, "%7b") { // IAM's policies
		if plain, err := url.PathUnescape(text); err == nil {
			text = plain
		}
	}
	if depth <= 0 || text == "" || text[0] != '{' && text[0] != '[' {
		return nil, false
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, false
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, false // something follows
	}
	return open(v, depth)
}

func open(v any, depth int) (any, bool) {
	switch x := v.(type) {
	case map[string]any:
		for name, member := range x {
			inner, ok := open(member, depth-1)
			if !ok {
				return nil, false
			}
			x[name] = inner
		}
	case []any:
		for i, member := range x {
			inner, ok := open(member, depth-1)
			if !ok {
				return nil, false
			}
			x[i] = inner
		}
	case string:
		if inner, ok := parse(x, depth); ok {
			return inner, true
		}
	}
	return v, depth > 0
}
