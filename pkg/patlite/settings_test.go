package patlite_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/andonhq/andon/pkg/lamp"
	"github.com/andonhq/andon/pkg/patlite"
)

const models = "NHV4, NHV4-3, NHV6, NHV6-3, NHB6, NHL-3FB2, NHP-3FB1, NHL-4FB2, NHL-5FB2, NHL-3FV2W, NHL-4FV2W, NHL-5FV2W, LA6-POE, LR5-LAN"

func TestValidateNamesEveryMistake(t *testing.T) {
	const address = "a host or host:port, for example 192.168.100.50, tower.example.jp:8080 or [fd00::50]:80"
	const tier = `red, amber, green, blue, white, or "off" for a tier that is not used`
	type problems = []patlite.Problem
	for name, c := range map[string]struct {
		settings string
		want     problems
	}{
		"complete":    {`{"address":"192.168.100.50","model":"NHV6","protocol":"http"}`, nil},
		"LA6 by PNS":  {`{"address":"tower-1.example.jp:10001","model":"la6-poe","protocol":"pns","tiers":["red","amber","green","","off"],"transport":"udp","timeout":"2s"}`, nil},
		"order code":  {`{"address":"10.0.0.9","model":"NHL-3FB2-RYG"}`, nil},
		"null tier":   {`{"address":"10.0.0.9","model":"LA6-POE","tiers":["red",null]}`, nil},
		"IPv6":        {`{"address":"fd00::50","model":"LR5-LAN"}`, nil},
		"IPv6, port":  {`{"address":"[fd00::50]:8080","model":"LR5-LAN","protocol":"http"}`, nil},
		"not JSON":    {`{`, problems{{"", "the settings are not an object", "write fields: address, model, protocol, tiers, transport, timeout"}}},
		"null":        {`null`, problems{{"", "the settings are not an object", "write fields: address, model, protocol, tiers, transport, timeout"}}},
		"empty":       {`{}`, problems{{"model", "missing", "one of " + models}, {"address", "missing", address}}},
		"other model": {`{"address":"a","model":"NHX9"}`, problems{{"model", `unknown model "NHX9"`, "one of " + models}}},
		"all at once": {
			`{"adress":"x","address":"http://tower/","model":"LA6-POE","protocol":"rsh","tiers":["red","red","pink",7],"timeout":"1h"}`,
			problems{
				{"adress", "unknown field", "one of address, model, protocol, tiers, transport, timeout"},
				{"tiers[3]", "7 cannot stand here", tier},
				{"timeout", "1h is out of range", "50ms to 30s, for example 800ms"},
				{"protocol", "rsh is not supported yet", "supported for model LA6-POE: pns, http"},
				{"address", `"http://tower/": write the host alone, not a URL`, address},
				{"tiers[1]", "red is tier 1 already", "each unit once"},
				{"tiers[2]", `"pink" is not a unit`, tier},
			},
		},
		"wrong types": {
			`{"address":5,"model":["NHV6"],"protocol":true,"tiers":"red","timeout":800}`,
			problems{
				{"address", "5 cannot stand here", "write a text"},
				{"model", `["NHV6"] cannot stand here`, "write a text"},
				{"protocol", "true cannot stand here", "write a text"},
				{"tiers", `"red" cannot stand here`, "write a list: [red, amber, green]"},
				{"timeout", "800 cannot stand here", "write a text"},
			},
		},
		"fixed tiers": {
			`{"address":"a","model":"NHL-3FB2","tiers":["red"]}`,
			problems{{"tiers", "model NHL-3FB2 has its units at fixed tiers: red, amber, green", "remove it"}},
		},
		"LA6 without tiers": {
			`{"address":"a","model":"LA6-POE"}`,
			problems{{"tiers", "missing: a tier of the LA6-POE has no colour of its own, say which unit each is, from the top", "for example [red, amber, green, blue, white]"}},
		},
		"dark LA6":       {`{"address":"a","model":"LA6-POE","tiers":["off"]}`, problems{{"tiers", "no tier is used", "at least one of red, amber, green, blue, white"}}},
		"six tiers":      {`{"address":"a","model":"LA6-POE","tiers":["red","","","","",""]}`, problems{{"tiers", "6 tiers", "1 to 5"}}},
		"NHV by PNS":     {`{"address":"a","model":"NHV6","protocol":"pns"}`, problems{{"protocol", "model NHV6 does not speak pns, as far as is documented", "supported for model NHV6: http"}}},
		"unknown":        {`{"address":"a","model":"NHV6","protocol":"telnet"}`, problems{{"protocol", `unknown protocol "telnet"`, "supported for model NHV6: http"}}},
		"no model":       {`{"address":"a","protocol":"snmp"}`, problems{{"model", "missing", "one of " + models}, {"protocol", "snmp is not supported yet", "supported: http, pns"}}},
		"HTTP transport": {`{"address":"a","model":"NHV6","transport":"udp"}`, problems{{"transport", "protocol http has no choice of transport", "remove it"}}},
		"transport":      {`{"address":"a","model":"LR5-LAN","transport":"sctp"}`, problems{{"transport", `unknown transport "sctp"`, "one of tcp, udp"}}},
		"timeout":        {`{"address":"a","model":"NHV6","timeout":"soon"}`, problems{{"timeout", `"soon" is not a duration`, "50ms to 30s, for example 800ms"}}},
		"port":           {`{"address":"a:99999","model":"NHV6"}`, problems{{"address", `"a:99999": the port is not a number from 1 to 65535`, address}}},
		"no port":        {`{"address":"a:","model":"NHV6"}`, problems{{"address", `"a:": the port is not a number from 1 to 65535`, address}}},
		"no host":        {`{"address":":80","model":"NHV6"}`, problems{{"address", `":80": not a host name`, address}}},
		"IPv4":           {`{"address":"192.168.100.500","model":"NHV6"}`, problems{{"address", `"192.168.100.500": not an IPv4 address`, address}}},
		"path":           {`{"address":"tower/x","model":"NHV6"}`, problems{{"address", `"tower/x": write the host alone, not a URL`, address}}},
		"account":        {`{"address":"me@tower","model":"NHV6"}`, problems{{"address", `"me@tower": write the host alone, not a URL`, address}}},
		"two words":      {`{"address":"tower 1","model":"NHV6"}`, problems{{"address", `"tower 1": not a host name`, address}}},
		"colons":         {`{"address":"a:b:c","model":"NHV6"}`, problems{{"address", `"a:b:c": not an address`, address}}},
		"brackets":       {`{"address":"[tower]","model":"NHV6"}`, problems{{"address", `"[tower]": no IPv6 address in the brackets`, address}}},
	} {
		t.Run(name, func(t *testing.T) {
			want := c.want
			got := patlite.Validate(json.RawMessage(c.settings))
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("problems (-want +got):\n%s", d)
			}
			_, err := patlite.Open(json.RawMessage(c.settings), patlite.Options{})
			if _, describeErr := patlite.Describe(json.RawMessage(c.settings)); (err == nil) != (len(want) == 0) || (describeErr == nil) != (len(want) == 0) {
				t.Errorf("Open says %v, Describe says %v", err, describeErr)
			}
			var all *patlite.SettingsError
			if len(want) > 0 && (!errors.As(err, &all) || !strings.Contains(err.Error(), want[0].String())) {
				t.Errorf("Open's error %q does not carry the problems", err)
			}
		})
	}
}

