package api

import (
	"fmt"
	"math"
	"sync"
	"time"

	"zveno.dev/zveno/internal/value"
)

// burst is for how many seconds a token may save up what it does not use.
const burst = 2.0

// tooManyRequests is the error of a token that is used too often.
type tooManyRequests struct{ wait time.Duration }

// Error says when to try again.
func (e *tooManyRequests) Error() string {
	return fmt.Sprintf("too many requests with this API token: try again in %s", e.wait.Round(time.Millisecond))
}

// rateLimits bounds how often each token is used, in this process. What it keeps of a token is when all of its requests
// will be available again.
type rateLimits struct {
	mu     sync.Mutex
	freeAt map[value.ID]time.Time
}

// take uses up one request of a token. The error is tooManyRequests where it has none left.
func (l *rateLimits) take(token value.ID, perSecond float64, now time.Time) error {
	step := time.Duration(float64(time.Second) / perSecond)
	most := time.Duration(math.Max(burst*float64(time.Second), float64(step)))
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.freeAt == nil || len(l.freeAt) >= maxRemembered {
		l.freeAt = map[value.ID]time.Time{}
	}
	free := l.freeAt[token]
	if free.Before(now) {
		free = now
	}
	if wait := free.Add(step).Sub(now) - most; wait > 0 {
		return &tooManyRequests{wait}
	}
	l.freeAt[token] = free.Add(step)
	return nil
}
