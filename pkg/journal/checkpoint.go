package journal

import (
	"context"
	"os"
	"sync/atomic"
	"time"
)

// SQLite would bring the log into the database from within a commit, which
// then takes as long as that many pages take to sync: the lamp would wait for
// it. So a goroutine of the journal does it between commits, a little at a
// time, and a commit only where the log has grown beyond its bound.
const (
	checkpointEvery = time.Second
	checkpointAt    = 1 << 20   // bytes of log from which it is brought over
	logBound        = 128 << 20 // bytes of log from which a commit waits for it
)

// checkpointer brings the log over while the journal is open.
type checkpointer struct {
	size  atomic.Int64 // of the log, in bytes, as last seen
	stop  context.CancelFunc
	ended chan struct{}
}

// startCheckpoints starts the goroutine; stopCheckpoints waits for its end.
func (j *Journal) startCheckpoints() {
	ctx, stop := context.WithCancel(context.Background())
	j.checkpoints.stop, j.checkpoints.ended = stop, make(chan struct{})
	go func() {
		defer close(j.checkpoints.ended)
		ticker := time.NewTicker(checkpointEvery)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				j.checkpointIfDue(ctx)
			}
		}
	}()
}

func (j *Journal) stopCheckpoints() {
	if j.checkpoints.stop != nil {
		j.checkpoints.stop()
		<-j.checkpoints.ended
	}
}

// checkpointIfDue brings a long log over. PASSIVE waits for nobody and holds
// nobody up; what it cannot do now, the next one does. So its error, such as
// a disk that is full, is left to the next commit, which meets the same.
func (j *Journal) checkpointIfDue(ctx context.Context) {
	info, err := os.Stat(j.path + "-wal")
	if err != nil {
		return
	}
	j.checkpoints.size.Store(info.Size())
	if info.Size() >= checkpointAt && j.Lost() == nil { // no page goes into a file that somebody has just put there
		_, _ = j.read.ExecContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)")
	}
}

// checkpointInTurn is for the committing goroutine: with nobody writing, the
// whole log is brought over and begins anew.
func (j *Journal) checkpointInTurn(ctx context.Context) {
	if j.checkpoints.size.Load() >= logBound {
		j.checkpoints.size.Store(0)
		_, _ = j.conn.ExecContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)")
	}
}
