package patlite

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/andonhq/andon/pkg/lamp"
)

// Family is a group of models that share values, timing and answers.
type Family string

// The families.
const (
	NHV Family = "NHV" // NHV and NHB, current network towers
	NH  Family = "NH"  // NH-FB and NH-FV
	LA6 Family = "LA6" // LA6-POE, any colour on any tier
	LR5 Family = "LR5" // LR5-LAN
)

// Patterns that a tower may be found in when another sender has set them.
// No model offers them: package lamp has no words for them.
const (
	// Flash5 is LR5-LAN's double flash.
	Flash5 lamp.Pattern = "flash5"
	// Flash6 is LR5-LAN's triple flash.
	Flash6 lamp.Pattern = "flash6"
)

// Model is one row of the table of models.
type Model struct {
	// Name is what the model is called in messages and on the page.
	Name   string
	Family Family
	// Tiers is the number of lights, 1 to 5.
	Tiers int
	// Patterns are the light patterns that can be asked for; the index is
	// the value in S and alert.
	Patterns []lamp.Pattern
	// Found are the patterns of the values after those: see Flash5.
	Found []lamp.Pattern
	// Buzzers is the number of buzzer patterns that can be asked for.
	Buzzers int
	// Tones is the highest buzzer value that a status may hold.
	Tones int
	// AnyColour tells that a tier has no colour of its own: the settings
	// say which unit each tier is.
	AnyColour bool
	// Category is the product category of its PNS frames, empty where the
	// model has no PNS.
	Category string
	// Restore tells that HTTP's restore and led work (a dead-man).
	Restore bool
	// HTTPStatus tells that /api/status is documented.
	HTTPStatus bool
	// Codes tells that HTTP errors carry a number: Error. [002].
	Codes bool
	// Protocols are all protocols of the model, the preferred one first,
	// whether there is a driver for it or not.
	Protocols []string

	match *regexp.Regexp
}

// colours is the end of an order code that names the lenses: NHL-3FB2-RYG.
var colours = regexp.MustCompile(`-[RYGBC]{1,5}$`)

// FindModel returns the row for a model name as a user writes it: in any
// case, with or without the colours of the order code. The error lists the
// known models.
func FindModel(name string) (Model, error) {
	plain := colours.ReplaceAllString(strings.ToUpper(strings.TrimSpace(name)), "")
	for _, m := range models {
		if m.match.MatchString(plain) {
			return m, nil
		}
	}
	return Model{}, fmt.Errorf("unknown model %q; known: %s", name, strings.Join(modelNames(), ", "))
}

// Models returns the table.
func Models() []Model { return slices.Clone(models) }

func modelNames() []string {
	names := make([]string, len(models))
	for i, m := range models {
		names[i] = m.Name
	}
	return names
}

// pattern returns the pattern of a light value.
func (m Model) pattern(value byte) (lamp.Pattern, bool) {
	i := int(value)
	if i < len(m.Patterns) {
		return m.Patterns[i], true
	}
	if i -= len(m.Patterns); i < len(m.Found) {
		return m.Found[i], true
	}
	return "", false
}
