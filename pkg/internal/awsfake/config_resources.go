package awsfake

import (
	"slices"
	"strings"
	"time"
)

var configOperations = map[string]handler{
	"ListDiscoveredResources": on((*Fake).listDiscoveredResources), "GetDiscoveredResourceCounts": on((*Fake).getDiscoveredResourceCounts),
	"BatchGetResourceConfig": on((*Fake).batchGetResourceConfig), "GetResourceConfigHistory": on((*Fake).getResourceConfigHistory),
	"SelectResourceConfig": on((*Fake).selectResourceConfig), "DescribeConfigRules": on((*Fake).describeConfigRules),
	"DescribeComplianceByConfigRule": on((*Fake).describeComplianceByConfigRule), "DescribeComplianceByResource": on((*Fake).describeComplianceByResource),
	"GetComplianceDetailsByConfigRule": on((*Fake).getComplianceDetailsByConfigRule), "GetComplianceDetailsByResource": on((*Fake).getComplianceDetailsByResource),
	"GetComplianceSummaryByConfigRule": on((*Fake).getComplianceSummaryByConfigRule),
}

type listDiscoveredIn struct {
	ResourceType            string
	ResourceIDs             []string `json:"resourceIds"`
	ResourceName            string
	IncludeDeletedResources bool
	Limit                   *int32
	NextToken               *string
}

type resourceIdentifier struct {
	ResourceType         string `json:"resourceType"`
	ResourceID           string `json:"resourceId"`
	ResourceName         string `json:"resourceName,omitempty"`
	ResourceDeletionTime *stamp `json:"resourceDeletionTime,omitempty"`
}

type listDiscoveredOut struct {
	ResourceIdentifiers []resourceIdentifier `json:"resourceIdentifiers"`
	NextToken           *string              `json:"nextToken,omitempty"`
}

const configPage = 100

func checkLimit(n *int32, most int32) error {
	if n != nil && (*n < 0 || *n > most) {
		return errf("InvalidLimitException", "The limit must be between 0 and %d.", most)
	}
	return nil
}

func (f *Fake) listDiscoveredResources(c *call, in *listDiscoveredIn) (*listDiscoveredOut, error) {
	if in.ResourceType == "" {
		return nil, errInvalid(Config, "resourceType is required")
	}
	if err := checkLimit(in.Limit, configPage); err != nil {
		return nil, err
	}
	if len(in.ResourceIDs) > 20 || len(in.ResourceIDs) > 0 && in.ResourceName != "" {
		return nil, errInvalid(Config, "resourceIds takes up to 20 ids, and not together with resourceName")
	}
	found := []resourceIdentifier{}
	for _, x := range f.realm(c).resources {
		i := x.current(f.now())
		if i == nil || x.kind != in.ResourceType || len(in.ResourceIDs) > 0 && !slices.Contains(in.ResourceIDs, x.id) || in.ResourceName != "" && in.ResourceName != x.name {
			continue
		}
		d := resourceIdentifier{ResourceType: x.kind, ResourceID: x.id, ResourceName: x.name}
		if i.deleted() {
			if !in.IncludeDeletedResources {
				continue
			}
			d.ResourceDeletionTime = at(i.at)
		}
		found = append(found, d)
	}
	got, next, err := page(Config, found, limit(in.Limit, configPage, configPage), in.NextToken, request(c, in.ResourceType, in.ResourceIDs, in.IncludeDeletedResources))
	if err != nil {
		return nil, err
	}
	return &listDiscoveredOut{got, next}, nil
}

type resourceCountsIn struct {
	ResourceTypes []string `json:"resourceTypes"`
	Limit         *int32
	NextToken     *string
}

type resourceCount struct {
	ResourceType string `json:"resourceType"`
	Count        int64  `json:"count"`
}

type resourceCountsOut struct {
	TotalDiscoveredResources int64           `json:"totalDiscoveredResources"`
	ResourceCounts           []resourceCount `json:"resourceCounts"`
	NextToken                *string         `json:"nextToken,omitempty"`
}

func (f *Fake) getDiscoveredResourceCounts(c *call, in *resourceCountsIn) (*resourceCountsOut, error) {
	if err := checkLimit(in.Limit, configPage); err != nil {
		return nil, err
	}
	counts := map[string]int64{}
	out := &resourceCountsOut{}
	for _, x := range f.realm(c).resources {
		if i := x.current(f.now()); i != nil && !i.deleted() && (len(in.ResourceTypes) == 0 || slices.Contains(in.ResourceTypes, x.kind)) {
			counts[x.kind]++
			out.TotalDiscoveredResources++
		}
	}
	all := []resourceCount{}
	for k, n := range counts {
		all = append(all, resourceCount{k, n})
	}
	slices.SortFunc(all, func(a, b resourceCount) int {
		if a.Count != b.Count {
			return int(b.Count - a.Count)
		}
		return strings.Compare(a.ResourceType, b.ResourceType)
	})
	var err error
	out.ResourceCounts, out.NextToken, err = page(Config, all, limit(in.Limit, configPage, configPage), in.NextToken, request(c, in.ResourceTypes))
	return out, err
}

