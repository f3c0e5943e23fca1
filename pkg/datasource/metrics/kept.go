package metrics

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource/query"
)

// keeper keeps what was made of the data that one request asks for: the next
// viewer of the same panel, or the same one before the minute is over, gets it
// again. A nil keeper keeps nothing.
type keeper struct {
	place    query.Place
	name     string // all that the frames are made of but the data and the range
	from, to time.Time
}

// kept is what a keeper keeps: parts with their frames, which nobody changes.
type kept struct {
	from, to time.Time
	parts    []part
	hits     int // requests to awsapi
	points   int
}

// keeping is the keeper of a request: nil where its answer belongs to more than
// one place, is asked past the cache, or has periods that do not begin with
// minutes, whose range is another one every second.
func keeping(all []one) *keeper {
	if len(all) == 0 {
		return nil
	}
	first := all[0]
	k := &keeper{place: first.places[0], from: first.From.Truncate(time.Minute), to: end(first.To)}
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b one) int { return strings.Compare(a.RefID, b.RefID) })
	var name strings.Builder
	name.WriteString(k.place.Account + "\x00" + k.place.Region)
	for i, o := range all {
		switch {
		case len(o.places) != 1 || o.places[0] != k.place,
			!o.From.Equal(first.From) || !o.To.Equal(first.To),
			o.options() != awsapi.MetricOptions{},
			o.q.period%time.Minute != 0,
			i > 0 && o.RefID == all[i-1].RefID:
			return nil
		}
		for _, part := range []string{o.RefID, o.q.period.String(), strconv.FormatBool(o.q.recent), o.q.text} {
			name.WriteString("\x00" + strconv.Itoa(len(part)) + " " + part)
		}
	}
	k.name = name.String()
	return k
}

// kept are the parts that were kept, as what took nothing but a look into the
// cache; nil where there are none any more.
func (k *keeper) kept(ctx context.Context, s *awsapi.Sessions) []part {
	if k == nil {
		return nil
	}
	v, ok := s.Made(ctx, k.place.Account, k.place.Region, k.name)
	if !ok {
		return nil
	}
	was := v.(kept)
	if !was.from.Equal(k.from) || !was.to.Equal(k.to) {
		return nil
	}
	parts := copied(was.parts)
	members := make([]asked, len(parts))
	tell(parts, members, awsapi.Usage{CacheHits: was.hits, PointsCached: was.points})
	return parts
}

// keep keeps parts, where none of them failed, for as long as their data stand.
func (k *keeper) keep(ctx context.Context, s *awsapi.Sessions, parts []part, standing awsapi.Standing) {
	if k == nil || slices.ContainsFunc(parts, func(p part) bool { return p.err != nil || p.told.Whole() != nil }) {
		return
	}
	v := kept{from: k.from, to: k.to, parts: copied(parts)}
	cost := int64(len(k.name))
	for _, p := range parts {
		if !p.asked.q.Hide {
			v.hits += len(p.asked.requests)
		}
		cost += int64(len(p.asked.requests)) * requestBytes
		times := map[*data.Field]bool{}
		for _, f := range p.frames {
			v.points += f.Rows()
			cost += frameBytes + int64(f.Rows())*valueBytes
			if !times[f.Fields[0]] { // series without a hole share them
				times[f.Fields[0]] = true
				cost += int64(f.Rows()) * timeBytes
			}
		}
	}
	s.KeepMade(ctx, k.place.Account, k.place.Region, k.name, v, cost, standing)
}

// What is kept takes in memory, about.
const (
	requestBytes = 500
	frameBytes   = 1500
	valueBytes   = 8
	timeBytes    = 24
)

// copied are parts whose frames may be described and told about. Fields are
// shared.
func copied(parts []part) []part {
	out := slices.Clone(parts)
	for i := range out {
		out[i].frames = make(data.Frames, len(parts[i].frames))
		for n, f := range parts[i].frames {
			own, meta := *f, *query.Meta(f)
			own.Meta = &meta
			out[i].frames[n] = &own
		}
	}
	return out
}
