package patlite_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/andonhq/andon/pkg/lamp"
	"github.com/andonhq/andon/pkg/patlite"
	"github.com/andonhq/andon/pkg/patlite/virtual"
)

// tiersOf is the order of colours in which an LA6-POE is tested: not the
// usual one, and with a tier that is not used.
var tiersOf = []lamp.Unit{lamp.Green, lamp.Red, "", lamp.White, lamp.Amber}

// startTower returns a virtual tower and the settings with which a protocol
// reaches it.
func startTower(t *testing.T, model, protocol, transport string) (*virtual.Tower, json.RawMessage) {
	t.Helper()
	m, err := patlite.FindModel(model)
	if err != nil {
		t.Fatal(err)
	}
	c := virtual.Config{Model: model, HTTP: "127.0.0.1:0"}
	if m.Category != "" {
		c.PNS = "127.0.0.1:0"
	}
	settings := map[string]any{"model": model, "protocol": protocol, "timeout": "10s"}
	if m.AnyColour {
		c.Tiers = tiersOf
		settings["tiers"] = tiersOf
	}
	if transport != "" {
		settings["transport"] = transport
	}
	tower, err := virtual.Start(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := tower.Close(); err != nil {
			t.Error(err)
		}
	})
	settings["address"] = tower.HTTPAddr()
	if protocol == "pns" {
		settings["address"] = tower.PNSAddr()
	}
	raw, err := json.Marshal(settings)
	if err != nil {
		t.Fatal(err)
	}
	return tower, raw
}

func open(t *testing.T, settings json.RawMessage, o patlite.Options) patlite.Driver {
	t.Helper()
	d, err := patlite.Open(settings, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// states draws what a tower with these capabilities can show.
func states(c lamp.Capabilities) *rapid.Generator[lamp.State] {
	return rapid.Custom(func(t *rapid.T) lamp.State {
		s := lamp.State{Lights: map[lamp.Unit]lamp.Pattern{}, Buzzer: rapid.IntRange(0, c.Buzzers).Draw(t, "buzzer")}
		for _, u := range c.Units {
			s.Lights[u] = rapid.SampledFrom(c.Patterns).Draw(t, string(u))
		}
		return s
	})
}

// TestConformance: whatever a model can show, it shows after Apply and tells
// by Read, over every protocol it speaks.
func TestConformance(t *testing.T) {
	transports := map[string][]string{"http": {""}, "pns": {"tcp", "udp"}}
	for _, m := range patlite.Models() {
		for _, protocol := range m.Speaks() {
			for _, transport := range transports[protocol] {
				t.Run(m.Name+"/"+protocol+transport, func(t *testing.T) {
					t.Parallel()
					conform(t, m.Name, protocol, transport)
				})
			}
		}
	}
	for _, protocol := range patlite.Protocols() {
		if len(transports[protocol]) == 0 || !slices.ContainsFunc(patlite.Models(), func(m patlite.Model) bool {
			return slices.Contains(m.Speaks(), protocol)
		}) {
			t.Errorf("protocol %s is not tested", protocol)
		}
	}
}

func conform(t *testing.T, model, protocol, transport string) {
	tower, settings := startTower(t, model, protocol, transport)
	d := open(t, settings, patlite.Options{})
	can, err := patlite.Describe(settings)
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	check := func(t rapid.TB, want lamp.State) {
		if got := tower.State(); !got.Equal(want) {
			t.Fatalf("the tower shows %s, want %s", got, want)
		}
		got, err := d.Read(ctx)
		switch {
		case !can.ReadBack:
			if !errors.Is(err, errors.ErrUnsupported) {
				t.Fatalf("Read without ReadBack returns %v", err)
			}
		case err != nil:
			t.Fatal(err)
		case !got.Equal(want):
			t.Fatalf("Read returns %s, want %s", got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		want := states(can).Draw(t, "state")
		if err := d.Apply(ctx, want); err != nil {
			t.Fatal(err)
		}
		check(t, want)
	})

	if err := d.Test(ctx); err != nil {
		t.Fatal(err)
	}
	all := lamp.State{Lights: map[lamp.Unit]lamp.Pattern{}, Buzzer: 1}
	for _, u := range can.Units {
		all.Lights[u] = lamp.Steady
	}
	check(t, all)

	tower.SetRefuse(true)
	var refused *patlite.RefusedError
	if err := d.Apply(ctx, lamp.State{}); !errors.As(err, &refused) {
		t.Errorf("a refused Apply returns %v", err)
	}
	if _, err := d.Read(ctx); can.ReadBack && !errors.As(err, &refused) {
		t.Errorf("a refused Read returns %v", err)
	}
	shown := tower.State()
	tower.SetRefuse(false)
	if !shown.Equal(all) {
		t.Errorf("a refused Apply changed the tower to %s", shown)
	}

	tower.Unplug()
	if err := d.Apply(ctx, lamp.State{}); err == nil {
		t.Error("Apply to an unplugged tower succeeds")
	}
	if err := tower.Plug(); err != nil {
		t.Fatal(err)
	}
	if err := d.Apply(ctx, lamp.State{}); err != nil {
		t.Errorf("Apply after the tower is back: %v", err)
	}
	check(t, lamp.State{})
}
