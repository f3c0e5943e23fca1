package web

import (
	"fmt"
	"time"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/board"
	"github.com/andonhq/andon/pkg/lamp"
)

// view is everything that the changing part of the board shows.
type view struct {
	*page
	Now       time.Time
	Shadow    bool
	Statement statement
	Towers    []towerView
	Groups    []groupView
	// Seen is the newest change that the view may contain.
	Seen uint64
}

// statement is what the page says in one glance.
type statement struct {
	Title  string
	Failed string // why the bridge has failed
	Open   int
	// Unacknowledged counts those that nobody has: stale ones too.
	Unacknowledged int
	// Highest is the highest severity on the board, Level how it is coloured.
	Highest alert.Severity
	Level   int
	Lost    int // towers that do not answer
}

// Known reports whether what is open is all that is open: a bridge that has
// failed turns away what comes.
func (s statement) Known() bool { return s.Failed == "" }

// Normal reports whether there is nothing to do for anybody.
func (s statement) Normal() bool { return s.Failed == "" && s.Open == 0 && s.Lost == 0 }

// view reads the board. The number of the newest change is read first: what
// is read after it may be newer, never older.
func (s *server) view(p *page, now time.Time) view {
	v := view{page: p, Now: now, Shadow: s.Shadow, Seen: s.Board.Changed()}
	severities := s.Board.Severities()
	v.Groups = s.groups(p, severities, now)
	v.Towers = s.towers(p)
	v.Statement = state(severities, s.Board.Counts(), s.Board.Failed(), v.Towers)
	v.Statement.Title = v.title()
	return v
}

func state(severities alert.Severities, counts map[board.Count]int, failed error, towers []towerView) statement {
	var st statement
	if failed != nil {
		st.Failed = failed.Error()
	}
	highest := -1
	for c, n := range counts {
		st.Open += n
		if c.Phase == alert.Unacknowledged || c.Phase == alert.Stale {
			st.Unacknowledged += n
		}
		if rank := severities.Rank(c.Severity); rank > highest || (rank == highest && c.Severity < st.Highest) {
			highest, st.Highest = rank, c.Severity
		}
	}
	st.Level = level(severities, st.Highest)
	for _, t := range towers {
		if t.Contact == lamp.Lost {
			st.Lost++
		}
	}
	return st
}

// title is what a browser's tab shows.
func (v *view) title() string {
	st := v.Statement
	what := v.T("title.normal")
	switch {
	case st.Failed != "":
		what = v.T("title.failed")
	case st.Open > 0:
		what = v.T("title.open", v.Number(st.Open), v.Severity(st.Highest))
	case st.Lost > 0:
		what = v.T("title.lost", v.Number(st.Lost))
	}
	return fmt.Sprintf("%s · Andon", what)
}

// levels are how the standard severities are coloured, whatever the list; the
// colours have numbers from 1 to maxLevel.
var levels = map[alert.Severity]int{"info": 1, "warning": 2, "critical": 3, "disaster": maxLevel}

const maxLevel = 4

// level returns the colour of a severity: its own, or counted down from the
// highest severity, which has maxLevel. 0 for record and for one that is not
// in the list.
func level(severities alert.Severities, s alert.Severity) int {
	rank := severities.Rank(s)
	if rank == 0 {
		return 0
	}
	if n, ok := levels[s]; ok {
		return n
	}
	return max(1, maxLevel-(len(severities)-1-rank))
}
