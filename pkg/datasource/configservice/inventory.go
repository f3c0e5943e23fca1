package configservice

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/configservice"
	cfgtypes "github.com/aws/aws-sdk-go-v2/service/configservice/types"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/datasource/query"
	"github.com/andonhq/andon/pkg/text"
)

// resource is one resource with what Config knows of its present; a deleted one
// has no present.
type resource struct {
	cfgtypes.ResourceIdentifier
	now *cfgtypes.BaseConfigurationItem
}

func inventory(ctx context.Context, a question) (data.Frames, error) {
	if len(a.Q.ResourceTypes) == 0 {
		return typeCounts(ctx, a)
	}
	rows, err := everywhere(ctx, a, func(ctx context.Context, s source) (found[resource], error) { return resources(ctx, s, a.Q) })
	if err != nil {
		return nil, err
	}
	return inventoryFrame(rows), nil
}

func resources(ctx context.Context, s source, q Query) (found[resource], error) {
	lists := make([]list[cfgtypes.ResourceIdentifier], len(q.ResourceTypes))
	err := parallel(len(lists), func(i int) (err error) {
		lists[i], err = discovered(ctx, s, q, q.ResourceTypes[i])
		return err
	})
	var out found[resource]
	if err != nil {
		return out, err
	}
	for _, l := range lists {
		for _, r := range l.items {
			out.rows = append(out.rows, resource{ResourceIdentifier: r})
		}
		out.limited = out.limited || l.limited
		if l.late != nil {
			out.late = l.late
		}
	}
	slices.SortStableFunc(out.rows, func(a, b resource) int {
		return cmp.Or(
			strings.Compare(string(a.ResourceType), string(b.ResourceType)),
			strings.Compare(deref(a.ResourceName), deref(b.ResourceName)),
			strings.Compare(deref(a.ResourceId), deref(b.ResourceId)))
	})
	if len(out.rows) > q.Limit {
		out.rows, out.limited = out.rows[:q.Limit], true
	}
	if err := present(ctx, s, out.rows); err != nil {
		if !late(err) {
			return out, err
		}
		out.late = err
	}
	return out, nil
}

func discovered(ctx context.Context, s source, q Query, kind string) (list[cfgtypes.ResourceIdentifier], error) {
	return pages(ctx, q.Limit, nil, func(ctx context.Context, token *string) ([]cfgtypes.ResourceIdentifier, *string, error) {
		in := &configservice.ListDiscoveredResourcesInput{
			ResourceType: cfgtypes.ResourceType(kind), IncludeDeletedResources: q.IncludeDeleted, Limit: pageSize, NextToken: token,
		}
		if q.ResourceID != "" {
			in.ResourceIds = []string{q.ResourceID}
		}
		if q.ResourceName != "" {
			in.ResourceName = &q.ResourceName
		}
		out, err := call(ctx, s, listTTL, in, s.c.Config().ListDiscoveredResources)
		if err != nil {
			return nil, nil, err
		}
		return out.ResourceIdentifiers, out.NextToken, nil
	})
}

// present adds what the resources that exist are now, a hundred a call.
func present(ctx context.Context, s source, rows []resource) error {
	var live []int
	for i, r := range rows {
		if r.ResourceDeletionTime == nil {
			live = append(live, i)
		}
	}
	chunks := slices.Collect(slices.Chunk(live, pageSize))
	return parallel(len(chunks), func(n int) error {
		byKey := map[string]int{}
		var keys []cfgtypes.ResourceKey
		for _, i := range chunks[n] {
			byKey[string(rows[i].ResourceType)+" "+deref(rows[i].ResourceId)] = i
			keys = append(keys, cfgtypes.ResourceKey{ResourceType: rows[i].ResourceType, ResourceId: rows[i].ResourceId})
		}
		// What a call leaves unprocessed is asked for once more.
		for range 2 {
			if len(keys) == 0 {
				break
			}
			out, err := call(ctx, s, listTTL, &configservice.BatchGetResourceConfigInput{ResourceKeys: keys}, s.c.Config().BatchGetResourceConfig)
			if err != nil {
				return err
			}
			for n := range out.BaseConfigurationItems {
				item := &out.BaseConfigurationItems[n]
				if i, ok := byKey[string(item.ResourceType)+" "+deref(item.ResourceId)]; ok {
					rows[i].now = item
				}
			}
			keys = out.UnprocessedResourceKeys
		}
		return nil
	})
}

