package andon

import (
	"cmp"
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/api/client"
	"github.com/andonhq/andon/pkg/datasource/query"
	"github.com/andonhq/andon/pkg/text"
)

const (
	pageRows = 1000 // entries of one call
	maxPages = 50   // calls of one query: matchers that few entries meet read no whole journal
)

// history is one row an entry of the query's time range, the newest first: a
// table, or what Grafana marks in graphs.
func (b *Bridge) history(ctx context.Context, q Query, raw query.Query) (data.Frames, error) {
	entries, read, whole, err := b.entries(ctx, q, raw)
	if err != nil {
		return nil, err
	}
	n := len(entries)
	f := b.historyTable(entries, raw.Reader)
	if q.Kind == Annotations {
		f = annotations(entries, raw.Reader)
	}
	var told query.Remarks
	switch {
	case whole:
	case n == q.Limit:
		told.Note(data.NoticeSeverityWarning, "notice.entries_cut", n)
	default:
		told.Note(data.NoticeSeverityWarning, "notice.entries_searched", read)
	}
	told.Tell(f, raw.Reader)
	return data.Frames{f}, nil
}

// entries reads page by page. whole tells that there is no more in this time.
func (b *Bridge) entries(ctx context.Context, q Query, raw query.Query) (found []alert.Entry, read int, whole bool, err error) {
	ask := client.HistoryQuery{From: raw.From, To: raw.To}
	for range maxPages {
		ask.Limit = pageRows
		if len(q.match) == 0 {
			ask.Limit = min(pageRows, q.Limit-len(found)+1) // one more tells that there is more
		}
		page, err := b.api.History(ctx, ask)
		if err != nil {
			return nil, read, false, err
		}
		read += len(page)
		for _, e := range page {
			if !q.match.Match(e.Labels) {
				continue
			}
			if len(found) == q.Limit {
				return found, read, false, nil
			}
			found = append(found, e)
		}
		if len(page) < ask.Limit {
			return found, read, true, nil
		}
		ask.Before = page[len(page)-1].Change
	}
	return found, read, false, nil
}

// name is the best short name of what an entry tells of.
func name(e alert.Entry) string {
	return cmp.Or(e.Labels.Get("alertname"), e.Labels.Get("subject"), string(e.Identity))
}

func (b *Bridge) historyTable(entries []alert.Entry, lang text.Lang) *data.Frame {
	times, labels := make([]time.Time, len(entries)), make([]json.RawMessage, len(entries))
	for i, e := range entries {
		times[i], labels[i] = e.At, object(e.Labels)
	}
	return table("history",
		data.NewField("time", nil, times),
		data.NewField("event", nil, column(entries, func(e alert.Entry) string { return string(e.Kind) })),
		severityField(column(entries, func(e alert.Entry) string { return string(e.Severity) })),
		data.NewField("name", nil, column(entries, name)),
		data.NewField("by", nil, column(entries, func(e alert.Entry) string { return e.By })),
		data.NewField("note", nil, column(entries, func(e alert.Entry) string { return text.Note(lang, e.Kind, e.Note) })),
		data.NewField("labels", nil, labels),
		linkField("board", column(entries, func(e alert.Entry) string { return b.page(e.Identity) })),
		data.NewField("identity", nil, column(entries, func(e alert.Entry) string { return string(e.Identity) })),
		data.NewField("receiver", nil, column(entries, func(e alert.Entry) string { return e.Receiver })),
		data.NewField("rule", nil, column(entries, func(e alert.Entry) string { return e.Rule })),
	)
}

// kind begins an annotation's title. In English it is the name that the column
// event has, too.
func kind(lang text.Lang, k alert.Kind) string {
	if lang == text.English {
		return string(k) + ": "
	}
	return text.Name(lang, text.Kind, k) + "："
}

// annotations are the entries as Grafana marks them in a graph.
func annotations(entries []alert.Entry, lang text.Lang) *data.Frame {
	times, tags := make([]time.Time, len(entries)), make([]json.RawMessage, len(entries))
	for i, e := range entries {
		times[i] = e.At
		tags[i], _ = json.Marshal([]string{string(e.Kind), string(e.Severity)}) // strings always marshal
	}
	return query.Typed(data.NewFrame("annotations",
		data.NewField("time", nil, times),
		data.NewField("title", nil, column(entries, func(e alert.Entry) string { return kind(lang, e.Kind) + name(e) })),
		data.NewField("text", nil, column(entries, func(e alert.Entry) string { return text.Note(lang, e.Kind, e.Note) })),
		data.NewField("tags", nil, tags),
		data.NewField("id", nil, column(entries, func(e alert.Entry) string { return strconv.FormatUint(e.Change, 10) })),
	), data.FrameTypeTable)
}
