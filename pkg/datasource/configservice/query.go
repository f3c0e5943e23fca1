// Package configservice is the query type of AWS Config: what exists and what
// was deleted, how one resource changed and wherein it differs from before,
// which rules and resources do not comply, and Config's advanced queries.
//
// The data source routes queries of type "config" to it. It sends calls through
// awsapi only, and changes nothing in AWS.
package configservice

import (
	"regexp"
	"slices"
	"strings"

	cfgtypes "github.com/aws/aws-sdk-go-v2/service/configservice/types"

	"github.com/andonhq/andon/pkg/datasource/query"
)

// Kinds of answers.
const (
	Inventory           = "inventory"            // resources of some types; without a type, how many of each
	History             = "history"              // configuration items of one resource, newest first
	Annotations         = "annotations"          // the same as Grafana's annotations
	Compliance          = "compliance"           // rules
	ComplianceResources = "compliance_resources" // resources by rule
	Counts              = "counts"               // non-compliant resources by rule, as numbers that can alert
	Select              = "query"                // an advanced query
)

// Query is what the editor writes.
type Query struct {
	query.Scope
	Kind string `json:"kind"` // Inventory where empty

	// For Inventory, several types, here or separated by commas in ResourceType.
	// History and Annotations need one; ComplianceResources may have one.
	ResourceType   string   `json:"resourceType"` // as AWS::EC2::Instance
	ResourceTypes  []string `json:"resourceTypes"`
	ResourceID     string   `json:"resourceId"`
	ResourceName   string   `json:"resourceName"`   // exact, where Config knows names; not together with ResourceID
	IncludeDeleted bool     `json:"includeDeleted"` // Inventory

	Rules           []string                  `json:"rules"`           // names; all where empty
	ComplianceTypes []cfgtypes.ComplianceType `json:"complianceTypes"` // Compliance: all where empty; ComplianceResources: NON_COMPLIANT
	Totals          bool                      `json:"totals"`          // Counts: a row with the sum for each account and region, too

	Expression string `json:"expression"` // Select: SELECT … WHERE …, without FROM
	Limit      int    `json:"limit"`      // rows for each account and region; 0: 1,000 (History: 100)
	NoCache    bool   `json:"noCache"`
}

// Bounds of one query.
const (
	defaultRows  = 1000
	maxRows      = 10_000
	defaultItems = 100
	maxItems     = 1000
	maxTypes     = 20
	maxRules     = 100
	maxSQL       = 4096 // characters, as SelectResourceConfig takes them
)

var (
	kinds        = []string{Inventory, History, Annotations, Compliance, ComplianceResources, Counts, Select}
	resourceType = regexp.MustCompile(`^[A-Za-z0-9]+::[A-Za-z0-9-]+::[A-Za-z0-9:]+$`)
)

func decode(raw query.Query) (Query, error) {
	var q Query
	if err := query.Decode(raw, &q); err != nil {
		return Query{}, err
	}
	q.NoCache = q.NoCache || raw.NoCache || raw.Alert
	if q.Kind == "" {
		q.Kind = Inventory
	}
	if !slices.Contains(kinds, q.Kind) {
		return Query{}, query.OneOf("kind", q.Kind, kinds...)
	}
	if err := q.types(); err != nil {
		return Query{}, err
	}
	if err := q.check(); err != nil {
		return Query{}, err
	}
	fallback, most := defaultRows, maxRows
	if q.Kind == History || q.Kind == Annotations {
		fallback, most = defaultItems, maxItems
	}
	if q.Limit < 0 || q.Limit > most {
		return Query{}, query.Wrong("limit", "is %d; 1 to %d, or 0 for %d", q.Limit, most, fallback)
	}
	if q.Limit == 0 {
		q.Limit = fallback
	}
	return q, nil
}

