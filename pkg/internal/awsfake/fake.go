package awsfake

import (
	"sync"
	"time"
)

// DefaultAnchor is the moment of the story: the tunnel's alarm fires.
var DefaultAnchor = time.Date(2026, 10, 6, 10, 42, 0, 0, time.UTC)

// Options say which world is served and how.
type Options struct {
	Seed   uint64           // of the world; the same seed and anchor give the same world
	Anchor time.Time        // the moment the tunnel's alarm fires; zero: [DefaultAnchor]
	Now    func() time.Time // the fake's clock; nil: stands still at Anchor

	// FleetHosts adds hosts with two CWAgent metrics each, in the main account
	// and region; FleetAlarms adds alarms over them. Their state changes of the
	// day before Anchor number about 0.28 an alarm.
	FleetHosts, FleetAlarms int
	// FleetGroups adds log groups, /aws/ecs/Fleet-00000 and so on.
	FleetGroups int

	// LatePoints makes a metric's newest minutes arrive up to two minutes late
	// and out of order.
	LatePoints bool
	// Outages are times in which metrics are missing until they are back-filled.
	Outages []Outage
	// TrailDelay is how long after a call its event can be looked up.
	TrailDelay time.Duration
	// TrailRecord is how many bytes the parameters of a routine event's request
	// have; zero: none. Real records have a few thousand at times, a few hundred
	// mostly.
	TrailRecord int
	// QueryTakes is how long a Logs Insights query runs; zero: 2 s.
	QueryTakes time.Duration
	// Throttle turns on the documented rates from the start.
	Throttle bool
}

// Outage hides the data points in [From, To) of a namespace ("" : of all) until
// Filled; a zero Filled: for ever.
type Outage struct {
	Namespace        string
	From, To, Filled time.Time
}

// Fake is AWS as one value. It is safe for concurrent use.
type Fake struct {
	opts  Options
	now   func() time.Time
	world *world

	switches
	counters
	keys    keyring
	queries queryDesk
	queues  queueDesk

	alarmsMu sync.Mutex // guards the alarms' timelines, which grow with the clock
}

// New builds the world and returns the fake that serves it.
func New(o Options) *Fake {
	if o.Anchor.IsZero() {
		o.Anchor = DefaultAnchor
	}
	o.Anchor = o.Anchor.UTC().Truncate(time.Minute)
	if o.Now == nil {
		anchor := o.Anchor
		o.Now = func() time.Time { return anchor }
	}
	if o.QueryTakes == 0 {
		o.QueryTakes = 2 * time.Second
	}
	f := &Fake{opts: o, now: func() time.Time { return o.Now().UTC() }}
	f.world = newWorld(o)
	f.switches.init(o.Throttle)
	f.counters.init()
	f.keys.init()
	f.queries.init()
	f.queues.init()
	return f
}

// Anchor returns the moment of the story.
func (f *Fake) Anchor() time.Time { return f.opts.Anchor }

// realm returns what exists in an account and region; nothing is there where
// nothing was planted.
func (f *Fake) realm(c *call) *realm { return f.world.realm(c.account, c.region) }
