package cloudtrail

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/andonhq/andon/pkg/awsapi"
)

// record is an event with its decoded record. A record that is not JSON keeps
// the columns that LookupEvents gives beside it.
type record struct {
	event  awsapi.Event
	fields map[string]any
}

func open(e awsapi.Event) record {
	r := record{event: e}
	_ = json.Unmarshal([]byte(e.Record), &r.fields)
	return r
}

// values are the values at a path, those of list items included.
func (r record) values(path string) []string {
	var out []string
	collect(r.fields, strings.Split(path, "."), &out)
	return out
}

// maxValues bounds what one field of one record can give.
const maxValues = 200

func collect(v any, path []string, out *[]string) {
	if len(*out) >= maxValues {
		return
	}
	switch v := v.(type) {
	case map[string]any:
		if len(path) > 0 {
			collect(v[path[0]], path[1:], out)
		}
	case []any:
		for _, item := range v {
			collect(item, path, out)
		}
	case nil:
	default:
		if len(path) == 0 {
			*out = append(*out, scalar(v))
		}
	}
}

func scalar(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

// text is the first value at a path.
func (r record) text(path string) string {
	if all := r.values(path); len(all) > 0 {
		return all[0]
	}
	return ""
}

// user is who did it, as a person would say: the user, else the role's session,
// else the service, else the principal.
func (r record) user() string {
	if r.event.Username != "" {
		return r.event.Username
	}
	for _, path := range []string{"userIdentity.userName", "userIdentity.arn", "userIdentity.invokedBy", "userIdentity.principalId", "userIdentity.type"} {
		if s := r.text(path); s != "" {
			return s
		}
	}
	return ""
}

// resources are what the event was about.
func (r record) resources() string {
	names := make([]string, 0, len(r.event.Resources))
	for _, x := range r.event.Resources {
		names = append(names, x.Name)
	}
	return strings.Join(names, ", ")
}

// resource is the first of them that has a type, by which AWS Config knows it.
func (r record) resource() (kind, name string) {
	for _, x := range r.event.Resources {
		if x.Type != "" && x.Name != "" {
			return x.Type, x.Name
		}
	}
	return "", ""
}
