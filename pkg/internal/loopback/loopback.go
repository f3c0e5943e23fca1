// Package loopback tells names and addresses of this machine from all others.
// Whoever lets its own machine do more than others asks it, so that all mean the
// same.
package loopback

import (
	"net/netip"
	"strings"
)

// Is reports whether a host, as URLs, Host headers and addresses to listen on
// write it, is this machine whoever resolves it: a loopback address, with or
// without brackets, or localhost. Names below localhost are left out, though RFC
// 6761 means them too: not every resolver keeps them from DNS.
func Is(host string) bool {
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if strings.EqualFold(strings.TrimSuffix(host, "."), "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}
