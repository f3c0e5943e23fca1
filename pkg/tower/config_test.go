package tower

import (
	"strings"
	"testing"
	"time"

	"github.com/andonhq/andon/pkg/lamp"
)

func TestPlanProblems(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"right", "name: a\nnotifier: patlite\n" + usual, ""},
		{"everything missing", "button: relight", `towers[0].name: missing; a name, such as ops-room
towers[0].notifier: missing; the name of one of the notifiers
towers[0].show: missing; what it looks like: {idle: {green: steady}, warning: {amber: steady}, critical: {red: flash, buzzer: 1}}
`},
		{"button", "name: a\nnotifier: p\nbutton: horn\n" + usual, `towers[0].button: "horn" is neither; relight or acknowledge
`},
		{"restore too short", "name: a\nnotifier: p\nrestore: 1s\n" + usual, `towers[0].restore: 1s cannot be set; whole seconds from 2s to 99s
`},
		{"restore in parts", "name: a\nnotifier: p\nrestore: 2500ms\n" + usual, `towers[0].restore: 2s500ms cannot be set; whole seconds from 2s to 99s
`},
		{"entries", "name: a\nnotifier: p\nshow:\n  record: {red: steady}\n  panic: {red: steady}\n  idle: {buzzer: 1}\n  acknowledged: {red: steady, buzzer: 1}\n  stale: {amber: flash, buzzer: 2}\n", `towers[0].show.acknowledged.buzzer: acknowledged is never heard; remove it
towers[0].show.idle.buzzer: idle is never heard; remove it
towers[0].show.panic: unknown entry; a severity (info, warning, critical, disaster), idle, acknowledged, stale, returned or bridge_failed
towers[0].show.record: record is kept in the history and never shown; remove it
towers[0].show.stale.buzzer: a stale alert is heard as its severity is; remove it
`},
		{"lights", "name: a\nnotifier: p\nshow:\n  critical: {pink: steady, red: blink, amber: 3, buzzer: loud, buzzer_for: 10, speech: hello}\n  warning: amber\n  info:\n", `towers[0].show.critical.amber: unknown pattern "3"; off, steady, flash, flash2, flash3, flash4
towers[0].show.critical.buzzer: "loud" is no buzzer pattern; the number of a buzzer pattern, 0 for quiet
towers[0].show.critical.buzzer_for: "10" is not a duration; a duration such as 30s; 0s: until acknowledged
towers[0].show.critical.pink: unknown light; red, amber, green, blue, white, buzzer or buzzer_for
towers[0].show.critical.red: unknown pattern "blink"; off, steady, flash, flash2, flash3, flash4
towers[0].show.critical.speech: not supported yet; remove it
towers[0].show.info: not a mapping; a mapping of lights: {red: flash, buzzer: 1}
towers[0].show.warning: not a mapping; a mapping of lights: {red: flash, buzzer: 1}
`},
		{"negative buzzer", "name: a\nnotifier: p\nshow:\n  critical: {red: flash, buzzer: -1}\n", `towers[0].show.critical.buzzer: "-1" is no buzzer pattern; the number of a buzzer pattern, 0 for quiet
`},
		{"acknowledged pattern", "name: a\nnotifier: p\nshow:\n  acknowledged: blink\n", `towers[0].show.acknowledged: unknown pattern "blink"; a pattern (off, steady, flash, flash2, flash3, flash4) or a mapping of lights
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, config := decode(t, c.text)
			_, problems := NewPlan("towers[0]", config, severities)
			if got := problemLines(problems); got != c.want {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
		})
	}
}

func TestPlan(t *testing.T) {
	p := plan(t, "match: ['site=\"tokyo\"']\nbuzzer_for: 20s\nrestore: 4s\nbutton: acknowledge\n"+usual+"  acknowledged: flash2\n  bridge_failed: {red: steady}\n")
	if p.Name != "ops-room" || len(p.Match) != 1 || p.Restore != 4*time.Second || !p.Acknowledges || p.Acknowledged != lamp.Flash2 {
		t.Errorf("%+v", p)
	}
	for entry, c := range map[string]struct{ got, want string }{
		"idle": {p.Idle.String(), "green=steady"}, "bridge_failed": {p.BridgeFailed.String(), "red=steady"},
		"critical": {p.Looks["critical"].String(), "red=flash buzzer=1"}, "disaster": {p.Looks["disaster"].String(), "red=flash2 buzzer=3"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %s, want %s", entry, c.got, c.want)
		}
	}
	if c, d := p.Looks["critical"].BuzzerFor, p.Looks["disaster"].BuzzerFor; c != 20*time.Second || d != 30*time.Second || p.KeepSounded() != d {
		t.Errorf("buzzer for %s and %s, sounded is kept for %s", c, d, p.KeepSounded())
	}
}

func TestCheckNamesWhatTheModelCannotShow(t *testing.T) {
	doc, c := decode(t, `name: ops-room
notifier: patlite
settings: {address: 192.168.100.50, model: NHV6}
show:
  critical: {red: flash, buzzer: 7}`)
	nhv6 := lamp.Capabilities{Units: []lamp.Unit{lamp.Red, lamp.Amber, lamp.Green}, Patterns: []lamp.Pattern{lamp.Off, lamp.Steady, lamp.Flash, lamp.Flash2}, Buzzers: 5, Restore: true}
	err := doc.Locate(Check("towers[0]", c, severities, c.Model(), nhv6))
	if want := "andon.yaml:6:38: towers[0].show.critical.buzzer: pattern 7; model NHV6 has buzzer patterns 1 to 5"; err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}

	_, c = decode(t, `name: ops-room
notifier: patlite
restore: 4s
show:
  idle: {white: steady}
  critical: {red: flash4, buzzer: 1}
  acknowledged: flash3
  stale: {blue: off}
  returned: {red: flash3}
  bridge_failed: {red: steady, buzzer: 1}`)
	silent := nhv6
	silent.Buzzers, silent.Restore = 0, false
	want := `towers[0].restore: the tower cannot fall back by itself; remove it
towers[0].show.acknowledged: the tower has no pattern flash3; it has off, steady, flash, flash2
towers[0].show.bridge_failed.buzzer: pattern 1; the tower has no buzzer
towers[0].show.critical.buzzer: pattern 1; the tower has no buzzer
towers[0].show.critical.red: the tower has no pattern flash4; it has off, steady, flash, flash2
towers[0].show.idle.white: the tower has no white light; it has red, amber, green
towers[0].show.returned.red: the tower has no pattern flash3; it has off, steady, flash, flash2
towers[0].show.stale.blue: the tower has no blue light; it has red, amber, green
`
	if got := problemLines(Check("towers[0]", c, severities, c.Model(), silent)); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestWarnings(t *testing.T) {
	const lie = "the light of an idle tower cannot go out by itself when the bridge dies"
	const blind = "nothing shows in the room that the bridge has failed"
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"idle light and no dead-man", usual + "  bridge_failed: {red: steady}\n", []string{"towers[0].show.idle.green: " + lie}},
		{"dead-man", "restore: 4s\n" + usual + "  bridge_failed: {red: steady}\n", nil},
		{"dark when idle", "show:\n  critical: {red: flash}\n  bridge_failed: {red: steady}\n", nil},
		{"idle light off", "show:\n  idle: {green: off}\n  bridge_failed: {red: steady}\n", nil},
		{"no bridge_failed", "show:\n  critical: {red: flash}\n", []string{"towers[0].show.bridge_failed: " + blind}},
		{"both", "show:\n  idle: {white: steady, blue: steady}\n", []string{"towers[0].show.idle.blue: " + lie, "towers[0].show.bridge_failed: " + blind}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, config := decode(t, "name: a\nnotifier: p\n"+c.text)
			got := strings.Split(strings.TrimSpace(problemLines(Warnings("towers[0]", config, severities))), "\n")
			if len(c.want) == 0 && got[0] == "" {
				return
			}
			if len(got) != len(c.want) {
				t.Fatalf("got %q, want %q", got, c.want)
			}
			for i := range got {
				if !strings.HasPrefix(got[i], c.want[i]+"; ") {
					t.Errorf("got %q, want %q", got[i], c.want[i])
				}
			}
		})
	}
}

func TestSettings(t *testing.T) {
	_, c := decode(t, "name: a\nsettings: {address: 192.168.100.50, model: LA6, tiers: [red, amber], port: 10000}")
	if got, want := string(c.SettingsJSON()), `{"address":"192.168.100.50","model":"LA6","port":10000,"tiers":["red","amber"]}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if c.Model() != "model LA6" {
		t.Errorf("model %q", c.Model())
	}
	_, c = decode(t, "name: a")
	if string(c.SettingsJSON()) != "{}" || c.Model() != "the tower" {
		t.Errorf("none: %s, %q", c.SettingsJSON(), c.Model())
	}
	_, c = decode(t, "name: a\nsettings: {nested: {1: x}}")
	if string(c.SettingsJSON()) != "null" {
		t.Errorf("a key that is no string: %s", c.SettingsJSON())
	}
}