func inventoryFrame(rows []row[resource]) data.Frames {
	n := len(rows)
	var (
		kind, id, name, status = make([]string, n), make([]string, n), make([]string, n), make([]string, n)
		condition, zone, arn   = make([]string, n), make([]string, n), make([]string, n)
		gone                   = make([]bool, n)
		goneAt, seen, created  = make([]*time.Time, n), make([]*time.Time, n), make([]*time.Time, n)
		tagged                 = make([]json.RawMessage, n)
		account, region        = make([]string, n), make([]string, n)
	)
	for i, r := range rows {
		x := r.x
		kind[i], id[i], name[i] = string(x.ResourceType), deref(x.ResourceId), deref(x.ResourceName)
		account[i], region[i], tagged[i] = r.Account, r.Region, json.RawMessage("{}")
		if goneAt[i] = utc(x.ResourceDeletionTime); goneAt[i] != nil {
			gone[i], status[i] = true, string(cfgtypes.ConfigurationItemStatusResourceDeleted)
		}
		if now := x.now; now != nil {
			doc := opened(deref(now.Configuration))
			status[i], condition[i] = string(now.ConfigurationItemStatus), state(doc)
			seen[i], created[i] = utc(now.ConfigurationItemCaptureTime), utc(now.ResourceCreationTime)
			zone[i], arn[i] = deref(now.AvailabilityZone), deref(now.Arn)
			documents := []any{doc, map[string]any{"tags": opened(now.SupplementaryConfiguration["Tags"])}, opened(now.SupplementaryConfiguration["BucketTaggingConfiguration"])}
			all := tags(documents...)
			tagged[i] = readable(all)
			if name[i] == "" {
				name[i] = all["Name"]
			}
		}
	}
	f := data.NewFrame("inventory",
		data.NewField("type", nil, kind),
		data.NewField("id", nil, id),
		data.NewField("name", nil, name),
		data.NewField("state", nil, condition),
		data.NewField("status", nil, status),
		data.NewField("deleted", nil, gone),
		data.NewField("deletion time", nil, goneAt),
		data.NewField("capture time", nil, seen),
		data.NewField("creation time", nil, created),
		data.NewField("availability zone", nil, zone),
		data.NewField("arn", nil, arn),
		data.NewField("tags", nil, tagged),
		data.NewField("account", nil, account),
		data.NewField("region", nil, region),
	)
	return table(f)
}

// typeCounts is how many resources of which type there are, most first.
func typeCounts(ctx context.Context, a question) (data.Frames, error) {
	rows, err := everywhere(ctx, a, func(ctx context.Context, s source) (found[cfgtypes.ResourceCount], error) {
		l, err := pages(ctx, a.Q.Limit, nil, func(ctx context.Context, token *string) ([]cfgtypes.ResourceCount, *string, error) {
			out, err := call(ctx, s, listTTL, &configservice.GetDiscoveredResourceCountsInput{Limit: pageSize, NextToken: token}, s.c.Config().GetDiscoveredResourceCounts)
			if err != nil {
				return nil, nil, err
			}
			return out.ResourceCounts, out.NextToken, nil
		})
		f := found[cfgtypes.ResourceCount]{rows: l.items, limited: l.limited, late: l.late}
		if err == nil && len(f.rows) == 0 {
			f.remarks = []text.Text{text.Of("notice.no_resources")}
		}
		return f, err
	})
	if err != nil {
		return nil, err
	}
	if a.Q.IncludeDeleted {
		a.Note(data.NoticeSeverityInfo, "notice.deleted_uncounted")
	}
	n := len(rows)
	kind, count, account, region := make([]string, n), make([]int64, n), make([]string, n), make([]string, n)
	for i, r := range rows {
		kind[i], count[i], account[i], region[i] = string(r.x.ResourceType), r.x.Count, r.Account, r.Region
	}
	return table(data.NewFrame("resource types",
		data.NewField("type", nil, kind),
		data.NewField("resources", nil, count),
		data.NewField("account", nil, account),
		data.NewField("region", nil, region),
	)), nil
}

func table(f *data.Frame) data.Frames {
	query.Meta(f).PreferredVisualization = data.VisTypeTable
	return data.Frames{query.Typed(f, data.FrameTypeTable)}
}

// theID is the id of the resource that a query means by its name, and how many
// have that name.
func theID(ctx context.Context, s source, q Query) (id string, named int, err error) {
	if q.ResourceID != "" {
		return q.ResourceID, 0, nil
	}
	q.IncludeDeleted = true
	l, err := discovered(ctx, s, q, q.ResourceTypes[0])
	if err != nil || len(l.items) == 0 {
		return "", 0, err
	}
	// One that exists before one that is gone, then the one that went last.
	best := slices.MinFunc(l.items, func(a, b cfgtypes.ResourceIdentifier) int {
		x, y := a.ResourceDeletionTime, b.ResourceDeletionTime
		switch {
		case x == nil && y == nil:
			return strings.Compare(deref(a.ResourceId), deref(b.ResourceId))
		case x == nil:
			return -1
		case y == nil:
			return 1
		}
		return y.Compare(*x)
	})
	return deref(best.ResourceId), len(l.items), nil
}
