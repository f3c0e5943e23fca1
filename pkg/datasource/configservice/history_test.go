package configservice

import (
	"strings"
	"testing"
	"time"

	"github.com/andonhq/andon/pkg/internal/awsfake"
)

const gateway = `"resourceType":"AWS::EC2::Instance","resourceId":"` + awsfake.GatewayInstance + `"`

func TestHistoryShowsTheGatewayStopped(t *testing.T) {
	f := awsfake.New(awsfake.Options{Now: func() time.Time { return awsfake.DefaultAnchor.Add(time.Hour) }})
	s := sessions(t, f, awsfake.AdminKey)
	frames := good(t, s, around(time.Hour, time.Hour, `{"queryType":"config","kind":"history",`+gateway+`}`))
	golden(t, "history", frames)
	got := frames[0]
	if states := texts(t, got, "state"); len(states) != 2 || states[0] != "running" || states[1] != "stopped" {
		t.Errorf("states %v", states)
	}
	// The item before it is forty days old, and read nevertheless.
	if d := texts(t, got, "difference")[1]; !strings.Contains(d, "configuration.state.name: running → stopped") {
		t.Errorf("difference %q", d)
	}
}
