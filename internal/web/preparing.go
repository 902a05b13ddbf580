package web

import (
	"errors"
	"net/http"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/web/ui"
)

// preparing is the page in place of one with numbers while the analytical tables are made for the first time. It asks now
// and then whether they are there, and loads itself again when they are.
func preparing(w http.ResponseWriter, v visit) error {
	w.Header().Set("Retry-After", retryTime)
	state := ui.State{Icon: "clock", Title: v.T("error.preparing.title"), Text: v.T("error.preparing.text")}
	body := h.Div(h.Role("status"), g.Attr("hx-get", "/numbers/ready"), g.Attr("hx-trigger", "every 2s"), g.Attr("hx-swap", "none"), state.Node(),
		h.Div(h.Class("z-loading"), h.Aria("hidden", "true"), g.Map(make([]int, 4), func(int) g.Node { return h.Div(h.Class("z-skeleton")) })))
	return write(w, http.StatusServiceUnavailable, ui.Document(v.view, ui.Page{Title: v.T("error.preparing.page"), Nav: navigation(v, v.view.Path), Body: ui.Card{}.Node(body)}))
}

// tellReady answers the page above: nothing while the tables are made, then that it may load itself again.
func (s *Site) tellReady(w http.ResponseWriter, r *http.Request, _ visit) error {
	_, err := s.position(r.Context())
	if err != nil && !errors.Is(err, errPreparing) {
		return err
	}
	if err == nil {
		w.Header().Set("HX-Refresh", "true")
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
