package main

// room is the monitoring room: the towers as they are, and what is open on the
// bridge's board.
func room(l language) dashboard {
	board := func(more query) query { return query{"queryType": "andon"}.with(more) }

	open := table(l, l.say("Open alerts", "発生中のアラート"),
		l.say("The most severe first. To acknowledge stops the buzzer and keeps the light; it needs the role Editor.", "重大度の高い順。「確認(対応します)」でブザーが止まり、信号灯は点灯に変わります(編集者権限が必要)。"),
		[]string{"severity", "name", "summary", "state", "since", "acknowledged by", "comment", "identity", "board", "link", "labels"},
		board(query{"kind": "alerts"}))
	open = column(open, "severity", colouredCell)
	open = acknowledged(l, open, "identity")
	open = inspected(open, "labels")
	open = widths(open, map[string]int{"severity": 110, "name": 220, "state": 140, "since": 180, "acknowledged by": 160, "identity": 130, "board": 110, "link": 110})

	towers := table(l, l.say("Towers", "信号灯"),
		l.say("What each tower shows now, read back from it. Empty: it has no such unit, or it does not answer.", "各信号灯から読み取った現在の表示。空欄は、その色がないか、応答がないことを示します。"),
		[]string{"tower", "state", "red", "amber", "green", "blue", "white", "buzzer", "as desired", "last seen", "reason"},
		board(query{"kind": "towers"}))
	for _, name := range []string{"state", "red", "amber", "green", "blue", "white"} {
		towers = column(towers, name, colouredCell)
	}
	towers = widths(towers, map[string]int{"state": 110, "red": 90, "amber": 90, "green": 90, "blue": 90, "white": 90, "buzzer": 80, "as desired": 110, "last seen": 180})

	history := table(l, l.say("What happened", "履歴"), "",
		[]string{"time", "event", "severity", "name", "by", "note", "board"},
		board(query{"kind": "history", "limit": 500}))
	history = column(history, "severity", colouredCell)
	history = widths(history, map[string]int{"time": 180, "event": 150, "severity": 110, "name": 240, "by": 180, "board": 110})

	counts := func(title, state string) panel {
		p := number(title, "", zeroIsFine("orange"), board(query{"kind": "counts"})).only(".*, " + state)
		for severity, colour := range map[string]string{"disaster": "purple", "critical": "red", "warning": "orange", "info": "blue"} {
			p = named(p, severity+", "+state, severity, colour)
		}
		return p.sorted()
	}
	return dashboard{
		UID: l.uid("room"), Title: l.say("Monitoring room", "監視室"),
		Description: l.say("The towers as they are and what is open on the bridge's board.", "信号灯の現在の状態と、発生中のアラート。"),
		Time:        timeRange{"now-24h", "now"}, Refresh: "10s",
		Templating: templating{[]variable{chooseSource(l)}},
		Panels: laid(
			row{5, []panel{
				counts(l.say("Unacknowledged", "未確認"), "unacknowledged"),
				counts(l.say("Acknowledged", "確認済み"), "acknowledged"),
				counts(l.say("Stale", "期限切れ・未確認"), "stale"),
			}},
			row{7, []panel{towers}},
			row{12, []panel{open}},
			row{10, []panel{history}},
		),
	}
}

// colouredCell paints a cell in the colour of its value.
var colouredCell = property{"custom.cellOptions", map[string]any{"type": "color-background", "mode": "basic"}}

// acknowledged makes a column of identities a button that takes the alert.
// Source: what Grafana 12.2 saves of a table's action. Its address must be among
// actions_allow_post_url in Grafana's section security.
func acknowledged(l language, p panel, name string) panel {
	p = column(p, name, property{"displayName", l.say("acknowledge", "確認")})
	return column(p, name, property{"custom.cellOptions", map[string]any{"type": "actions"}}, property{"actions", []any{map[string]any{
		"type": "fetch", "title": l.say("Acknowledge", "確認(対応します)"), "oneClick": false,
		"confirmation": l.say("Take this alert in your name?", "このアラートを確認しますか?(あなたの名前で記録されます)"),
		"fetch": map[string]any{
			"method": "POST", "url": "/api/datasources/uid/${datasource}/resources/andon/ack",
			// As a parameter the identity is encoded, whatever is in it.
			"queryParams": [][]string{{"identity", field(name, "")}},
			"headers":     [][]string{{"Content-Type", "application/json"}},
			"body":        `{"comment": ""}`,
		},
	}}})
}
