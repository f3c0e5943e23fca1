package main

// alarms shows which alarms are in which state, and leads to who did what
// around the time.
func alarms(l language) dashboard {
	list := table(l, l.say("Alarms", "アラーム一覧"),
		l.say("The name leads to the events around the time when the state changed.", "名前を選ぶと、状態が変わった前後の操作を表示します。"),
		[]string{"state", "name", "since", "dimensions", "threshold", "metric", "namespace", "description", "reason"},
		in(query{"queryType": "alarms", "kind": "table", "states": []string{"$state"}, "search": "$search"}))
	list = linked(list, "name", l.say("Who did something around this time?", "この前後の操作を調べる"), l.to("who", place, around("since", 30)))
	list = worded(l, column(list, "state", colouredCell), "state", alarmStates)
	list = column(list, "since", property{"displayName", l.say("since", "状態になった時刻")})
	list = widths(list, map[string]int{"state": 130, "name": 210, "since": 160, "dimensions": 200, "threshold": 240, "metric": 140, "namespace": 120, "description": 180})
	list = inspected(list, "reason")

	changes := table(l, l.say("Changes of state", "状態の変化"),
		l.say("All alarms of the account and region, deleted ones too. AWS keeps 30 days.", "アカウントとリージョンの全アラーム(削除されたものも含む)。AWS は 30 日分を保持します。"),
		[]string{"time", "alarm", "from", "to", "reason"},
		in(query{"queryType": "alarms", "kind": "history", "search": "$search"}))
	changes = linked(changes, "alarm", l.say("Who did something around this time?", "この前後の操作を調べる"), l.to("who", place, around("time", 30)))
	for _, name := range []string{"from", "to"} {
		changes = worded(l, column(changes, name, colouredCell), name, alarmStates)
	}
	changes = widths(changes, map[string]int{"time": 170, "alarm": 220, "from": 140, "to": 140})
	changes = inspected(changes, "reason")

	counts := number(l.say("Alarms by state", "状態別のアラーム数"), "", []step{{Color: "transparent"}}, in(query{"queryType": "alarms", "kind": "counts"}))
	counts = named(counts, "ALARM", l.say("Alarm", "アラーム"), "red")
	counts = named(counts, "INSUFFICIENT_DATA", l.say("Insufficient data", "データ不足"), "yellow")
	counts = named(counts, "OK", l.say("OK", "正常"), "green")

	return dashboard{
		UID: l.uid("alarms"), Title: l.say("Alarms", "アラーム"),
		Description: l.say("CloudWatch alarms: state, reason, history.", "CloudWatch アラームの状態、理由、履歴。"),
		Time:        timeRange{"now-6h", "now"}, Refresh: "30s",
		Templating: places(l, states(l), typed("search", l.say("Search", "検索"))),
		Panels:     laid(row{4, []panel{counts}}, row{10, []panel{list}}, row{10, []panel{changes}}),
	}
}

// states lets the viewer choose the states of alarms.
func states(l language) variable {
	v := variable{
		Name: "state", Label: l.say("State", "状態"), Type: "custom", Query: "ALARM,INSUFFICIENT_DATA,OK", Multi: true, IncludeAll: true,
		Current: map[string]any{"text": []string{"All"}, "value": []string{"$__all"}},
		Options: []any{},
	}
	for _, s := range []string{"ALARM", "INSUFFICIENT_DATA", "OK"} {
		v.Options = append(v.Options, map[string]any{"text": s, "value": s, "selected": false})
	}
	return v
}
