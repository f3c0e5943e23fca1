package main

import (
	"fmt"
	"maps"
	"slices"
)

// pluginID is the data source's type.
const pluginID = "andonhq-andon-datasource"

// width is that of Grafana's grid.
const width = 24

// row is panels beside each other; each as wide as it says, all of one height.
type row struct {
	height int
	panels []panel
}

// laid places rows below each other and numbers the panels.
func laid(rows ...row) []panel {
	var out []panel
	y := 0
	for _, r := range rows {
		x := 0
		for _, p := range r.panels {
			w := p.GridPos.W
			if w == 0 {
				w = width / len(r.panels)
			}
			p.ID, p.GridPos = len(out)+1, gridPos{H: r.height, W: w, X: x, Y: y}
			out, x = append(out, p), x+w
		}
		y += r.height
	}
	return out
}

// wide gives a panel another width than its share of the row.
func wide(columns int, p panel) panel {
	p.GridPos.W = columns
	return p
}

// from is the data source that the dashboard's variable chooses.
func from() *source { return &source{Type: pluginID, UID: "${datasource}"} }

// on lets panels ask the data source of another variable.
func on(variable string, panels []panel) []panel {
	other := &source{Type: pluginID, UID: "${" + variable + "}"}
	for i := range panels {
		panels[i].Datasource = other
		for _, q := range panels[i].Targets {
			q["datasource"] = other
		}
	}
	return panels
}

// asked is a panel's queries, named A, B, …
func asked(queries ...query) []query {
	var out []query
	for i, q := range queries {
		one := query{"refId": string(rune('A' + i)), "datasource": from()}
		maps.Copy(one, q)
		out = append(out, one)
	}
	return out
}

// in asks where the variables account and region say.
func in(q query) query {
	q["account"], q["region"] = "$account", "$region"
	return q
}

// graph is a time series panel.
func graph(title, description, unit string, queries ...query) panel {
	return panel{
		Type: "timeseries", Title: title, Description: description, Datasource: from(), Targets: asked(queries...),
		FieldConfig: &fieldConfig{
			Defaults: map[string]any{
				"unit":  unit,
				"color": map[string]any{"mode": "palette-classic"},
				"custom": map[string]any{
					"drawStyle": "line", "lineWidth": 1, "fillOpacity": 10, "showPoints": "never", "spanNulls": false,
					"axisSoftMin": 0, "thresholdsStyle": map[string]any{"mode": "off"},
				},
			},
			Overrides: []override{},
		},
		Options: map[string]any{
			"legend":  map[string]any{"showLegend": true, "displayMode": "list", "placement": "bottom", "calcs": []string{}},
			"tooltip": map[string]any{"mode": "multi", "sort": "desc"},
		},
	}
}

// limit draws a line at a value, red from there on: above it, or below.
func limit(p panel, value float64, below bool) panel {
	steps := []map[string]any{{"color": "green", "value": nil}, {"color": "red", "value": value}}
	if below {
		steps = []map[string]any{{"color": "red", "value": nil}, {"color": "green", "value": value}}
	}
	p.FieldConfig.Defaults["thresholds"] = map[string]any{"mode": "absolute", "steps": steps}
	p.FieldConfig.Defaults["custom"].(map[string]any)["thresholdsStyle"] = map[string]any{"mode": "dashed"}
	return p
}

// bars draws counts as bars, on top of each other.
func bars(p panel) panel {
	custom := p.FieldConfig.Defaults["custom"].(map[string]any)
	custom["drawStyle"], custom["fillOpacity"], custom["stacking"] = "bars", 60, map[string]any{"mode": "normal", "group": "A"}
	p.FieldConfig.Defaults["decimals"] = 0
	return p
}

// number shows the last value of each series, coloured by steps of value and
// colour.
func number(title, description string, steps []step, queries ...query) panel {
	return panel{
		Type: "stat", Title: title, Description: description, Datasource: from(), Targets: asked(queries...),
		FieldConfig: &fieldConfig{
			Defaults: map[string]any{
				"noValue": "?", "color": map[string]any{"mode": "thresholds"},
				"thresholds": map[string]any{"mode": "absolute", "steps": steps},
			},
			Overrides: []override{},
		},
		Options: map[string]any{
			"reduceOptions": map[string]any{"calcs": []string{"lastNotNull"}, "fields": "", "values": false},
			"colorMode":     "background", "graphMode": "none", "justifyMode": "auto", "textMode": "value_and_name", "orientation": "auto",
		},
	}
}

// only shows the fields whose names match. A transformation sees them before
// overrides rename them.
func (p panel) only(pattern string) panel {
	p.Transformations = append(p.Transformations, transformation{ID: "filterFieldsByName", Options: map[string]any{"include": map[string]any{"pattern": "/" + pattern + "/"}}})
	return p
}

// where shows the rows whose field is equal to a value, or notEqual. It comes
// before all other transformations, which leave fields out.
func (p panel) where(name, is, value string) panel {
	p.Transformations = slices.Insert(p.Transformations, 0, transformation{ID: "filterByValue", Options: map[string]any{
		"type": "include", "match": "all",
		"filters": []any{map[string]any{"fieldName": name, "config": map[string]any{"id": is, "options": map[string]any{"value": value}}}},
	}})
	return p
}

// step is a colour from a value on; the first has none.
type step struct {
	Color string   `json:"color"`
	Value *float64 `json:"value"`
}

// zeroIsFine is green at 0 and another colour from 1 on. Where there is no value
// it has none: what nobody knows is not fine.
func zeroIsFine(colour string) []step {
	zero, one := 0.0, 1.0
	return []step{{Color: "transparent"}, {Color: "green", Value: &zero}, {Color: colour, Value: &one}}
}

