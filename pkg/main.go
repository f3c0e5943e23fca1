// gpx_andon is the back end of Andon's Grafana data source. Grafana starts and
// stops it.
package main

import (
	"context"
	"math"
	"os"
	"runtime/debug"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/datasource"
	"github.com/grafana/grafana-plugin-sdk-go/backend/instancemgmt"

	"github.com/andonhq/andon/pkg/awsapi"
	andon "github.com/andonhq/andon/pkg/datasource"
)

// memory is what the process tries to stay below, in bytes: its caches, full, which
// take half as much again as they count, itself, and as much for what it works on.
// The collector works harder near it; answers that need more still get it. Without
// it ten viewers of a wildcard of 500 series took several times as much, most of it
// garbage.
const memory = awsapi.CacheBytes + 200<<20

func main() {
	if debug.SetMemoryLimit(-1) == math.MaxInt64 { // GOMEMLIMIT says nothing else
		debug.SetMemoryLimit(memory)
	}
	err := datasource.Manage(andon.ID, func(ctx context.Context, s backend.DataSourceInstanceSettings) (instancemgmt.Instance, error) {
		return andon.New(ctx, s, andon.Options{})
	}, datasource.ManageOpts{})
	if err != nil {
		backend.Logger.Error("the data source ended", "error", err)
		os.Exit(1)
	}
}