type resourceKey struct {
	ResourceType string `json:"resourceType"`
	ResourceID   string `json:"resourceId"`
}

type batchGetIn struct {
	ResourceKeys []resourceKey `json:"resourceKeys"`
}

type batchGetOut struct {
	BaseConfigurationItems  []configurationItem `json:"baseConfigurationItems"`
	UnprocessedResourceKeys []resourceKey       `json:"unprocessedResourceKeys"`
}

func (f *Fake) batchGetResourceConfig(c *call, in *batchGetIn) (*batchGetOut, error) {
	if n := len(in.ResourceKeys); n < 1 || n > 100 {
		return nil, errInvalid(Config, "resourceKeys must have 1 to 100 members, not %d", n)
	}
	out := &batchGetOut{[]configurationItem{}, []resourceKey{}}
	r := f.realm(c)
	for _, k := range in.ResourceKeys {
		x := r.resource(k.ResourceType, k.ResourceID)
		if x == nil {
			continue // the service leaves out what it does not know
		}
		if i := x.current(f.now()); i != nil && !i.deleted() {
			b := r.configurationItem(x, i)
			b.Tags, b.Relationships = nil, nil
			out.BaseConfigurationItems = append(out.BaseConfigurationItems, b)
		}
	}
	return out, nil
}

type historyIn struct {
	ResourceType           string `json:"resourceType"`
	ResourceID             string `json:"resourceId"`
	LaterTime, EarlierTime *stamp
	ChronologicalOrder     string
	Limit                  *int32
	NextToken              *string
}

type historyOut struct {
	ConfigurationItems []configurationItem `json:"configurationItems"`
	NextToken          *string             `json:"nextToken,omitempty"`
}

// historyStep is how much time one page of a history covers at most.
const historyStep = 7 * 24 * time.Hour

// getResourceConfigHistory pages through time: a page covers seven days, and
// may be empty and still have a token.
func (f *Fake) getResourceConfigHistory(c *call, in *historyIn) (*historyOut, error) {
	if err := checkLimit(in.Limit, configPage); err != nil {
		return nil, err
	}
	r := f.realm(c)
	x := r.resource(in.ResourceType, in.ResourceID)
	if x == nil || x.current(f.now()) == nil {
		return nil, errf("ResourceNotDiscoveredException", "Resource %s of resourceType:%s is unknown or has not been discovered", in.ResourceID, in.ResourceType)
	}
	later, earlier := in.LaterTime.or(f.now()), in.EarlierTime.or(x.created)
	if later.After(f.now()) {
		later = f.now()
	}
	if earlier.Before(x.created) {
		earlier = x.created
	}
	if earlier.After(in.LaterTime.or(f.now())) {
		return nil, errf("InvalidTimeRangeException", "The earlier time must be before the later time.")
	}
	forward := in.ChronologicalOrder == "Forward"
	of := request(c, in.ResourceType, in.ResourceID, in.ChronologicalOrder, in.LaterTime.or(time.Time{}).Unix(), in.EarlierTime.or(time.Time{}).Unix())
	// The token counts items that were delivered or passed, and steps of time.
	state, err := resume(Config, in.NextToken, of)
	if err != nil {
		return nil, err
	}
	step, skip := state>>16, int(state&0xffff)
	from, to := later.Add(-time.Duration(step+1)*historyStep), later.Add(-time.Duration(step)*historyStep)
	last := !from.After(earlier)
	if forward {
		from, to = earlier.Add(time.Duration(step)*historyStep), earlier.Add(time.Duration(step+1)*historyStep)
		last = to.After(later)
	}
	var found []item
	for _, i := range x.history {
		inStep := i.at.After(from) && !i.at.After(to)
		if forward {
			inStep = !i.at.Before(from) && i.at.Before(to)
		}
		if inStep || !forward && i.at.Equal(earlier) && last {
			if !i.at.Before(earlier) && !i.at.After(later) {
				found = append(found, i)
			}
		}
	}
	if !forward {
		slices.Reverse(found)
	}
	found = found[min(skip, len(found)):]
	out := &historyOut{ConfigurationItems: []configurationItem{}}
	size := limit(in.Limit, 10, configPage)
	for n, i := range found {
		if n == size {
			out.NextToken = token(step<<16|int64(skip+size), of)
			return out, nil
		}
		out.ConfigurationItems = append(out.ConfigurationItems, r.configurationItem(x, &i))
	}
	if !last {
		out.NextToken = token((step+1)<<16, of)
	}
	return out, nil
}
