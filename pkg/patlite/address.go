package patlite

import (
	"errors"
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

// address checks the address and completes it with the protocol's port.
func (d *settingsDecoder) address(s *Settings) {
	const allowed = "a host or host:port, for example 192.168.100.50, tower.example.jp:8080 or [fd00::50]:80"
	if s.Address == "" {
		if !d.reported("address") {
			d.add("address", allowed, "missing")
		}
		return
	}
	hostPort, err := splitAddress(s.Address, s.protocol.port)
	if err != nil {
		d.add("address", allowed, "%q: %v", s.Address, err)
		return
	}
	s.hostPort = hostPort
}

// numeric looks like an IPv4 address; netip has the last word on those.
var numeric = regexp.MustCompile(`^[0-9.]+$`)

var hostName = regexp.MustCompile(`^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9_.])?$`)

// splitAddress returns host:port as net.Dial takes it.
func splitAddress(text, port string) (string, error) {
	host := text
	if strings.ContainsAny(text, "/@?#") {
		return "", errors.New("write the host alone, not a URL")
	}
	if _, err := netip.ParseAddr(text); err == nil {
		return net.JoinHostPort(text, port), nil
	}
	if inner, ok := strings.CutPrefix(text, "["); ok && strings.HasSuffix(text, "]") {
		host = strings.TrimSuffix(inner, "]")
		if a, err := netip.ParseAddr(host); err != nil || !a.Is6() {
			return "", errors.New("no IPv6 address in the brackets")
		}
		return net.JoinHostPort(host, port), nil
	}
	if strings.Contains(text, ":") {
		var err error
		if host, port, err = net.SplitHostPort(text); err != nil {
			return "", errors.New("not an address")
		}
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return "", errors.New("the port is not a number from 1 to 65535")
		}
		if _, err := netip.ParseAddr(host); err == nil {
			return net.JoinHostPort(host, port), nil
		}
	}
	if numeric.MatchString(host) {
		return "", errors.New("not an IPv4 address")
	}
	if !hostName.MatchString(host) {
		return "", errors.New("not a host name")
	}
	return net.JoinHostPort(host, port), nil
}
