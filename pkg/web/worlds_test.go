package web

import (
	"fmt"
	"testing"
	"time"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/bridge"
	"github.com/andonhq/andon/pkg/lamp"
)

// The main states of a board, for golden pages.

func quiet(t *testing.T) *world {
	w := newWorld()
	w.can["ops-room"] = lamp.Capabilities{Units: []lamp.Unit{lamp.Red, lamp.Amber, lamp.Green}, Patterns: lamp.Patterns, Buzzers: 4}
	w.can["noc-wall"] = lamp.Capabilities{Units: lamp.Units, Patterns: lamp.Patterns, Buzzers: 11}
	w.tower("noc-wall", lights(t, "green=steady"), lights(t, "green=steady"))
	w.tower("ops-room", lights(t, "green=steady"), lights(t, "green=steady"))
	return w
}

func (w *world) tower(name string, desired, shown lamp.State) *bridge.TowerStatus {
	w.towers = append(w.towers, bridge.TowerStatus{
		Name: name, Desired: desired, Shown: shown, Contact: lamp.Seen, LastContact: noon.Add(-time.Second),
	})
	return &w.towers[len(w.towers)-1]
}

const japaneseMail = `From: 監視サーバー <zabbix@monitor.example.jp>
To: alerts@in.example.com
Subject: [障害] db01.tokyo PostgreSQL 応答なし
Date: Tue, 6 Oct 2026 20:48:31 +0900

ホスト　: db01.tokyo
サービス: PostgreSQL
状態　　: 障害（応答なし）
詳細　　: 接続がタイムアウトしました。<select 1;> が 30 秒以内に完了しません。
`

func critical(t *testing.T) *world {
	w := quiet(t)
	w.towers = nil
	w.tower("noc-wall", lights(t, "red=flash2 amber=steady buzzer=3"), lights(t, "red=flash2 amber=steady buzzer=3"))
	w.tower("ops-room", lights(t, "red=flash buzzer=1"), lights(t, "green=steady"))
	w.open(alert.Alert{
		Identity: "alertmanager/0a1b2c3d4e5f6071", Receiver: "alertmanager", Severity: "disaster", Rule: "vpn", Sequence: alert.SequenceM,
		Labels:      labels("alertname", "VpnTunnelDown", "tunnel", "tokyo-osaka-1", "site", "tokyo", "instance", "vgw-0f3a91", "receiver", "alertmanager", "severity", "disaster"),
		Annotations: labels("summary", "Both tunnels of the VPN connection to the Osaka site are down", "runbook_url", "https://wiki.example.com/vpn"),
		Abnormal:    true, Link: "https://prometheus.example.com/graph?g0.expr=vpn_up", OpenedAt: noon.Add(-42 * time.Second),
	}, `{"labels":{"alertname":"VpnTunnelDown"},"status":"firing"}`)
	w.open(alert.Alert{
		Identity: `rule/mail-ng{host="db01.tokyo",service="PostgreSQL"}`, Receiver: "mail", Severity: "critical", Rule: "mail-ng", Mail: true,
		Labels:   labels("subject", "[障害] db01.tokyo PostgreSQL 応答なし", "host", "db01.tokyo", "service", "PostgreSQL", "state", "障害", "from", "zabbix@monitor.example.jp", "to", "alerts@in.example.com", "receiver", "mail"),
		Abnormal: true, OpenedAt: noon.Add(-11*time.Minute - 20*time.Second),
	}, japaneseMail)
	w.open(alert.Alert{
		Identity: "arn:aws:cloudwatch:ap-northeast-1:123456789012:alarm:web-alb-5xx", Receiver: "aws", Severity: "critical",
		Labels:      labels("alertname", "web-alb-5xx", "account", "123456789012", "region", "ap-northeast-1", "namespace", "AWS/ApplicationELB", "metric", "HTTPCode_ELB_5XX_Count", "state", "ALARM", "LoadBalancer", "app/web/50dc6c495c0c9188", "receiver", "aws"),
		Annotations: labels("summary", "Threshold Crossed: 3 out of the last 3 datapoints were greater than the threshold (25.0)"),
		Abnormal:    true, Note: "INSUFFICIENT_DATA", OpenedAt: noon.Add(-2*time.Hour - 5*time.Minute),
		Link: "https://ap-northeast-1.console.aws.amazon.com/cloudwatch/home?region=ap-northeast-1#alarmsV2:alarm/web-alb-5xx",
		Ack:  &alert.Ack{By: "sato", At: noon.Add(-95 * time.Minute), Comment: "Deploy of 09:50 rolled back, watching"},
	}, `{"AlarmName":"web-alb-5xx","NewStateValue":"ALARM"}`)
	w.open(alert.Alert{
		Identity: "alertmanager/ffee0011", Receiver: "alertmanager", Severity: "warning", Stale: true, Abnormal: true,
		Labels: labels("alertname", "CertificateExpiresSoon", "host", "www.example.jp", "receiver", "alertmanager"), OpenedAt: noon.Add(-26 * time.Hour),
	}, "")
	w.open(alert.Alert{
		Identity: "alertmanager/ffee0012", Receiver: "alertmanager", Severity: "warning", Sequence: alert.SequenceR,
		Labels: labels("alertname", "DiskWillFillSoon", "host", "log02", "mountpoint", "/var/log", "receiver", "alertmanager"), OpenedAt: noon.Add(-50 * time.Minute),
		Ack: &alert.Ack{By: "tanaka (grafana)", At: noon.Add(-40 * time.Minute)},
	}, "")
	w.open(alert.Alert{
		Identity: "alertmanager/ffee0013", Receiver: "zabbix", Severity: "info", Abnormal: true,
		Labels: labels("alertname", "BackupRunsLong", "job", "nightly", "receiver", "zabbix"), OpenedAt: noon.Add(-6 * time.Hour),
		Ack: &alert.Ack{By: "sato", At: noon.Add(-5 * time.Hour)},
	}, "")
	return w
}

