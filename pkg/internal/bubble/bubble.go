// Package bubble is for tests in a bubble of fake time (testing/synctest): the
// one place where a test lets time pass.
//
// Tests alone import it.
package bubble

import (
	"testing/synctest"
	"time"
)

// Pass lets the bubble's time pass, which costs none, until all that was due by
// then has been done.
func Pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}
