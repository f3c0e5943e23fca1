package awsapi

import (
	"encoding/binary"
	"math"
	"sync"
)

// metricStore keeps metric data in blocks, and knows the calls under way.
type metricStore struct {
	running tracker

	mu     sync.Mutex // guards what is inside the blocks, and merging
	blocks *lru
	made   *lru               // what was made of answers
	merge  map[string]*merger // by scope
}

// blockSlots is how many periods a block has.
const blockSlots = 120

// block is a stretch of one request's data: the known periods, and the values of
// its series by label. A metric has one series, an expression any number; a
// missing value is NaN.
type block struct {
	slots  [blockSlots]slot
	series map[string][]float64
}

const (
	blockBytes  = blockSlots*16 + 100
	seriesBytes = blockSlots*8 + 100
)

func (b *block) cost() int64 {
	n := int64(blockBytes)
	for label := range b.series {
		n += seriesBytes + int64(len(label))
	}
	return n
}

func newMetricStore(blockBytes, madeBytes int64) *metricStore {
	return &metricStore{blocks: newLRU(blockBytes), made: newLRU(madeBytes), merge: map[string]*merger{}}
}

func blockKey(key string, number int64) string {
	return key + string(binary.BigEndian.AppendUint64(nil, uint64(number)))
}

// dense is data of one request over a span: one entry per period.
type dense struct {
	span   span
	period int64
	slots  []slot
	series map[string][]float64
	order  []string // labels as they first came
}

func newDense(s span, period int64) *dense {
	return &dense{span: s, period: period, slots: make([]slot, (s.to-s.from)/period), series: map[string][]float64{}}
}

// row is the values of a series, all missing where it is new.
func (d *dense) row(label string) []float64 {
	r := d.series[label]
	if r == nil {
		r = emptyRow(len(d.slots))
		d.series[label] = r
		d.order = append(d.order, label)
	}
	return r
}

func emptyRow(n int) []float64 {
	r := make([]float64, n)
	for i := range r {
		r[i] = math.NaN()
	}
	return r
}

// clear forgets the values in a span: an answer for it is about to be laid over
// them.
func (d *dense) clear(s span) {
	a, b := d.index(s)
	for _, r := range d.series {
		for i := a; i < b; i++ {
			r[i] = math.NaN()
		}
	}
}

func (d *dense) index(s span) (int64, int64) {
	n := int64(len(d.slots))
	return min(max((s.from-d.span.from)/d.period, 0), n), min(max((s.to-d.span.from)/d.period, 0), n)
}

// read is what the blocks know of a span.
func (m *metricStore) read(key string, s span, period int64) *dense {
	d := newDense(s, period)
	width := blockSlots * period
	m.mu.Lock()
	defer m.mu.Unlock()
	for at := floorTo(s.from, width); at < s.to; at += width {
		v, ok := m.blocks.get(blockKey(key, at/width))
		if !ok {
			continue
		}
		b := v.(*block)
		first, last := max(at, s.from), min(at+width, s.to)
		copy(d.slots[(first-s.from)/period:(last-s.from)/period], b.slots[(first-at)/period:(last-at)/period])
		for label, row := range b.series {
			copy(d.row(label)[(first-s.from)/period:], row[(first-at)/period:(last-at)/period])
		}
	}
	return d
}

// write keeps an answer. Every period of its span counts as asked.
func (m *metricStore) write(key string, d *dense, a age) {
	width := blockSlots * d.period
	m.mu.Lock()
	defer m.mu.Unlock()
	for at := floorTo(d.span.from, width); at < d.span.to; at += width {
		name := blockKey(key, at/width)
		b := &block{series: map[string][]float64{}}
		if v, ok := m.blocks.get(name); ok {
			b = v.(*block)
		}
		first, last := max(at, d.span.from), min(at+width, d.span.to)
		for t := first; t < last; t += d.period {
			to, from := (t-at)/d.period, (t-d.span.from)/d.period
			filled := false
			for _, row := range b.series {
				row[to] = math.NaN()
			}
			for label, row := range d.series {
				if math.IsNaN(row[from]) {
					continue
				}
				filled = true
				if b.series[label] == nil {
					b.series[label] = emptyRow(blockSlots)
				}
				b.series[label][to] = row[from]
			}
			b.slots[to] = a.answered(b.slots[to], t+d.period, filled)
		}
		m.blocks.put(name, b, b.cost())
	}
}
