package main

// who shows CloudTrail's events: who did what, in the time range that a link
// from an alarm has set.
func who(l language) dashboard {
	events := func(more query) query {
		return in(query{
			"queryType": "cloudtrail", "search": "$search", "changes": true,
			"filters": []map[string]string{{"field": "userIdentity.userName", "op": "=~", "value": "$user"}, {"field": "eventName", "op": "=", "value": "$event"}},
		}.with(more))
	}
	list := table(l, l.say("Events", "操作の一覧"),
		l.say("Newest first. The resource leads to its history. CloudTrail lists an event up to 15 minutes late.", "新しい順。リソースを選ぶと変更履歴を表示します。CloudTrail への反映は最大 15 分遅れます。"),
		[]string{"time", "event", "user", "address", "resource", "resource type", "source", "error", "error message", "record"},
		events(query{"kind": "events"}))
	list = linked(list, "resource", l.say("What became of it?", "変更履歴を見る"),
		l.to("config", place, "var-type="+field("resource type", encoded), "var-resource="+field("resource", encoded), "time="+field("time", inNumbers)+"&time.window=7200000"))
	list = widths(list, map[string]int{"time": 170, "event": 210, "user": 110, "address": 150, "resource": 180, "resource type": 160, "source": 160, "error": 120, "error message": 150, "record": 130})
	list = inspected(inspected(list, "record"), "error message")
	return dashboard{
		UID: l.uid("who"), Title: l.say("Who did it", "誰が操作したか"),
		Description: l.say("CloudTrail's management events: what was changed, by whom, from where.", "CloudTrail の管理イベント: 何が、誰によって、どこから変更されたか。"),
		Time:        timeRange{"now-1h", "now"},
		Templating: places(l,
			anything(typed("user", l.say("User (regular expression)", "ユーザー(正規表現)")), ".*"),
			anything(typed("event", l.say("Event (* for any text)", "イベント名(* で部分一致)")), "*"),
			typed("search", l.say("Search in the record", "イベント全体を検索"))),
		Panels: laid(
			row{7, []panel{
				bars(legend(graph(l.say("Changes by user", "ユーザー別の変更操作"), "", "short", events(query{"kind": "counts", "groupBy": "user"})), "${__field.labels.user}")),
				bars(painted(l, legend(graph(l.say("Changes by outcome", "結果別の変更操作"), l.say("done, denied (no permission), failed", "成功、権限なし(拒否)、失敗"), "short", events(query{"kind": "counts", "groupBy": "outcome"})), "${__field.labels.outcome}"), outcomes)),
			}},
			row{16, []panel{list}},
		),
	}
}

// anything is the value with which a typed variable begins.
func anything(v variable, value string) variable {
	v.Query, v.Current = value, map[string]any{"text": value, "value": value}
	return v
}

var outcomes = []word{{"done", "成功", "green"}, {"denied", "権限なし", "orange"}, {"failed", "失敗", "red"}}
