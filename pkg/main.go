// gpx_andon is the back end of Andon's Grafana data source. Grafana starts and
// stops it.
package main

import (
	"context"
	"os"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/datasource"
	"github.com/grafana/grafana-plugin-sdk-go/backend/instancemgmt"

	andon "github.com/andonhq/andon/pkg/datasource"
)

func main() {
	err := datasource.Manage(andon.ID, func(ctx context.Context, s backend.DataSourceInstanceSettings) (instancemgmt.Instance, error) {
		return andon.New(ctx, s, andon.Options{})
	}, datasource.ManageOpts{})
	if err != nil {
		backend.Logger.Error("the data source ended", "error", err)
		os.Exit(1)
	}
}
