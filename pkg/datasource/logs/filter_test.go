package logs

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/andonhq/andon/pkg/datasource/query"
	"github.com/andonhq/andon/pkg/datasource/querytest"
	"github.com/andonhq/andon/pkg/internal/awsfake"
)

func TestFilter(t *testing.T) {
	bubble(t, awsfake.Options{}, awsfake.AdminKey, func(r *rig) {
		querytest.GoldenFrames(t, "filter", r.Frames(`{"mode":"filter","logGroups":["/shop/application"],"pattern":"{ $.level = \"ERROR\" }"}`))
		querytest.GoldenFrames(t, "filter-empty", r.Frames(`{"mode":"filter","logGroups":["/shop/application"],"pattern":"NONE"}`))
		for _, stream := range querytest.Column(t, r.Frames(`{"mode":"filter","logGroups":["/shop/application"],"streamPrefix":"web-2"}`)[0], "id") {
			if stream == "" {
				t.Error("a line without an id")
			}
		}
	})
}

func TestFilterSeveralGroups(t *testing.T) {
	bubble(t, awsfake.Options{}, awsfake.AdminKey, func(r *rig) {
		f := r.Frames(`{"mode":"filter","logGroups":["/shop/application","/var/log/secure","/none"]}`)[0]
		if got := querytest.Notices(f); !strings.HasPrefix(got, "Not read: ap-northeast-1: /none: ") {
			t.Errorf("notices %q", got)
		}
		bodies := querytest.Column(t, f, "body")
		if !slices.ContainsFunc(bodies, func(s string) bool { return strings.Contains(s, "sshd") }) ||
			!slices.ContainsFunc(bodies, func(s string) bool { return strings.HasPrefix(s, "{") }) {
			t.Error("events of one of the groups are missing")
		}
		f = r.Frames(`{"mode":"filter","logGroups":["/shop/application","/var/log/secure"],"limit":5}`)[0]
		if got := querytest.Notices(f); f.Rows() != 5 || !strings.Contains(got, "more than 5 such events") || !strings.Contains(got, "The newest 5 of 10") {
			t.Errorf("limit 5: %d rows, %q", f.Rows(), got)
		}
	})
}

func TestFilterThatTakesTooLong(t *testing.T) {
	bubble(t, awsfake.Options{}, awsfake.AdminKey, func(r *rig) {
		const body = `{"mode":"filter","logGroups":["/shop/application"],"pattern":"ERROR"}`
		r.From = awsfake.DefaultAnchor.Add(-3 * 24 * time.Hour)
		r.AWS.SetDelayOf("FilterLogEvents", 10*time.Second)
		f := r.Frames(body)[0]
		c, _ := f.Meta.Custom.(query.Custom)
		if f.Rows() == 0 || !c.Incomplete || !strings.HasPrefix(querytest.Notices(f), "Searched so far: /shop/application in ap-northeast-1 back to 2026-10-0") {
			t.Errorf("%d rows, incomplete %v, notices %q", f.Rows(), c.Incomplete, querytest.Notices(f))
		}
		r.AWS.SetDelayOf("FilterLogEvents", 0)
		whole := r.Frames(body)[0]
		if c, _ := whole.Meta.Custom.(query.Custom); c.Incomplete || whole.Rows() <= f.Rows() {
			t.Errorf("the next refresh: %d rows after %d, incomplete %v", whole.Rows(), f.Rows(), c.Incomplete)
		}
	})
}
