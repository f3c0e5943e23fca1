package tower

import (
	"fmt"
	"net"
	"net/netip"
	"reflect"
	"slices"
	"strings"
)

// Place is where the settings say that a tower is, in one spelling for all ways
// to write it. Two entries of one tower would be one tower with two minds.
type Place struct {
	Host string // "": the settings name no address
	Port string // "": the notifier decides
	// Usual tells that it is the port at which a protocol is found where nobody
	// has changed it: several such ports of one host belong to one tower.
	Usual bool
}

// usualPorts are those of the protocols that towers speak, as patlite knows them.
var usualPorts = map[string]string{"http": "80", "pns": "10000"}

// Place reads address, port and protocol of the settings. An address may hold
// the port: 192.168.1.50:80, [fd00::50]:80.
func (c Config) Place() Place {
	m, _ := c.Settings.Value.(map[string]any)
	address, _ := m["address"].(string)
	if address == "" {
		return Place{}
	}
	p := Place{Host: address}
	if host, port, err := net.SplitHostPort(address); err == nil {
		p.Host, p.Port = host, port
	}
	p.Host = oneSpelling(p.Host)
	if port, given := m["port"]; given {
		p.Port = fmt.Sprint(port)
	}
	if p.Port == "" {
		protocol, _ := m["protocol"].(string)
		p.Port = usualPorts[protocol]
		p.Usual = true
		return p
	}
	p.Port = strings.TrimLeft(p.Port, "0")
	for _, usual := range usualPorts {
		p.Usual = p.Usual || usual == p.Port
	}
	return p
}

// oneSpelling is a host as it is compared: names without regard to case (RFC
// 4343) and to the dot at their end, addresses in the form of RFC 5952.
func oneSpelling(host string) string {
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if a, err := netip.ParseAddr(host); err == nil {
		return a.Unmap().String()
	}
	if strings.EqualFold(host, "localhost") {
		return "127.0.0.1"
	}
	if strings.Contains(host, "/") { // a notifier of its own may want a path, whose case counts
		return host
	}
	return strings.TrimSuffix(strings.ToLower(host), ".")
}

func (p Place) String() string {
	if p.Port == "" {
		return p.Host
	}
	return net.JoinHostPort(p.Host, p.Port)
}

// same reports whether two entries are certainly one tower.
func (p Place) same(o Place) bool { return p.Host != "" && p.Host == o.Host && p.Port == o.Port }

// near reports whether two entries are one tower unless something between
// forwards the ports of one host to several.
func (p Place) near(o Place) bool {
	return p.Host != "" && p.Host == o.Host && p.Port != o.Port && p.Usual && o.Usual
}

// OnePerAddress tells of a notifier that there is one tower at an address, whatever
// else the settings say. Another notifier may reach several through one: by a
// channel, a number, a name.
type OnePerAddress func(notifier string) bool

// SameAs returns the first of some towers that the same notifier drives at the
// same place, -1: there is none.
func (c Config) SameAs(others []Config, alone OnePerAddress) int {
	return slices.IndexFunc(others, func(o Config) bool { return c.mayBe(o, alone) && o.Place().same(c.Place()) })
}

// NearTo returns the first of some towers that the same notifier drives at the
// same host by another protocol, or by a port that is the same one perhaps.
func (c Config) NearTo(others []Config, alone OnePerAddress) int {
	return slices.IndexFunc(others, func(o Config) bool { return c.mayBe(o, alone) && o.Place().near(c.Place()) })
}

// mayBe reports whether two entries are one tower if they are at one place.
func (c Config) mayBe(o Config, alone OnePerAddress) bool {
	return c.Notifier == o.Notifier && (alone(c.Notifier) || reflect.DeepEqual(c.beyondPlace(), o.beyondPlace()))
}

// beyondPlace are the settings that say nothing of the place.
func (c Config) beyondPlace() map[string]any {
	m, _ := c.Settings.Value.(map[string]any)
	rest := make(map[string]any, len(m))
	for name, value := range m {
		if name != "address" && name != "port" {
			rest[name] = value
		}
	}
	return rest
}
