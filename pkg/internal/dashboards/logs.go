package main

// logs shows what VPC flow logs and the log of SSH tell about who knocks at the
// door.
func logs(l language) dashboard {
	flow := func(ql string) query {
		return in(query{"queryType": "logs", "mode": "insights", "logGroups": []string{"$flow"}, "query": ql})
	}
	ssh := func(ql string) query {
		return in(query{"queryType": "logs", "mode": "insights", "logGroups": []string{"$secure"}, "query": ql})
	}
	talkers := table(l, l.say("Rejected traffic: who, to where", "拒否された通信: 送信元と宛先"), "", []string{"srcAddr", "dstAddr", "dstPort", "rejected"},
		query{"format": "table"}.with(flow("filter action = \"REJECT\" | stats count(*) as rejected by srcAddr, dstAddr, dstPort | sort rejected desc | limit 20")))
	top := table(l, l.say("Top talkers", "通信量の多い組"), "", []string{"srcAddr", "dstAddr", "bytes"},
		query{"format": "table"}.with(flow("stats sum(bytes) as bytes by srcAddr, dstAddr | sort bytes desc | limit 20")))
	top = column(top, "bytes", property{"unit", "bytes"})
	attempts := table(l, l.say("Failed SSH by address", "SSH 失敗の接続元"), "", []string{"address", "attempts"},
		query{"format": "table"}.with(ssh("filter @message like /preauth/ | parse @message /(?<address>\\d+\\.\\d+\\.\\d+\\.\\d+)/ | stats count(*) as attempts by address | sort attempts desc | limit 20")))
	talkers = widths(talkers, map[string]int{"dstPort": 110, "rejected": 90})
	top = widths(top, map[string]int{"bytes": 120})
	attempts = widths(attempts, map[string]int{"attempts": 110})
	return dashboard{
		UID: l.uid("logs"), Title: l.say("Logs: VPC flow logs and SSH", "ログ: VPC フローログと SSH"),
		Description: l.say("Rejected traffic and failed logins. Each query of Logs Insights costs by the data that it scans: the panel's inspector says how much.", "拒否された通信と失敗したログイン。Logs Insights はスキャン量に応じて課金されます(パネルのインスペクターに表示)。"),
		Time:        timeRange{"now-1h", "now"},
		Templating: places(l,
			list("flow", l.say("Flow log group", "フローログのロググループ"), "log-groups", here(query{"search": "flow"})),
			list("secure", l.say("SSH log group", "SSH のロググループ"), "log-groups", here(query{"search": "secure"}))),
		Panels: laid(
			row{8, []panel{
				bars(legend(graph(l.say("Rejected traffic", "拒否された通信"), "", "short", flow("filter action = \"REJECT\" | stats count(*) as rejected by bin(5m)")), l.column("rejected"))),
				bars(legend(graph(l.say("Failed SSH logins ([preauth])", "SSH ログインの失敗([preauth])"), "", "short", ssh("filter @message like /preauth/ | stats count(*) as attempts by bin(5m)")), l.column("attempts"))),
			}},
			row{9, []panel{wide(14, talkers), wide(10, attempts)}},
			row{9, []panel{top}},
			row{10, []panel{logLines(l.say("Failed SSH logins: lines", "SSH ログインの失敗: ログ"), "",
				ssh("fields @timestamp, @message, @logStream | filter @message like /preauth/ | sort @timestamp desc | limit 200"))}},
		),
	}
}

// with is a query with more fields.
func (q query) with(more query) query {
	for k, v := range more {
		q[k] = v
	}
	return q
}