func TestDescribe(t *testing.T) {
	all := []lamp.Unit{lamp.Red, lamp.Amber, lamp.Green, lamp.Blue, lamp.White}
	one := []lamp.Pattern{lamp.Off, lamp.Steady, lamp.Flash}
	two := append(one[:3:3], lamp.Flash2)
	four := append(two[:4:4], lamp.Flash3, lamp.Flash4)
	for settings, want := range map[string]lamp.Capabilities{
		`{"address":"a","model":"nhv6"}`:                                                           {Units: all, Patterns: four, Buzzers: 5, Restore: true, ReadBack: true},
		`{"address":"a","model":"NHB6-5DP-RYGBC"}`:                                                 {Units: all, Patterns: four, Buzzers: 5, Restore: true, ReadBack: true},
		`{"address":"a","model":"NHV6-3DP"}`:                                                       {Units: all[:3], Patterns: four, Buzzers: 5, Restore: true, ReadBack: true},
		`{"address":"a","model":"NHL-3FB2"}`:                                                       {Units: all[:3], Patterns: two, Buzzers: 4, ReadBack: true},
		`{"address":"a","model":"NHP-3FB1","protocol":"http"}`:                                     {Units: all[:3], Patterns: two, Buzzers: 4},
		`{"address":"a","model":"NHL-5FV2W-RYGBC","protocol":"pns"}`:                               {Units: all, Patterns: two, Buzzers: 4, ReadBack: true},
		`{"address":"a","model":"LR5-LAN","protocol":"pns","transport":"udp"}`:                     {Units: all, Patterns: four, Buzzers: 1, ReadBack: true},
		`{"address":"a","model":"LA6-POE","tiers":["white","","red"]}`:                             {Units: []lamp.Unit{lamp.White, lamp.Red}, Patterns: one, Buzzers: 3, ReadBack: true},
		`{"address":"a","model":"LA6-POE","protocol":"http","tiers":["green","blue","off","red"]}`: {Units: []lamp.Unit{lamp.Green, lamp.Blue, lamp.Red}, Patterns: one, Buzzers: 3},
	} {
		got, err := patlite.Describe(json.RawMessage(settings))
		if err != nil {
			t.Errorf("%s: %v", settings, err)
			continue
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", settings, d)
		}
	}
}

