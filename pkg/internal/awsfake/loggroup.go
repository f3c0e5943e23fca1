package awsfake

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// logGroup is a log group; its events are a pure function of the seed and the
// slot of time they fall into, and the story.
type logGroup struct {
	name    string
	seed    uint64
	streams []string
	every   int64 // seconds between events; zero: the story only
	message func(h uint64, t time.Time) string
	story   []logEvent
	fields  []string // of space-delimited messages, as Logs Insights discovers them
}

type logEvent struct {
	at      time.Time
	stream  string
	message string
}

// maxLogSlots bounds what one call walks over.
const maxLogSlots = 2_000_000

// events returns the group's events in [from, to], oldest first.
func (g *logGroup) events(from, to time.Time) []logEvent {
	var out []logEvent
	if g.every > 0 {
		first, last := from.Unix()/g.every, to.Unix()/g.every
		first = max(first, last-maxLogSlots)
		for slot := first; slot <= last; slot++ {
			h := mix(g.seed ^ uint64(slot))
			at := time.UnixMilli(slot*g.every*1000 + int64(h%uint64(g.every*1000))).UTC()
			if at.Before(from) || at.After(to) {
				continue
			}
			out = append(out, logEvent{at, g.streams[mix(h)%uint64(len(g.streams))], g.message(h, at)})
		}
	}
	for _, e := range g.story {
		if !e.at.Before(from) && !e.at.After(to) {
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, func(a, b logEvent) int { return a.at.Compare(b.at) })
	return out
}

var flowFields = strings.Fields("version accountId interfaceId srcAddr dstAddr srcPort dstPort protocol packets bytes start end action logStatus")

func (r *realm) addMainLogs(more int) {
	at := func(d time.Duration) time.Time { return r.anchor.Add(d) }
	pick := func(h uint64, list ...string) string { return list[h>>8%uint64(len(list))] }
	r.addGroup(&logGroup{
		name: "/vpc/flow-logs", streams: []string{"eni-0fde9493f00112233-all", "eni-0aaa9493f00445566-all"}, every: 10, fields: flowFields,
		message: func(h uint64, t time.Time) string {
			action, port := "ACCEPT", 443
			if h%9 == 0 {
				action, port = "REJECT", 22
			}
			return fmt.Sprintf("2 %s eni-0fde9493f00112233 %s 10.1.8.%d %d %d 6 %d %d %d %d %s OK", r.account,
				pick(h, "198.51.100.7", "198.51.100.24", "203.0.113.99", "192.0.2.14"), 10+h%3, 32768+h%20000, port, 1+h%40, 40+h%60000, t.Unix()-60, t.Unix(), action)
		},
	})
	r.addGroup(&logGroup{
		name: "/var/log/secure", streams: []string{"web-1", "web-2"}, every: 90,
		message: func(h uint64, t time.Time) string {
			stamp := t.Format("Jan _2 15:04:05")
			if h%3 == 0 {
				return fmt.Sprintf("%s web-1 sshd[%d]: Connection closed by invalid user %s %s port %d [preauth]", stamp, 1000+h%9000, pick(h, "admin", "root", "oracle"), pick(h>>3, "203.0.113.99", "192.0.2.14"), 40000+h%9999)
			}
			return fmt.Sprintf("%s web-1 sshd[%d]: Accepted publickey for deploy from 10.1.8.31 port %d ssh2", stamp, 1000+h%9000, 40000+h%9999)
		},
	})
	r.addGroup(&logGroup{
		name: "/shop/application", streams: []string{"web-1/app", "web-2/app"}, every: 15,
		message: func(h uint64, _ time.Time) string {
			switch h % 20 {
			case 0:
				return fmt.Sprintf(`{"level":"ERROR","service":"orders","latencyMs":%d,"message":"注文 %d の登録に失敗しました","user":{"id":%d}}`, 900+h%4000, h%100000, h%500)
			case 1, 2:
				return fmt.Sprintf(`{"level":"WARN","service":"payment","latencyMs":%d,"message":"決済の応答が遅延しています","user":{"id":%d}}`, 400+h%500, h%500)
			}
			return fmt.Sprintf(`{"level":"INFO","service":"%s","latencyMs":%d,"message":"処理が完了しました","user":{"id":%d}}`, pick(h, "orders", "stock", "payment"), 20+h%180, h%500)
		},
		story: []logEvent{
			{at(-25 * time.Second), "web-1/app", `{"level":"ERROR","service":"link","latencyMs":30000,"message":"店舗システムへの接続がタイムアウトしました","user":{"id":0}}`},
		},
	})
	r.addGroup(&logGroup{
		name: "RDSOSMetrics", streams: []string{"db-ORDERSEXAMPLE"}, every: 60,
		message: func(h uint64, t time.Time) string {
			b, _ := json.Marshal(map[string]any{
				"engine": "POSTGRES", "instanceID": "orders-db", "timestamp": t.Format(time.RFC3339), "numVCPUs": 4,
				"cpuUtilization": map[string]any{"total": 20 + h%40, "user": 10 + h%20, "system": 3 + h%5, "wait": h % 4},
				"memory":         map[string]any{"total": 16000000, "free": 2000000 + h%1000000}, "loadAverageMinute": map[string]any{"one": float64(h%300) / 100},
			})
			return string(b)
		},
	})
	for i := range 60 { // more than a page
		r.addGroup(&logGroup{name: fmt.Sprintf("/aws/lambda/batch-%02d", i), streams: []string{"2026/10/06/[$LATEST]0001"}})
	}
	for i := range more {
		r.addGroup(&logGroup{name: fmt.Sprintf("/aws/ecs/Fleet-%05d", i), streams: []string{"task"}})
	}
}

func (r *realm) addGroup(g *logGroup) {
	g.seed = mix(r.seed + uint64(len(r.groups)))
	r.groups = append(r.groups, g)
}

// group finds a log group by name or ARN.
func (r *realm) group(identifier string) (*logGroup, error) {
	name := identifier
	if rest, ok := strings.CutPrefix(identifier, "arn:"); ok {
		if _, name, ok = strings.Cut(rest, ":log-group:"); !ok {
			return nil, errInvalid(Logs, "%s is not the ARN of a log group", identifier)
		}
		name = strings.TrimSuffix(name, ":*")
	}
	for _, g := range r.groups {
		if g.name == name {
			return g, nil
		}
	}
	return nil, errf("ResourceNotFoundException", "The specified log group does not exist.")
}
