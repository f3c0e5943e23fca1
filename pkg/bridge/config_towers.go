package bridge

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/andonhq/andon/pkg/config"
	"github.com/andonhq/andon/pkg/lamp"
	"github.com/andonhq/andon/pkg/notifier"
	"github.com/andonhq/andon/pkg/tower"
)

// Asker starts a notifier for a moment to ask it what only it knows.
type Asker func(ctx context.Context, n NotifierConfig, ask func(context.Context, Describer) error) error

// Describer answers what only a notifier knows, without contacting a tower.
type Describer interface {
	Validate(ctx context.Context, settings json.RawMessage) ([]notifier.Problem, error)
	Describe(ctx context.Context, settings json.RawMessage) (lamp.Capabilities, error)
}

// checkTowers lets each tower's notifier judge its settings, and compares what
// the tower is to show with what its model can. It returns what the towers can
// show, by name. found are the mistakes known so far: what cannot be asked for
// their sake is left out.
func (c *Config) checkTowers(ctx context.Context, ask Asker, found config.Problems) (map[string]lamp.Capabilities, config.Problems) {
	var ps config.Problems
	all := map[string]lamp.Capabilities{}
	for i, n := range c.Notifiers {
		at := fmt.Sprintf("notifiers[%d]", i)
		var mine []int
		for j, t := range c.Towers {
			if t.Notifier == n.Name && !within(found, fmt.Sprintf("towers[%d].settings", j)) {
				mine = append(mine, j)
			}
		}
		first := slices.IndexFunc(c.Notifiers, func(o NotifierConfig) bool { return o.Name == n.Name })
		if len(mine) == 0 || first != i || n.Name == "" || within(found, at) {
			continue
		}
		err := ask(ctx, n, func(ctx context.Context, d Describer) error {
			for _, j := range mine {
				can, problems, err := c.checkTower(ctx, fmt.Sprintf("towers[%d]", j), c.Towers[j], d)
				if err != nil {
					return err
				}
				ps = append(ps, problems...)
				all[c.Towers[j].Name] = can
			}
			return nil
		})
		if err != nil {
			ps.Add(at, "", "cannot be started: %v", err)
		}
	}
	return all, ps
}

// within reports whether a mistake lies at a path, below it, or makes an
// entry above it unreadable.
func within(ps config.Problems, path string) bool {
	entry, _, _ := strings.Cut(path, ".")
	return slices.ContainsFunc(ps, func(p config.Problem) bool {
		return p.Path == entry || p.Path == path || strings.HasPrefix(p.Path, path+".") || strings.HasPrefix(p.Path, path+"[")
	})
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
