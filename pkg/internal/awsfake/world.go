package awsfake

import (
	"math/rand/v2"
	"strings"
	"time"
)

// The things of the story, by the names they have in the world.
const (
	GatewayInstance = "i-0a1b2c3d4e5f60041" // the customer side of the VPN; it is stopped
	Web1Instance    = "i-0a1b2c3d4e5f60011"
	Web2Instance    = "i-0a1b2c3d4e5f60012"
	DBInstance      = "i-0a1b2c3d4e5f60021"
	BatchInstance   = "i-0a1b2c3d4e5f60031"
	GoneInstance    = "i-0a1b2c3d4e5f60032" // terminated three days before the anchor
	VPN             = "vpn-0123456789abcdef0"
	Tunnel1         = "203.0.113.10" // goes down
	Tunnel2         = "203.0.113.20" // stays up
	TunnelAlarm     = "vpn-tunnel-1-down"
	Culprit         = "tanaka" // calls StopInstances
	CulpritAddress  = "198.51.100.24"
	Rescuer         = "sato" // calls StartInstances 22 minutes later
)

// When things happen, counted from the anchor.
const (
	stoppedAt   = -37 * time.Second // StopInstances; the alarm fires at 0
	capturedAt  = -20 * time.Second // Config records the stopped instance
	startedAt   = 21*time.Minute + 40*time.Second
	restartedAt = 22*time.Minute + 8*time.Second // Config records the running instance
	recoveredAt = 23 * time.Minute               // the tunnel is up again
	goneAt      = -72 * time.Hour
	worldAge    = 120 * 24 * time.Hour // when most things were created
)

// world is everything there is, by account and region.
type world struct {
	seed   uint64
	anchor time.Time
	opts   Options
	realms map[[2]string]*realm
}

// realm is one account in one region.
type realm struct {
	account, region string
	anchor          time.Time
	seed            uint64
	metrics         []*metric
	byKey           map[string]*metric
	alarms          []*alarm
	byName          map[string]*alarm
	resources       []*resource
	rules           []*rule
	groups          []*logGroup
	story           []trailEvent // of CloudTrail, beside the daily routine
	routine         bool         // whether people work here every day
	parameters      string       // of what they do: Options.TrailRecord
}

func newWorld(o Options) *world {
	w := &world{seed: o.Seed, anchor: o.Anchor, opts: o, realms: map[[2]string]*realm{}}
	dice := rand.New(rand.NewPCG(o.Seed, 1))
	w.plantMain(dice)
	w.plantEurope(dice)
	w.plantSecond(dice)
	w.plantGlobal()
	for _, r := range w.realms {
		r.parameters = strings.Repeat("x", o.TrailRecord)
		for _, a := range r.alarms {
			r.byName[a.name] = a
		}
	}
	return w
}

func (w *world) plant(account, region string) *realm {
	r := &realm{account: account, region: region, anchor: w.anchor, seed: w.seed, byName: map[string]*alarm{}, byKey: map[string]*metric{}}
	w.realms[[2]string{account, region}] = r
	return r
}

func (w *world) realm(account, region string) *realm {
	if r := w.realms[[2]string{account, region}]; r != nil {
		return r
	}
	return &realm{account: account, region: region, anchor: w.anchor, seed: w.seed, byName: map[string]*alarm{}, byKey: map[string]*metric{}}
}

func (r *realm) arn(service, rest string) string {
	return "arn:aws:" + service + ":" + r.region + ":" + r.account + ":" + rest
}

func (w *world) plantMain(dice *rand.Rand) {
	r := w.plant(MainAccount, MainRegion)
	r.routine = true
	a := w.anchor
	down := span{a.Add(-time.Minute), a.Add(recoveredAt)}
	for _, i := range []machine{
		{id: Web1Instance, name: "web-1", kind: "t3.large", cpu: 35},
		{id: Web2Instance, name: "web-2", kind: "t3.large", cpu: 32},
		{id: DBInstance, name: "db-1", kind: "r6i.xlarge", cpu: 48},
		{id: BatchInstance, name: "batch-1", kind: "c6i.2xlarge", cpu: 20, nightly: true},
		{id: GatewayInstance, name: "cgw-tokyo-1", kind: "t3.small", cpu: 8, stopped: &down},
		{id: GoneInstance, name: "batch-0", kind: "c6i.xlarge", cpu: 15, gone: a.Add(goneAt)},
	} {
		r.addMachine(i, dice)
	}
	r.addBalancer("app/web/50dc6c495c0c9188", dice)
	r.addDatabase("orders-db", dice)
	r.addVPN(down)
	r.addBackups(dice)
	w.addFleet(r, dice)
	r.addMainAlarms()
	r.addMainRules()
	r.addMainStory()
	r.addMainLogs(w.opts.FleetGroups)
}

func (w *world) plantEurope(dice *rand.Rand) {
	r := w.plant(MainAccount, SecondRegion)
	r.routine = true
	r.addMachine(machine{id: "i-0e1e2e3e4e5e60011", name: "web-eu-1", kind: "t3.medium", cpu: 30}, dice)
	r.addMachine(machine{id: "i-0e1e2e3e4e5e60012", name: "web-eu-2", kind: "t3.medium", cpu: 28}, dice)
	r.addCPUAlarm("web-eu-1-cpu-high", "i-0e1e2e3e4e5e60011", 80)
	r.addRule("restricted-ssh", "INCOMING_SSH_DISABLED", "AWS::EC2::SecurityGroup", nil)
}

func (w *world) plantSecond(dice *rand.Rand) {
	r := w.plant(SecondAccount, MainRegion)
	r.routine = true
	r.addMachine(machine{id: "i-0b2b2c3d4e5f60011", name: "pos-1", kind: "t3.medium", cpu: 40}, dice)
	r.addMachine(machine{id: "i-0b2b2c3d4e5f60012", name: "pos-2", kind: "t3.medium", cpu: 42}, dice)
	r.addCPUAlarm("pos-1-cpu-high", "i-0b2b2c3d4e5f60011", 80)
	r.addRule("required-tags", "REQUIRED_TAGS", "AWS::EC2::Instance", nil)
}

// plantGlobal is where the events of the global services are: us-east-1.
func (w *world) plantGlobal() {
	r := w.plant(MainAccount, "us-east-1")
	at := func(d time.Duration) time.Time { return w.anchor.Add(d) }
	r.story = []trailEvent{
		{at: at(-11 * time.Minute), name: "ConsoleLogin", source: "signin.amazonaws.com", user: Culprit, address: CulpritAddress},
		{at: at(-3 * time.Hour), name: "ConsoleLogin", source: "signin.amazonaws.com", user: Rescuer, address: "198.51.100.30", failure: "Failed authentication"},
		{at: at(-26 * time.Hour), name: "CreateAccessKey", source: "iam.amazonaws.com", user: Rescuer, address: "198.51.100.30", kind: "AWS::IAM::AccessKey", resource: "AKIAEXAMPLENEW000001"},
	}
	r.addMetric("AWS/Billing", "EstimatedCharges", dims("Currency", "USD"), wave{level: 1200, swing: 40, every: 360})
}
