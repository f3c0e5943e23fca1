package receive

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// cursor reads JSON (RFC 8259) from front to back, once. It exists beside
// encoding/json because senders are to be told the exact field that is wrong
// (encoding/json names no list positions and silently replaces what is not
// UTF-8), and because one pass is three times as fast.
type cursor struct {
	data  []byte
	pos   int
	depth int
	// known holds label names and values seen in this body: they repeat.
	known map[string]string
}

// maxJSONDepth bounds nesting.
const maxJSONDepth = 100

func (c *cursor) fail(want string) error {
	got := "the end of the body"
	if c.pos < len(c.data) {
		switch b := c.data[c.pos]; b {
		case '{':
			got = "an object"
		case '[':
			got = "a list"
		case '"':
			got = "a string"
		case 't', 'f':
			got = "true or false"
		case 'n':
			got = "null"
		default:
			got = fmt.Sprintf("%q at byte %d", b, c.pos)
		}
	}
	return &FormatError{What: "expected " + want + ", got " + got}
}

// peek returns the first byte of the next value, 0 at the end.
func (c *cursor) peek() byte {
	for c.pos < len(c.data) {
		switch b := c.data[c.pos]; b {
		case ' ', '\t', '\n', '\r':
			c.pos++
		default:
			return b
		}
	}
	return 0
}

func (c *cursor) enter() error {
	if c.depth++; c.depth > maxJSONDepth {
		return &FormatError{What: "nested too deeply"}
	}
	c.pos++
	return nil
}

// object reads an object; each must read the value of every key.
func (c *cursor) object(each func(key []byte) error) error {
	if c.peek() != '{' {
		return c.fail("an object")
	}
	if err := c.enter(); err != nil {
		return err
	}
	for first := true; ; first = false {
		b := c.peek()
		if first && b == '}' {
			break
		}
		if b != '"' {
			return c.fail("a field name in quotes")
		}
		key, err := c.bytes()
		if err != nil {
			return err
		}
		if c.peek() != ':' {
			return inside(string(key), c.fail("a colon"))
		}
		c.pos++
		if err := each(key); err != nil {
			return inside(cutText(string(key), 100), err)
		}
		if b = c.peek(); b == '}' {
			break
		}
		if b != ',' {
			return c.fail("a comma or the end of the object")
		}
		c.pos++
	}
	c.pos++
	c.depth--
	return nil
}

// array reads a list; each must read the value at every position.
func (c *cursor) array(each func(i int) error) error {
	if c.peek() != '[' {
		return c.fail("a list")
	}
	if err := c.enter(); err != nil {
		return err
	}
	for i := 0; ; i++ {
		if i == 0 && c.peek() == ']' {
			break
		}
		if err := each(i); err != nil {
			return insideIndex(i, err)
		}
		b := c.peek()
		if b == ']' {
			break
		}
		if b != ',' {
			return c.fail("a comma or the end of the list")
		}
		c.pos++
	}
	c.pos++
	c.depth--
	return nil
}

// text reads a string.
func (c *cursor) text() (string, error) {
	if c.peek() != '"' {
		return "", c.fail("a string")
	}
	b, err := c.bytes()
	return string(b), err
}

// word reads a string that is likely to repeat within the body.
func (c *cursor) word() (string, error) {
	if c.peek() != '"' {
		return "", c.fail("a string")
	}
	b, err := c.bytes()
	if err != nil {
		return "", err
	}
	return c.intern(b), nil
}

func (c *cursor) intern(b []byte) string {
	if s, ok := c.known[string(b)]; ok {
		return s
	}
	if c.known == nil {
		c.known = make(map[string]string, 64)
	}
	s := string(b)
	if len(c.known) < 4096 {
		c.known[s] = s
	}
	return s
}

// bytes reads a string, at whose opening quote the cursor stands. The result
// may share the body's memory.
func (c *cursor) bytes() ([]byte, error) {
	start := c.pos + 1
	plain := true // no escapes
	ascii := true
	for i := start; i < len(c.data); i++ {
		switch b := c.data[i]; {
		case b == '"':
			raw := c.data[start:i]
			if !ascii && !utf8.Valid(raw) {
				return nil, &FormatError{What: notUTF8}
			}
			if plain {
				c.pos = i + 1
				return raw, nil
			}
			var s string
			if err := json.Unmarshal(c.data[start-1:i+1], &s); err != nil {
				return nil, &FormatError{What: fmt.Sprintf("not a JSON string (at byte %d)", start-1)}
			}
			c.pos = i + 1
			return []byte(s), nil
		case b == '\\':
			plain = false
			i++
		case b < ' ':
			return nil, &FormatError{What: fmt.Sprintf("control character in a string (at byte %d)", i)}
		case b >= utf8.RuneSelf:
			ascii = false
		}
	}
	return nil, &FormatError{What: "the body ends inside a string"}
}

// count reads a number that is not negative; what is no whole number counts
// as 1, since all that matters is whether it is 0.
func (c *cursor) count() (int, error) {
	if b := c.peek(); b != '-' && (b < '0' || b > '9') {
		return 0, c.fail("a number")
	}
	start := c.pos
	if err := c.skip(); err != nil {
		return 0, err
	}
	var n int
	if err := json.Unmarshal(c.data[start:c.pos], &n); err != nil {
		return 1, nil //nolint:nilerr // a number, only not a whole one
	}
	return max(n, 0), nil
}

// skip reads a value that nobody needs.
func (c *cursor) skip() error {
	switch b := c.peek(); b {
	case '{':
		return c.object(func([]byte) error { return c.skip() })
	case '[':
		return c.array(func(int) error { return c.skip() })
	case '"':
		_, err := c.bytes()
		return err
	default:
		end := c.pos
		for end < len(c.data) && strings.IndexByte(" \t\n\r,]}", c.data[end]) < 0 {
			end++
		}
		if !json.Valid(c.data[c.pos:end]) {
			return c.fail("a value")
		}
		c.pos = end
		return nil
	}
}

// end makes sure that nothing follows.
func (c *cursor) end() error {
	if c.peek() != 0 || c.pos < len(c.data) {
		return &FormatError{What: fmt.Sprintf("something follows the JSON document (at byte %d)", c.pos)}
	}
	return nil
}
