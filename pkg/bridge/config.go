package bridge

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/andonhq/andon/pkg/access"
	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/classify"
	"github.com/andonhq/andon/pkg/config"
	"github.com/andonhq/andon/pkg/lamp"
	"github.com/andonhq/andon/pkg/notifier"
	"github.com/andonhq/andon/pkg/receive"
	"github.com/andonhq/andon/pkg/tower"
)

// Document is the configuration file of the bridge.
type Document struct {
	Listeners  []access.Listener                 `yaml:"listeners"`
	Users      []access.User                     `yaml:"users"`
	Journal    JournalConfig                     `yaml:"journal"`
	Severities alert.Severities                  `yaml:"severities"`
	Receivers  []receive.Config                  `yaml:"receivers"`
	Rules      []classify.Rule                   `yaml:"rules"`
	Notifiers  []NotifierConfig                  `yaml:"notifiers"`
	Towers     []tower.Config                    `yaml:"towers"`
	Heartbeats []classify.Heartbeat              `yaml:"heartbeats"`
	Sequences  map[alert.Severity]alert.Sequence `yaml:"sequences"`
	// ExpiryEndsBelow is the lowest severity whose unacknowledged alerts do
	// not end by expiry but turn stale.
	ExpiryEndsBelow alert.Severity `yaml:"expiry_ends_below"`

	TimeIntervals config.Unsupported `yaml:"time_intervals"`
	Escalations   config.Unsupported `yaml:"escalations"`
}

// JournalConfig is the journal section.
type JournalConfig struct {
	Path string `yaml:"path"`

	History config.Unsupported `yaml:"history"`
	DSNFile config.Unsupported `yaml:"dsn_file"`
}

// NotifierConfig is one entry of notifiers. Without a path it is the bundled
// notifier of that name, whose SHA-256 is stamped into andon.
type NotifierConfig struct {
	Name   string `yaml:"name"`
	Path   string `yaml:"path"`
	SHA256 string `yaml:"sha256"`
}

// DefaultJournalPath is used where the configuration names none.
const DefaultJournalPath = "/var/lib/andon/andon.db"

// Config is a configuration that has been read and found right.
type Config struct {
	Document
	File string
	// Plans are the towers, in the order of the file.
	Plans []*tower.Plan
	doc   *config.Document
	sum   string // tells one text of a configuration from another
}

// Load reads and validates a configuration file. The error lists all mistakes
// (config.FileError); what needs a notifier is checked by CheckTowers.
func Load(file string) (*Config, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	return Parse(file, data)
}

// Parse reads and validates the text of a configuration file.
func Parse(file string, data []byte) (*Config, error) {
	sum := sha256.Sum256(data)
	c := &Config{File: file, sum: hex.EncodeToString(sum[:])}
	var problems config.Problems
	c.doc, problems = config.Decode(file, bytes.NewReader(data), &c.Document)
	c.defaults()
	problems = append(problems, c.validate()...)
	if err := c.doc.Locate(unique(problems)); err != nil {
		return nil, err
	}
	return c, nil
}

// unique leaves out what validation says again about a field that could not
// be decoded: of a path only the first mistake, and "missing" of none that has
// another.
func unique(problems config.Problems) config.Problems {
	seen := map[string]bool{}
	var out config.Problems
	for _, p := range problems {
		if seen[p.Path] && p.Line == 0 {
			continue
		}
		seen[p.Path] = true
		out = append(out, p)
	}
	return out
}

func (c *Config) defaults() {
	if len(c.Listeners) == 0 {
		c.Listeners = access.DefaultListeners
	}
	if c.Journal.Path == "" {
		c.Journal.Path = DefaultJournalPath
	}
	if len(c.Severities) == 0 {
		c.Severities = alert.DefaultSeverities
	}
}

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
		bundled := false
		for _, b := range BundledNotifiers {
			bundled = bundled || b == n.Name
		}
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

// Asker starts a notifier for a moment to ask it what only it knows.
type Asker func(ctx context.Context, n NotifierConfig, ask func(context.Context, Describer) error) error

// Describer answers what only a notifier knows, without contacting a tower.
type Describer interface {
	Validate(ctx context.Context, settings json.RawMessage) ([]notifier.Problem, error)
	Describe(ctx context.Context, settings json.RawMessage) (lamp.Capabilities, error)
}

// CheckTowers lets each tower's notifier judge its settings, and compares what
// the tower is to show with what its model can. It returns what the towers
// can show, by name. The error lists all mistakes.
func (c *Config) CheckTowers(ctx context.Context, ask Asker) (map[string]lamp.Capabilities, error) {
	var ps config.Problems
	all := map[string]lamp.Capabilities{}
	for i, n := range c.Notifiers {
		if !slices.ContainsFunc(c.Towers, func(t tower.Config) bool { return t.Notifier == n.Name }) {
			continue
		}
		err := ask(ctx, n, func(ctx context.Context, d Describer) error {
			for j, t := range c.Towers {
				if t.Notifier != n.Name {
					continue
				}
				can, problems, err := c.checkTower(ctx, fmt.Sprintf("towers[%d]", j), t, d)
				if err != nil {
					return err
				}
				ps = append(ps, problems...)
				all[t.Name] = can
			}
			return nil
		})
		if err != nil {
			ps.Add(fmt.Sprintf("notifiers[%d]", i), "", "cannot be started: %v", err)
		}
	}
	return all, c.doc.Locate(ps)
}

func (c *Config) checkTower(ctx context.Context, at string, t tower.Config, d Describer) (lamp.Capabilities, config.Problems, error) {
	wrong, err := d.Validate(ctx, t.SettingsJSON())
	if err != nil {
		return lamp.Capabilities{}, nil, err
	}
	if len(wrong) > 0 {
		var ps config.Problems
		for _, p := range wrong {
			ps.Add(strings.TrimSuffix(at+".settings."+p.Path, "."), p.Allowed, "%s", p.What)
		}
		return lamp.Capabilities{}, ps, nil
	}
	can, err := d.Describe(ctx, t.SettingsJSON())
	if err != nil {
		return can, nil, err
	}
	return can, tower.Check(at, t, c.Severities, t.Model(), can), nil
}

// Warnings are what is allowed and may yet surprise, located like mistakes.
func (c *Config) Warnings() error {
	var ps config.Problems
	for i, t := range c.Towers {
		ps = append(ps, tower.Warnings(fmt.Sprintf("towers[%d]", i), t, c.Severities)...)
	}
	if len(c.Receivers) == 0 {
		ps.Add("receivers", "add one", "nothing can send alerts but andon send")
	}
	return c.doc.Locate(ps)
}

// NewRules makes the rules of the configuration.
func (c *Config) NewRules() *classify.Rules {
	defaults := map[string]alert.Severity{}
	for _, r := range c.Receivers {
		defaults[r.Name] = r.Default
	}
	return classify.New(classify.Config{
		Severities: c.Severities, Rules: c.Rules, Heartbeats: c.Heartbeats, Sequences: c.Sequences,
		ExpiryEndsBelow: c.ExpiryEndsBelow, Defaults: defaults,
	})
}
