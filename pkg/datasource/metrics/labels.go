package metrics

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource/query"
)

// seriesLabel tells the series of an expression apart that may give several.
const seriesLabel = "series"

var (
	texts = regexp.MustCompile(`'[^']*'|"[^"]*"`)
	words = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*`)
	// arrays are expressions that may give several series: searches, SQL, all
	// metrics, lists, the two edges of a band.
	arrays = regexp.MustCompile(`(?i)\b(search|metrics|select|insight_rule_metric|db_perf_insights|anomaly_detection_band)\b|\[`)
)

// plural reports whether an expression may give several series, by itself or by
// the queries that it refers to: whatever it gives just now, so that the labels
// of its series do not change with their number. byID are the expressions of the
// request by the ids of their queries.
func plural(expression string, byID map[string]string) bool {
	return reaches(expression, byID, arrays.MatchString)
}

// reaches tells whether an expression, or one that it refers to, is of a kind. is
// is asked without the texts in them.
func reaches(expression string, byID map[string]string, is func(bare string) bool) bool {
	seen := map[string]bool{}
	var look func(string) bool
	look = func(expression string) bool {
		bare := texts.ReplaceAllString(expression, "")
		if is(bare) {
			return true
		}
		for _, id := range words.FindAllString(bare, -1) {
			if other := byID[id]; other != "" && !seen[id] {
				if seen[id] = true; look(other) {
					return true
				}
			}
		}
		return false
	}
	return look(expression)
}

// apart stands between the label that a query's author chose, which may be the
// same for all series of an expression, and CloudWatch's own, which tells them
// apart.
const apart = "\u241f"

// wireLabel is the label to ask CloudWatch for. One that is made of properties
// is left to tell the series apart by itself: it does not change with their
// number, as CloudWatch's own may.
func wireLabel(label string, several bool) string {
	if label == "" || !several || strings.Contains(label, "${PROP(") || strings.Contains(label, "${LABEL}") {
		return label
	}
	return label + apart + "${LABEL}"
}

// labels are what tells a series from its neighbours: dimensions, or of
// expressions that may give several the label that CloudWatch gave. Where
// several places are asked, the place too, and of all linked accounts the one that
// the metric belongs to.
func labels(m asked, r awsapi.MetricRequest, s awsapi.MetricSeries, at query.Place) data.Labels {
	out := data.Labels{}
	maps.Copy(out, r.Dimensions)
	if m.plural {
		_, own, cut := strings.Cut(s.Label, apart)
		if !cut {
			own = s.Label
		}
		out[seriesLabel] = own
	}
	account, region := query.PlaceNames(func(name string) bool { return out[name] != "" })
	if m.several {
		out[account], out[region] = at.Account, at.Region
	}
	if m.q.everywhere() {
		out[account] = cmp.Or(r.AccountID, at.Account)
	}
	return out
}

// distinct numbers series of an expression whose labels are the same all the
// same, since Grafana evaluates no alert rule over those. It reports whether it
// had to.
func distinct(frames data.Frames) bool {
	seen, numbered := map[string]bool{}, false
	for _, f := range frames {
		value := f.Fields[len(f.Fields)-1]
		own := value.Labels[seriesLabel]
		for n := 2; seen[query.LabelText(value.Labels)]; n++ {
			numbered = true
			value.Labels[seriesLabel] = strings.TrimSpace(fmt.Sprintf("%s (%d)", own, n))
		}
		seen[query.LabelText(value.Labels)] = true
	}
	return numbered
}
