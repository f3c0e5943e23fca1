package main

import (
	"slices"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/lamp"
	"github.com/andonhq/andon/pkg/text"
)

// word is how a value of a column reads, and its colour, if it has one.
type word struct{ value, shown, colour string }

// worded shows a column's values in the reader's words, in their colours. On
// English dashboards the words are the back end's.
func worded(l language, p panel, name string, words []word) panel {
	options := map[string]any{}
	for i, w := range words {
		one := map[string]any{"index": i}
		if l != english {
			one["text"] = w.shown
		}
		if w.colour != "" {
			one["color"] = w.colour
		}
		if len(one) > 1 {
			options[w.value] = one
		}
	}
	if len(options) == 0 {
		return p
	}
	return column(p, name, property{"mappings", []any{map[string]any{"type": "value", "options": options}}})
}

// persons words how a column names who did something for somebody else, and who
// is no person. Sources: the names of packages access and bridge.
func persons(l language, p panel, name string) panel {
	if l == english {
		return p
	}
	var mappings []any
	for i, m := range [][2]string{
		{`/^(.+) \(by (.+)\)$/`, "$1($2 経由)"},
		{`/^tower (.+) \(button or other sender\)$/`, "信号灯 $1(ボタンまたは他の機器)"},
	} {
		mappings = append(mappings, map[string]any{"type": "regex", "options": map[string]any{
			"pattern": m[0], "result": map[string]any{"text": m[1], "index": i},
		}})
	}
	return column(p, name, property{"mappings", mappings})
}

// alarmStates are CloudWatch's.
var alarmStates = []word{{"ALARM", "アラーム", "red"}, {"INSUFFICIENT_DATA", "データ不足", "yellow"}, {"OK", "正常", "green"}}

var compliance = []word{
	{"NON_COMPLIANT", "非準拠", "red"}, {"COMPLIANT", "準拠", "green"}, {"NOT_APPLICABLE", "対象外", "gray"}, {"INSUFFICIENT_DATA", "未評価", "yellow"},
}

var towerStates = []word{{"reachable", "応答あり", "green"}, {"lost", "通信不能", "red"}, {"unknown", "不明", "gray"}}

var (
	yesOrNo      = []word{{"true", "はい", ""}, {"false", "いいえ", ""}}
	yesOrTrouble = []word{{"true", "はい", ""}, {"false", "いいえ", "orange"}}
)

// colours of units and severities, as the back end gives them.
var (
	unitColours     = map[lamp.Unit]string{lamp.Red: "red", lamp.Amber: "orange", lamp.Green: "green", lamp.Blue: "blue", lamp.White: "#f0f0f0"}
	severityColours = []word{{"disaster", "", "purple"}, {"critical", "", "red"}, {"warning", "", "orange"}, {"info", "", "blue"}, {"record", "", "gray"}}
)

// severities are the standard ones, the most severe first.
func severities() []word {
	out := slices.Clone(severityColours)
	for i := range out {
		out[i].shown = text.Name(text.Japanese, text.Severity, out[i].value)
	}
	return out
}

// phases are where an open alert may stand.
func phases() []word {
	var out []word
	for _, p := range []string{"unacknowledged", "stale", "acknowledged", "returned"} {
		out = append(out, word{p, text.Name(text.Japanese, text.Phase, p), ""})
	}
	return out
}

func kinds() []word {
	var out []word
	for _, k := range []alert.Kind{
		alert.Opened, alert.Updated, alert.Raised, alert.Lowered, alert.Acked, alert.BecameStale, alert.BecameNormal, alert.Closed, alert.Reset, alert.Recorded,
	} {
		out = append(out, word{string(k), text.Name(text.Japanese, text.Kind, k), ""})
	}
	return out
}

// patterns are what a unit may show.
func patterns(u lamp.Unit) []word {
	var out []word
	for _, p := range lamp.Patterns {
		colour := unitColours[u]
		if p == lamp.Off {
			colour = "transparent"
		}
		out = append(out, word{string(p), text.Name(text.Japanese, text.Pattern, p), colour})
	}
	return out
}
