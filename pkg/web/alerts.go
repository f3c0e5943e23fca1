package web

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/bridge"
)

// maxShown is how many alerts of a severity the board lists.
const maxShown = 200

// groupView is the open alerts of one severity.
type groupView struct {
	Severity       alert.Severity
	ID             string // for HTML
	Level          int
	Open           int
	Unacknowledged int
	Alerts         []alertView
	More           int // open, not listed
}

// alertView is an alert with what is derived from it for its reader.
type alertView struct {
	*alert.Alert
	Phase   alert.Phase
	Level   int
	ID      string // for HTML: unique on a page, stable over updates
	Path    string
	Since   time.Time
	Summary string
	Labels  []alert.Label // the key ones
	Hidden  int           // labels left out
	Link    string        // "" where it is not one to follow
	// Over tells that the cause is over and that only the lamp's sequence keeps
	// the alert, where its phase does not say so.
	Over bool
	// MayAck and MayReset tell which verb would do something.
	MayAck, MayReset bool
}

// groups sorts the open alerts by severity, highest first.
func (s *server) groups(p *page, severities alert.Severities, now time.Time) []groupView {
	by := map[alert.Severity][]*alert.Alert{}
	for _, a := range s.Board.Alerts(nil) {
		by[a.Severity] = append(by[a.Severity], a)
	}
	var groups []groupView
	for severity, alerts := range by {
		g := groupView{
			Severity: severity, ID: htmlID("severity/" + string(severity)), Level: level(severities, severity), Open: len(alerts),
		}
		for _, a := range alerts {
			if a.Ack == nil {
				g.Unacknowledged++
			}
		}
		for _, a := range first(alerts, maxShown) {
			g.Alerts = append(g.Alerts, s.alert(p, severities, a, now))
		}
		g.More = g.Open - len(g.Alerts)
		groups = append(groups, g)
	}
	slices.SortFunc(groups, func(a, b groupView) int {
		return cmp.Or(severities.Rank(b.Severity)-severities.Rank(a.Severity), strings.Compare(string(a.Severity), string(b.Severity)))
	})
	return groups
}

// first returns the first n alerts in the order of the board: it keeps the
// best so far, so that a storm does not cost a sort of everything.
func first(alerts []*alert.Alert, n int) []*alert.Alert {
	best := make([]*alert.Alert, 0, min(n, len(alerts)))
	for _, a := range alerts {
		if len(best) == n {
			if inOrder(a, best[n-1]) >= 0 {
				continue
			}
			best = best[:n-1]
		}
		at, _ := slices.BinarySearchFunc(best, a, inOrder)
		best = slices.Insert(best, at, a)
	}
	return best
}

// inOrder puts what nobody has first, then the newest.
func inOrder(a, b *alert.Alert) int {
	return cmp.Or(
		slices.Index(alert.Phases, a.Phase())-slices.Index(alert.Phases, b.Phase()),
		b.RaisedAt.Compare(a.RaisedAt),
		strings.Compare(string(a.Identity), string(b.Identity)),
	)
}

func (s *server) alert(p *page, severities alert.Severities, a *alert.Alert, now time.Time) alertView {
	v := alertView{
		Alert: a, Phase: a.Phase(), Level: level(severities, a.Severity), ID: htmlID(string(a.Identity)),
		Path: alertPath(a.Identity), Since: a.OpenedAt, Link: webLink(a.Link),
	}
	if !a.StartsAt.IsZero() && a.StartsAt.Before(now) {
		v.Since = a.StartsAt
	}
	if a.Receiver == bridge.Self {
		v.Summary = shorten(p.own(a), maxSummary)
	}
	for _, name := range []string{"summary", "message", "description"} {
		if v.Summary == "" {
			v.Summary = shorten(a.Annotations.Get(name), maxSummary)
		}
	}
	v.Labels, v.Hidden = keyLabels(a)
	v.Over = a.Open() && !a.Abnormal && v.Phase != alert.Returned
	v.MayAck = p.MayAct() && a.Open() && a.Ack == nil
	v.MayReset = p.MayAct() && a.Open() && a.Ack != nil && !a.Abnormal && a.Sequence.NeedsReset()
	return v
}

// What a line of the board has room for.
const (
	maxLabels  = 6
	maxValue   = 80  // runes of a label's value
	maxSummary = 240 // runes
)

// likely are the labels that say where something is wrong, as senders name
// them: they come first.
var likely = []string{
	"host", "hostname", "instance", "node", "device", "service", "job", "tower", "namespace", "pod", "site",
	"customer", "account", "region", "resource", "from",
}

// shownElsewhere are the labels that a line shows in another place.
var shownElsewhere = []string{"alertname", "subject", "receiver", "severity"}

// keyLabels returns the labels that best tell alerts apart, and how many were
// left out.
func keyLabels(a *alert.Alert) (labels []alert.Label, hidden int) {
	rank := func(l alert.Label) int {
		if i := slices.Index(likely, l.Name); i >= 0 {
			return i
		}
		return len(likely)
	}
	for _, l := range a.Labels {
		if l.Value != "" && !(slices.Contains(shownElsewhere, l.Name) && (l.Name == "receiver" || l.Value == a.Name() || l.Value == string(a.Severity))) {
			labels = append(labels, alert.Label{Name: l.Name, Value: shorten(l.Value, maxValue)})
		}
	}
	slices.SortStableFunc(labels, func(x, y alert.Label) int { return rank(x) - rank(y) })
	if len(labels) > maxLabels {
		hidden = len(labels) - maxLabels
		labels = labels[:maxLabels]
	}
	return labels, hidden
}

// shorten cuts a text to n runes and puts it on one line.
func shorten(s string, n int) string {
	s = strings.Join(strings.Fields(s), " ")
	count := 0
	for i := range s {
		if count == n {
			return s[:i] + "…"
		}
		count++
	}
	return s
}

// webLink returns a link that may be followed: http or https with a host. It
// is "" for everything else, javascript: above all.
func webLink(link string) string {
	u, err := url.Parse(link)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return ""
	}
	return u.String()
}

func alertPath(id alert.Identity) string { return "/alerts/" + url.PathEscape(string(id)) }

// htmlID makes an id attribute of a text that may be anything.
func htmlID(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "x" + hex.EncodeToString(sum[:8])
}
