package awsfake

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
)

func logs(f *Fake) *cloudwatchlogs.Client {
	return cloudwatchlogs.NewFromConfig(sdk(f, AdminKey, MainRegion))
}

func TestLogGroupsAndStreams(t *testing.T) {
	f, _ := newFake(t, Options{})
	n, pages := 0, 0
	for p := cloudwatchlogs.NewDescribeLogGroupsPaginator(logs(f), &cloudwatchlogs.DescribeLogGroupsInput{}); p.HasMorePages(); pages++ {
		out, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		n += len(out.LogGroups)
	}
	if n != 64 || pages != 2 {
		t.Errorf("%d groups on %d pages", n, pages)
	}
	out, err := logs(f).DescribeLogStreams(t.Context(), &cloudwatchlogs.DescribeLogStreamsInput{LogGroupName: ptr("/shop/application")})
	if err != nil || len(out.LogStreams) != 2 {
		t.Errorf("streams: %v %v", out, err)
	}
	_, err = logs(f).DescribeLogStreams(t.Context(), &cloudwatchlogs.DescribeLogStreamsInput{LogGroupName: ptr("/none")})
	var none *types.ResourceNotFoundException
	if !errors.As(err, &none) {
		t.Errorf("unknown group: %v", err)
	}
}

func ask(t *testing.T, f *Fake, c *clock, group, query string) *cloudwatchlogs.GetQueryResultsOutput {
	t.Helper()
	start, err := logs(f).StartQuery(t.Context(), &cloudwatchlogs.StartQueryInput{
		LogGroupNames: []string{group}, QueryString: &query, StartTime: ptr(f.now().Add(-time.Hour).Unix()), EndTime: ptr(f.now().Unix()),
	})
	if err != nil {
		t.Fatal(query, err)
	}
	for _, want := range []types.QueryStatus{types.QueryStatusScheduled, types.QueryStatusRunning, types.QueryStatusComplete} {
		out, err := logs(f).GetQueryResults(t.Context(), &cloudwatchlogs.GetQueryResultsInput{QueryId: start.QueryId})
		if err != nil || out.Status != want {
			t.Fatalf("%s: %v %v, want %s", query, out, err, want)
		}
		if want == types.QueryStatusComplete {
			return out
		}
		c.add(time.Second)
	}
	return nil
}

func TestInsights(t *testing.T) {
	f, c := newFake(t, Options{})
	for _, tt := range []struct {
		group, query string
		rows         int // -1: some
		field, value string
	}{
		{"/shop/application", `fields @timestamp, message | filter level = "ERROR" and service = 'link'`, 1, "message", "店舗システムへの接続がタイムアウトしました"},
		{"/shop/application", `filter @message like /ERROR|WARN/ | stats count(*) as n by bin(30m)`, 3, "n", ""},
		{"/shop/application", `stats avg(latencyMs), pct(latencyMs, 95) as p95, max(latencyMs) as worst by service | sort worst desc | limit 2`, 2, "service", "link"},
		{"/var/log/secure", `filter @message like "[preauth]" | parse @message "invalid user * * port" as user, address | stats count(*) as n by address | sort n desc`, 2, "address", ""},
		{"/var/log/secure", `parse @message /sshd\[(?P<pid>\d+)\]/ | filter ispresent(pid) | fields pid | limit 5`, 5, "pid", ""},
		{"/vpc/flow-logs", `filter action = "REJECT" | stats sum(bytes) as total by srcAddr | sort total desc`, 4, "total", ""},
		{"RDSOSMetrics", `stats max(cpuUtilization.total) as cpu`, 1, "cpu", ""},
		{"/shop/application", `filter level in ["NONE"] or not (level like "R" or level = "INFO")`, 0, "", ""},
	} {
		out := ask(t, f, c, tt.group, tt.query)
		if len(out.Results) != tt.rows {
			t.Errorf("%s: %d rows, want %d", tt.query, len(out.Results), tt.rows)
			continue
		}
		if out.Statistics.BytesScanned == 0 || out.Statistics.RecordsScanned == 0 {
			t.Errorf("%s: statistics %+v", tt.query, out.Statistics)
		}
		if tt.rows == 0 {
			continue
		}
		found := false
		for _, x := range out.Results[0] {
			if *x.Field == tt.field && (tt.value == "" || *x.Value == tt.value) {
				found = true
			}
		}
		if !found {
			t.Errorf("%s: no %s = %q in the first row", tt.query, tt.field, tt.value)
		}
	}
	if f.Counts().BytesScanned == 0 {
		t.Error("no bytes counted")
	}
	_, err := logs(f).StartQuery(t.Context(), &cloudwatchlogs.StartQueryInput{LogGroupName: ptr("RDSOSMetrics"), QueryString: ptr("nonsense | x"), StartTime: ptr(int64(1)), EndTime: ptr(int64(2))})
	var bad *types.MalformedQueryException
	if !errors.As(err, &bad) {
		t.Errorf("malformed: %v", err)
	}
}

