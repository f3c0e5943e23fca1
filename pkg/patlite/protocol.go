package patlite

import "slices"

// protocol is one way to talk to towers. A new one is a file with such a
// value, and its line in protocols; the table of models already says which
// models speak it.
type protocol struct {
	name string
	// port is used where the address has none.
	port string
	// transports are the allowed values of the setting, the default first;
	// nil where there is no choice.
	transports []string
	readBack   func(Model) bool
	restore    func(Model) bool
	open       func(*Settings, Options) Driver
}

// protocols are those that have a driver.
var protocols = []protocol{httpProtocol, pnsProtocol}

// Protocols lists the protocols that have a driver.
func Protocols() []string {
	names := make([]string, len(protocols))
	for i, p := range protocols {
		names[i] = p.name
	}
	return names
}

// Speaks lists the protocols with a driver that the model speaks, the
// preferred one first.
func (m Model) Speaks() []string {
	known := Protocols()
	return slices.DeleteFunc(slices.Clone(m.Protocols), func(name string) bool { return !slices.Contains(known, name) })
}

func findProtocol(name string) (protocol, bool) {
	i := slices.IndexFunc(protocols, func(p protocol) bool { return p.name == name })
	if i < 0 {
		return protocol{}, false
	}
	return protocols[i], true
}

// planned reports whether a protocol without a driver is one that some model
// speaks.
func planned(name string) bool {
	return slices.ContainsFunc(models, func(m Model) bool { return slices.Contains(m.Protocols, name) })
}
