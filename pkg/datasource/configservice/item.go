package configservice

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	cfgtypes "github.com/aws/aws-sdk-go-v2/service/configservice/types"
)

// deleted reports whether an item says that its resource is gone.
func deleted(s cfgtypes.ConfigurationItemStatus) bool {
	return s == cfgtypes.ConfigurationItemStatusResourceDeleted || s == cfgtypes.ConfigurationItemStatusResourceDeletedNotRecorded
}

// opened is the text of a configuration as a document; a text that is no JSON
// stays one.
func opened(text string) any {
	if v, ok := parse(text, maxDepth); ok {
		return v
	}
	return text
}

// document is what of an item tells the resource: times and versions, which
// differ in every item, are left out. An item of a deleted resource has nothing.
func document(i cfgtypes.ConfigurationItem) map[string]any {
	doc := map[string]any{}
	if text := deref(i.Configuration); text != "" {
		doc["configuration"] = opened(text)
	}
	if deleted(i.ConfigurationItemStatus) {
		return doc
	}
	supplementary, tags, relations := map[string]any{}, map[string]any{}, map[string]any{}
	for name, text := range i.SupplementaryConfiguration {
		supplementary[name] = opened(text)
	}
	for name, value := range i.Tags {
		tags[name] = value
	}
	for _, r := range i.Relationships {
		relations[relationText(r)] = true
	}
	doc["supplementaryConfiguration"], doc["tags"], doc["relationships"] = supplementary, tags, relations
	doc["availabilityZone"], doc["resourceName"] = deref(i.AvailabilityZone), deref(i.ResourceName)
	return doc
}

// relationText is a relationship as a person says it: Is attached to Volume
// vol-1.
func relationText(r cfgtypes.Relationship) string {
	text := strings.TrimSpace(deref(r.RelationshipName))
	kind := string(r.ResourceType)
	if short := kind[strings.LastIndexByte(kind, ':')+1:]; short != "" && !strings.HasSuffix(strings.ToLower(strings.ReplaceAll(text, " ", "")), strings.ToLower(short)) {
		text = strings.TrimSpace(text + " " + kind)
	}
	id := deref(r.ResourceId)
	if id == "" {
		id = deref(r.ResourceName)
	}
	return strings.TrimSpace(text + " " + id)
}

func relations(i cfgtypes.ConfigurationItem) []string {
	out := make([]string, len(i.Relationships))
	for n, r := range i.Relationships {
		out[n] = relationText(r)
	}
	slices.Sort(out)
	return out
}

// itemJSON is a whole item, under the API's names, its texts that hold JSON
// opened.
func itemJSON(i cfgtypes.ConfigurationItem) json.RawMessage {
	supplementary := map[string]any{}
	for name, text := range i.SupplementaryConfiguration {
		supplementary[name] = opened(text)
	}
	type relation struct {
		Name string `json:"relationshipName"`
		Type string `json:"resourceType"`
		ID   string `json:"resourceId,omitempty"`
		As   string `json:"resourceName,omitempty"`
	}
	related := make([]relation, len(i.Relationships))
	for n, r := range i.Relationships {
		related[n] = relation{deref(r.RelationshipName), string(r.ResourceType), deref(r.ResourceId), deref(r.ResourceName)}
	}
	doc := map[string]any{
		"accountId": i.AccountId, "arn": i.Arn, "awsRegion": i.AwsRegion, "availabilityZone": i.AvailabilityZone,
		"configurationItemCaptureTime": utc(i.ConfigurationItemCaptureTime), "configurationItemStatus": i.ConfigurationItemStatus,
		"configurationStateId": i.ConfigurationStateId, "resourceCreationTime": utc(i.ResourceCreationTime),
		"resourceId": i.ResourceId, "resourceName": i.ResourceName, "resourceType": i.ResourceType, "version": i.Version,
		"relationships": related, "supplementaryConfiguration": supplementary, "tags": i.Tags,
	}
	if text := deref(i.Configuration); text != "" {
		doc["configuration"] = opened(text)
	}
	return readable(doc)
}

// readable is a value as JSON. What was decoded from JSON always encodes.
func readable(v any) json.RawMessage {
	text, err := json.Marshal(v)
	if err != nil {
		return json.RawMessage("null")
	}
	return text
}

// statePaths are where a configuration says in what state its resource is, most
// telling first. Types differ: state.name of an instance, state.value of a
// volume, dBInstanceStatus of a database.
var statePaths = [][]string{
	{"state", "name"},
	{"state", "value"},
	{"state", "code"},
	{"state"},
	{"status", "value"},
	{"status", "code"},
	{"status"},
	{"dbinstancestatus"},
	{"dbclusterstatus"},
	{"clusterstatus"},
	{"instancestate", "name"},
	{"stackstatus", "value"},
	{"stackstatus"},
}

// state reads a resource's state out of its configuration; empty where it has
// none.
func state(configuration any) string {
	for _, path := range statePaths {
		if s, ok := lookup(configuration, path...).(string); ok {
			return s
		}
	}
	return ""
}

// lookup follows names without regard to case: the guides, the API and the
// notifications write them differently.
func lookup(v any, path ...string) any {
	for _, name := range path {
		m, _ := v.(map[string]any)
		next, ok := m[name]
		if !ok {
			for _, key := range sortedKeys(m) {
				if strings.EqualFold(key, name) {
					next, ok = m[key], true
					break
				}
			}
		}
		if !ok {
			return nil
		}
		v = next
	}
	return v
}

// tags are what a configuration itself says about its resource's tags, a list of
// key and value or an object: BatchGetResourceConfig has no field for them.
func tags(documents ...any) map[string]string {
	out := map[string]string{}
	for _, doc := range documents {
		for _, name := range []string{"tags", "tagset", "taglist"} {
			addTags(out, lookup(doc, name))
		}
		sets, _ := lookup(doc, "tagsets").([]any) // of S3's BucketTaggingConfiguration
		for _, set := range sets {
			addTags(out, lookup(set, "tags"))
		}
	}
	return out
}

func addTags(out map[string]string, v any) {
	switch v := v.(type) {
	case []any:
		for _, tag := range v {
			if key, ok := lookup(tag, "key").(string); ok {
				out[key], _ = lookup(tag, "value").(string)
			}
		}
	case map[string]any:
		for key, value := range v {
			if text, ok := value.(string); ok {
				out[key] = text
			}
		}
	}
}

func sortedKeys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }
