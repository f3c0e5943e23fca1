package awsfake

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// The states of an alarm.
const (
	stateOK           = "OK"
	stateAlarm        = "ALARM"
	stateInsufficient = "INSUFFICIENT_DATA"
)

// alarm is a metric alarm, or a composite one where rule is set. Its state
// follows from the metric's data.
type alarm struct {
	name, description string
	metric            *metric
	stat              string
	period            int64
	periods, toAlarm  int
	op                string
	threshold         float64
	missing           string // TreatMissingData; empty: missing
	rule              string // of a composite alarm
	actions           []string
	created           time.Time

	// The timeline as far as it is known; guarded by Fake.alarmsMu.
	known       int64 // Unix seconds up to which transitions are complete
	transitions []transition
}

// transition is a change of an alarm's state; the first one is its creation.
type transition struct {
	at         time.Time
	state, old string
	reason     string
	data       string // StateReasonData, JSON
}

// alarmsSince is how far before the anchor alarms have been watching.
const alarmsSince = -72 * time.Hour

func (r *realm) addAlarm(a *alarm) {
	if a.created.IsZero() {
		a.created = r.anchor.Add(alarmsSince)
	}
	if a.toAlarm == 0 {
		a.toAlarm = a.periods
	}
	a.actions = []string{r.arn("sns", "alerts")}
	r.alarms = append(r.alarms, a)
}

func (r *realm) addCPUAlarm(name, instance string, threshold float64) {
	r.addAlarm(&alarm{
		name: name, description: "CPU of " + instance + " is high", metric: r.find("AWS/EC2", "CPUUtilization", dims("InstanceId", instance)),
		stat: "Average", period: 300, periods: 2, op: "GreaterThanThreshold", threshold: threshold,
	})
}

// addMainAlarms plants the alarms of the main account and region.
func (r *realm) addMainAlarms() {
	vpn := func(address string) *metric {
		return r.find("AWS/VPN", "TunnelState", dims("VpnId", VPN, "TunnelIpAddress", address))
	}
	r.addAlarm(&alarm{
		name: TunnelAlarm, description: "VPN のトンネル 1 が停止しています。Runbook: https://wiki.example.com/vpn", metric: vpn(Tunnel1),
		stat: "Maximum", period: 60, periods: 1, op: "LessThanThreshold", threshold: 1, missing: "breaching",
	})
	r.addAlarm(&alarm{
		name: "vpn-tunnel-2-down", description: "Tunnel 2 of the VPN is down", metric: vpn(Tunnel2),
		stat: "Maximum", period: 60, periods: 1, op: "LessThanThreshold", threshold: 1, missing: "breaching",
	})
	r.addCPUAlarm("web-1-cpu-high", Web1Instance, 80)
	r.addCPUAlarm("web-2-cpu-high", Web2Instance, 80)
	r.addCPUAlarm("cgw-tokyo-1-cpu-high", GatewayInstance, 80) // without data once the instance is stopped
	// The nightly batch is too much for its threshold: an alarm that comes and goes daily.
	r.addCPUAlarm("batch-1-busy", BatchInstance, 32)
	r.addAlarm(&alarm{
		name: "orders-db-storage-low", description: "Free storage of orders-db", metric: r.find("AWS/RDS", "FreeStorageSpace", dims("DBInstanceIdentifier", "orders-db")),
		stat: "Minimum", period: 300, periods: 3, toAlarm: 2, op: "LessThanThreshold", threshold: 5e9,
	})
	r.addAlarm(&alarm{name: "vpn-degraded", description: "One tunnel is down", rule: `ALARM("vpn-tunnel-1-down") OR ALARM("vpn-tunnel-2-down")`})
	r.addAlarm(&alarm{name: "vpn-dead", description: "Both tunnels are down", rule: `ALARM("vpn-tunnel-1-down") AND ALARM("vpn-tunnel-2-down")`})
}

// timeline returns the alarm's transitions up to now.
func (f *Fake) timeline(r *realm, a *alarm, now time.Time) []transition {
	f.alarmsMu.Lock()
	defer f.alarmsMu.Unlock()
	r.watch(a, now.Unix(), 0)
	n := len(a.transitions)
	for n > 0 && a.transitions[n-1].at.After(now) {
		n--
	}
	return a.transitions[:n:n]
}

// maxRuleDepth ends composite alarms that refer to each other.
const maxRuleDepth = 8

