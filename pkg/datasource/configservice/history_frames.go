package configservice

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	cfgtypes "github.com/aws/aws-sdk-go-v2/service/configservice/types"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/datasource/query"
)

// Bounds of one row.
const (
	shownChanges = 10  // in the text
	keptChanges  = 200 // in the list
	shownValue   = 80  // characters
)

func historyFrame(rows []row[entry]) data.Frames {
	n := len(rows)
	var (
		times             = make([]time.Time, n)
		status, condition = make([]string, n), make([]string, n)
		difference        = make([]string, n)
		count             = make([]*int64, n)
		changes, related  = make([]json.RawMessage, n), make([]json.RawMessage, n)
		kind, id, name    = make([]string, n), make([]string, n), make([]string, n)
		account, region   = make([]string, n), make([]string, n)
		stateID           = make([]string, n)
		whole             = make([]json.RawMessage, n)
	)
	for i, r := range rows {
		item := r.x.item
		times[i], status[i], condition[i] = deref(item.ConfigurationItemCaptureTime).UTC(), string(item.ConfigurationItemStatus), itemState(item)
		difference[i] = r.x.text("\n")
		if !r.x.unknown && !r.x.first {
			c := int64(len(r.x.changes))
			count[i] = &c
		}
		kept := r.x.changes[:min(keptChanges, len(r.x.changes)):len(r.x.changes)]
		if kept == nil {
			kept = []Change{}
		}
		changes[i], related[i], whole[i] = readable(kept), readable(relations(item)), itemJSON(item)
		kind[i], id[i] = string(item.ResourceType), deref(item.ResourceId)
		name[i] = itemName(item)
		account[i], region[i], stateID[i] = r.Account, r.Region, deref(item.ConfigurationStateId)
	}
	f := data.NewFrame("history",
		data.NewField("time", nil, times),
		data.NewField("status", nil, status),
		data.NewField("state", nil, condition),
		data.NewField("difference", nil, difference),
		data.NewField("differences", nil, count),
		data.NewField("changes", nil, changes),
		data.NewField("relationships", nil, related),
		data.NewField("type", nil, kind),
		data.NewField("id", nil, id),
		data.NewField("name", nil, name),
		data.NewField("account", nil, account),
		data.NewField("region", nil, region),
		data.NewField("state id", nil, stateID),
		data.NewField("item", nil, whole),
	)
	return table(f)
}

// annotationsFrame is the history as Grafana marks it in a graph.
func annotationsFrame(rows []row[entry]) data.Frames {
	n := len(rows)
	times, title, text, tag, id := make([]time.Time, n), make([]string, n), make([]string, n), make([]json.RawMessage, n), make([]string, n)
	for i, r := range rows {
		item := r.x.item
		times[i] = deref(item.ConfigurationItemCaptureTime).UTC()
		what := itemName(item)
		if what == "" {
			what = deref(item.ResourceId)
		}
		word := "changed"
		switch {
		case deleted(item.ConfigurationItemStatus):
			word = "deleted"
		case item.ConfigurationItemStatus == cfgtypes.ConfigurationItemStatusResourceDiscovered:
			word = "discovered"
		case stateChange(r.x.changes) != "":
			word = stateChange(r.x.changes)
		}
		title[i], text[i] = what+": "+word, r.x.text("\n")
		tag[i] = readable([]string{string(item.ResourceType), string(item.ConfigurationItemStatus), r.Region})
		id[i] = deref(item.ResourceId) + " " + deref(item.ConfigurationStateId)
	}
	return data.Frames{query.Typed(data.NewFrame("annotations",
		data.NewField("time", nil, times),
		data.NewField("title", nil, title),
		data.NewField("text", nil, text),
		data.NewField("tags", nil, tag),
		data.NewField("id", nil, id),
	), data.FrameTypeTable)}
}

// itemName is the name that Config knows, else the one that people give by tag.
func itemName(i cfgtypes.ConfigurationItem) string {
	if name := deref(i.ResourceName); name != "" {
		return name
	}
	return i.Tags["Name"]
}

func itemState(i cfgtypes.ConfigurationItem) string {
	return state(opened(deref(i.Configuration)))
}

// stateChange is "running → stopped" where the state is among the changes.
func stateChange(changes []Change) string {
	for _, path := range statePaths {
		for _, c := range changes {
			if c.Change == Updated && strings.EqualFold(c.Path, "configuration."+strings.Join(path, ".")) {
				return valueText(c.Before) + " → " + valueText(c.After)
			}
		}
	}
	return ""
}

// text is the difference for a reader.
func (e entry) text(separator string) string {
	switch {
	case deleted(e.item.ConfigurationItemStatus):
		return "deleted"
	case e.unknown:
		return ""
	case e.first:
		return "first recorded"
	case len(e.changes) == 0:
		return "no difference"
	}
	lines := make([]string, 0, shownChanges+1)
	for i, c := range e.changes {
		if i == shownChanges {
			lines = append(lines, fmt.Sprintf("… and %d more", len(e.changes)-i))
			break
		}
		lines = append(lines, c.text())
	}
	return strings.Join(lines, separator)
}

func (c Change) text() string {
	path := c.Path
	if path == "" {
		path = "all"
	}
	switch c.Change {
	case Created:
		return path + ": + " + valueText(c.After)
	case Deleted:
		return path + ": − " + valueText(c.Before)
	}
	return path + ": " + valueText(c.Before) + " → " + valueText(c.After)
}

func valueText(v any) string {
	text, ok := v.(string)
	if !ok {
		text = string(readable(v))
	}
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) > shownValue {
		text = string([]rune(text)[:shownValue-1]) + "…"
	}
	return text
}