// types brings both fields for resource types into ResourceTypes.
func (q *Query) types() error {
	field, all := "resourceTypes", q.ResourceTypes
	if q.ResourceType != "" {
		field, all = "resourceType", append(strings.Split(q.ResourceType, ","), q.ResourceTypes...)
	}
	q.ResourceTypes = nil
	for _, t := range all {
		t = strings.TrimSpace(t)
		switch {
		case t == "" || slices.Contains(q.ResourceTypes, t):
		case !resourceType.MatchString(t):
			return query.Wrong(field, "%q is no resource type, such as AWS::EC2::Instance", t)
		default:
			q.ResourceTypes = append(q.ResourceTypes, t)
		}
	}
	if n := len(q.ResourceTypes); n > maxTypes {
		return query.Wrong(field, "names %d types; up to %d can be asked at once", n, maxTypes)
	}
	return nil
}

func (q *Query) check() error {
	q.ResourceID, q.ResourceName = strings.TrimSpace(q.ResourceID), strings.TrimSpace(q.ResourceName)
	if q.ResourceID != "" && q.ResourceName != "" {
		return query.Wrong("resourceName", "does not go together with resourceId: leave one empty")
	}
	switch q.Kind {
	case Inventory:
		if len(q.ResourceTypes) == 0 && (q.ResourceID != "" || q.ResourceName != "") {
			return query.Wrong("resourceType", "is empty: AWS Config finds a resource only by its type, such as AWS::EC2::Instance")
		}
	case History, Annotations:
		if len(q.ResourceTypes) != 1 {
			return query.Wrong("resourceType", "names %d types; the history is that of one resource of one type, such as AWS::EC2::Instance", len(q.ResourceTypes))
		}
		if q.ResourceID == "" && q.ResourceName == "" {
			return query.Wrong("resourceId", "is empty: the history is that of one resource")
		}
	case ComplianceResources:
		if q.ResourceName != "" {
			return query.Wrong("resourceName", "is not what rules go by: use resourceId")
		}
		if q.ResourceID != "" && len(q.ResourceTypes) != 1 {
			return query.Wrong("resourceType", "names %d types; a resourceId needs its one type", len(q.ResourceTypes))
		}
		if len(q.ComplianceTypes) == 0 {
			q.ComplianceTypes = []cfgtypes.ComplianceType{cfgtypes.ComplianceTypeNonCompliant}
		}
	case Select:
		if q.Expression = strings.TrimSpace(q.Expression); q.Expression == "" {
			return query.Wrong("expression", "is empty: an advanced query, such as SELECT resourceId WHERE resourceType = 'AWS::EC2::Instance'")
		}
		if n := len([]rune(q.Expression)); n > maxSQL {
			return query.Wrong("expression", "has %d characters; AWS Config takes %d", n, maxSQL)
		}
	}
	return q.checkRules()
}

func (q *Query) checkRules() error {
	var names []string
	for _, n := range q.Rules {
		if n = strings.TrimSpace(n); n != "" && !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	if len(names) > maxRules {
		return query.Wrong("rules", "names %d rules; up to %d, or none for all", len(names), maxRules)
	}
	q.Rules = names
	for _, t := range q.ComplianceTypes {
		if known := t.Values(); !slices.Contains(known, t) {
			text := make([]string, len(known))
			for i, k := range known {
				text[i] = string(k)
			}
			return query.OneOf("complianceTypes", string(t), text...)
		}
	}
	return nil
}

// String is the question as the query inspector shows it.
func (q Query) String() string {
	types := strings.Join(q.ResourceTypes, ", ")
	switch q.Kind {
	case History, Annotations:
		return "history of " + types + " " + q.ResourceID + q.ResourceName
	case Compliance:
		return q.ofRules("compliance by rule")
	case ComplianceResources:
		text := q.ofRules("compliance by resource")
		if what := strings.TrimSpace(types + " " + q.ResourceID); what != "" {
			text += ", " + what
		}
		return text
	case Counts:
		return q.ofRules("non-compliant resources by rule")
	case Select:
		return q.Expression
	}
	if types == "" {
		return "resource counts"
	}
	text := "resources of " + types
	if one := q.ResourceID + q.ResourceName; one != "" {
		text += " named " + one
	}
	if q.IncludeDeleted {
		text += ", deleted ones too"
	}
	return text
}

func (q Query) ofRules(text string) string {
	if len(q.Rules) > 0 {
		text += " of " + strings.Join(q.Rules, ", ")
	}
	return text
}
