package andon

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/api/client"
	"github.com/andonhq/andon/pkg/datasource/query"
)

// alerts is one row an open alert, the most severe first, then the newest.
func (b *Bridge) alerts(ctx context.Context, q Query, raw query.Query) (data.Frames, error) {
	open, err := b.api.FirstAlerts(ctx, q.Limit+1, q.Matchers...)
	if err != nil {
		return nil, err
	}
	more := len(open) > q.Limit
	if more {
		open = open[:q.Limit]
	}
	n := len(open)
	var (
		since, acked = make([]time.Time, n), make([]*time.Time, n)
		labels       = make([]json.RawMessage, n)
		over         = make([]bool, n)
	)
	for i, a := range open {
		since[i], labels[i], over[i] = began(a), object(a.Labels), !a.Abnormal
		if a.Ack != nil {
			acked[i] = &a.Ack.At
		}
	}
	ack := func(of func(*alert.Ack) string) []string {
		return column(open, func(a client.Alert) string {
			if a.Ack == nil {
				return ""
			}
			return of(a.Ack)
		})
	}
	f := table("alerts",
		severityField(column(open, func(a client.Alert) string { return string(a.Severity) })),
		data.NewField("name", nil, column(open, func(a client.Alert) string { return a.Name })),
		data.NewField("summary", nil, column(open, summary)),
		data.NewField("state", nil, column(open, func(a client.Alert) string { return string(a.Phase) })),
		data.NewField("since", nil, since),
		data.NewField("acknowledged by", nil, ack(func(a *alert.Ack) string { return a.By })),
		data.NewField("acknowledged at", nil, acked),
		data.NewField("comment", nil, ack(func(a *alert.Ack) string { return a.Comment })),
		data.NewField("cause over", nil, over),
		data.NewField("labels", nil, labels),
		linkField("link", column(open, func(a client.Alert) string { return webLink(a.Link) })),
		linkField("board", column(open, func(a client.Alert) string { return b.page(a.Identity) })),
		data.NewField("identity", nil, column(open, func(a client.Alert) string { return string(a.Identity) })),
		data.NewField("receiver", nil, column(open, func(a client.Alert) string { return a.Receiver })),
		data.NewField("rule", nil, column(open, func(a client.Alert) string { return a.Rule })),
	)
	var told query.Remarks
	if more {
		told.Note(data.NoticeSeverityWarning, "notice.alerts_cut", q.Limit)
	}
	told.Tell(f, raw.Reader)
	return data.Frames{f}, nil
}

// began is when its sender says that it began, where that is before the bridge
// heard of it.
func began(a client.Alert) time.Time {
	if !a.StartsAt.IsZero() && a.StartsAt.Before(a.OpenedAt) {
		return a.StartsAt
	}
	return a.OpenedAt
}

// maxSummary is the length of a summary in runes.
const maxSummary = 500

func summary(a client.Alert) string {
	for _, name := range []string{"summary", "message", "description"} {
		if text := strings.Join(strings.Fields(a.Annotations.Get(name)), " "); text != "" {
			if runes := []rune(text); len(runes) > maxSummary {
				text = string(runes[:maxSummary]) + "…"
			}
			return text
		}
	}
	return ""
}

// webLink is a link that may be followed, http or https with a host; "" is
// everything else, javascript: above all.
func webLink(link string) string {
	u, err := url.Parse(link)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return u.String()
}

func column[T any](rows []T, of func(T) string) []string {
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = of(r)
	}
	return out
}

// object is labels as a JSON object, {} where there are none.
func object(ls alert.Labels) json.RawMessage {
	text, err := json.Marshal(ls.Map())
	if err != nil { // strings always marshal
		return json.RawMessage("{}")
	}
	return text
}

func table(name string, fields ...*data.Field) *data.Frame {
	f := query.Typed(data.NewFrame(name, fields...), data.FrameTypeTable)
	query.Meta(f).PreferredVisualization = data.VisTypeTable
	return f
}

// severityField gives the default severities a colour; one of the room's own has
// none.
func severityField(values []string) *data.Field {
	return colored("severity", values, data.ValueMapper{
		"disaster": {Color: "purple", Index: 0}, "critical": {Color: "red", Index: 1}, "warning": {Color: "orange", Index: 2},
		"info": {Color: "blue", Index: 3}, "record": {Color: "gray", Index: 4},
	})
}

func colored[T string | *string](name string, values []T, colors data.ValueMapper) *data.Field {
	f := data.NewField(name, nil, values)
	f.Config = &data.FieldConfig{Mappings: data.ValueMappings{colors}}
	return f
}

// linkField is a field whose values are addresses: they are encoded already.
func linkField(name string, values []string) *data.Field {
	f := data.NewField(name, nil, values)
	f.Config = &data.FieldConfig{Links: []data.DataLink{{Title: name, URL: "${__value.raw:raw}", TargetBlank: true}}}
	return f
}
