package main

// config shows what a resource was, and whether rules are followed.
func config(l language) dashboard {
	history := table(l, l.say("History of $resource", "$resource の変更履歴"),
		l.say("Each recorded state with its difference from the one before, newest first.", "記録された状態と、その前との差分(新しい順)。"),
		[]string{"time", "status", "state", "difference", "differences", "item"},
		in(query{"queryType": "config", "kind": "history", "resourceType": "$type", "resourceId": "$resource"}))
	history = widths(history, map[string]int{"time": 170, "status": 160, "state": 100, "differences": 130, "item": 160})
	history = inspected(wrapped(history, "difference"), "item")
	history = linked(history, "time", l.say("Who did it?", "誰の操作かを調べる"), l.to("who", place, "var-search=${resource:percentencode}", around("time", 30)))

	rules := table(l, l.say("Rules", "ルール"), "", []string{"rule", "compliance", "non-compliant resources"}, in(query{"queryType": "config", "kind": "compliance"}))
	rules = worded(l, column(rules, "compliance", colouredCell), "compliance", compliance)
	narrow := map[string]int{"compliance": 110, "non-compliant resources": 100}
	if l == english {
		rules = column(rules, "non-compliant resources", property{"displayName", "failing"})
		narrow = map[string]int{"compliance": 153, "non-compliant resources": 88} // INSUFFICIENT_DATA is long
	}
	rules = widths(rules, narrow)
	failing := table(l, l.say("Resources that do not comply", "準拠していないリソース"),
		l.say("The id leads to the resource's history.", "ID を選ぶと変更履歴を表示します。"),
		[]string{"type", "id", "rule", "since", "annotation"}, in(query{"queryType": "config", "kind": "compliance_resources"}))
	failing = linked(failing, "id", l.say("What became of it?", "変更履歴を見る"), l.to("config", place, "var-type="+field("type", encoded), "var-resource="+field("id", encoded), sameTime))
	failing = widths(failing, map[string]int{"type": 182, "id": 178, "rule": 152, "since": 156})
	inventory := table(l, l.say("Resources of type $type, deleted ones too", "$type のリソース(削除済みを含む)"), "",
		[]string{"id", "name", "state", "status", "deleted", "capture time", "availability zone", "tags"},
		in(query{"queryType": "config", "kind": "inventory", "resourceType": "$type", "includeDeleted": true}))
	inventory = linked(inventory, "id", l.say("What became of it?", "変更履歴を見る"), l.to("config", place, "var-type=${type:percentencode}", "var-resource="+field("id", encoded), sameTime))
	inventory = worded(l, inventory, "deleted", yesOrNo)
	inventory = widths(inventory, map[string]int{"id": 190, "deleted": 110, "capture time": 170, "availability zone": 180})
	totals := number(l.say("Not compliant", "非準拠の数"), "", zeroIsFine("orange"), in(query{"queryType": "config", "kind": "counts", "totals": true})).only("^total")
	totals = named(totals, "total", l.say("total", "合計"), "")
	return dashboard{
		UID: l.uid("config"), Title: l.say("Config changes and compliance", "設定の変更と準拠状況"),
		Description: l.say("AWS Config: what a resource was, what changed, and which rules are not followed.", "AWS Config: リソースの状態、変更、準拠していないルール。"),
		Time:        timeRange{"now-7d", "now"},
		Templating: places(l,
			first(list("type", l.say("Resource type", "リソースタイプ"), "resource-types", here(query{})), "AWS::EC2::Instance"),
			list("resource", l.say("Resource", "リソース"), "", nil).column("id", here(query{"queryType": "config", "kind": "inventory", "resourceType": "$type", "includeDeleted": true}))),
		Panels: laid(
			// What there is without a choice comes first: the history is of one
			// resource, and that may have none in this time.
			row{8, []panel{
				wide(3, totals), wide(8, rules), wide(13, failing),
			}},
			row{9, []panel{history}},
			row{10, []panel{inventory}},
		),
	}
}

// first is the value with which a variable begins.
func first(v variable, value string) variable {
	v.Current = map[string]any{"text": value, "value": value}
	return v
}

// column makes a variable's values a column of a query's answer.
func (v variable) column(name string, q query) variable {
	q["refId"] = "A"
	v.Query = query{"refId": "AndonVariable", "source": "query", "column": name, "query": q}
	return v
}
