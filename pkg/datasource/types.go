package datasource

import (
	"maps"
	"slices"

	"github.com/andonhq/andon/pkg/datasource/cloudtrail"
	"github.com/andonhq/andon/pkg/datasource/metrics"
	"github.com/andonhq/andon/pkg/datasource/query"
)

// types are the query types by the name that a query's queryType has. One more
// is one more package and one more line.
func types() map[string]query.Handler {
	return map[string]query.Handler{
		"metrics":    metrics.Handler(),
		"cloudtrail": cloudtrail.Handler(),
	}
}

func names(m map[string]query.Handler) []string { return slices.Sorted(maps.Keys(m)) }
