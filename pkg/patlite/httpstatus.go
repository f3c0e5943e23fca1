package patlite

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ParseHTTPStatus reads lights and buzzer from the JSON of /api/status. The
// manual names the fields Unit_Status (five values) and Buzzer_Pattern, but
// not the envelope around them, so it is read tolerantly: the fields may be
// nested in objects or lists, names may differ in case, spaces and
// underscores, lights may be LED1 to LED5 or Status1 to Status5, and numbers
// may be texts. Both must be there: a light that is guessed to be off would
// be a lie.
func ParseHTTPStatus(body []byte) (Digits, error) {
	var document any
	if err := json.Unmarshal(body, &document); err != nil {
		return Digits{}, fmt.Errorf("status is not JSON: %w", err)
	}
	found := map[string]any{}
	collect(document, found, 0)
	var d Digits
	lights, err := lightValues(found)
	if err != nil {
		return Digits{}, err
	}
	copy(d[:5], lights)
	buzzer, ok := found["buzzerpattern"]
	if !ok {
		return Digits{}, errors.New("status has no Buzzer_Pattern")
	}
	if d[5], err = smallNumber(buzzer); err != nil {
		return Digits{}, fmt.Errorf("status: Buzzer_Pattern: %w", err)
	}
	return d, nil
}

// collect gathers every field of the document by its plain name; of fields
// with the same name the outermost and first counts.
func collect(v any, found map[string]any, depth int) {
	const deepest = 8
	if depth > deepest {
		return
	}
	switch v := v.(type) {
	case map[string]any:
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			plain := plainName(name)
			if _, ok := found[plain]; !ok {
				found[plain] = v[name]
			}
		}
		for _, name := range names {
			collect(v[name], found, depth+1)
		}
	case []any:
		for _, e := range v {
			collect(e, found, depth+1)
		}
	}
}

func plainName(name string) string {
	return strings.NewReplacer("_", "", " ", "", "-", "").Replace(strings.ToLower(name))
}

func lightValues(found map[string]any) ([]byte, error) {
	if v, ok := found["unitstatus"]; ok {
		switch v := v.(type) {
		case []any:
			return numbers(v)
		case string:
			return numbers(splitDigits(v))
		case map[string]any:
			inner := map[string]any{}
			collect(v, inner, 0)
			return numberedLights(inner)
		default:
			return nil, fmt.Errorf("status: Unit_Status holds %v instead of five values", v)
		}
	}
	return numberedLights(found)
}

func numberedLights(found map[string]any) ([]byte, error) {
	for _, prefix := range []string{"led", "status", "unit", ""} {
		var values []any
		for i := range 5 {
			if v, ok := found[prefix+strconv.Itoa(i+1)]; ok {
				values = append(values, v)
			}
		}
		if len(values) == 5 {
			return numbers(values)
		}
	}
	return nil, errors.New("status has no Unit_Status with five values")
}

// splitDigits takes "10200" as well as "1,0,2,0,0".
func splitDigits(text string) []any {
	var values []any
	for _, r := range strings.ReplaceAll(strings.ReplaceAll(text, ",", ""), " ", "") {
		values = append(values, string(r))
	}
	return values
}

func numbers(values []any) ([]byte, error) {
	if len(values) != 5 {
		return nil, fmt.Errorf("status: Unit_Status has %d values instead of five", len(values))
	}
	list := make([]byte, len(values))
	for i, v := range values {
		var err error
		if list[i], err = smallNumber(v); err != nil {
			return nil, fmt.Errorf("status: Unit_Status, value %d: %w", i+1, err)
		}
	}
	return list, nil
}

func smallNumber(v any) (byte, error) {
	switch v := v.(type) {
	case float64:
		if v >= 0 && v <= 99 && v == float64(int(v)) {
			return byte(v), nil
		}
	case string:
		if n, err := strconv.ParseUint(strings.TrimSpace(v), 10, 8); err == nil && n <= 99 {
			return byte(n), nil
		}
	}
	return 0, fmt.Errorf("%v is not a small number", v)
}
