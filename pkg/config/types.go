package config

import (
	"fmt"
	"regexp"
	"time"

	"github.com/prometheus/common/model"
	"go.yaml.in/yaml/v3"
)

// Raw is a part of the file that is decoded later, or by somebody else.
type Raw struct {
	// Value holds maps (map[string]any), lists, and scalars.
	Value any
	// Node is the YAML as it stands.
	Node *yaml.Node
}

// Set reports whether the part is in the file.
func (r Raw) Set() bool { return r.Node != nil }

// Unsupported marks a section that is known and not built yet: naming it is
// refused.
type Unsupported struct{}

// Duration is a length of time as Prometheus writes it: 30s, 5m, 8h, 90d.
type Duration time.Duration

// UnmarshalText reads 30s, 1h30m, 90d.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := model.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q is not a duration; write for example 30s, 5m, 8h or 90d", text)
	}
	*d = Duration(v)
	return nil
}

// MarshalText writes the duration as Prometheus does.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

func (d Duration) String() string { return model.Duration(d).String() }

// Regexp is a regular expression in RE2 syntax.
type Regexp struct{ *regexp.Regexp }

// UnmarshalText compiles the expression.
func (r *Regexp) UnmarshalText(text []byte) error {
	re, err := regexp.Compile(string(text))
	if err != nil {
		return fmt.Errorf("%q is not a regular expression (%w); RE2 syntax, named groups as (?P<name>…)", text, err)
	}
	r.Regexp = re
	return nil
}
