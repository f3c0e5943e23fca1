package text

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"
)

func TestTextWritesItsArguments(t *testing.T) {
	noon := time.Date(2026, 10, 6, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		said   Said
		en, ja string
	}{
		{Of("notice.rows_cut", 12345, List{"a", "b"}), "There are more than the limit of 12,345 (a, b).", "上限の12,345件を超えています（a、b）。"},
		{Of("notice.until", Of("notice.group", "/var/log", "r-1"), noon), "/var/log in r-1 back to 2026-10-06 12:00:00 UTC", "/var/log (r-1) は 2026-10-06 12:00:00 UTC まで"},
		{Of("fault.too_late", 80*time.Second), "its turn within the account's rate limit comes in 1 min 20 s, too late for this query", "アカウントのレート制限による待ち時間が1分20秒あり、このクエリには間に合いません"},
		{Of("notice.said", "100 %d"), "CloudWatch: 100 %d", "CloudWatch：100 %d"},
		{Of("notice.part_only"), "CloudWatch sent a part of the data only.", "CloudWatch から一部のデータしか返されませんでした。"},
		{List{}, "", ""},
	} {
		if en, ja := c.said.In(English), c.said.In(Japanese); en != c.en || ja != c.ja {
			t.Errorf("%q, %q", en, ja)
		}
	}
}

// The words of the catalogue are said wherever they are in a chain; all others
// stay, and so does what errors.Is finds.
func TestErrors(t *testing.T) {
	network := errors.New("dial tcp: i/o timeout")
	full := Fail("fault.queries_full")
	gone := Fail("fault.unreachable", "logs.example", network)
	for _, c := range []struct {
		err    error
		en, ja string
	}{
		{network, "dial tcp: i/o timeout", "dial tcp: i/o timeout"},
		{gone, "logs.example does not answer: dial tcp: i/o timeout", "logs.example から応答がありません：dial tcp: i/o timeout"},
		{fmt.Errorf("group: %w", gone), "group: logs.example does not answer: dial tcp: i/o timeout", "group: logs.example から応答がありません：dial tcp: i/o timeout"},
		{fmt.Errorf("%w (%w)", Fail("fault.pages", 500), network), "more than 500 pages (dial tcp: i/o timeout)", "500ページを超えています (dial tcp: i/o timeout)"},
		{
			errors.Join(full, network),
			"the Logs Insights queries that may run at once in this account and region are all in use\ndial tcp: i/o timeout",
			"このアカウントとリージョンで同時に実行できる Logs Insights クエリの数が上限に達しています\ndial tcp: i/o timeout",
		},
		{fmt.Errorf("a: %w", context.DeadlineExceeded), "a: context deadline exceeded", "a: 時間内に応答がありませんでした"},
		{errors.Join(errors.New("")), "", ""},
	} {
		for l, want := range map[Lang]string{English: c.en, Japanese: c.ja} {
			if got := l.Error(c.err); got != want {
				t.Errorf("%s: %q, want %q", l.Tag(), got, want)
			}
			told := l.Told(c.err)
			if told.Error() != want || !errors.Is(told, c.err) {
				t.Errorf("%s is told %q", l.Tag(), told)
			}
		}
	}
	if err := Japanese.Told(nil); err != nil {
		t.Errorf("nothing is told %v", err)
	}
	if !errors.Is(Japanese.Told(fmt.Errorf("group: %w", gone)), network) {
		t.Error("the network's error is lost")
	}
}
