package query

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/text"
)

// Usage is what an answer took, as meta.custom.usage of its first frame.
type Usage struct {
	Calls         map[string]int `json:"calls,omitempty"` // by IAM action
	Throttled     int            `json:"throttled,omitempty"`
	Joined        int            `json:"joined,omitempty"` // answered by a call that was under way for somebody else
	CacheHits     int            `json:"cacheHits,omitempty"`
	PointsCached  int            `json:"pointsCached,omitempty"`
	PointsFetched int            `json:"pointsFetched,omitempty"`
	MetricsBilled int            `json:"metricsBilled,omitempty"`
	BytesScanned  int64          `json:"bytesScanned,omitempty"`
	CostUSD       float64        `json:"costUSD"` // list price of us-east-1, free tier left aside
}

// Custom is meta.custom of the first frame of an answer.
type Custom struct {
	Usage      Usage  `json:"usage"`
	SharedWith string `json:"sharedWith,omitempty"` // the query that counts the calls of this one
	Incomplete bool   `json:"incomplete,omitempty"` // the next refresh continues
	Running    bool   `json:"running,omitempty"`    // AWS works on it: who follows asks again at once
}

// Describe writes into the first frame what the answer took: for programs into
// meta.custom, for the query inspector into its statistics, unless it took
// nothing: a neighbour's answer tells for both then. The statistics' names are in
// the reader's language. An answer without frames gets one.
func Describe(frames data.Frames, u awsapi.Usage, l text.Lang) data.Frames {
	if len(frames) == 0 {
		frames = data.Frames{data.NewFrame("")}
	}
	m := Meta(frames[0])
	custom, _ := m.Custom.(Custom)
	custom.Usage = Usage(u)
	m.Custom = custom
	calls := 0
	for _, n := range u.Calls {
		calls += n
	}
	if calls+u.CacheHits+u.Joined == 0 {
		return frames
	}
	m.Stats = append(m.Stats,
		Stat(l, "stat.calls", "", float64(calls)),
		Stat(l, "stat.from_cache", "", float64(u.CacheHits+u.Joined)),
		Stat(l, "stat.cost", "currencyUSD", u.CostUSD))
	for _, s := range []data.QueryStat{
		Stat(l, "stat.metrics_billed", "", float64(u.MetricsBilled)),
		Stat(l, "stat.points_cached", "", float64(u.PointsCached)),
		Stat(l, "stat.points_fetched", "", float64(u.PointsFetched)),
		Stat(l, "stat.scanned", "decbytes", float64(u.BytesScanned)),
		Stat(l, "stat.throttled", "", float64(u.Throttled)),
	} {
		if s.Value > 0 {
			m.Stats = append(m.Stats, s)
		}
	}
	return frames
}

// Stat is a number for the query inspector.
func Stat(l text.Lang, name text.Key, unit string, v float64) data.QueryStat {
	return data.QueryStat{FieldConfig: data.FieldConfig{DisplayName: l.T(name), Unit: unit}, Value: v}
}

// Meta is a frame's meta, made where it has none.
func Meta(f *data.Frame) *data.FrameMeta {
	if f.Meta == nil {
		f.Meta = &data.FrameMeta{}
	}
	return f.Meta
}

// Typed sets a frame's type in version 0.1 of Grafana's data plane contract.
func Typed(f *data.Frame, t data.FrameType) *data.Frame {
	m := Meta(f)
	m.Type, m.TypeVersion = t, data.FrameTypeVersion{0, 1}
	return f
}

// Asked sets what the inspector shows as the executed query.
func Asked(f *data.Frame, format string, args ...any) {
	Meta(f).ExecutedQueryString = fmt.Sprintf(format, args...)
}

// LabelText is labels as one string, sorted: for names that must not change
// from one refresh to the next.
func LabelText(labels data.Labels) string {
	var b strings.Builder
	for i, k := range slices.Sorted(maps.Keys(labels)) {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s=%s", k, labels[k])
	}
	return b.String()
}
