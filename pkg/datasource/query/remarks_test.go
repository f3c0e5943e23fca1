package query

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/text"
)

func TestRemarks(t *testing.T) {
	refused := errors.New("AccessDenied: no")
	denied := &awsapi.Denied{Action: "logs:StartQuery", Err: refused}
	noon := time.Date(2026, 10, 6, 12, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		remark     func(*Remarks)
		severity   data.NoticeSeverity
		en, ja     string
		incomplete bool
		rule       string // an alert rule's error, empty where the answer is whole
		is         error
	}{
		"note": {
			func(r *Remarks) { r.Note(data.NoticeSeverityInfo, "notice.failing_more", "s3") }, data.NoticeSeverityInfo,
			"s3 has more non-compliant resources than were counted.", "s3 の非準拠のリソースは、表示の件数より多くあります。", false, "", nil,
		},
		"unread": {
			func(r *Remarks) { r.Unread(Place{"shops", "r-1"}, denied) }, data.NoticeSeverityError,
			"Not read: shops r-1: permission logs:StartQuery is missing: AccessDenied: no", "読み取れませんでした：shops r-1：権限 logs:StartQuery がありません：AccessDenied: no",
			false, "shops r-1: permission logs:StartQuery is missing: AccessDenied: no", refused,
		},
		"cut": {
			func(r *Remarks) { r.Cut("notice.series_cut", 1000, 2345) }, data.NoticeSeverityWarning,
			"1,000 of 2,345 series are shown.", "2,345件中1,000件の系列を表示しています。",
			false, "1,000 of 2,345 series are shown. An alert rule needs them all.", nil,
		},
		"missing": {
			func(r *Remarks) { r.Missing(data.NoticeSeverityWarning, denied, "notice.no_alarm", "a") }, data.NoticeSeverityWarning,
			"There is no alarm named a", "a という名前のアラームはありません。", false, denied.Error(), denied,
		},
		"unfinished": {
			func(r *Remarks) {
				r.Unfinished(nil, "notice.read_so_far", text.List{text.Of("notice.until", Place{"", "r-1"}, noon), "r-2"})
			}, data.NoticeSeverityWarning,
			"Read so far: r-1 back to 2026-10-06 12:00:00 UTC, r-2. The next refresh continues.", "読み取り済み：r-1 は 2026-10-06 12:00:00 UTC まで、r-2。次の更新で続きを読み取ります。",
			true, "Read so far: r-1 back to 2026-10-06 12:00:00 UTC, r-2. The next refresh continues.", nil,
		},
		"unfinished for a reason": {
			func(r *Remarks) { r.Unfinished(context.DeadlineExceeded, "notice.config_read", "r-1") }, data.NoticeSeverityWarning,
			"Not read to its end yet (r-1). The next refresh continues.", "まだ最後まで読み取れていません（r-1）。次の更新で続きを読み取ります。",
			true, "context deadline exceeded", context.DeadlineExceeded,
		},
	} {
		var part, r Remarks
		tt.remark(&part)
		r.Add(part)
		for l, want := range map[text.Lang]string{text.English: tt.en, text.Japanese: tt.ja} {
			f := data.NewFrame("")
			r.Tell(f, l)
			c, _ := f.Meta.Custom.(Custom)
			if d := cmp.Diff([]data.Notice{{Severity: tt.severity, Text: want}}, f.Meta.Notices); d != "" || c.Incomplete != tt.incomplete {
				t.Errorf("%s: incomplete %v, notices (-want +got):\n%s", name, c.Incomplete, d)
			}
		}
		err := r.Whole()
		if said := ""; err != nil {
			if said = err.Error(); said != tt.rule || tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("%s: a rule gets %q", name, said)
			}
			if tt.is == nil && !backend.IsDownstreamError(err) {
				t.Errorf("%s: counts as a fault of the plugin", name)
			}
		} else if tt.rule != "" {
			t.Errorf("%s: a rule gets no error", name)
		}
	}
}
