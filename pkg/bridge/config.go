package bridge

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"slices"

	"github.com/andonhq/andon/pkg/access"
	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/classify"
	"github.com/andonhq/andon/pkg/config"
	"github.com/andonhq/andon/pkg/lamp"
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

// Load reads a configuration file and judges what stands in it. The error
// lists all mistakes (config.FileError). It reads no other file and starts no
// notifier, so that what a rule would do can be explained to somebody who may
// not read the secrets; Check does both.
func Load(file string) (*Config, error) {
	data, err := read(file)
	if err != nil {
		return nil, err
	}
	return Parse(file, data)
}

func read(file string) ([]byte, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	return data, nil
}

// Parse is Load of a text.
func Parse(file string, data []byte) (*Config, error) {
	c, problems := decode(file, data)
	if err := c.doc.Locate(unique(problems)); err != nil {
		return nil, err
	}
	return c, nil
}

func decode(file string, data []byte) (*Config, config.Problems) {
	sum := sha256.Sum256(data)
	c := &Config{File: file, sum: hex.EncodeToString(sum[:])}
	var problems config.Problems
	c.doc, problems = config.Decode(file, bytes.NewReader(data), &c.Document)
	c.defaults()
	return c, append(problems, c.validate()...)
}

// Check reads a configuration file and judges all of it at once: what stands
// in it, the files that it names, and, by asking the notifiers, the settings
// of every tower whose settings can be read. It returns what the towers can
// show, by name. The error lists all mistakes.
func Check(ctx context.Context, file string, ask Asker) (*Config, map[string]lamp.Capabilities, error) {
	data, err := read(file)
	if err != nil {
		return nil, nil, err
	}
	c, problems := decode(file, data)
	problems = append(problems, c.checkFiles()...)
	can, more := c.checkTowers(ctx, ask, problems)
	if err := c.doc.Locate(unique(append(problems, more...))); err != nil {
		return nil, nil, err
	}
	return c, can, nil
}

// checkFiles reads what the configuration names.
func (c *Config) checkFiles() config.Problems {
	return slices.Concat(
		access.CheckListenerFiles("listeners", c.Listeners),
		access.CheckUserFiles("users", c.Users),
		receive.CheckFiles("receivers", c.Receivers),
	)
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
