package receive

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/config"
)

// Config is one entry of the section "receivers". Exactly one format section
// must be there: alertmanager, grafana, sns or sqs.
type Config struct {
	// Name stands in the URL, /receive/NAME, and is the label "receiver".
	Name string `yaml:"name"`
	// Default is the severity of what no rule matches.
	Default       alert.Severity `yaml:"default"`
	Authorization *Authorization `yaml:"authorization"`

	Alertmanager *Alertmanager `yaml:"alertmanager"`
	Grafana      *Grafana      `yaml:"grafana"`
	SNS          *SNS          `yaml:"sns"`
	SQS          *SQS          `yaml:"sqs"`

	// Mail allows mails that Amazon SES received, inside sns or sqs.
	Mail *Mail `yaml:"mail"`
	// Extract makes labels from the text of a mail.
	Extract []Extract `yaml:"extract"`

	SMTP   config.Unsupported `yaml:"smtp"`
	Zabbix config.Unsupported `yaml:"zabbix"`
}

// Mail says whose mails are believed.
type Mail struct {
	// Senders are addresses, a star standing for any text:
	// *@monitor.example.jp. The domain is compared without regard to case.
	Senders []string `yaml:"senders"`
	Require *Require `yaml:"require"`
}

// Require says what a mail has to prove.
type Require struct {
	// DMARC is pass (the default), or none: then anybody can write in the
	// name of an allowed sender.
	DMARC string `yaml:"dmarc"`
}

func (m *Mail) dmarcRequired() bool {
	return m.Require == nil || m.Require.DMARC != "none"
}

// Extract turns the named groups of expressions into labels. An entry with
// both expressions applies where both match; ^ and $ match at every line of
// the body.
type Extract struct {
	Subject *config.Regexp `yaml:"subject"`
	Body    *config.Regexp `yaml:"body"`
}

// BridgeReceiver is the name under which the bridge itself raises alerts; no
// configured receiver can have it.
const BridgeReceiver = "andon"

var nameRule = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)

// ValidateAll checks the whole list, path being that of the list.
func ValidateAll(path string, cfgs []Config, severities alert.Severities) config.Problems {
	var ps config.Problems
	seen := map[string]int{}
	for i, c := range cfgs {
		at := fmt.Sprintf("%s[%d]", path, i)
		ps = append(ps, c.Validate(at, severities)...)
		if first, ok := seen[c.Name]; ok && c.Name != "" {
			ps.Add(at+".name", "write another name", "%q is the name of %s[%d] already", c.Name, path, first)
		} else {
			seen[c.Name] = i
		}
	}
	return ps
}

// Validate checks one receiver, path being its own, such as receivers[0].
func (c Config) Validate(path string, severities alert.Severities) config.Problems {
	var ps config.Problems
	switch {
	case c.Name == "":
		ps.Add(path+".name", "it stands in the URL: /receive/NAME", "missing")
	case !nameRule.MatchString(c.Name):
		ps.Add(path+".name", "letters, digits, - and _, at most 64", "%q cannot stand in a URL", c.Name)
	case c.Name == BridgeReceiver:
		ps.Add(path+".name", "write another name", "%q is the name of the bridge's own alerts", c.Name)
	}
	if c.Default != "" && !severities.Has(c.Default) {
		ps.Add(path+".default", "one of "+joinSeverities(severities), "%q is not a severity", c.Default)
	}
	ps = append(ps, c.validateFormat(path)...)
	if c.Authorization != nil {
		ps = append(ps, c.Authorization.validate(path+".authorization")...)
	}
	if c.Mail != nil {
		ps = append(ps, c.Mail.validate(path+".mail")...)
	}
	for i, e := range c.Extract {
		ps = append(ps, e.validate(fmt.Sprintf("%s.extract[%d]", path, i))...)
	}
	return ps
}

func (c *Config) validateFormat(path string) config.Problems {
	var ps config.Problems
	var names, chosen []string
	for _, f := range formats {
		names = append(names, f.section)
		if f.chosen(c) {
			chosen = append(chosen, f.section)
		}
	}
	allowed := "exactly one of " + strings.Join(names, ", ") + " (for example: alertmanager: {})"
	switch len(chosen) {
	case 0:
		ps.Add(path, allowed, "it says nothing about the sender")
		return ps
	case 1:
	default:
		ps.Add(path+"."+chosen[1], allowed, "%s stands here too", chosen[0])
	}
	f := formatOf(c)
	if f.proven != nil && !f.proven(c) {
		ps.Add(path+".authorization", f.proofs, "missing: anybody could send")
	}
	if c.SNS == nil && c.SQS == nil {
		if c.Mail != nil {
			ps.Add(path+".mail", "mails arrive inside sns or sqs", "%s brings no mails", f.section)
		}
		if c.Extract != nil {
			ps.Add(path+".extract", "mails arrive inside sns or sqs", "%s brings no mails", f.section)
		}
	} else if c.Extract != nil && c.Mail == nil {
		ps.Add(path+".extract", "add mail: {senders: […]}", "it reads mails, and mail is missing")
	}
	return append(ps, f.validate(c, path)...)
}

func (m *Mail) validate(path string) config.Problems {
	var ps config.Problems
	if len(m.Senders) == 0 {
		ps.Add(path+".senders", `addresses such as "*@monitor.example.jp"`, "missing: no mail could be believed")
	}
	for i, s := range m.Senders {
		user, domain, ok := strings.Cut(s, "@")
		if !ok || user == "" || domain == "" || strings.ContainsAny(s, " <>,;\"") || strings.Contains(domain, "@") {
			ps.Add(fmt.Sprintf("%s.senders[%d]", path, i), `an address such as "*@monitor.example.jp"`, "%q is not an address", s)
		}
	}
	if m.Require != nil && m.Require.DMARC != "" && m.Require.DMARC != "pass" && m.Require.DMARC != "none" {
		ps.Add(path+".require.dmarc", "pass, or none", "%q is neither", m.Require.DMARC)
	}
	return ps
}

// reserved are labels that come from the mail itself or from the bridge, so
// that no group can set them.
var reserved = []string{"receiver", "subject", "from", "to"}

func (e Extract) validate(path string) config.Problems {
	var ps config.Problems
	groups := 0
	for field, re := range map[string]*config.Regexp{"subject": e.Subject, "body": e.Body} {
		if re == nil || re.Regexp == nil {
			continue
		}
		for _, name := range re.SubexpNames() {
			switch {
			case name == "":
			case slices.Contains(reserved, name):
				ps.Add(path+"."+field, "write another group name", "every mail has the label %q already", name)
				groups++
			default:
				groups++
			}
		}
	}
	if groups == 0 {
		ps.Add(path, `subject or body with a group such as (?P<host>\S+)`, "no named group: it would make no label")
	}
	return ps
}

func joinSeverities(list alert.Severities) string {
	names := make([]string, len(list))
	for i, s := range list {
		names[i] = string(s)
	}
	return strings.Join(names, ", ")
}
