package web

import (
	"context"
	"errors"
	"net/http"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/ui"
)

// problem is how a kind of error is answered.
type problem struct {
	status int
	icon   string
}

var problems = map[fault.Kind]problem{
	fault.Invalid:     {http.StatusUnprocessableEntity, "alert-triangle"},
	fault.NotFound:    {http.StatusNotFound, "mood-empty"},
	fault.Forbidden:   {http.StatusForbidden, "lock"},
	fault.Conflict:    {http.StatusConflict, "refresh"},
	fault.Unavailable: {http.StatusServiceUnavailable, "clock-exclamation"},
	fault.Internal:    {http.StatusInternalServerError, "alert-triangle"},
}

// retryTime is after how many seconds what was not available is worth another try.
const retryTime = "5"

// fail answers a request with an error. What went wrong inside is for the log; the visitor gets the number under which it
// is there.
func (s *Site) fail(w http.ResponseWriter, r *http.Request, v visit, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // nobody waits for an answer any more
	}
	if errors.Is(err, errPreparing) && v.signedIn() && r.Header.Get("HX-Request") == "" {
		preparing(w, v)
		return
	}
	kind := fault.KindOf(err)
	p, known := problems[kind]
	if !known {
		kind, p = fault.Internal, problems[fault.Internal]
	}
	state := ui.State{Icon: p.icon, Title: v.T("error." + string(kind) + ".title"), Text: v.T("error." + string(kind) + ".text")}
	switch {
	case kind == fault.Internal:
		s.Log.Error("request failed", "request", requestID(r), "method", r.Method, "path", r.URL.Path, "error", err)
		state.Code = requestID(r)
	case kind == fault.Unavailable:
		s.Log.Warn("request not possible", "request", requestID(r), "method", r.Method, "path", r.URL.Path, "error", err)
		w.Header().Set("Retry-After", retryTime)
		if state.Code = requestID(r); v.signedIn() { // strangers need not know of disks and hosts
			state.Code = err.Error()
		}
	case kind != fault.NotFound:
		state.Code = err.Error()
	}
	if r.Header.Get("HX-Request") != "" {
		w.Header().Set("HX-Reswap", "none")
		write(w, p.status, ui.Notice(ui.ToneBad, p.icon, h.Strong(g.Text(state.Title)), h.P(g.Text(state.Code))))
		return
	}
	state.Actions = []g.Node{ui.LinkButton("/", v.T("error.home"), "home")}
	if v.signedIn() {
		write(w, p.status, ui.Document(v.view, ui.Page{Title: state.Title, Nav: navigation(v, ""), Body: ui.Card{}.Node(state.Node())}))
		return
	}
	write(w, p.status, ui.Plain(v.view, state.Title, h.P(h.Class("z-lead"), g.Text(state.Text)), g.If(state.Code != "", h.P(h.Code(g.Text(state.Code)))), g.Group(state.Actions)))
}

// stranger is a visit of which nothing is known but the browser's language.
func (s *Site) stranger(r *http.Request) visit {
	settings := identity.DefaultSettings()
	v := visit{settings: settings, now: value.InstantOf(s.Now())}
	v.view = ui.View{Lang: v.lang(r), Theme: theme(r), Zone: settings.Zone, Now: s.Now(), Currency: settings.Currency, Path: "/"}
	return v
}

// showNothing is the page for an address that is none.
func (s *Site) showNothing(http.ResponseWriter, *http.Request, visit) error {
	return fault.New(fault.NotFound, "there is no page at this address")
}
