package datasource

import (
	"context"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
)

// Where a list is longer than what is read of it, the text that is searched for
// goes to AWS too, as far as AWS can search: log groups by a part of their name,
// alarms by its beginning, metrics by whole names. Something may still be missing
// then, for AWS tells capitals from small letters, so that the list stays
// truncated. For the same reason a search that fails takes nothing away from what
// was read.

// searchMost is how many log groups a search reads, in 2 s at 5 calls a second.
const searchMost = 500

// groupPattern is what DescribeLogGroups takes as logGroupNamePattern.
var groupPattern = regexp.MustCompile(`^[.\-_/#A-Za-z0-9]{1,512}$`)

// searchLogGroups adds to what was read the log groups whose names contain the
// text, as it was typed and in small letters.
func (d *Datasource) searchLogGroups(ctx context.Context, v url.Values, read listing) listing {
	text, prefix := v.Get("search"), v.Get("prefix")
	if !groupPattern.MatchString(text) {
		return read
	}
	for _, pattern := range slices.Compact([]string{text, strings.ToLower(text)}) {
		found, err := d.describeLogGroups(ctx, v, "log-groups-like:"+pattern, searchMost, cloudwatchlogs.DescribeLogGroupsInput{LogGroupNamePattern: &pattern})
		if err != nil {
			break
		}
		// AWS takes no prefix beside a pattern.
		found.Items = slices.DeleteFunc(slices.Clone(found.Items), func(i Item) bool { return !strings.HasPrefix(i.Value, prefix) })
		read = read.with(found)
	}
	return read
}

// searchMetrics are the metrics asked for; where those are too many, also those
// that by names exactly as the text says.
func (d *Datasource) searchMetrics(ctx context.Context, v url.Values, q metricsAsked, by func(*metricsAsked, string)) (metricList, error) {
	all, err := d.listMetrics(ctx, v, q)
	text := v.Get("search")
	if err != nil || !all.Truncated || text == "" {
		return all, err
	}
	by(&q, text)
	if found, err := d.listMetrics(ctx, v, q); err == nil {
		all.Metrics = slices.Concat(all.Metrics, found.Metrics)
	}
	return all, nil
}

// with is a list with what was found beside it. An item of both is that of the
// list, which says more.
func (l listing) with(found listing) listing {
	known := make(map[string]bool, len(l.Items))
	for _, i := range l.Items {
		known[i.Value] = true
	}
	all := slices.Clone(l.Items) // the list is shared
	for _, i := range found.Items {
		if !known[i.Value] {
			all = append(all, i)
		}
	}
	byValue(all)
	return listing{all, l.Truncated || found.Truncated}
}
