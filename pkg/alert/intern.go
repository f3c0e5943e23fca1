package alert

import (
	"hash/maphash"
	"strings"
	"sync/atomic"
)

// Names and most values of labels (hosts, services, severities) repeat from
// alert to alert and are kept once; sentences do not repeat, and are not
// looked for.
const longestShared = 64

// recent holds texts that were seen lately, each at the place its hash names.
// A newer text takes the place of an older one: what repeats is found again
// soon, what does not repeat costs nothing for long.
var (
	recent     [8192]atomic.Pointer[string]
	recentSeed = maphash.MakeSeed()
)

// intern returns a text equal to s that other labels may have in common, and
// that does not keep alive what s was cut from.
func intern(s string) string {
	if s == "" {
		return ""
	}
	if len(s) > longestShared {
		return strings.Clone(s)
	}
	place := &recent[maphash.String(recentSeed, s)%uint64(len(recent))]
	if kept := place.Load(); kept != nil && *kept == s {
		return *kept
	}
	kept := strings.Clone(s)
	place.Store(&kept)
	return kept
}

// internBytes is intern for bytes that the caller goes on using.
func internBytes(b []byte) string {
	if len(b) == 0 || len(b) > longestShared {
		return string(b)
	}
	place := &recent[maphash.Bytes(recentSeed, b)%uint64(len(recent))]
	if kept := place.Load(); kept != nil && *kept == string(b) { // compares without a copy
		return *kept
	}
	kept := string(b)
	place.Store(&kept)
	return kept
}
