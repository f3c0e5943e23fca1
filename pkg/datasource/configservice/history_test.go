package configservice

import (
	"strings"
	"testing"
	"time"

	"github.com/andonhq/andon/pkg/datasource/querytest"
	"github.com/andonhq/andon/pkg/internal/awsfake"
)

const gateway = `"resourceType":"AWS::EC2::Instance","resourceId":"` + awsfake.GatewayInstance + `"`

func TestHistoryShowsTheGatewayStopped(t *testing.T) {
	f := awsfake.New(awsfake.Options{Now: func() time.Time { return awsfake.DefaultAnchor.Add(time.Hour) }})
	s := querytest.Sessions(t, f, awsfake.AdminKey)
	frames := good(t, s, around(time.Hour, time.Hour, `{"queryType":"config","kind":"history",`+gateway+`}`))
	querytest.GoldenFrames(t, "history", frames)
	got := frames[0]
	if states := querytest.Column(t, got, "state"); len(states) != 2 || states[0] != "running" || states[1] != "stopped" {
		t.Errorf("states %v", states)
	}
	// The item before it is forty days old, and read nevertheless.
	if d := querytest.Column(t, got, "difference")[1]; !strings.Contains(d, "configuration.state.name: running → stopped") {
		t.Errorf("difference %q", d)
	}
}
