package awsapi

import (
	"fmt"
	"hash/fnv"
	"strings"
	"time"
)

// metricWorld is a CloudWatch whose values follow from the metric and the time.
// Points may come late, and a metric may have holes that fill in later.
type metricWorld struct {
	now   func() time.Time
	late  func(name string, at time.Time) time.Duration // after the end of its period; negative: never
	reads map[string]map[int64]int                      // how often each point was sent
	asked []metricAsk
	bad   string // a metric of this name is a validation error
}

type metricAsk struct {
	from, to time.Time
	queries  int
}

func newMetricWorld(f *fakeAWS, now func() time.Time) *metricWorld {
	w := &metricWorld{now: now, reads: map[string]map[int64]int{}}
	w.late = func(string, time.Time) time.Duration { return 0 }
	f.on("cloudwatch:GetMetricData", w.answer)
	return w
}

func worldValue(name string, at time.Time) float64 {
	h := fnv.New32a()
	fmt.Fprint(h, name, at.Unix())
	return float64(h.Sum32() % 1000)
}

func (w *metricWorld) answer(c call) (any, *awsError) {
	from, to := c.in["StartTime"].(time.Time), c.in["EndTime"].(time.Time)
	queries := c.in["MetricDataQueries"].([]any)
	w.asked = append(w.asked, metricAsk{from.UTC(), to.UTC(), len(queries)})
	byID := map[string]map[string]any{}
	for _, q := range queries {
		m := q.(map[string]any)
		byID[m["Id"].(string)] = m
		if w.bad != "" && metricName(m) == w.bad {
			return nil, &awsError{400, "ValidationError", "The value " + w.bad + " is not valid."}
		}
	}
	results := []any{}
	for _, q := range queries {
		m := q.(map[string]any)
		if m["ReturnData"] == false {
			continue
		}
		results = append(results, w.results(m, byID, from, to)...)
	}
	return map[string]any{"MetricDataResults": results}, nil
}

func metricName(q map[string]any) string {
	stat, _ := q["MetricStat"].(map[string]any)
	if stat == nil {
		return ""
	}
	metric := stat["Metric"].(map[string]any)
	name := metric["MetricName"].(string)
	dims, _ := metric["Dimensions"].([]any)
	for _, d := range dims {
		name += "/" + d.(map[string]any)["Value"].(string)
	}
	return name
}

func (w *metricWorld) results(q map[string]any, byID map[string]map[string]any, from, to time.Time) []any {
	id := q["Id"].(string)
	if name := metricName(q); name != "" {
		period := time.Duration(number(q["MetricStat"].(map[string]any)["Period"])) * time.Second
		times, values := w.points(name, period, from, to)
		return []any{result(id, name, times, values)}
	}
	expression := q["Expression"].(string)
	period := time.Duration(number(q["Period"])) * time.Second
	if strings.HasPrefix(expression, "SEARCH(") {
		var out []any
		for _, name := range []string{"found/a", "found/b", "found/c"} {
			times, values := w.points(name, period, from, to)
			out = append(out, result(id, name, times, values))
		}
		return out
	}
	// a + b, the one expression the tests compute.
	a, b, _ := strings.Cut(expression, "+")
	left, right := metricName(byID[strings.TrimSpace(a)]), metricName(byID[strings.TrimSpace(b)])
	times, values := w.points(left, period, from, to)
	for i, t := range times {
		values[i] += worldValue(right, t)
	}
	return []any{result(id, id, times, values)}
}

func result(id, label string, times []time.Time, values []float64) map[string]any {
	return map[string]any{"Id": id, "Label": label, "StatusCode": "Complete", "Timestamps": times, "Values": values}
}

func (w *metricWorld) points(name string, period time.Duration, from, to time.Time) ([]time.Time, []float64) {
	times, values := []time.Time{}, []float64{}
	for at := from; at.Before(to); at = at.Add(period) {
		delay := w.late(name, at)
		if delay < 0 || w.now().Before(at.Add(period).Add(delay)) {
			continue
		}
		times, values = append(times, at), append(values, worldValue(name, at))
		if w.reads[name] == nil {
			w.reads[name] = map[int64]int{}
		}
		w.reads[name][at.Unix()]++
	}
	return times, values
}

// billed is how many metrics were requested.
func (w *metricWorld) billed() int {
	n := 0
	for _, a := range w.asked {
		n += a.queries
	}
	return n
}

func number(v any) int64 {
	switch n := v.(type) {
	case int64:
		return n
	case uint64:
		return int64(n)
	}
	return 0
}

// metric is a request for a metric of the world.
func metric(id, name string) MetricRequest {
	return MetricRequest{ID: id, Namespace: "Test", Metric: name, Stat: "Average", Period: time.Minute}
}
