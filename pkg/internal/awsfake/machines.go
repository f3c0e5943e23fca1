package awsfake

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// machine is an EC2 instance to plant.
type machine struct {
	id, name, kind string
	cpu            float64
	nightly        bool      // works at night
	stopped        *span     // no data then
	gone           time.Time // terminated
}

// addMachine plants an instance with its volume, their metrics and histories.
func (r *realm) addMachine(m machine, dice *rand.Rand) {
	d := dims("InstanceId", m.id)
	swing := 6.0
	if m.nightly {
		swing = -15
	}
	noise := 2 + 2*dice.Float64()
	all := []*metric{
		r.addMetric("AWS/EC2", "CPUUtilization", d, wave{level: m.cpu, swing: swing, noise: noise}),
		r.addMetric("AWS/EC2", "NetworkIn", d, wave{level: 4e6, swing: 1e6, noise: 5e5}),
		r.addMetric("AWS/EC2", "NetworkOut", d, wave{level: 6e6, swing: 2e6, noise: 5e5}),
		r.addMetric("AWS/EC2", "StatusCheckFailed", d, wave{flat: true}),
		r.addMetric("AWS/EC2", "StatusCheckFailed_Instance", d, wave{flat: true}),
		r.addMetric("AWS/EC2", "StatusCheckFailed_System", d, wave{flat: true}),
	}
	volume := "vol-" + m.id[2:]
	for _, name := range []string{"VolumeReadOps", "VolumeWriteOps"} {
		all = append(all, r.addMetric("AWS/EBS", name, dims("VolumeId", volume), wave{level: 300, swing: 50, noise: 40}))
	}
	for _, x := range all {
		x.gone = m.gone
		if m.stopped != nil {
			x.wave.silent = append(x.wave.silent, *m.stopped)
		}
	}
	r.addInstanceResource(m, volume)
}

// addBalancer plants an application load balancer's metrics.
func (r *realm) addBalancer(name string, dice *rand.Rand) {
	d := dims("LoadBalancer", name)
	r.addMetric("AWS/ApplicationELB", "RequestCount", d, wave{level: 1200, swing: 700, noise: 80})
	r.addMetric("AWS/ApplicationELB", "TargetResponseTime", d, wave{level: 0.12, swing: 0.03, noise: 0.02})
	r.addMetric("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", d, wave{level: 1, noise: 1 + dice.Float64()})
	r.addMetric("AWS/ApplicationELB", "HealthyHostCount", append(slices.Clone(d), dimension{"TargetGroup", "targetgroup/web/73e2d6bc24d8a067"}), wave{flat: true, level: 2})
	r.addSimpleResource("AWS::ElasticLoadBalancingV2::LoadBalancer", name, "web", map[string]any{"scheme": "internet-facing", "type": "application"})
}

// addDatabase plants an RDS instance's metrics.
func (r *realm) addDatabase(id string, dice *rand.Rand) {
	d := dims("DBInstanceIdentifier", id)
	r.addMetric("AWS/RDS", "CPUUtilization", d, wave{level: 40, swing: 12, noise: 3 + dice.Float64()})
	r.addMetric("AWS/RDS", "DatabaseConnections", d, wave{level: 80, swing: 30, noise: 5})
	r.addMetric("AWS/RDS", "FreeStorageSpace", d, wave{level: 2.5e10, swing: 1e8, noise: 1e7})
	r.addSimpleResource("AWS::RDS::DBInstance", "db-ORDERSEXAMPLE", id, map[string]any{
		"dBInstanceIdentifier": id, "engine": "postgres", "multiAZ": true, "storageEncrypted": true,
	})
}

// addVPN plants the connection and its two tunnels, the first of which is down
// in a span.
func (r *realm) addVPN(down span) {
	broken := []change{{down, 0}}
	for _, t := range []struct {
		address string
		changes []change
	}{{Tunnel1, broken}, {Tunnel2, nil}} {
		d := dims("VpnId", VPN, "TunnelIpAddress", t.address)
		r.addMetric("AWS/VPN", "TunnelState", d, wave{flat: true, level: 1, changes: t.changes})
		r.addMetric("AWS/VPN", "TunnelDataIn", d, wave{level: 2e5, swing: 5e4, noise: 2e4, changes: t.changes})
		r.addMetric("AWS/VPN", "TunnelDataOut", d, wave{level: 3e5, swing: 8e4, noise: 2e4, changes: t.changes})
	}
	// For the connection as a whole it is the share of tunnels that are up.
	r.addMetric("AWS/VPN", "TunnelState", dims("VpnId", VPN), wave{flat: true, level: 1, changes: []change{{down, 0.5}}})
	r.addSimpleResource("AWS::EC2::VPNConnection", VPN, "", map[string]any{
		"vpnConnectionId": VPN, "state": "available", "type": "ipsec.1", "customerGatewayId": "cgw-0123456789abcdef0",
		"options": map[string]any{"tunnelOptions": []any{map[string]any{"outsideIpAddress": Tunnel1}, map[string]any{"outsideIpAddress": Tunnel2}}},
	})
}

// addBackups plants a custom namespace that has no data most of the time.
func (r *realm) addBackups(dice *rand.Rand) {
	r.addMetric("Shop/Batch", "BackupSeconds", dims("Job", "nightly"), wave{level: 900, noise: 60 + dice.Float64(), every: 1440})
	r.addMetric("Shop/Batch", "OrdersImported", dims("Job", "import"), wave{level: 45, swing: 20, noise: 10, every: 5})
}

// addFleet plants the hosts and alarms that a benchmark asks for.
func (w *world) addFleet(r *realm, dice *rand.Rand) {
	hosts := max(w.opts.FleetHosts, w.opts.FleetAlarms)
	from := w.anchor.Add(-24 * time.Hour)
	for i := range hosts {
		host := fmt.Sprintf("host-%05d", i)
		cpu := r.addMetric("CWAgent", "cpu_usage_active", dims("host", host), wave{level: 30, swing: 8, noise: 3})
		r.addMetric("CWAgent", "mem_used_percent", dims("host", host), wave{level: 55, swing: 3, noise: 1})
		if i >= w.opts.FleetAlarms {
			continue
		}
		// Every seventh host is overloaded once within the day: 0.14 episodes an
		// alarm, each of them a way there and a way back.
		if i%7 == 0 {
			start := from.Add(time.Duration(1+dice.IntN(270)) * 5 * time.Minute)
			cpu.wave.changes = []change{{span{start, start.Add(10 * time.Minute)}, 97}}
		}
		r.alarms = append(r.alarms, &alarm{
			name: "fleet-" + host + "-cpu", description: "CPU of " + host, metric: cpu, stat: "Average", period: 300,
			periods: 1, toAlarm: 1, op: "GreaterThanThreshold", threshold: 90, created: from,
		})
	}
}
