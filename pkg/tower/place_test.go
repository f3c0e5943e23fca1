package tower

import (
	"testing"

	"github.com/andonhq/andon/pkg/config"
)

func TestPlace(t *testing.T) {
	at := func(notifier string, settings map[string]any) Config {
		return Config{Notifier: notifier, Settings: config.Raw{Value: settings}}
	}
	address := func(a, protocol string) Config {
		m := map[string]any{"address": a}
		if protocol != "" {
			m["protocol"] = protocol
		}
		return at("patlite", m)
	}
	alone := func(notifier string) bool { return notifier == "patlite" }
	const same, near, apart = "same", "near", "apart"
	for _, c := range []struct {
		one, other Config
		want       string
	}{
		{address("192.0.2.1", "http"), address("192.0.2.1:80", "http"), same},
		{address("192.0.2.1", "pns"), address("192.0.2.1:10000", ""), same},
		{address("192.0.2.1", "http"), address("192.0.2.1:080", ""), same},
		{address("tower1", ""), address("Tower1.", ""), same},
		{address("Tower1.:8080", ""), address("tower1:8080", ""), same},
		{address("::1", "http"), address("[::1]:80", ""), same},
		{address("[::1]", ""), address("0:0:0:0:0:0:0:1", ""), same},
		{address("::ffff:192.0.2.1", ""), address("192.0.2.1", ""), same},
		{at("x", map[string]any{"address": "192.0.2.1", "port": 8080}), at("x", map[string]any{"address": "192.0.2.1:8080"}), same},
		{address("192.0.2.1", ""), address("192.0.2.1:80", ""), near},
		{address("192.0.2.1", "http"), address("192.0.2.1", "pns"), near},
		{address("192.0.2.1", ""), address("192.0.2.1", "pns"), near},
		{address("192.0.2.1", "http"), address("192.0.2.1:10000", "pns"), near},
		{address("192.0.2.1", ""), address("192.0.2.1:8080", ""), apart},
		{address("127.0.0.1:28080", "http"), address("127.0.0.1:28100", "pns"), apart},
		{address("192.0.2.1", ""), address("192.0.2.2", ""), apart},
		{address("192.0.2.1", ""), at("other", map[string]any{"address": "192.0.2.1"}), apart},
		{address("", ""), address("", ""), apart},
		// What a setting means to another notifier, nobody else knows.
		{at("hub", map[string]any{"address": "192.0.2.1", "unit": 1}), at("hub", map[string]any{"address": "192.0.2.1", "unit": 2}), apart},
		{at("hub", map[string]any{"address": "192.0.2.1", "unit": 1}), at("hub", map[string]any{"address": "192.0.2.1"}), apart},
		{at("hub", map[string]any{"address": "192.0.2.1", "unit": 1}), at("hub", map[string]any{"address": "192.0.2.1.", "unit": 1}), same},
		{at("hub", map[string]any{"address": "192.0.2.1", "at": map[string]any{"bus": 1}}), at("hub", map[string]any{"address": "192.0.2.1", "at": map[string]any{"bus": 1}}), same},
		{at("hub", map[string]any{"address": "192.0.2.1", "protocol": "http"}), at("hub", map[string]any{"address": "192.0.2.1", "protocol": "pns"}), apart},
		{at("hub", map[string]any{"address": "192.0.2.1:80", "unit": 1}), at("hub", map[string]any{"address": "192.0.2.1", "unit": 1}), near},
		{at("hub", map[string]any{"address": "192.0.2.1:80", "unit": 1}), at("hub", map[string]any{"address": "192.0.2.1", "unit": 2}), apart},
		{at("patlite", map[string]any{"address": "192.0.2.1", "model": "NHV6"}), at("patlite", map[string]any{"address": "192.0.2.1", "model": "NHV4"}), same},
		{at("x", nil), at("x", map[string]any{"address": 7}), apart},
	} {
		for _, pair := range [][2]Config{{c.one, c.other}, {c.other, c.one}} {
			got := apart
			if pair[1].SameAs(pair[:1], alone) == 0 {
				got = same
			} else if pair[1].NearTo(pair[:1], alone) == 0 {
				got = near
			}
			if got != c.want {
				t.Errorf("%v and %v: %s, expected %s", pair[0].Settings.Value, pair[1].Settings.Value, got, c.want)
			}
		}
	}
	if got := address("Tower1.", "http").Place().String(); got != "tower1:80" {
		t.Errorf("got %s", got)
	}
}
