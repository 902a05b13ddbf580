package db

import "context"

// turn lets writers go one after the other in the order of their arrival, which SQLite's own waiting does not. Without
// start it lets everybody through.
type turn struct{ token chan struct{} }

func (t *turn) start() { t.token = make(chan struct{}, 1) }

func (t *turn) take(ctx context.Context) error {
	if t.token == nil {
		return nil
	}
	select {
	case t.token <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t *turn) give() {
	if t.token != nil {
		<-t.token
	}
}

func (t *turn) close() error { return nil }
