package query

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
)

func TestRemarks(t *testing.T) {
	denied := errors.New("denied")
	for name, tt := range map[string]struct {
		remark     func(*Remarks)
		want       data.Notice
		incomplete bool
		rule       string // an alert rule's error, empty where the answer is whole
		is         error
	}{
		"note":   {func(r *Remarks) { r.Note(data.NoticeSeverityInfo, "%d rules", 3) }, data.Notice{Text: "3 rules"}, false, "", nil},
		"unread": {func(r *Remarks) { r.Unread(Place{"shops", "r-1"}, denied) }, data.Notice{Severity: data.NoticeSeverityError, Text: "Not read: shops r-1: denied"}, false, "shops r-1: denied", denied},
		"cut":    {func(r *Remarks) { r.Cut("%d of %d.", 1, 2) }, data.Notice{Severity: data.NoticeSeverityWarning, Text: "1 of 2."}, false, "1 of 2. An alert rule needs them all.", nil},
		"missing": {
			func(r *Remarks) { r.Missing(data.NoticeSeverityWarning, denied, "There is no %s", "a") },
			data.Notice{Severity: data.NoticeSeverityWarning, Text: "There is no a"},
			false, "denied", denied,
		},
		"unfinished": {func(r *Remarks) { r.Unfinished(nil, "Read to %s.", "noon") }, data.Notice{Severity: data.NoticeSeverityWarning, Text: "Read to noon."}, true, "Read to noon.", nil},
		"unfinished for a reason": {
			func(r *Remarks) { r.Unfinished(context.DeadlineExceeded, "Read to noon.") },
			data.Notice{Severity: data.NoticeSeverityWarning, Text: "Read to noon."},
			true, "context deadline exceeded", context.DeadlineExceeded,
		},
	} {
		var part, r Remarks
		tt.remark(&part)
		r.Add(part)
		f := data.NewFrame("")
		r.Tell(f)
		c, _ := f.Meta.Custom.(Custom)
		if d := cmp.Diff([]data.Notice{tt.want}, f.Meta.Notices); d != "" || c.Incomplete != tt.incomplete {
			t.Errorf("%s: incomplete %v, notices (-want +got):\n%s", name, c.Incomplete, d)
		}
		err := r.Whole()
		if text := ""; err != nil {
			if text = err.Error(); text != tt.rule || tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("%s: a rule gets %q", name, text)
			}
			if tt.is == nil && !backend.IsDownstreamError(err) {
				t.Errorf("%s: counts as a fault of the plugin", name)
			}
		} else if tt.rule != "" {
			t.Errorf("%s: a rule gets no error", name)
		}
	}
}
