package datasource

import (
	"maps"
	"slices"

	"github.com/andonhq/andon/pkg/datasource/alarms"
	"github.com/andonhq/andon/pkg/datasource/andon"
	"github.com/andonhq/andon/pkg/datasource/cloudtrail"
	"github.com/andonhq/andon/pkg/datasource/configservice"
	"github.com/andonhq/andon/pkg/datasource/logs"
	"github.com/andonhq/andon/pkg/datasource/metrics"
	"github.com/andonhq/andon/pkg/datasource/query"
)

// types are the query types by the name that a query's queryType has. One more
// is one more package and one more line.
func types(b *andon.Bridge) map[string]query.Handler {
	return map[string]query.Handler{
		"metrics":    metrics.Handler(),
		"logs":       logs.Handler(),
		"alarms":     alarms.Handler(),
		"cloudtrail": cloudtrail.Handler(),
		"config":     configservice.Handler(),
		ofBridge:     andon.Handler(b),
	}
}

// ofBridge is the query type that asks the bridge and needs no AWS.
const ofBridge = "andon"

func names(m map[string]query.Handler) []string { return slices.Sorted(maps.Keys(m)) }
