package awsfake

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// trimmed are the boundaries of TM, WM, TC, TS and PR: percentages of the samples,
// or values, of which the lower does not belong to what is between, the upper
// does. See "CloudWatch statistics definitions" in the CloudWatch User Guide.
type trimmed struct {
	lower, upper float64
	percent      bool
}

var (
	// tm90 is TM(:90%).
	shortTrimmed = regexp.MustCompile(`^(tm|wm|tc|ts)(\d{1,3}(?:\.\d{1,10})?)$`)
	longTrimmed  = regexp.MustCompile(`^(TM|WM|TC|TS|PR)\((\d+(?:\.\d{1,10})?)?(%?):(?:(\d+(?:\.\d{1,10})?)(%?))?\)$`)
)

// parseTrimmed reads IQM, tm90, TM(10%:90%), TM(150:1000) and their like.
func parseTrimmed(s string) (name string, t trimmed, ok bool) {
	if s == "IQM" {
		return "TM", trimmed{25, 75, true}, true
	}
	if m := shortTrimmed.FindStringSubmatch(s); m != nil {
		upper, err := strconv.ParseFloat(m[2], 64)
		return strings.ToUpper(m[1]), trimmed{0, upper, true}, err == nil && upper <= 100
	}
	m := longTrimmed.FindStringSubmatch(s)
	if m == nil {
		return "", t, false
	}
	name, lower, upper := m[1], m[2], m[4]
	t.percent = m[3] == "%" || m[5] == "%"
	switch {
	case lower == "" && (upper == "" || m[3] != ""), // (:), (%:5)
		lower != "" && upper != "" && m[3] != m[5], // (10%:100)
		name == "PR" && t.percent:
		return "", t, false
	}
	t.lower, t.upper = math.Inf(-1), math.Inf(1)
	if t.percent {
		t.lower, t.upper = 0, 100
	}
	if lower != "" && !bound(lower, t.percent, &t.lower) || upper != "" && !bound(upper, t.percent, &t.upper) {
		return "", t, false
	}
	return name, t, t.lower < t.upper
}

func bound(text string, percent bool, into *float64) bool {
	v, err := strconv.ParseFloat(text, 64)
	*into = v
	return err == nil && (!percent || v <= 100)
}

// of is the statistic of sorted samples, of which there is one at least; false
// where the mean of nothing is asked.
func (t trimmed) of(name string, sorted []float64) (float64, bool) {
	if name == "WM" {
		return t.winsorized(sorted), true
	}
	kept := t.between(sorted)
	sum := 0.0
	for _, v := range kept {
		sum += v
	}
	switch name {
	case "TC":
		return float64(len(kept)), true
	case "TS":
		return sum, true
	case "PR":
		return 100 * float64(len(kept)) / float64(len(sorted)), true
	}
	return sum / float64(len(kept)), len(kept) > 0 // TM
}

// between are the samples within the boundaries. A percentage takes whole
// samples away, as trimmed means do: of seven, 10 % are none and 15 % are one.
func (t trimmed) between(sorted []float64) []float64 {
	n := float64(len(sorted))
	if t.percent {
		const rounding = 1e-9 // 0.1 % of 1,000 is one, whatever the last bit says
		first := int(n*t.lower/100 + rounding)
		last := len(sorted) - int(n*(100-t.upper)/100+rounding)
		return sorted[first:max(first, last)]
	}
	var kept []float64
	for _, v := range sorted {
		if v > t.lower && v <= t.upper {
			kept = append(kept, v)
		}
	}
	return kept
}

// winsorized is the mean where what is outside counts as the boundary.
func (t trimmed) winsorized(sorted []float64) float64 {
	lower, upper := t.lower, t.upper
	if t.percent {
		lower, upper = percentile(sorted, t.lower), percentile(sorted, t.upper)
	}
	sum := 0.0
	for _, v := range sorted {
		sum += min(max(v, lower), upper)
	}
	return sum / float64(len(sorted))
}
