package configservice

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"go.uber.org/goleak"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource/query"
	"github.com/andonhq/andon/pkg/datasource/querytest"
	"github.com/andonhq/andon/pkg/internal/awsfake"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// around is a query over the time around the story's moment.
func around(before, after time.Duration, text string) query.Query {
	return query.Query{
		RefID: "A", Type: "config", JSON: json.RawMessage(text),
		From: awsfake.DefaultAnchor.Add(-before), To: awsfake.DefaultAnchor.Add(after), Interval: time.Minute, MaxDataPoints: 500,
	}
}

func ask(t *testing.T, s *awsapi.Sessions, q query.Query) backend.DataResponse {
	t.Helper()
	return querytest.Ask(t, Handler(), s, q)
}

func good(t *testing.T, s *awsapi.Sessions, q query.Query) data.Frames {
	t.Helper()
	r := ask(t, s, q)
	if r.Error != nil {
		t.Fatalf("%s: %v", q.JSON, r.Error)
	}
	for _, f := range r.Frames {
		if _, err := f.RowLen(); err != nil {
			t.Fatalf("frame %s: %v", f.Name, err)
		}
	}
	return r.Frames
}
