package awsapi

import (
	"container/list"
	"context"
	"encoding/json"
	"sync"
	"time"
)

// lru is a cache bounded in bytes; what was not used for longest goes first.
type lru struct {
	mu        sync.Mutex
	max, used int64
	order     *list.List // front: used last
	m         map[string]*list.Element
}

type lruEntry struct {
	key  string
	val  any
	cost int64
}

// entryOverhead is what an entry costs besides its value: list element, map
// slot, headers.
const entryOverhead = 200

func newLRU(maxBytes int64) *lru {
	return &lru{max: maxBytes, order: list.New(), m: map[string]*list.Element{}}
}

func (c *lru) get(key string) (any, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.m[key]
	if e == nil {
		return nil, false
	}
	c.order.MoveToFront(e)
	return e.Value.(*lruEntry).val, true
}

// largestPart is the largest share of a cache that one value may have: a half.
const largestPart = 2

// put stores a value of about cost bytes. A value that alone is larger than half
// the cache is not kept.
func (c *lru) put(key string, val any, cost int64) {
	cost += int64(len(key)) + entryOverhead
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.m[key]; e != nil {
		c.drop(e)
	}
	if cost > c.max/largestPart {
		return
	}
	c.m[key] = c.order.PushFront(&lruEntry{key: key, val: val, cost: cost})
	c.used += cost
	for c.used > c.max {
		c.drop(c.order.Back())
	}
}

func (c *lru) drop(e *list.Element) {
	entry := e.Value.(*lruEntry)
	c.order.Remove(e)
	delete(c.m, entry.key)
	c.used -= entry.cost
}

func (c *lru) bytes() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.used
}

type timed struct {
	val     any
	expires time.Time
}

// timed is the value that an earlier fetch left at key, where it stands at now.
func (c *lru) timed(key string, now time.Time) (any, bool) {
	v, ok := c.get(key)
	if !ok {
		return nil, false
	}
	t := v.(timed)
	return t.val, now.Before(t.expires)
}

// Cached answers name from the cache of the client's identity, account and
// region, or by fetch, whose answer is kept for ttl. Callers that ask at the
// same time share one fetch. The value is shared: nobody may change it. It must
// be of a kind that encoding/json can write, which is how its size is known.
func Cached[T any](ctx context.Context, c *Client, name string, ttl time.Duration, fetch func(context.Context) (T, error)) (T, error) {
	return cached(ctx, c, name, ttl, false, fetch)
}

// cached is Cached. With noCache it does not answer from the cache, nor by a call
// for a caller who would have been content with that; what it fetches is kept.
func cached[T any](ctx context.Context, c *Client, name string, ttl time.Duration, noCache bool, fetch func(context.Context) (T, error)) (T, error) {
	key := "list\x00" + c.scope + "\x00" + name
	flight := key
	usage := usageFrom(ctx)
	if noCache {
		flight += "\x00fresh"
	} else if v, ok := c.shared.cache.timed(key, c.shared.now()); ok {
		usage.add(Usage{CacheHits: 1})
		return v.(T), nil
	}
	v, joined, err := c.shared.flights.do(ctx, flight, func(ctx context.Context) (any, error) {
		// The flight before this one may have landed since the look above.
		if v, ok := c.shared.cache.timed(key, c.shared.now()); ok && !noCache {
			usageFrom(ctx).add(Usage{CacheHits: 1})
			return v, nil
		}
		val, err := fetch(ctx)
		if err != nil {
			return nil, err
		}
		cost := int64(4 << 10)
		if text, err := json.Marshal(val); err == nil {
			cost = int64(2 * len(text)) // pointers and headers about double the text
		}
		c.shared.cache.put(key, timed{val: val, expires: c.shared.now().Add(ttl)}, cost)
		return val, nil
	})
	if err != nil {
		var zero T
		return zero, err
	}
	if joined {
		usage.add(Usage{Joined: 1})
	}
	return v.(T), nil
}
