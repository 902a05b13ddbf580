package web

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"zveno.dev/zveno/internal/fault"
)

// Bounds of what is remembered.
const (
	maxAnswers   = 2_000            // answers
	answerTime   = 10 * time.Minute // that an answer is given again, at most
	recentTime   = 10 * time.Minute // that an answer which may be old is given again
	computeTime  = 30 * time.Second // for one answer
	positionTime = time.Second      // between looks at how far the analytical tables are
	maxComputing = 4                // answers computed at a time: more would only wait for the same processors
)

// answers remembers results of metrics, so that many visitors of one page cost what one does. An answer's key names the
// state of the analytical tables that it was computed from; a change makes other keys.
type answers struct {
	slots   chan struct{} // holds one value for each answer being computed
	mu      sync.Mutex
	entries map[string]*answer
	at      int64 // state of the tables, as of looked
	looked  time.Time
}

type answer struct {
	done  chan struct{}
	made  time.Time
	value any
	err   error
}

func newAnswers() *answers {
	return &answers{slots: make(chan struct{}, maxComputing), entries: map[string]*answer{}}
}

// remember gives the answer for key, computing it if nobody has: whoever asks meanwhile waits for the same answer. The
// computation goes on when the one who asked first leaves. Errors are not remembered.
func remember[T any](ctx context.Context, a *answers, key string, compute func(context.Context) (T, error)) (T, error) {
	a.mu.Lock()
	entry, known := a.entries[key]
	if !known || time.Since(entry.made) > answerTime {
		entry = &answer{done: make(chan struct{}), made: time.Now()}
		a.makeRoom()
		a.entries[key] = entry
		known = false
	}
	a.mu.Unlock()
	if !known {
		go func() {
			defer close(entry.done)
			working, cancel := context.WithTimeout(context.WithoutCancel(ctx), computeTime)
			defer cancel()
			if entry.err = a.enter(working); entry.err == nil {
				entry.value, entry.err = compute(working)
				<-a.slots
			}
			if entry.err != nil {
				a.forget(key, entry)
			}
		}()
	}
	var none T
	select {
	case <-ctx.Done():
		return none, ctx.Err()
	case <-entry.done:
	}
	if entry.err != nil {
		return none, entry.err
	}
	return entry.value.(T), nil
}

// recent gives what compute gave within recentTime for key, or else now: for what may be a little old. Unlike remember, it
// computes in the caller's transaction.
func recent[T any](a *answers, key string, compute func() (T, error)) (T, error) {
	a.mu.Lock()
	entry, known := a.entries[key]
	a.mu.Unlock()
	if known && time.Since(entry.made) < recentTime {
		return entry.value.(T), nil
	}
	computed, err := compute()
	if err != nil {
		return computed, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.makeRoom()
	a.entries[key] = &answer{made: time.Now(), value: computed}
	return computed, nil
}

// enter waits for a slot, which the caller gives back.
func (a *answers) enter(ctx context.Context) error {
	select {
	case a.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fault.New(fault.Unavailable, "many numbers are being computed: try again in a moment")
	}
}

func (a *answers) forget(key string, entry *answer) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.entries[key] == entry {
		delete(a.entries, key)
	}
}

// makeRoom drops what is too old, and everything where that is not enough: it is soon computed again.
func (a *answers) makeRoom() {
	if len(a.entries) < maxAnswers {
		return
	}
	for key, entry := range a.entries {
		if time.Since(entry.made) > answerTime {
			delete(a.entries, key)
		}
	}
	if len(a.entries) >= maxAnswers {
		clear(a.entries)
	}
}

// errPreparing is the cause of an Unavailable error while the analytical tables are made for the first time.
var errPreparing = errors.New("the analytical tables are being made: try again in a moment")

// position is how far the analytical tables are, looked up once a second. The error is Unavailable with the cause
// errPreparing while there are none.
func (s *Site) position(ctx context.Context) (int64, error) {
	a := s.answers
	a.mu.Lock()
	at, fresh := a.at, time.Since(a.looked) < positionTime
	a.mu.Unlock()
	if fresh {
		return at, nil
	}
	p, built, err := s.Projection.Store().Position(ctx)
	if err != nil {
		return 0, fmt.Errorf("web: look at the analytical tables: %w", err)
	}
	if !built {
		return 0, fault.New(fault.Unavailable, "%w", errPreparing)
	}
	a.mu.Lock()
	a.at, a.looked = p.TxNo, time.Now()
	a.mu.Unlock()
	return p.TxNo, nil
}
