package web

import (
	"context"
	"net/http"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/i18n"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/ui"
)

// Names of the cookies.
const (
	sessionCookie = "zveno_session"
	langCookie    = "zveno_lang"
	themeCookie   = "zveno_theme"
	flashCookie   = "zveno_flash"
)

// visit is one request: who makes it, and whom the answer is drawn for.
type visit struct {
	access   identity.Access // zero where nobody is signed in
	session  identity.Session
	settings identity.Settings
	view     ui.View
	now      value.Instant
}

// signedIn reports whether somebody is.
func (v visit) signedIn() bool { return !v.access.Person.IsZero() }

// T is a text in the visitor's language.
func (v visit) T(key string, args ...any) string { return v.view.T(key, args...) }

// visit finds out who makes a request. Somebody whose session has ended is nobody.
func (s *Site) visit(w http.ResponseWriter, r *http.Request) (visit, error) {
	now := s.Now()
	v := visit{settings: identity.DefaultSettings(), now: value.InstantOf(now)}
	err := s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		if v.settings, err = identity.LoadSettings(r.Context(), tx); err != nil {
			return err
		}
		cookie, err := r.Cookie(sessionCookie)
		if err != nil {
			return nil // nobody is signed in
		}
		v.access, v.session, err = identity.AccessBySession(r.Context(), tx, cookie.Value, v.now)
		if fault.KindOf(err) == fault.Forbidden {
			v.access, v.session = identity.Access{}, identity.Session{}
			return nil
		}
		return err
	})
	if err == nil && v.signedIn() && v.session.IsStale(v.now) {
		err = s.touch(r.Context(), v.session.ID)
	}
	v.view = ui.View{Lang: v.lang(r), Theme: theme(r), Zone: v.settings.Zone, Now: now, Currency: v.settings.Currency,
		Company: v.settings.Company, Person: v.access.Name, Path: r.URL.RequestURI()}
	if said := takeFlash(w, r); said != "" {
		v.view.Flash = v.T(said)
	}
	v.view.Role = v.access.Role.Label.In(v.view.Lang)
	return v, err
}

func (s *Site) touch(ctx context.Context, session value.ID) error {
	return s.DB.Write(ctx, db.TxInfo{}, func(tx *db.Tx) error { return identity.TouchSession(ctx, tx, session) })
}

// lang is the language chosen in this browser, else that of the person, of the browser, of the company.
func (v visit) lang(r *http.Request) i18n.Lang {
	if cookie, err := r.Cookie(langCookie); err == nil {
		if lang, ok := i18n.ParseLang(cookie.Value); ok {
			return lang
		}
	}
	if v.signedIn() {
		return v.access.Lang
	}
	company, _ := i18n.ParseLang(v.settings.Locale)
	return i18n.ParseAcceptLanguage(r.Header.Get("Accept-Language"), company)
}

func theme(r *http.Request) string {
	if cookie, err := r.Cookie(themeCookie); err == nil && (cookie.Value == "light" || cookie.Value == "dark") {
		return cookie.Value
	}
	return "auto"
}

// forAnybody adapts a page that needs no sign-in.
func (s *Site) forAnybody(p page) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = r.WithContext(identity.WithAddress(r.Context(), device(r).Address))
		v, err := s.visit(w, r)
		if err == nil {
			err = p(w, r, v)
		}
		if err != nil {
			s.fail(w, r, v, err)
		}
	})
}

// forSignedIn adapts a page that needs a sign-in: who is not signed in is sent there, and comes back.
func (s *Site) forSignedIn(p page, needs []identity.Capability) http.Handler {
	return s.forAnybody(func(w http.ResponseWriter, r *http.Request, v visit) error {
		if !v.signedIn() {
			return s.sendToSignIn(w, r)
		}
		if err := v.access.Require(needs...); err != nil {
			return err
		}
		return p(w, r, v)
	})
}

// sendToSignIn leads to the sign-in, and from there back to where the visitor wanted to go.
func (s *Site) sendToSignIn(w http.ResponseWriter, r *http.Request) error {
	address := "/sign-in"
	if r.Method == http.MethodGet && r.URL.Path != "/" {
		address += "?" + query("back", r.URL.RequestURI())
	}
	if r.Header.Get("HX-Request") != "" {
		w.Header().Set("HX-Redirect", address)
		return fault.New(fault.Forbidden, "%w", identity.ErrSignedOut)
	}
	http.Redirect(w, r, address, http.StatusSeeOther)
	return nil
}
