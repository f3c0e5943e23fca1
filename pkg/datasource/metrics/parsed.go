package metrics

import (
	"sync"

	"github.com/andonhq/andon/pkg/datasource/query"
)

// parsed remembers what queries say: a dashboard asks the same ones with every
// refresh and for every viewer, and reading them takes as long as answering them
// from the cache. What it gives is shared: nobody may change it.
type parsed struct {
	mu    sync.Mutex
	known map[string]Query
}

// Bounds of what is remembered.
const (
	parsedTexts = 1000
	parsedBytes = 2000 // of one text; longer ones are rare
)

// remembered is of all data sources: a text says the same in each.
var remembered parsed

func (p *parsed) parse(q query.Query) (Query, error) {
	p.mu.Lock()
	known, ok := p.known[string(q.JSON)]
	p.mu.Unlock()
	if ok {
		return known, nil
	}
	out, err := parse(q)
	if err != nil || len(q.JSON) > parsedBytes {
		return out, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known == nil || len(p.known) >= parsedTexts {
		p.known = map[string]Query{}
	}
	p.known[string(q.JSON)] = out
	return out, nil
}
