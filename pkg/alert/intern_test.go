package alert

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"unsafe"
)

func TestInternKeepsRepeatsOnce(t *testing.T) {
	a := intern(strings.Clone("tokyo-dc1"))
	b := intern(strings.Clone("tokyo-dc1"))
	c := internBytes([]byte("tokyo-dc1"))
	if unsafe.StringData(a) != unsafe.StringData(b) || unsafe.StringData(a) != unsafe.StringData(c) {
		t.Error("the same text is kept more than once")
	}
	long := strings.Repeat("x", 2*longestShared)
	for _, s := range []string{"", "a", long, "障害"} {
		if intern(s) != s || internBytes([]byte(s)) != s {
			t.Errorf("%q became %q, %q", s, intern(s), internBytes([]byte(s)))
		}
	}
	whole := strings.Repeat("message ", 1000)
	if cut := intern(whole[:100]); unsafe.StringData(cut) == unsafe.StringData(whole) {
		t.Error("a long text keeps the message alive that it was cut from")
	}
}

func TestInternConcurrently(t *testing.T) {
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 50_000 {
				s := fmt.Sprintf("value-%d", i)
				if got := intern(s); got != s {
					t.Errorf("%q became %q", s, got)
					return
				}
			}
		})
	}
	wg.Wait()
}
