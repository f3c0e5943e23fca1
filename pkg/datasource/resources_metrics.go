package datasource

import (
	"context"
	"encoding/json"
	"maps"
	"net/url"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource/query"
)

// metric is a metric as ListMetrics names it.
type metric struct {
	Namespace, Name string
	Dimensions      map[string]string
}

type metricList struct {
	Metrics   []metric
	Truncated bool
}

// metricsAsked are the metrics that ListMetrics is asked for. A dimension without
// value is one that they have.
type metricsAsked struct {
	Namespace, Name string
	Dimensions      map[string]string
}

func (q metricsAsked) input() *cloudwatch.ListMetricsInput {
	in := &cloudwatch.ListMetricsInput{}
	if q.Namespace != "" {
		in.Namespace = &q.Namespace
	}
	if q.Name != "" {
		in.MetricName = &q.Name
	}
	for _, name := range slices.Sorted(maps.Keys(q.Dimensions)) {
		f := cwtypes.DimensionFilter{Name: aws.String(name)}
		if value := q.Dimensions[name]; value != "" {
			f.Value = &value
		}
		in.Dimensions = append(in.Dimensions, f)
	}
	return in
}

func (q metricsAsked) key() string {
	key := "list:metrics:" + q.Namespace + "\x00" + q.Name
	for _, name := range slices.Sorted(maps.Keys(q.Dimensions)) {
		key += "\x00" + name + "\x00" + q.Dimensions[name]
	}
	return key
}

func (d *Datasource) listMetrics(ctx context.Context, v url.Values, q metricsAsked) (metricList, error) {
	c, err := d.client(ctx, v)
	if err != nil {
		return metricList{}, err
	}
	return awsapi.Cached(ctx, c, q.key(), listTTL, func(ctx context.Context) (metricList, error) {
		in := q.input()
		all, more, err := query.Pages(ctx, listMost, func(ctx context.Context, token *string) (all []metric, next *string, err error) {
			in.NextToken = token
			page, err := c.CloudWatch().ListMetrics(ctx, in)
			if err != nil {
				return nil, nil, err
			}
			for _, m := range page.Metrics {
				one := metric{aws.ToString(m.Namespace), aws.ToString(m.MetricName), map[string]string{}}
				for _, x := range m.Dimensions {
					one.Dimensions[aws.ToString(x.Name)] = aws.ToString(x.Value)
				}
				all = append(all, one)
			}
			return all, page.NextToken, nil
		})
		return metricList{all, more}, err
	})
}

// namespaces are those that have metrics, and those of the settings: ListMetrics
// forgets what was silent for two weeks, and an account may have more metrics than
// are read.
func (d *Datasource) namespaces(ctx context.Context, v url.Values) (listing, error) {
	all, err := d.searchMetrics(ctx, v, metricsAsked{}, func(q *metricsAsked, text string) { q.Namespace = text })
	var names []metric
	for _, n := range d.sessions.Namespaces() {
		names = append(names, metric{Namespace: n})
	}
	all.Metrics = append(names, all.Metrics...) // a copy: the list is shared
	return distinct(all, err, func(m metric, add func(string)) { add(m.Namespace) })
}

func (d *Datasource) metricNames(ctx context.Context, v url.Values) (listing, error) {
	namespace, err := required(v, "namespace")
	if err != nil {
		return listing{}, err
	}
	all, err := d.searchMetrics(ctx, v, metricsAsked{Namespace: namespace}, func(q *metricsAsked, text string) { q.Name = text })
	return distinct(all, err, func(m metric, add func(string)) { add(m.Name) })
}

func (d *Datasource) dimensionKeys(ctx context.Context, v url.Values) (listing, error) {
	namespace, err := required(v, "namespace")
	if err != nil {
		return listing{}, err
	}
	all, err := d.searchMetrics(ctx, v, metricsAsked{Namespace: namespace, Name: v.Get("metric")}, func(q *metricsAsked, text string) {
		q.Dimensions = map[string]string{text: ""}
	})
	return distinct(all, err, func(m metric, add func(string)) {
		for k := range m.Dimensions {
			add(k)
		}
	})
}

// dimensionValues come from the list of all metrics of the name, which the
// fields of a form share. Where that is too long AWS is asked for those alone
// that have the other dimensions.
func (d *Datasource) dimensionValues(ctx context.Context, v url.Values) (listing, error) {
	namespace, err := required(v, "namespace")
	if err != nil {
		return listing{}, err
	}
	key, err := required(v, "key")
	if err != nil {
		return listing{}, err
	}
	holds := map[string]string{}
	if text := v.Get("dimensions"); text != "" {
		if err := json.Unmarshal([]byte(text), &holds); err != nil {
			return listing{}, query.Wrong("dimensions", "is no JSON object of texts: %v", err)
		}
	}
	q := metricsAsked{Namespace: namespace, Name: v.Get("metric")}
	all, err := d.listMetrics(ctx, v, q)
	if err == nil && all.Truncated {
		q.Dimensions = map[string]string{key: ""}
		for name, want := range holds {
			if name != key && want != "*" {
				q.Dimensions[name] = want
			}
		}
		all, err = d.searchMetrics(ctx, v, q, func(q *metricsAsked, text string) {
			q.Dimensions = maps.Clone(q.Dimensions)
			q.Dimensions[key] = text
		})
	}
	return distinct(all, err, func(m metric, add func(string)) {
		for name, want := range holds {
			if got, has := m.Dimensions[name]; name != key && want != "*" && (!has || got != want) {
				return
			}
		}
		if value, has := m.Dimensions[key]; has {
			add(value)
		}
	})
}

func distinct(all metricList, err error, of func(metric, func(string))) (listing, error) {
	if err != nil {
		return listing{}, err
	}
	names := map[string]bool{}
	for _, m := range all.Metrics {
		of(m, func(s string) { names[s] = true })
	}
	return listing{sorted(names), all.Truncated}, nil
}