func TestStopQueryAndConcurrency(t *testing.T) {
	f, _ := newFake(t, Options{})
	in := &cloudwatchlogs.StartQueryInput{LogGroupName: ptr("RDSOSMetrics"), QueryString: ptr("limit 1"), StartTime: ptr(DefaultAnchor.Unix() - 60), EndTime: ptr(DefaultAnchor.Unix())}
	var last *string
	for range maxRunning {
		out, err := logs(f).StartQuery(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		last = out.QueryId
	}
	_, err := logs(f).StartQuery(t.Context(), in)
	var full *types.LimitExceededException
	if !errors.As(err, &full) {
		t.Errorf("query 101: %v", err)
	}
	if out, err := logs(f).StopQuery(t.Context(), &cloudwatchlogs.StopQueryInput{QueryId: last}); err != nil || !out.Success {
		t.Errorf("stop: %v %v", out, err)
	}
	if out, err := logs(f).GetQueryResults(t.Context(), &cloudwatchlogs.GetQueryResultsInput{QueryId: last}); err != nil || out.Status != types.QueryStatusCancelled {
		t.Errorf("stopped: %v %v", out, err)
	}
	if _, err := logs(f).StartQuery(t.Context(), in); err != nil {
		t.Error("after a stop:", err)
	}
	if n := f.Counts().Of("StopQuery"); n != 1 {
		t.Errorf("%d stops counted", n)
	}
}

func TestFilterLogEvents(t *testing.T) {
	f, _ := newFake(t, Options{})
	in := &cloudwatchlogs.FilterLogEventsInput{
		LogGroupName: ptr("/vpc/flow-logs"), FilterPattern: ptr("REJECT"), StartTime: ptr(DefaultAnchor.Add(-24 * time.Hour).UnixMilli()), EndTime: ptr(DefaultAnchor.UnixMilli()),
	}
	n, pages := 0, 0
	var last int64
	for p := cloudwatchlogs.NewFilterLogEventsPaginator(logs(f), in); p.HasMorePages(); pages++ {
		out, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range out.Events {
			if n++; *e.Timestamp < last || !strings.Contains(*e.Message, "REJECT") {
				t.Fatal("out of order or no match")
			}
			last = *e.Timestamp
		}
	}
	if pages != 2 || n < 800 || n > 1100 {
		t.Errorf("%d events on %d pages", n, pages)
	}
	get := &cloudwatchlogs.GetLogEventsInput{LogGroupName: ptr("RDSOSMetrics"), LogStreamName: ptr("db-ORDERSEXAMPLE"), StartFromHead: ptr(true), Limit: ptr(int32(100)), StartTime: ptr(DefaultAnchor.Add(-2 * time.Hour).UnixMilli())}
	n = 0
	for p := cloudwatchlogs.NewGetLogEventsPaginator(logs(f), get, func(o *cloudwatchlogs.GetLogEventsPaginatorOptions) { o.StopOnDuplicateToken = true }); p.HasMorePages(); {
		out, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		n += len(out.Events)
	}
	if n < 118 || n > 121 {
		t.Errorf("%d events in two hours", n)
	}
}

func TestFilterPatterns(t *testing.T) {
	const j = `{"eventName":"ConsoleLogin","errorMessage":"Failed authentication","n":[{"v":3.5}],"user":{"id":7,"name":null},"ok":true}`
	const s = `127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534`
	for _, tt := range []struct {
		pattern, message string
		want             bool
	}{
		{"", "anything", true},
		{"ERROR", "[ERROR] x", true},
		{"ERROR", "error", false},
		{"ERROR ARGUMENTS", "ERROR INVALID ARGUMENTS", true},
		{"ERROR ARGUMENTS", "ERROR only", false},
		{"?ERROR ?WARN", "a WARN", true},
		{"?ERROR ?WARN", "INFO", false},
		{"ERROR -ARGUMENTS", "ERROR ARGUMENTS", false},
		{`"INTERNAL SERVER ERROR"`, "an INTERNAL SERVER ERROR", true},
		{"%AUTH[0-9]+%", "AUTH42", true},
		{"失敗", "登録に失敗しました", true},
		{`{ $.eventName = ConsoleLogin && $.errorMessage = "Failed authentication" }`, j, true},
		{`{ ($.eventName = X*) || ($.user.id >= 7) }`, j, true},
		{`{ $.n[0].v = 3.50 }`, j, true},
		{`{ $.user = * }`, j, false},
		{`{ $.user.name IS NULL }`, j, true},
		{`{ $.ok IS TRUE }`, j, true},
		{`{ $.zzz NOT EXISTS }`, j, true},
		{`{ $.eventName != Console* }`, j, false},
		{`{ $.eventName = %Login$% }`, j, true},
		{`[ip, user, username, timestamp, request = *.html*, status = 4*, bytes > 1000]`, s, true},
		{`[ip, a, b, c, d, status = 5* || status = 4*, bytes]`, s, true},
		{`[..., status = 404, bytes]`, s, true},
		{`[ip, user]`, s, false},
		{`[ip = 127.*, ...x]`, s, false},
	} {
		match, err := ParseFilterPattern(tt.pattern)
		if err != nil {
			if tt.want {
				t.Errorf("%s: %v", tt.pattern, err)
			}
			continue
		}
		if got := match(tt.message); got != tt.want {
			t.Errorf("%s on %s: %v", tt.pattern, tt.message, got)
		}
	}
	for _, bad := range []string{`{ $.a = `, `[a`, `"x`, `a.b`, `{ a = 1 }`, `{ $.a > x }`, "-"} {
		if _, err := ParseFilterPattern(bad); err == nil {
			t.Errorf("%s: accepted", bad)
		}
	}
}