func lost(t *testing.T) *world {
	w := quiet(t)
	w.towers = nil
	w.tower("noc-wall", lights(t, "amber=steady"), lights(t, "amber=steady"))
	s := w.tower("ops-room", lights(t, "amber=steady"), lights(t, "green=steady"))
	s.Contact, s.Reason, s.LastContact = lamp.Lost, "dial tcp 192.168.100.50:80: connect: no route to host", noon.Add(-73*time.Second)
	w.tower("warehouse", lights(t, "amber=steady"), lamp.State{}).Contact = ""
	w.open(alert.Alert{
		Identity: "andon/TowerLost/ops-room", Receiver: "andon", Severity: "warning", Abnormal: true, OpenedAt: noon.Add(-70 * time.Second),
		Labels:      labels("alertname", "TowerLost", "tower", "ops-room", "receiver", "andon"),
		Annotations: labels("summary", "tower ops-room does not answer: dial tcp 192.168.100.50:80: connect: no route to host", "error", "dial tcp 192.168.100.50:80: connect: no route to host"),
	}, "")
	return w
}

func failed(t *testing.T) *world {
	w := critical(t)
	w.failed, w.journalErr = errDisk, errDisk
	all := lights(t, "red=steady amber=steady green=steady")
	w.towers = nil
	w.tower("noc-wall", all, all)
	w.tower("ops-room", all, all)
	return w
}

func shadowed(t *testing.T) *world {
	w := quiet(t)
	w.shadow = true
	return w
}

func visitors(t *testing.T) *world {
	w := critical(t)
	w.users = nil
	return w
}

func many(n int) *world {
	w := newWorld()
	for i := range n {
		severity := w.severities[1+i%4]
		a := alert.Alert{
			Identity: alert.Identity(fmt.Sprintf("alertmanager/%016x", i)), Receiver: "alertmanager", Severity: severity, Abnormal: true,
			Labels:      labels("alertname", "HostDown", "host", fmt.Sprintf("host-%05d", i), "site", "tokyo", "job", "node", "receiver", "alertmanager"),
			Annotations: labels("summary", fmt.Sprintf("host-%05d has not answered for five minutes", i)), OpenedAt: noon.Add(-time.Duration(i) * time.Second),
		}
		if i%8 < 4 {
			a.Ack = &alert.Ack{By: "sato", At: noon}
		}
		w.open(a, "")
	}
	return w
}
