package awsapi

import (
	"fmt"
	"testing"
	"time"
)

// mark is the smallest thing that a trail can keep.
type mark struct{ at int64 }

var markTrail = &trailKind[mark]{
	id:   func(m mark) string { return fmt.Sprint(m) },
	at:   func(m mark) time.Time { return time.Unix(m.at, 0).UTC() },
	size: func(mark) int64 { return 100 },
	late: 100, tick: 10, holds: 1000,
}

func TestWhatATrailBelieves(t *testing.T) {
	c := coverage{span{1000, 5000}, 5001}
	for _, tc := range []struct {
		now  int64
		want span
		why  string
	}{
		{5001, span{1000, 5000}, "asked just now"},
		{5009, span{1000, 5000}, "asked within the tick"},
		{5010, span{1000, 4901}, "what is younger than late may not have been listed"},
		{6001, span{1000, 4901}, "believed until it is too old"},
		{6002, span{1000, 1000}, "not believed any more"},
		{4990, span{1000, 5000}, "asked by the lookup itself, that began in another tick"},
		{4000, span{1000, 1000}, "asked in the future: the clock was set back"},
	} {
		if got := markTrail.valid(c, tc.now); got != tc.want {
			t.Errorf("at %d: %v, want %v: %s", tc.now, got, tc.want, tc.why)
		}
	}
}

// TestATrailKeepsToItsRoom adds more than there is room for: the oldest go, and
// with them the claim to know their time.
func TestATrailKeepsToItsRoom(t *testing.T) {
	tr := &trail[mark]{kind: markTrail, items: map[string]mark{}}
	var page []mark
	for i := range int64(100) {
		page = append(page, mark{at: 1000 - i})
	}
	if size := tr.add(page, span{0, 1001}, 1001, false, true, 8000); size > 8000 || int64(len(tr.items))*100 != size {
		t.Errorf("%d bytes for %d items", size, len(tr.items))
	}
	missing := tr.missing(span{0, 1001}, 1001, false)
	if len(missing) != 1 || missing[0].from != 0 || missing[0].to != 1001-int64(len(tr.items)) {
		t.Errorf("missing %v with %d items", missing, len(tr.items))
	}
}

// TestPagesOldestFirstCoverOnlyTogether: half of them show nothing of what is
// newest.
func TestPagesOldestFirstCoverOnlyTogether(t *testing.T) {
	tr := &trail[mark]{kind: markTrail, items: map[string]mark{}}
	tr.add([]mark{{at: 1}, {at: 2}}, span{0, 100}, 200, true, false, 1<<20)
	if got := tr.missing(span{0, 100}, 200, false); len(got) != 1 || got[0] != (span{0, 100}) {
		t.Errorf("after the first page %v is missing", got)
	}
	tr.add([]mark{{at: 90}}, span{0, 100}, 200, true, true, 1<<20)
	if got := tr.missing(span{0, 100}, 200, false); len(got) != 0 {
		t.Errorf("after the last page %v is missing", got)
	}
}
