package awsapi

import "sync"

// tracker counts goroutines so that their owner can wait for them. Unlike a
// sync.WaitGroup it may outlive a testing/synctest bubble, which what belongs
// to the process does.
type tracker struct {
	mu   sync.Mutex
	n    int
	idle []chan struct{}
}

func (t *tracker) spawn(fn func()) {
	t.mu.Lock()
	t.n++
	t.mu.Unlock()
	go func() {
		defer t.exit()
		fn()
	}()
}

func (t *tracker) exit() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.n--
	if t.n > 0 {
		return
	}
	for _, c := range t.idle {
		close(c)
	}
	t.idle = nil
}

// wait returns once none is running.
func (t *tracker) wait() {
	t.mu.Lock()
	if t.n == 0 {
		t.mu.Unlock()
		return
	}
	c := make(chan struct{})
	t.idle = append(t.idle, c)
	t.mu.Unlock()
	<-c
}
