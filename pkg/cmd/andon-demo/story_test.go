package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"github.com/andonhq/andon/pkg/bridge"
	"github.com/andonhq/andon/pkg/lamp"
)

// Every expectation is a state; no step expects a tower to change into what it
// shows already; and the story ends as it began.
func TestStoryIsConsistent(t *testing.T) {
	shows := map[string]lamp.State{opsRoom: {}, hall: {}}
	var first map[string]lamp.State
	for _, st := range story {
		for name, texts := range map[string][]string{opsRoom: st.opsRoom, hall: st.hall} {
			for _, s := range states(t, texts...) {
				if s.Equal(shows[name]) {
					t.Errorf("%s: %s shows %s before", st.title, name, s)
				}
				shows[name] = s
			}
		}
		if len(st.opsRoom)+len(st.hall) == 0 && st.arrived == nil {
			t.Errorf("%s: nothing tells that it was delivered", st.title)
		}
		if first == nil {
			first = map[string]lamp.State{opsRoom: shows[opsRoom], hall: shows[hall]}
		}
	}
	for name, s := range first {
		if !s.Equal(shows[name]) {
			t.Errorf("%s begins with %s and ends with %s", name, s, shows[name])
		}
	}
}

func TestConfigurationIsRight(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"operator-token", "alertmanager-token"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("a token that nobody guesses"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer("{{dir}}", dir, "{{address}}", "127.0.0.1:9560", "{{topic}}", topic, "{{demo_hash}}", string(hash),
		"{{ops-room}}", "127.0.0.1:28080", "{{hall}}", "127.0.0.1:28100").Replace(configuration)
	if strings.Contains(text, "{{") {
		t.Error("a placeholder is left")
	}
	c, err := bridge.Parse("andon.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Warnings(); err != nil {
		t.Errorf("the demo is no good example: %v", err)
	}
}