func TestOptionsAreChecked(t *testing.T) {
	const nhv = `{"address":"a","model":"NHV6"}`
	for name, c := range map[string]struct {
		settings string
		options  patlite.Options
		want     string
	}{
		"other model":  {`{"address":"a","model":"LR5-LAN"}`, patlite.Options{Restore: time.Second}, "restore 1s: model LR5-LAN cannot fall back by itself over pns"},
		"fraction":     {nhv, patlite.Options{Restore: 1500 * time.Millisecond}, "restore 1.5s: write whole seconds, 1s to 1m39s"},
		"too long":     {nhv, patlite.Options{Restore: 100 * time.Second}, "restore 1m40s: write whole seconds, 1s to 1m39s"},
		"bad fallback": {nhv, patlite.Options{Restore: time.Second, Fallback: lamp.State{Lights: map[lamp.Unit]lamp.Pattern{"pink": lamp.Steady}}}, "fallback state: unit pink: the NHV6 has red, amber, green, blue, white"},
	} {
		_, err := patlite.Open(json.RawMessage(c.settings), c.options)
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: error %v, want %s", name, err, c.want)
		}
	}
}

func TestAStateThatTheModelCannotShowIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		settings, state, want string
	}{
		"pattern": {`{"address":"a","model":"LA6-POE","tiers":["red"]}`, "red=flash3", "apply red=flash3: pattern flash3: model LA6-POE has off, steady, flash"},
		"unit":    {`{"address":"a","model":"NHL-3FB2"}`, "blue=steady", "apply blue=steady: unit blue: the NHL-3FB2 has red, amber, green"},
		"buzzer":  {`{"address":"a","model":"NHV6"}`, "buzzer=7", "apply buzzer=7: buzzer 7: model NHV6 has buzzer patterns 1 to 5"},
		"several": {
			`{"address":"a","model":"LR5-LAN"}`, "red=flash4 pink=steady buzzer=2",
			"apply red=flash4 pink=steady buzzer=2: unit pink: the LR5-LAN has red, amber, green, blue, white\nbuzzer 2: model LR5-LAN has buzzer patterns 1 to 1",
		},
	} {
		d, err := patlite.Open(json.RawMessage(c.settings), patlite.Options{})
		if err != nil {
			t.Fatal(err)
		}
		s, err := lamp.Parse(c.state)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Apply(t.Context(), s); err == nil || err.Error() != c.want {
			t.Errorf("%s: error %q, want %q", name, err, c.want)
		}
	}
}
