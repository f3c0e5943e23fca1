package andon

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/api/client"
)

func TestAlerts(t *testing.T) {
	f := serve(t, func(f *fake) { f.alerts = someAlerts() })
	f.golden("alerts", f.frames(`{}`))
	f.golden("alerts-first", f.frames(`{"kind":"alerts","limit":1,"matchers":["site=\"tokyo\"",""]}`))
	f.alerts = []client.Alert{}
	f.golden("alerts-none", f.frames(`{}`))
}

func TestTowers(t *testing.T) {
	f := serve(t, func(f *fake) { f.towers = someTowers() })
	f.golden("towers", f.frames(`{"kind":"towers"}`))
	one := f.frames(`{"kind":"towers","matchers":["tower=~\"h.*\""]}`)
	if n := one[0].Rows(); n != 1 || one[0].Fields[0].At(0) != "hall" {
		t.Errorf("%d rows", n)
	}
	f.towers = []client.Tower{}
	if none := f.frames(`{"kind":"towers"}`); none[0].Rows() != 0 || len(none[0].Fields) != len(one[0].Fields) {
		t.Errorf("no towers: %d fields, expected %d", len(none[0].Fields), len(one[0].Fields))
	}
}

// Zeros are there; each frame is one number with labels of its own.
func TestCounts(t *testing.T) {
	f := serve(t, func(f *fake) {
		for _, s := range []alert.Severity{"disaster", "critical"} {
			for _, p := range alert.Phases {
				f.counts = append(f.counts, client.Count{Severity: s, Phase: p})
			}
		}
		f.counts[4].Alerts = 3
	})
	r := f.ask(`{"kind":"counts"}`, true)
	if r.Error != nil {
		t.Fatal(r.Error)
	}
	f.golden("counts", r.Frames)
	for _, frame := range r.Frames {
		if frame.Meta.Type != data.FrameTypeNumericMulti || len(frame.Fields) != 1 || !frame.Fields[0].Type().Numeric() || frame.Rows() != 1 {
			t.Errorf("%s cannot alert", frame.Fields[0].Labels)
		}
	}
	f.counts = nil
	if none := f.frames(`{"kind":"counts"}`); len(none) != 1 || none[0].Rows() != 0 || none[0].Meta.Type != data.FrameTypeNumericMulti {
		t.Errorf("no severities: %v", none)
	}
}

func entries(n int) []alert.Entry {
	out := make([]alert.Entry, n)
	for i := range out {
		out[i] = alert.Entry{
			Change: uint64(2*n - 2*i), At: moment.Add(-time.Duration(i) * time.Second), Kind: alert.Opened, Identity: "am/1", Receiver: "am", Severity: "critical", Rule: "vpn",
			Labels: alert.LabelsOf(map[string]string{"alertname": "A", "odd": fmt.Sprint(i % 2)}),
		}
	}
	return out
}

func TestHistory(t *testing.T) {
	f := serve(t, func(f *fake) {
		f.entries = entries(3)
		f.entries[0].Kind, f.entries[0].By, f.entries[0].Note = alert.Acked, "sato (by grafana)", "on it"
		f.entries[2].Labels = nil
		f.entries = append(f.entries, alert.Entry{Change: 1, At: moment.Add(-2 * time.Hour)}) // before the panel's time
	})
	f.golden("history", f.frames(`{"kind":"history"}`))
	f.golden("annotations", f.frames(`{"kind":"annotations"}`))
	if q := f.pages[0]; !q.From.Equal(moment.Add(-time.Hour)) || !q.To.Equal(moment.Add(time.Hour)) {
		t.Errorf("asked %+v", q)
	}
	f.entries = nil
	f.golden("history-none", f.frames(`{"kind":"history"}`))
	f.golden("annotations-none", f.frames(`{"kind":"annotations"}`))
}

// The program's own words are in the language asked for; what people wrote, and
// the values that dashboards go by, stay.
func TestHistoryInJapanese(t *testing.T) {
	f := serve(t, func(f *fake) {
		f.entries = entries(3)
		f.entries[0].Kind, f.entries[0].Note = alert.Acked, "on it"
		f.entries[1].Kind, f.entries[1].Note = alert.Raised, "was warning"
		f.entries[2].Kind, f.entries[2].Note = alert.Closed, "resolved by its sender"
	})
	column := func(frame *data.Frame, name string) string {
		field, _ := frame.FieldByName(name)
		out := []string{}
		for i := range field.Len() {
			out = append(out, field.At(i).(string))
		}
		return strings.Join(out, " | ")
	}
	history := f.frames(`{"kind":"history","language":"ja"}`)[0]
	if got := column(history, "note"); got != "on it | 変更前：警告 | 送信元で解消" {
		t.Errorf("notes %s", got)
	}
	if got := column(history, "event"); got != "acknowledged | raised | ended" {
		t.Errorf("events %s", got)
	}
	marks := f.frames(`{"kind":"annotations","language":"ja"}`)[0]
	if got := column(marks, "title"); got != "確認：A | 重大度が上昇：A | 終了：A" {
		t.Errorf("titles %s", got)
	}
	if got := column(marks, "text"); got != "on it | 変更前：警告 | 送信元で解消" {
		t.Errorf("texts %s", got)
	}
	if got := column(f.frames(`{"kind":"history","language":"en"}`)[0], "note"); got != "on it | was warning | resolved by its sender" {
		t.Errorf("English notes %s", got)
	}
}

func TestHistoryPages(t *testing.T) {
	for _, c := range []struct {
		name         string
		entries      int
		body, notice string
		rows, pages  int
	}{
		{"exactly the limit", 1000, `{"kind":"history"}`, "", 1000, 2},
		{"beyond the limit", 1001, `{"kind":"history"}`, "The newest 1,000 entries are shown", 1000, 2},
		{"several pages", 2500, `{"kind":"history","limit":10000}`, "", 2500, 3},
		{"a small limit", 2500, `{"kind":"history","limit":2}`, "The newest 2 entries are shown", 2, 1},
		{"matchers", 2500, `{"kind":"history","matchers":["odd=\"1\""],"limit":10000}`, "", 1250, 3},
		{"matchers and a limit", 2500, `{"kind":"history","matchers":["odd=\"1\""],"limit":3}`, "The newest 3 entries are shown", 3, 1},
		{"matchers that nothing meets", maxPages*pageRows + 1, `{"kind":"history","matchers":["odd=\"2\""]}`, "The newest 50,000 entries of this time were searched", 0, maxPages},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := serve(t, func(f *fake) { f.entries = entries(c.entries) })
			for i := range f.entries {
				f.entries[i].At = moment
			}
			got := f.frames(c.body)[0]
			notice := ""
			for _, n := range got.Meta.Notices {
				notice += n.Text
			}
			if got.Rows() != c.rows || len(f.pages) != c.pages || !strings.HasPrefix(notice, c.notice) || c.notice == "" && notice != "" {
				t.Errorf("%d rows in %d calls, notice %q", got.Rows(), len(f.pages), notice)
			}
		})
	}
}
