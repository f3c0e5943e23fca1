package bridge

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/andonhq/andon/pkg/access"
	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/classify"
	"github.com/andonhq/andon/pkg/config"
	"github.com/andonhq/andon/pkg/journal"
	"github.com/andonhq/andon/pkg/receive"
	"github.com/andonhq/andon/pkg/tower"
)

// Warnings are what is allowed and may yet surprise, located like mistakes. It
// reads the files that the configuration names.
func (c *Config) Warnings() error {
	var ps config.Problems
	ps = append(ps, access.ListenerWarnings("listeners", c.Listeners, len(c.Users) > 0, slices.ContainsFunc(c.Receivers, receive.Config.SendsSecrets))...)
	ps = append(ps, access.UserWarnings("users", c.Users)...)
	ps = append(ps, receive.Warnings("receivers", c.Receivers)...)
	ps = append(ps, c.listenerWarnings()...)
	ps = append(ps, c.ruleWarnings()...)
	ps = append(ps, c.equalWarnings()...)
	ps = append(ps, c.journalWarnings()...)
	for i, t := range c.Towers {
		at := fmt.Sprintf("towers[%d]", i)
		ps = append(ps, tower.Warnings(at, t, c.Severities)...)
		if first := t.NearTo(c.Towers[:i], onePerAddress); first >= 0 {
			ps.Add(at+".settings.address", oneTower, "towers[%d] is at %s, this at %s: if that is one tower, the two switch each other's lights", first, c.Towers[first].Place(), t.Place())
		}
	}
	if len(c.Receivers) == 0 {
		ps.Add("receivers", "add one", "nothing can send alerts but andon send")
	}
	return c.doc.Locate(ps)
}

// listenerWarnings says where senders find no open door.
func (c *Config) listenerWarnings() config.Problems {
	var ps config.Problems
	posted := slices.IndexFunc(c.Receivers, func(r receive.Config) bool { return r.SQS == nil })
	open := slices.ContainsFunc(c.Listeners, func(l access.Listener) bool { return l.Serves(access.Receive) })
	if posted >= 0 && !open && len(c.Listeners) > 0 {
		ps.Add("listeners", "add receive to the serve of one", "none serves receive: nothing can be posted to receiver %s", c.Receivers[posted].Name)
	}
	return ps
}

// ruleWarnings names the rules that decide nothing, because one above takes
// everything that they match.
func (c *Config) ruleWarnings() config.Problems {
	var ps config.Problems
	for i, rule := range c.Rules {
		for j, m := range rule.Match {
			if strings.ContainsAny(m.Value, curly) {
				ps.Add(fmt.Sprintf("rules[%d].match[%d]", i, j), `write "straight" quotes`, "the value of %s has a curly quote in it, which no sender writes", m.Name)
			}
		}
		for j, above := range c.Rules[:i] {
			if !above.Continue && len(above.ResolvedBy) == 0 && includes(rule.Match, above.Match) {
				ps.Add(fmt.Sprintf("rules[%d].match", i), "put it above, or remove it", "rules[%d] (%s) takes all that it matches: it never decides", j, above.Name)
				break
			}
		}
	}
	return ps
}

// curly are the quotes that word processors and input methods make of straight
// ones. They are part of the value: the rule would match nothing.
const curly = "“”„‟″＂‘’‚‛′＇"

// includes reports whether some matchers demand all that others demand.
func includes(all, some alert.Matchers) bool {
	return !slices.ContainsFunc(some, func(m alert.Matcher) bool {
		return !slices.ContainsFunc(all, func(o alert.Matcher) bool { return o.String() == m.String() })
	})
}

// equalWarnings names the labels by which a rule pairs a mail with its
// recovery, and which no mail can have: each such mail would be an alert that
// nothing ends.
func (c *Config) equalWarnings() config.Problems {
	var ps config.Problems
	added := map[string]bool{} // by the rules so far that continue
	for i, rule := range c.Rules {
		if rule.Continue {
			for name := range rule.Labels {
				added[name] = true
			}
			continue
		}
		if len(rule.Equal) == 0 {
			continue
		}
		at := fmt.Sprintf("rules[%d].equal", i)
		names, mails := c.mailLabels(rule)
		if !mails {
			ps.Add(at, "remove it, or give a receiver that the rule matches a section mail", "it pairs mails, and no receiver brings mails to this rule")
			continue
		}
		for j, name := range rule.Equal {
			if _, own := rule.Labels[name]; !own && !added[name] && !slices.Contains(names, name) {
				ps.Add(fmt.Sprintf("%s[%d]", at, j), "one of "+strings.Join(names, ", ")+", or a group of that name in extract",
					"no receiver makes a label %q of a mail: failure and recovery would never meet", name)
			}
		}
	}
	return ps
}

// mailLabels are the labels that mails can have which come to a rule; false
// where no receiver brings it mails.
func (c *Config) mailLabels(rule classify.Rule) ([]string, bool) {
	var names []string
	mails := false
	for _, r := range c.Receivers {
		if r.Mail == nil || !takes(rule, r.Name) {
			continue
		}
		mails = true
		for _, name := range r.MailLabels() {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names, mails
}

// takes reports whether a rule's matchers let events of a receiver through.
func takes(rule classify.Rule, receiver string) bool {
	for _, m := range rule.Match {
		if m.Name == "receiver" && !m.Matcher.Matches(receiver) {
			return false
		}
	}
	return true
}

func (c *Config) journalWarnings() config.Problems {
	var ps config.Problems
	dir := filepath.Dir(c.Journal.Path)
	switch info, err := os.Stat(dir); {
	case os.IsNotExist(err):
		ps.Add("journal.path", "make it, owned by the user andon runs as: "+journal.FolderAdvice(c.Journal.Path), "the folder %s does not exist: the journal could not be opened", dir)
	case err == nil && !info.IsDir():
		ps.Add("journal.path", "a file in a folder", "%s is no folder: the journal could not be opened", dir)
	}
	if info, err := os.Stat(c.Journal.Path); err == nil && info.IsDir() {
		ps.Add("journal.path", "a file, such as "+filepath.Join(c.Journal.Path, "andon.db"), "%s is a folder: the journal could not be opened", c.Journal.Path)
	}
	return ps
}
