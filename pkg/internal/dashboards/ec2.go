package main

// ec2 shows instances and the VPN, with what was done to them marked in every
// graph.
func ec2(l language) dashboard {
	instance := func(metric, statistic string) query {
		return in(query{
			"queryType": "metrics", "namespace": "AWS/EC2", "metricName": metric, "statistic": statistic, "period": "auto",
			"dimensions": map[string]any{"InstanceId": []string{"$instance"}},
		})
	}
	tunnel := func(metric, statistic string) query {
		return in(query{
			"queryType": "metrics", "namespace": "AWS/VPN", "metricName": metric, "statistic": statistic, "period": "auto",
			"dimensions": map[string]any{"VpnId": []string{"$vpn"}, "TunnelIpAddress": []string{"*"}},
		})
	}
	byInstance := func(p panel) panel {
		p = legend(p, "${__field.labels.InstanceId}")
		p.FieldConfig.Defaults["links"] = []link{{
			Title: l.say("What became of ${__field.labels.InstanceId}", "${__field.labels.InstanceId} の変更履歴"),
			URL:   l.to("config", place, "var-type=AWS::EC2::Instance", "var-resource=${__field.labels.InstanceId:percentencode}", sameTime),
		}, {
			Title: l.say("Who did something at this time", "この時刻の操作を調べる"),
			URL:   l.to("who", place, "time=${__value.time}&time.window=1800000"),
		}}
		return p
	}
	who := func(p panel) panel {
		p = legend(p, "${__field.labels.TunnelIpAddress}")
		p.FieldConfig.Defaults["links"] = []link{{
			Title: l.say("Who did something at this time", "この時刻の操作を調べる"),
			URL:   l.to("who", place, "time=${__value.time}&time.window=1800000"),
		}}
		return p
	}
	return dashboard{
		UID: l.uid("ec2-vpn"), Title: l.say("EC2 and VPN", "EC2 と VPN"),
		Description: l.say("Instances and VPN tunnels, with alarms and changes marked.", "インスタンスと VPN トンネル。アラームと変更操作を重ねて表示します。"),
		Time:        timeRange{"now-3h", "now"}, Refresh: "30s",
		Templating: places(l,
			all(list("instance", l.say("Instance", "インスタンス"), "dimension-values", here(query{"namespace": "AWS/EC2", "metric": "CPUUtilization", "key": "InstanceId"}))),
			all(list("vpn", "VPN", "dimension-values", here(query{"namespace": "AWS/VPN", "metric": "TunnelState", "key": "VpnId"})))),
		Annotations: annotations{[]annotation{
			{
				Name: l.say("Alarms", "アラーム"), Datasource: *from(), Enable: true, IconColor: "red",
				Target: in(query{"refId": "Anno", "queryType": "alarms", "kind": "annotations", "states": []string{"ALARM"}}),
			},
			{
				Name: l.say("Changes", "変更操作"), Datasource: *from(), Enable: true, IconColor: "blue",
				Target: in(query{"refId": "Anno", "queryType": "cloudtrail", "kind": "annotations", "attribute": "EventSource", "value": "ec2.amazonaws.com", "changes": true}),
			},
		}},
		Panels: laid(
			row{8, []panel{
				byInstance(limit(graph(l.say("CPU", "CPU 使用率"), "", "percent", instance("CPUUtilization", "Average")), 80, false)),
				who(onOff(limit(graph(l.say("VPN tunnels (1 is up, 0 is down)", "VPN トンネルの状態(1: 接続、0: 切断)"), "", "none", tunnel("TunnelState", "Minimum")), 1, true))),
			}},
			row{8, []panel{
				byInstance(graph(l.say("Network in", "受信量"), "", "bytes", instance("NetworkIn", "Sum"))),
				byInstance(graph(l.say("Network out", "送信量"), "", "bytes", instance("NetworkOut", "Sum"))),
			}},
			row{8, []panel{
				byInstance(onOff(limit(graph(l.say("Failed status checks", "ステータスチェックの失敗"), l.say("1 while a check fails: the system's or the instance's.", "システムまたはインスタンスのチェックが失敗している間は 1 です。"), "none", instance("StatusCheckFailed", "Maximum")), 1, false))),
				legendOf(legendOf(
					graph(l.say("Tunnel data", "トンネルの通信量"), "", "bytes", tunnel("TunnelDataIn", "Sum"), tunnel("TunnelDataOut", "Sum")),
					"A", l.say("in ", "受信 ")+"${__field.labels.TunnelIpAddress}"), "B", l.say("out ", "送信 ")+"${__field.labels.TunnelIpAddress}"),
			}},
		),
	}
}
