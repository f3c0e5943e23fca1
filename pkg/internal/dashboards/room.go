package main

import "github.com/andonhq/andon/pkg/lamp"

// room is the monitoring room: the towers as they are, and what is open on the
// bridge's board.
func room(l language) dashboard {
	board := func(more query) query { return query{"queryType": "andon"}.with(more) }

	towers := table(l, l.say("Towers", "信号灯"),
		l.say("What each tower shows now, read back from it. Empty: it has no such unit, or it does not answer.", "各信号灯から読み取った現在の表示。空欄は、その色がないか、応答がないことを示します。"),
		[]string{"tower", "state", "red", "amber", "green", "blue", "white", "buzzer", "as desired", "last seen", "reason"},
		board(query{"kind": "towers"}))
	towers = worded(l, column(towers, "state", colouredCell), "state", towerStates)
	for _, u := range lamp.Units {
		towers = worded(l, column(towers, string(u), colouredCell), string(u), patterns(u))
	}
	towers = worded(l, towers, "buzzer", []word{{string(lamp.Off), "停止", ""}})
	towers = worded(l, towers, "as desired", yesOrTrouble)
	towers = widths(towers, map[string]int{"tower": 140, "state": 100, "red": 80, "amber": 80, "green": 80, "blue": 80, "white": 80, "buzzer": 90, "as desired": 110, "last seen": 170})

	history := table(l, l.say("What happened", "履歴"), "",
		[]string{"time", "event", "severity", "name", "by", "note", "board"},
		board(query{"kind": "history", "limit": 500}))
	history = worded(l, column(history, "severity", colouredCell), "severity", severities())
	history = worded(l, history, "event", kinds())
	history = persons(l, history, "by")
	history = linked(history, "name", l.say("On the bridge's page", "ボードで見る"), field("board", whole))
	history = hidden(widths(history, map[string]int{"time": 190, "event": 130, "severity": 90, "name": 220, "by": 160}), "board")

	counts := func(title, state string) panel {
		p := number(title, "", zeroIsFine("orange"), board(query{"kind": "counts"})).only(", " + state + "$")
		for _, s := range severities() {
			p = named(p, s.value+", "+state, l.say(s.value, s.shown), s.colour)
		}
		return p
	}
	return dashboard{
		UID: l.uid("room"), Title: l.say("Monitoring room", "監視室"),
		Description: l.say("The towers as they are and what is open on the bridge's board.", "信号灯の現在の状態と、発生中のアラート。"),
		Time:        timeRange{"now-24h", "now"}, Refresh: "10s",
		Templating: templating{[]variable{chooseSource("board", l.say("Board", "ボード"), "Andon", "andon-board")}},
		Panels: on("board", laid(
			row{5, []panel{
				counts(l.say("Unacknowledged", "未確認"), "unacknowledged"),
				counts(l.say("Acknowledged", "確認済み"), "acknowledged"),
				counts(l.say("Stale", "期限切れ・未確認"), "stale"),
			}},
			row{7, []panel{towers}},
			row{9, []panel{open(l, false)}},
			row{7, []panel{open(l, true)}},
			row{10, []panel{history}},
		)),
	}
}

// open is the alerts on the board that somebody has taken, or those that nobody
// has: Grafana gives a button to all rows of a table or to none.
func open(l language, taken bool) panel {
	title := l.say("Open alerts, not acknowledged", "発生中のアラート(未確認)")
	description := l.say("The most severe first. To acknowledge stops the buzzer and keeps the light; it needs the role Editor.", "重大度の高い順。「確認(対応します)」でブザーが止まり、信号灯は点灯に変わります(編集者権限が必要)。")
	columns := []string{"severity", "name", "summary", "state", "since", "identity", "link", "board"}
	is := "equal"
	if taken {
		title, description = l.say("Open alerts, acknowledged", "発生中のアラート(確認済み)"), ""
		columns = []string{"severity", "name", "summary", "state", "since", "acknowledged by", "link", "board"}
		is = "notEqual"
	}
	p := table(l, title, description, columns, query{"queryType": "andon", "kind": "alerts", "limit": 10_000}).where("acknowledged by", is, "")
	p = worded(l, column(p, "severity", colouredCell), "severity", severities())
	p = worded(l, p, "state", phases())
	if taken {
		p = persons(l, p, "acknowledged by")
	} else {
		p = acknowledged(l, p, "identity")
	}
	p = linked(p, "name", l.say("On the bridge's page", "ボードで見る"), field("board", whole))
	p = hosts(p, "link")
	p = widths(p, map[string]int{"severity": 90, "name": 190, "state": 130, "since": 170, "link": 220})
	p = widths(p, map[string]int{columns[5]: 165}) // the button, or who has it
	return hidden(p, "board")
}

// hosts shows of an address the system that it leads to; the link is whole.
func hosts(p panel, name string) panel {
	return column(p, name, property{"mappings", []any{map[string]any{"type": "regex", "options": map[string]any{
		"pattern": `/^https?:\/\/([^\/?#]+).*$/`, "result": map[string]any{"text": "$1", "index": 0},
	}}}})
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
			"method": "POST", "url": "/api/datasources/uid/${board}/resources/andon/ack",
			// As a parameter the identity is encoded, whatever is in it.
			"queryParams": [][]string{{"identity", field(name, "")}},
			"headers":     [][]string{{"Content-Type", "application/json"}},
			"body":        `{"comment": ""}`,
		},
	}}})
}
