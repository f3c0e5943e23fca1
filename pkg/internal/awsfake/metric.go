package awsfake

import (
	"hash/fnv"
	"math"
	"slices"
	"time"
)

type dimension struct {
	Name  string `json:"Name"`
	Value string `json:"Value"`
}

// dims makes dimensions of names and values in turn.
func dims(nv ...string) []dimension {
	var out []dimension
	for i := 0; i+1 < len(nv); i += 2 {
		out = append(out, dimension{nv[i], nv[i+1]})
	}
	return out
}

// metric is one series of CloudWatch. Its values are a pure function of the
// seed, its identity and the minute, so that any range can be asked for.
type metric struct {
	namespace, name string
	dims            []dimension
	account, region string
	identity        string // of namespace, name and dimensions
	id              uint64 // of seed, realm, namespace, name and dimensions
	wave            wave
	born, gone      time.Time // zero: always
}

// wave is the form of a metric's minutes.
type wave struct {
	level, swing, noise float64 // mean, daily swing, random part
	floor               float64
	flat                bool     // the same all day: no swing, no spread
	every               int64    // minutes between data points; zero: each
	changes             []change // what happened to it, later ones win
	silent              []span   // no data then
}

type span struct{ from, to time.Time }

type change struct {
	span
	value float64
}

func (s span) has(t int64) bool { return t >= s.from.Unix() && t < s.to.Unix() }

// key is the metric's identity as text.
func metricKey(namespace, name string, d []dimension) string {
	d = slices.Clone(d)
	slices.SortFunc(d, func(a, b dimension) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	k := namespace + "\x00" + name
	for _, x := range d {
		k += "\x00" + x.Name + "=" + x.Value
	}
	return k
}

func (m *metric) key() string { return m.identity }

func (m *metric) dim(name string) (string, bool) {
	for _, d := range m.dims {
		if d.Name == name {
			return d.Value, true
		}
	}
	return "", false
}

func (r *realm) addMetric(namespace, name string, d []dimension, w wave) *metric {
	m := &metric{namespace: namespace, name: name, dims: d, account: r.account, region: r.region, wave: w}
	m.identity = metricKey(namespace, name, d)
	h := fnv.New64a()
	h.Write([]byte(r.account + r.region + m.key()))
	m.id = h.Sum64() ^ mix(r.seed)
	r.metrics = append(r.metrics, m)
	r.byKey[m.identity] = m
	return m
}

// find returns the metric with exactly these dimensions, or nil.
func (r *realm) find(namespace, name string, d []dimension) *metric {
	return r.byKey[metricKey(namespace, name, d)]
}

// mix is SplitMix64. A stream cannot be asked for its n-th value cheaply, a
// hash of n can.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// unit makes a number in [-1, 1) of a hash.
func unit(x uint64) float64 { return float64(x>>11)/(1<<52) - 1 }

// minute returns the minimum, mean and maximum of the minute that begins at t
// (Unix seconds), or false where the metric has no data.
func (m *metric) minute(t int64) (lo, mean, hi float64, ok bool) {
	w := &m.wave
	if !m.born.IsZero() && t < m.born.Unix() || !m.gone.IsZero() && t >= m.gone.Unix() {
		return 0, 0, 0, false
	}
	n := t / 60
	if w.every > 1 && n%w.every != 0 {
		return 0, 0, 0, false
	}
	for _, s := range w.silent {
		if s.has(t) {
			return 0, 0, 0, false
		}
	}
	spread := 0.0
	mean = w.level
	if !w.flat {
		day := float64(n%1440)/1440 + float64(m.id&0xff)/256*0.1
		u := unit(mix(m.id + uint64(n)))
		mean += w.swing*math.Sin(2*math.Pi*day) + w.noise*u
		spread = w.noise * (0.2 + 0.1*unit(mix(m.id^uint64(n))))
	}
	for i := len(w.changes) - 1; i >= 0; i-- {
		if w.changes[i].has(t) {
			mean = w.changes[i].value
			break
		}
	}
	mean = max(w.floor, mean)
	return max(w.floor, mean-spread), mean, mean + spread, true
}

// samplesPerMinute is the SampleCount of a minute.
const samplesPerMinute = 5

// arrival says when the minute that begins at t can be read.
func (f *Fake) arrival(m *metric, t int64) int64 {
	ready := t + 60
	if f.opts.LatePoints {
		ready += int64(mix(m.id^uint64(t)*0x2545f4914f6cdd1d) % 121)
	}
	for _, o := range f.opts.Outages {
		if (o.Namespace == "" || o.Namespace == m.namespace) && t >= o.From.Unix() && t < o.To.Unix() {
			if o.Filled.IsZero() {
				return math.MaxInt64
			}
			ready = max(ready, o.Filled.Unix())
		}
	}
	return ready
}

// keptFor is how long data points of a period can be read.
func keptFor(period int64) time.Duration {
	const day = 24 * time.Hour
	switch {
	case period < 60:
		return 3 * time.Hour
	case period < 300:
		return 15 * day
	case period < 3600:
		return 63 * day
	}
	return 455 * day
}

// value is the statistic of the bucket [t, t+period), of the minutes that
// arrived says are there; false where there are none.
func (m *metric) value(t, period int64, s statistic, arrived func(minute int64) bool) (float64, bool) {
	// Below a minute the minute's value repeats: nothing finer is generated.
	from, to := t-t%60, t+max(period, 1)
	var acc accumulator
	acc.init(s)
	for x := from; x < to; x += 60 {
		if !arrived(x) {
			continue
		}
		if lo, mean, hi, ok := m.minute(x); ok {
			acc.add(lo, mean, hi)
		}
	}
	return acc.result()
}
