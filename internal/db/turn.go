package db

import (
	"context"
	"os"
)

// turn lets SQLite's writers go one after the other: those of this process in the order of their arrival, and processes by
// turns. SQLite itself lets a waiter sleep and look again, so that a busy writer can keep another out for seconds. The
// zero turn lets everybody through, as PostgreSQL does without it.
type turn struct {
	token chan struct{} // held by the writer of this process
	next  *os.File      // locked by the process that goes next
	now   *os.File      // locked by the process that writes
}

// open prepares to take turns with every process that opens the same database file.
func (t *turn) open(file string) error {
	t.token = make(chan struct{}, 1)
	var err error
	if t.next, err = os.OpenFile(file+"-next", os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return err
	}
	t.now, err = os.OpenFile(file+"-lock", os.O_RDWR|os.O_CREATE, 0o600)
	return err
}

// take waits for the turn. A process that has just written cannot push past one that waits: to write again it has to
// become the next first.
func (t *turn) take(ctx context.Context) error {
	if t.token == nil {
		return nil
	}
	select {
	case t.token <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	if t.lockFiles(false) {
		return nil
	}
	locked := make(chan struct{})
	go func() {
		t.lockFiles(true)
		close(locked)
	}()
	select {
	case <-locked:
		return nil
	case <-ctx.Done():
		go func() { // the waiting itself cannot be stopped
			<-locked
			t.give()
		}()
		return ctx.Err()
	}
}

func (t *turn) lockFiles(wait bool) bool {
	if !lockFile(t.next, wait) {
		return false
	}
	defer unlockFile(t.next)
	return lockFile(t.now, wait)
}

func (t *turn) give() {
	if t.token == nil {
		return
	}
	unlockFile(t.now)
	<-t.token
}

func (t *turn) close() {
	for _, f := range []*os.File{t.next, t.now} {
		if f != nil {
			f.Close() // also unlocks; there is nothing in it to lose
		}
	}
}
