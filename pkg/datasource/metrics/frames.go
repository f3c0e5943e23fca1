package metrics

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource/query"
)

// frames are the series of a query, one frame each with its labels. A panel does
// not show those that a wildcard or a search has found and that have no point; an alert rule
// has to know that what had data a while ago has none.
func frames(m asked, results []awsapi.MetricResult, at query.Place) data.Frames {
	var out data.Frames
	times := axes{m.q.period, map[axis]*data.Field{}}
	for i, r := range results {
		for _, s := range r.Series {
			if len(s.Times) == 0 && (m.q.looked() || m.plural) && !m.q.alert {
				continue
			}
			f := frame(m.q, labels(m, m.requests[index(m, r, i)], s, at), s, times.of(s))
			if m.plural && !m.several && m.q.Label == "" {
				value := f.Fields[1]
				value.Config.DisplayNameFromDS = value.Labels[seriesLabel] // CloudWatch's own
			}
			out = append(out, f)
		}
	}
	if len(out) > 0 {
		query.Asked(out[0], "%s", describe(m))
	}
	return out
}

// none is the answer of a query that has no series anywhere: one typed frame
// without points. An alert rule then sees "no data" and not an error.
func none(m asked) data.Frames {
	f := frame(m.q, nil, awsapi.MetricSeries{}, axes{m.q.period, map[axis]*data.Field{}}.of(awsapi.MetricSeries{}))
	query.Asked(f, "%s", describe(m))
	return data.Frames{f}
}

// index is the place of a result's request among those of its query: results of
// failed neighbours are missing.
func index(m asked, r awsapi.MetricResult, i int) int {
	for n := i; n < len(m.requests); n++ {
		if m.requests[n].ID == r.ID {
			return n
		}
	}
	return i
}

// axes are the time fields of one answer. Series that share their times share
// the field: of hundreds, most have the same.
// Their interval tells Grafana where points are missing: it draws a gap there.
type axes struct {
	period time.Duration
	fields map[axis]*data.Field
}

type axis struct {
	first  *time.Time
	length int
}

func (a axes) of(s awsapi.MetricSeries) *data.Field {
	k := axis{length: len(s.Times)}
	if k.length > 0 {
		k.first = &s.Times[0]
	}
	if a.fields[k] == nil {
		f := data.NewField("time", nil, s.Times) // which copies them, and makes a field of none, too
		a.fields[k] = f.SetConfig(&data.FieldConfig{Interval: float64(spacing(s.Times, a.period).Milliseconds())})
	}
	return a.fields[k]
}

// spacing is how far apart points usually are: the period, or more where a metric
// has fewer points, as those of EC2's basic monitoring every five minutes. Its
// line would else fall into dots.
func spacing(times []time.Time, period time.Duration) time.Duration {
	n := len(times) - 1
	if n < 1 || times[n].Sub(times[0]) == time.Duration(n)*period {
		return period
	}
	steps := make([]time.Duration, n)
	for i := range steps {
		steps[i] = times[i+1].Sub(times[i])
	}
	slices.Sort(steps)
	return max(period, steps[(n-1)/2])
}

func frame(q Query, labels data.Labels, s awsapi.MetricSeries, times *data.Field) *data.Frame {
	name := q.MetricName
	if q.Expression != "" {
		name = "value"
	}
	value := data.NewField(name, labels, s.Values)
	config := &data.FieldConfig{Unit: q.grafanaUnit}
	if q.Label != "" && s.Label != "" {
		config.DisplayNameFromDS, _, _ = strings.Cut(s.Label, apart)
	}
	value.SetConfig(config)
	f := data.NewFrame(name, times, value)
	return query.Typed(f, data.FrameTypeTimeSeriesMulti)
}

func describe(m asked) string {
	if m.q.Expression != "" {
		return fmt.Sprintf("%s, period %s", m.expression(), m.q.period)
	}
	return fmt.Sprintf("%s %s %s, period %s, %d metrics", m.q.Namespace, m.q.MetricName, m.q.Statistic, m.q.period, len(m.requests))
}

// unit is Grafana's unit of a metric. GetMetricData does not tell units; those
// below are what the services' manuals state.
func unit(q Query) string {
	if q.Expression != "" || q.Statistic == "SampleCount" {
		return ""
	}
	if u, known := map[string]string{
		"Percent": "percent", "Bytes": "bytes", "Seconds": "s", "Milliseconds": "ms", "Microseconds": "µs",
		"Bytes/Second": "Bps", "Bits/Second": "bps", "Count/Second": "cps", "Count": "short", "Kilobytes": "kbytes", "Megabytes": "mbytes", "Gigabytes": "gbytes",
	}[q.Unit]; known {
		return u
	}
	name := q.MetricName
	for _, u := range units {
		if (u.namespace == "" || u.namespace == q.Namespace) && u.metric.MatchString(name) {
			return u.unit
		}
	}
	if strings.HasPrefix(name, "EstimatedCharges") {
		return "currencyUSD"
	}
	return ""
}

var units = []struct {
	namespace string
	metric    *regexp.Regexp
	unit      string
}{
	{"AWS/Lambda", regexp.MustCompile(`^(Duration|IteratorAge|PostRuntimeExtensionsDuration)$`), "ms"},
	{"AWS/ApiGateway", regexp.MustCompile(`^(Latency|IntegrationLatency)$`), "ms"},
	{"AWS/EBS", regexp.MustCompile(`^Volume.*Time$`), "s"},
	{"AWS/VPN", regexp.MustCompile(`^TunnelData(In|Out)$`), "bytes"},
	{"AWS/VPN", regexp.MustCompile(`^TunnelState$`), "none"},
	{"AWS/Lambda", regexp.MustCompile(`^ProvisionedConcurrencyUtilization$`), "percentunit"},
	{"", regexp.MustCompile(`(Utilization|_percent|Percent|Percentage|BurstBalance)$`), "percent"},
	{"", regexp.MustCompile(`^(cpu_usage_.*|mem_used_percent|disk_used_percent|swap_used_percent)$`), "percent"},
	{"", regexp.MustCompile(`^Network(In|Out)$|Bytes(Received|Transmitted|Sent|In|Out)?$|^(Freeable|Free|Swap|Used).*(Memory|Space|Usage)$|^FreeStorageSpace$|_bytes$`), "bytes"},
	// Names alone do not tell: SelectThroughput is statements a second, and latencies
	// are in seconds here, in milliseconds there.
	{"AWS/RDS", regexp.MustCompile(`^(Read|Write|Network(Receive|Transmit)?)Throughput$`), "Bps"},
	{"AWS/EFS", regexp.MustCompile(`^PermittedThroughput$`), "Bps"},
	{"AWS/RDS", regexp.MustCompile(`^(Read|Write)Latency$`), "s"},
	{"AWS/RDS", regexp.MustCompile(`^(Commit|DDL|DML|Delete|Insert|Select|Update)Latency$`), "ms"},
	{"AWS/ELB", regexp.MustCompile(`^Latency$`), "s"},
	{"AWS/ApplicationELB", regexp.MustCompile(`ResponseTime$`), "s"},
	{"AWS/DynamoDB", regexp.MustCompile(`Latency$`), "ms"},
	{"AWS/S3", regexp.MustCompile(`^(FirstByte|TotalRequest)Latency$`), "ms"},
	{"AWS/CloudFront", regexp.MustCompile(`^OriginLatency$`), "ms"},
	{"AWS/Kinesis", regexp.MustCompile(`Latency$`), "ms"},
	{"AWS/ElastiCache", regexp.MustCompile(`^Successful(Read|Write)RequestLatency$`), "µs"},
}