// watch extends the timeline to now.
func (r *realm) watch(a *alarm, now int64, depth int) {
	if a.rule != "" {
		r.watchComposite(a, now, depth)
		return
	}
	if a.transitions == nil {
		a.known = a.created.Unix() - a.created.Unix()%a.period
		s, reason, data := a.evaluate(a.known)
		a.transitions = []transition{{at: a.created, state: s, old: stateInsufficient, reason: reason, data: data}}
	}
	for t := a.known + a.period; t <= now; t += a.period {
		a.known = t
		last := &a.transitions[len(a.transitions)-1]
		if s := a.stateAt(t); s != last.state {
			_, reason, data := a.evaluate(t)
			a.transitions = append(a.transitions, transition{time.Unix(t, 0).UTC(), s, last.state, reason, data})
		}
	}
}

func (a *alarm) stateAt(t int64) string {
	s, _ := a.judge(t)
	return s
}

// point is one evaluated bucket; absent where the metric had no data.
type point struct {
	at     int64
	value  float64
	absent bool
}

// judge evaluates the periods that end at t.
func (a *alarm) judge(t int64) (string, []point) {
	st, err := parseStatistic(a.stat)
	if err != nil || a.metric == nil {
		return stateInsufficient, nil
	}
	points := make([]point, 0, a.periods)
	breaching, absent := 0, 0
	for i := range a.periods {
		from := t - int64(a.periods-i)*a.period
		v, ok := a.metric.value(from, a.period, st, func(int64) bool { return true })
		points = append(points, point{from, v, !ok})
		switch {
		case !ok:
			absent++
			if a.missing == "breaching" {
				breaching++
			}
		case a.breaches(v):
			breaching++
		}
	}
	switch {
	case absent == len(points) && a.missing == "":
		return stateInsufficient, points
	case breaching >= a.toAlarm:
		return stateAlarm, points
	}
	return stateOK, points
}

func (a *alarm) breaches(v float64) bool {
	switch a.op {
	case "GreaterThanThreshold":
		return v > a.threshold
	case "GreaterThanOrEqualToThreshold":
		return v >= a.threshold
	case "LessThanThreshold":
		return v < a.threshold
	}
	return v <= a.threshold
}

var opWords = map[string]string{
	"GreaterThanThreshold": "greater than", "GreaterThanOrEqualToThreshold": "greater than or equal to",
	"LessThanThreshold": "less than", "LessThanOrEqualToThreshold": "less than or equal to",
}

// reasonTime is how times are written within an alarm's JSON.
const reasonTime = "2006-01-02T15:04:05.000-0700"

// evaluate words the state at t as CloudWatch does.
func (a *alarm) evaluate(t int64) (state, reason, data string) {
	state, points := a.judge(t)
	var texts []string
	recent := []float64{}
	for i := len(points) - 1; i >= 0; i-- {
		if !points[i].absent {
			texts = append(texts, fmt.Sprintf("%v (%s)", points[i].value, time.Unix(points[i].at, 0).UTC().Format("02/01/06 15:04:05")))
			recent = append([]float64{points[i].value}, recent...)
		}
	}
	switch {
	case state == stateInsufficient:
		reason = "Insufficient Data: " + plural(a.periods, "datapoint") + " were unknown."
	case len(texts) == 0:
		reason = fmt.Sprintf("Threshold Crossed: no datapoints were received for %s and %s missing datapoints were treated as [%s].", plural(a.periods, "period"), fmt.Sprint(a.periods), titled(a.missing))
	default:
		not, arrow := "", "OK -> ALARM"
		if state == stateOK {
			not, arrow = "not ", "ALARM -> OK"
		}
		verb := "was"
		if len(texts) > 1 {
			verb = "were"
		}
		reason = fmt.Sprintf("Threshold Crossed: %d out of the last %s [%s] %s %s%s the threshold (%v) (minimum %s for %s transition).",
			len(texts), plural(a.periods, "datapoint"), strings.Join(texts, ", "), verb, not, opWords[a.op], a.threshold, plural(a.toAlarm, "datapoint"), arrow)
	}
	from := t - int64(a.periods)*a.period
	b, _ := json.Marshal(map[string]any{
		"version": "1.0", "queryDate": time.Unix(t, 0).UTC().Format(reasonTime), "startDate": time.Unix(from, 0).UTC().Format(reasonTime),
		"statistic": a.stat, "period": a.period, "recentDatapoints": recent, "threshold": a.threshold,
	})
	return state, reason, string(b)
}

func plural(n int, what string) string {
	if n == 1 {
		return fmt.Sprintf("%d %s", n, what)
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func titled(s string) string {
	if s == "" {
		return "Missing"
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
