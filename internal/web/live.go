package web

import (
	"io"
	"net/http"
	"time"
)

const (
	settleTime = 1500 * time.Millisecond // for the analytical tables to follow, and for more changes to come
	pulseTime  = 25 * time.Second        // after which proxies would take a silent connection for dead
)

// streamEvents tells a page that something changed. The event says nothing of what: the page asks again for what it shows,
// so that what one may see is decided in one place.
func (s *Site) streamEvents(w http.ResponseWriter, r *http.Request, _ visit) error {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	controller := http.NewResponseController(w)
	say := func(text string) error {
		if _, err := io.WriteString(w, text); err != nil {
			return err
		}
		return controller.Flush()
	}
	changed, cancel := s.DB.Watch()
	defer cancel()
	if say("retry: 5000\n\n") != nil {
		return nil
	}
	pulse := time.NewTicker(pulseTime)
	defer pulse.Stop()
	for {
		text := ": still here\n\n"
		select {
		case <-r.Context().Done():
			return nil
		case <-s.Stopping:
			return nil
		case <-pulse.C:
		case <-changed:
			select {
			case <-r.Context().Done():
				return nil
			case <-s.Stopping:
				return nil
			case <-time.After(settleTime):
			}
			text = "event: changed\ndata: 1\n\n"
		}
		if say(text) != nil {
			return nil // the browser is gone
		}
	}
}
