package classify

import (
	"strings"
	"testing"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/config"
)

func TestValidate(t *testing.T) {
	matchers, err := alert.ParseMatchers(`a="b"`)
	if err != nil {
		t.Fatal(err)
	}
	all := alert.DefaultSeverities
	for _, c := range []struct {
		name string
		got  config.Problems
		want string
	}{
		{"severities", ValidateSeverities("severities", all), ""},
		{"no severity", ValidateSeverities("severities", nil), "severities: no severity; list them from the lowest to the highest: [record, info, warning, critical, disaster]"},
		{"without record", ValidateSeverities("severities", alert.Severities{"low", "high"}), `severities[0]: the lowest severity is "low"; record: kept in the history, never on the board`},
		{"record only", ValidateSeverities("severities", alert.Severities{"record"}), "severities: only record is listed; add one that lights a lamp, such as warning"},
		{"severity names", ValidateSeverities("severities", alert.Severities{"record", "", "low", "low", "idle"}), `severities[1]: empty severity; a name
severities[3]: severity "low" stands here a second time; each once
severities[4]: severity "idle" is reserved; another name: idle, stale, acknowledged, returned, silenced, bridge_failed are entries of a tower's show`},
		{"rules", ValidateRules("rules", []Rule{{Name: "a", Severity: "critical"}, {Name: "b", Severity: alert.Record, Expire: 1}}, all), ""},
		{"rule names", ValidateRules("rules", []Rule{{Severity: "info"}, {Name: "a", Severity: "info"}, {Name: "a", Severity: "info"}}, all), `rules[0].name: missing; a name: it is part of the identity of mail alerts
rules[2].name: "a" is the name of rules[1] too; a name of its own`},
		{"rule severities", ValidateRules("rules", []Rule{{Name: "a"}, {Name: "b", Severity: "High"}}, all), `rules[0].severity: missing; one of record, info, warning, critical, disaster; or continue: true
rules[1].severity: unknown severity "High"; one of record, info, warning, critical, disaster`},
		{"rule values", ValidateRules("rules", []Rule{{Name: "a", Severity: "info", Expire: -1, Equal: []string{"host", ""}}}, all), `rules[0].equal[1]: empty; the name of a label
rules[0].expire: negative; a positive duration`},
		{"continue", ValidateRules("rules", []Rule{{Name: "a", Continue: true, Labels: map[string]string{"a": "b"}}}, all), ""},
		{"continue with what decides", ValidateRules("rules", []Rule{{Name: "a", Continue: true, Severity: "info", ResolvedBy: matchers, Equal: []string{"x"}, Expire: 1, Sequence: alert.SequenceA, EndOnAcknowledge: true}}, all), `rules[0].severity: set together with continue; a rule that continues adds labels only; the rule that decides has the severity
rules[0].resolved_by: has no effect in a rule that continues; put it into the rule that decides
rules[0].equal: has no effect in a rule that continues; put it into the rule that decides
rules[0].expire: has no effect in a rule that continues; put it into the rule that decides
rules[0].sequence: has no effect in a rule that continues; put it into the rule that decides
rules[0].end_on_acknowledge: has no effect in a rule that continues; put it into the rule that decides
rules[0].continue: the rule does nothing; add labels, or leave the rule out`},
		{"heartbeat", ValidateHeartbeats("heartbeats", []Heartbeat{{Match: matchers, MissingAfter: 1, Severity: "critical"}}, all), ""},
		{"empty heartbeat", ValidateHeartbeats("heartbeats", []Heartbeat{{}, {Match: matchers, MissingAfter: 1, Severity: "x"}}, all), `heartbeats[0].match: missing; matchers of the alert that must keep coming, such as ['alertname="Watchdog"']
heartbeats[0].missing_after: missing; a duration, such as 3m
heartbeats[0].severity: missing; one of record, info, warning, critical, disaster
heartbeats[1].severity: unknown severity "x"; one of record, info, warning, critical, disaster`},
		{"sequences", ValidateSequences("sequences", map[alert.Severity]alert.Sequence{"critical": "A", "y": "A", "x": "A"}, all), `sequences.x: unknown severity "x"; one of record, info, warning, critical, disaster
sequences.y: unknown severity "y"; one of record, info, warning, critical, disaster`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var lines []string
			for _, p := range c.got {
				lines = append(lines, p.Path+": "+p.What+"; "+p.Allowed)
			}
			if got := strings.Join(lines, "\n"); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestHeartbeatName(t *testing.T) {
	matchers, err := alert.ParseMatchers(`alertname="Watchdog"`, `site=~"a|b"`)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := (Heartbeat{Match: matchers}).Name(), `alertname="Watchdog",site=~"a|b"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
