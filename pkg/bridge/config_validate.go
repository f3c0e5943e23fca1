package bridge

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/andonhq/andon/pkg/access"
	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/classify"
	"github.com/andonhq/andon/pkg/config"
	"github.com/andonhq/andon/pkg/receive"
	"github.com/andonhq/andon/pkg/tower"
)

func (c *Config) validate() config.Problems {
	var ps config.Problems
	add := func(more config.Problems) { ps = append(ps, more...) }
	add(access.ValidateListeners("listeners", c.Listeners, len(c.Users) > 0))
	add(access.ValidateUsers("users", c.Users))
	if sev := classify.ValidateSeverities("severities", c.Severities); len(sev) > 0 {
		add(sev)
		c.Severities = alert.DefaultSeverities // so that the rest is judged by something
	}
	add(receive.ValidateAll("receivers", c.Receivers, c.Severities))
	for i, r := range c.Receivers {
		if r.Name == SendReceiver {
			ps.Add(fmt.Sprintf("receivers[%d].name", i), "another name", "%q is the receiver of what andon send sends", r.Name)
		}
	}
	add(classify.ValidateRules("rules", c.Rules, c.Severities))
	add(classify.ValidateHeartbeats("heartbeats", c.Heartbeats, c.Severities))
	add(classify.ValidateSequences("sequences", c.Sequences, c.Severities))
	if c.ExpiryEndsBelow != "" && !c.Severities.Has(c.ExpiryEndsBelow) {
		ps.Add("expiry_ends_below", "one of the severities", "unknown severity %q", c.ExpiryEndsBelow)
	}
	add(c.validateNotifiers())
	add(c.validateTowers())
	return ps
}

// BundledNotifiers are those that come with andon.
var BundledNotifiers = []string{"patlite"}

var sha256Text = regexp.MustCompile(`^[0-9a-fA-F]{64}$`)

func (c *Config) validateNotifiers() config.Problems {
	var ps config.Problems
	names := map[string]int{}
	for i, n := range c.Notifiers {
		at := fmt.Sprintf("notifiers[%d]", i)
		if n.Name == "" {
			ps.Add(at+".name", "a name", "missing")
		}
		if first, twice := names[n.Name]; twice {
			ps.Add(at+".name", "a name of its own", "%q is the name of notifiers[%d] too", n.Name, first)
		}
		names[n.Name] = i
		bundled := slices.Contains(BundledNotifiers, n.Name)
		switch {
		case n.Path == "" && n.SHA256 != "":
			ps.Add(at+".path", "the path of the notifier whose sha256 this is", "missing")
		case n.Path == "" && !bundled && n.Name != "":
			ps.Add(at+".path", "path and sha256 of the notifier; bundled: "+strings.Join(BundledNotifiers, ", "), "%q is not bundled", n.Name)
		case n.Path != "" && !filepath.IsAbs(n.Path):
			ps.Add(at+".path", "an absolute path", "%q is relative", n.Path)
		}
		if n.Path != "" && !sha256Text.MatchString(n.SHA256) {
			ps.Add(at+".sha256", "64 hexadecimal digits: sha256sum "+n.Path, "%q is no SHA-256", n.SHA256)
		}
	}
	return ps
}

// onePerAddress: a PATLITE tower has an address of its own; what others have is
// known to their notifiers only.
func onePerAddress(notifier string) bool { return slices.Contains(BundledNotifiers, notifier) }

const oneTower = "one entry for each tower; match and show say what it shows"

func (c *Config) validateTowers() config.Problems {
	var ps config.Problems
	names := map[string]int{}
	c.Plans = nil
	for i, t := range c.Towers {
		at := fmt.Sprintf("towers[%d]", i)
		plan, problems := tower.NewPlan(at, t, c.Severities)
		ps = append(ps, problems...)
		c.Plans = append(c.Plans, plan)
		if first, twice := names[t.Name]; twice && t.Name != "" {
			ps.Add(at+".name", "a name of its own", "%q is the name of towers[%d] too", t.Name, first)
		}
		names[t.Name] = i
		if first := t.SameAs(c.Towers[:i], onePerAddress); first >= 0 {
			ps.Add(at+".settings.address", oneTower, "towers[%d] is at %s too: the two would switch each other's lights", first, t.Place())
		}
		known := false
		for _, n := range c.Notifiers {
			known = known || n.Name == t.Notifier
		}
		if !known && t.Notifier != "" {
			ps.Add(at+".notifier", "the name of one of the notifiers", "%q is not among the notifiers", t.Notifier)
		}
	}
	return ps
}