// named colours series of a stat by name.
func named(p panel, series, shown, colour string) panel {
	o := override{Matcher: matcher{"byName", series}, Properties: []property{{"displayName", shown}}}
	if colour != "" {
		one := 1.0
		o.Properties = append(o.Properties, property{"thresholds", map[string]any{"mode": "absolute", "steps": []step{{Color: "transparent"}, {Color: colour, Value: &one}}}})
	}
	p.FieldConfig.Overrides = append(p.FieldConfig.Overrides, o)
	return p
}

// table is a table panel; columns are shown in the order in which they are
// named, and no others.
func table(l language, title, description string, columns []string, queries ...query) panel {
	p := panel{
		Type: "table", Title: title, Description: description, Datasource: from(), Targets: asked(queries...),
		FieldConfig: &fieldConfig{
			Defaults: map[string]any{"custom": map[string]any{"align": "auto", "filterable": true, "inspect": false, "minWidth": 60, "cellOptions": map[string]any{"type": "auto"}}},
			// With a unit of its own a time has no milliseconds, which Grafana adds, and
			// cuts, where all rows are of the same minute.
			Overrides: []override{{matcher{"byType", "time"}, []property{{"unit", "dateTimeAsIso"}}}},
		},
		Options: map[string]any{"showHeader": true, "cellHeight": "sm"},
	}
	order := map[string]any{}
	for i, name := range columns {
		order[name] = i
		if shown := l.column(name); shown != name {
			p = column(p, name, property{"displayName", shown})
		}
	}
	p.Transformations = []transformation{
		{ID: "filterFieldsByName", Options: map[string]any{"include": map[string]any{"names": columns}}},
		{ID: "organize", Options: map[string]any{"indexByName": order, "excludeByName": map[string]any{}, "renameByName": map[string]any{}}},
	}
	return p
}

// column adds properties to a column.
func column(p panel, name string, properties ...property) panel {
	for i, o := range p.FieldConfig.Overrides {
		if o.Matcher == (matcher{"byName", name}) {
			p.FieldConfig.Overrides[i].Properties = append(o.Properties, properties...)
			return p
		}
	}
	p.FieldConfig.Overrides = append(p.FieldConfig.Overrides, override{matcher{"byName", name}, properties})
	return p
}

// widths sets those of columns, in pixels.
func widths(p panel, pixels map[string]int) panel {
	for _, name := range slices.Sorted(maps.Keys(pixels)) {
		p = column(p, name, property{"custom.width", pixels[name]})
	}
	return p
}

// hidden keeps a column for links, and does not show it.
func hidden(p panel, name string) panel {
	return column(p, name, property{"custom.hidden", true}, property{"custom.hideFrom", map[string]any{"viz": true}})
}

// linked makes the values of a column a link.
func linked(p panel, name, title, url string) panel {
	return column(p, name, property{"links", []link{{Title: title, URL: url}}})
}

// wrapped lets a column's text take several lines.
func wrapped(p panel, name string) panel {
	return column(p, name, property{"custom.cellOptions", map[string]any{"type": "auto"}}, property{"custom.wrapText", true})
}

// legend names series by a template, such as ${__field.labels.user}.
func legend(p panel, template string) panel {
	p.FieldConfig.Defaults["displayName"] = template
	return p
}

// legendOf names those of one query.
func legendOf(p panel, refID, template string) panel {
	p.FieldConfig.Overrides = append(p.FieldConfig.Overrides, override{matcher{"byFrameRefID", refID}, []property{{"displayName", template}}})
	return p
}

// painted gives series their colours and the reader's words, by name.
func painted(l language, p panel, words []word) panel {
	for _, w := range words {
		p = column(p, w.value, property{"color", map[string]any{"mode": "fixed", "fixedColor": w.colour}})
		if l != english {
			p = column(p, w.value, property{"displayName", w.shown})
		}
	}
	return p
}

// onOff is a graph of 0 and 1.
func onOff(p panel) panel {
	p.FieldConfig.Defaults["decimals"] = 0
	p.FieldConfig.Defaults["custom"].(map[string]any)["axisSoftMax"] = 1
	return p
}

// inspected lets long values of a column be opened.
func inspected(p panel, name string) panel {
	return column(p, name, property{"custom.inspect", true})
}

// logLines shows log lines.
func logLines(title, description string, queries ...query) panel {
	return panel{
		Type: "logs", Title: title, Description: description, Datasource: from(), Targets: asked(queries...),
		FieldConfig: &fieldConfig{Defaults: map[string]any{}, Overrides: []override{}},
		Options: map[string]any{
			"showTime": true, "wrapLogMessage": true, "enableLogDetails": true, "sortOrder": "Descending", "dedupStrategy": "none",
			"showLabels": false, "showCommonLabels": false, "prettifyLogMessage": false,
		},
	}
}

// field is a value of the row that was clicked, within a link: as it reads, or in
// a form.
func field(name, form string) string {
	return fmt.Sprintf("${__data.fields[%q]%s}", name, form)
}

const (
	inNumbers = ".numeric"
	encoded   = ":percentencode" // as a parameter of an address, whatever is in it
	whole     = ":raw"           // an address itself
)

// around is the part of a link that sets the time range: so many minutes, the
// time of a column in the middle. Source: "Controlling time range using the
// URL" in Grafana's manual.
func around(column string, minutes int) string {
	return fmt.Sprintf("time=%s&time.window=%d", field(column, inNumbers), minutes*60_000)
}

// sameTime is the part of a link that keeps the time range.
const sameTime = "${__url_time_range}"

// place is the part of a link that keeps data source, account and region.
const place = "${datasource:queryparam}&${account:queryparam}&${region:queryparam}"
