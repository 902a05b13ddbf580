package db

// Watch returns a channel that gets a signal after commits of this process; several commits may give one signal. It says
// nothing of commits by other processes on the same database, so a follower of the change feed also looks by itself
// every second or so. cancel ends it.
func (d *DB) Watch() (signal <-chan struct{}, cancel func()) {
	ch := make(chan struct{}, 1)
	d.watchMu.Lock()
	d.watchers[ch] = struct{}{}
	d.watchMu.Unlock()
	return ch, func() {
		d.watchMu.Lock()
		delete(d.watchers, ch)
		d.watchMu.Unlock()
	}
}

func (d *DB) signal() {
	d.watchMu.Lock()
	defer d.watchMu.Unlock()
	for ch := range d.watchers {
		select {
		case ch <- struct{}{}:
		default: // a signal waits already
		}
	}
}
