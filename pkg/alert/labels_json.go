package alert

import (
	"bytes"
	"encoding/json"
	"slices"
	"unicode/utf8"
)

// Labels are most of what a journal reads and writes, so their JSON is coded
// by hand. What is out of the ordinary is left to encoding/json, and the
// result is always the same as that of a map of strings.

// MarshalJSON writes an object, names in order.
func (ls Labels) MarshalJSON() ([]byte, error) {
	size := 2
	for _, l := range ls {
		size += len(l.Name) + len(l.Value) + 6
	}
	b := append(make([]byte, 0, size), '{')
	for i, l := range ls {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendString(b, l.Name), ':')
		b = appendString(b, l.Value)
	}
	return append(b, '}'), nil
}

// appendString writes one JSON string as encoding/json does.
func appendString(b []byte, s string) []byte {
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if c < ' ' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
				return appendEscaped(b, s)
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if (r == utf8.RuneError && size == 1) || r == '\u2028' || r == '\u2029' {
			return appendEscaped(b, s)
		}
		i += size
	}
	return append(append(append(b, '"'), s...), '"')
}

func appendEscaped(b []byte, s string) []byte {
	data, _ := json.Marshal(s) // a string cannot fail
	return append(b, data...)
}

// UnmarshalJSON reads an object of strings.
func (ls *Labels) UnmarshalJSON(data []byte) error {
	if read, ok := readLabels(data); ok {
		*ls = read
		return nil
	}
	var m map[string]string
	if err := json.Unmarshal(data, &m); err != nil {
		return err
	}
	*ls = LabelsOf(m)
	return nil
}

const space = " \t\r\n" // what JSON takes for space

// readLabels reads an object whose strings need no decoding; ok is false
// where encoding/json has to look.
func readLabels(data []byte) (ls Labels, ok bool) {
	data = bytes.Trim(data, space)
	if len(data) < 2 || data[0] != '{' || data[len(data)-1] != '}' {
		return nil, false
	}
	rest := bytes.Trim(data[1:len(data)-1], space)
	if len(rest) == 0 {
		return nil, true
	}
	// Four quotes stand around a name and its value.
	ls = make(Labels, 0, bytes.Count(rest, []byte{'"'})/4)
	for {
		var name, value string
		if name, rest, ok = readString(rest); !ok {
			return nil, false
		}
		if len(rest) == 0 || rest[0] != ':' {
			return nil, false
		}
		if value, rest, ok = readString(rest[1:]); !ok {
			return nil, false
		}
		if value == "" || (len(ls) > 0 && ls[len(ls)-1].Name >= name) {
			return nil, false // empty, out of order, or twice
		}
		ls = append(ls, Label{name, value})
		if len(rest) == 0 {
			return slices.Clip(ls), true
		}
		if rest[0] != ',' {
			return nil, false
		}
		rest = rest[1:]
	}
}

// readString reads one JSON string without escapes, and the space around it.
func readString(data []byte) (s string, rest []byte, ok bool) {
	data = bytes.TrimLeft(data, space)
	if len(data) == 0 || data[0] != '"' {
		return "", nil, false
	}
	end := bytes.IndexByte(data[1:], '"')
	if end < 0 {
		return "", nil, false
	}
	text := data[1 : 1+end]
	for _, c := range text {
		if c < ' ' || c == '\\' {
			return "", nil, false
		}
	}
	if !utf8.Valid(text) {
		return "", nil, false
	}
	return internBytes(text), bytes.TrimLeft(data[2+end:], space), true
}
