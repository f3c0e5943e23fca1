package alert

import (
	"encoding/json"
	"fmt"

	"github.com/prometheus/alertmanager/matcher/parse"
	"github.com/prometheus/alertmanager/pkg/labels"
)

// Matcher is one of Alertmanager's matchers, such as alertname="Down" or
// site=~"tokyo|osaka", with Alertmanager's own syntax and meaning.
type Matcher struct{ *labels.Matcher }

// UnmarshalText parses a matcher as Alertmanager's configuration file does.
func (m *Matcher) UnmarshalText(text []byte) error {
	parsed, err := parse.Matcher(string(text))
	if err != nil {
		return fmt.Errorf("%q is not a matcher (%w)", text, err)
	}
	m.Matcher = parsed
	return nil
}

// MarshalText writes the matcher as it would be configured.
func (m Matcher) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// MarshalJSON writes the same text as a JSON string. Without it the JSON
// methods of the embedded matcher, an object, would count.
func (m Matcher) MarshalJSON() ([]byte, error) { return json.Marshal(m.String()) }

// UnmarshalJSON reads what MarshalJSON writes.
func (m *Matcher) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return fmt.Errorf("a matcher is a string such as \"severity=critical\": %w", err)
	}
	return m.UnmarshalText([]byte(text))
}

// Matches reports whether the labels satisfy the matcher; an absent label
// counts as empty.
func (m Matcher) Matches(ls Labels) bool { return m.Matcher.Matches(ls.Get(m.Name)) }

// Matchers must all hold.
type Matchers []Matcher

// Match reports whether all matchers hold; no matchers match everything.
func (ms Matchers) Match(ls Labels) bool {
	for _, m := range ms {
		if !m.Matches(ls) {
			return false
		}
	}
	return true
}

// Names reports whether one of the matchers is on the given label.
func (ms Matchers) Names(label string) bool {
	for _, m := range ms {
		if m.Name == label {
			return true
		}
	}
	return false
}

// ParseMatchers parses matchers written one a string.
func ParseMatchers(texts ...string) (Matchers, error) {
	ms := make(Matchers, len(texts))
	for i, t := range texts {
		if err := ms[i].UnmarshalText([]byte(t)); err != nil {
			return nil, err
		}
	}
	return ms, nil
}
