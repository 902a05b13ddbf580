package web

import (
	"errors"
	"math"
	"net/http"
	"net/netip"
	"strconv"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/web/ui"
)

// showSignIn is the sign-in form.
func (s *Site) showSignIn(w http.ResponseWriter, r *http.Request, v visit) error {
	back := localAddress(r.URL.Query().Get("back"))
	if v.signedIn() {
		http.Redirect(w, r, back, http.StatusSeeOther)
		return nil
	}
	return write(w, http.StatusOK, signInPage(v, back, "", ""))
}

func signInPage(v visit, back, email, problem string) g.Node {
	form := ui.Form{Action: "/sign-in", Submit: v.T("signin.submit"), Hidden: map[string]string{"back": back}, Problem: problem, Fields: []ui.Field{
		{Name: "email", Label: v.T("signin.email"), Type: "email", Value: email, Autocomplete: "username", Required: true, Focus: email == ""},
		{Name: "password", Label: v.T("signin.password"), Type: "password", Autocomplete: "current-password", Required: true, Focus: email != "" && problem == ""},
	}}
	lead := v.T("signin.lead")
	if v.settings.Company != "" {
		lead = v.settings.Company
	}
	return ui.Plain(v.view, v.T("signin.title"), h.P(h.Class("z-lead"), g.Text(lead)), form.Node(v.view))
}

// signIn begins a session. Whatever session the browser had before ends.
func (s *Site) signIn(w http.ResponseWriter, r *http.Request, v visit) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	email, back := r.PostFormValue("email"), localAddress(r.PostFormValue("back"))
	attempt := identity.SignInAttempt{Email: email, Password: r.PostFormValue("password"), From: device(r), At: v.now}
	if cookie, err := r.Cookie(sessionCookie); err == nil {
		attempt.OldSecret = cookie.Value
	}
	signedIn, err := identity.SignIn(r.Context(), s.DB, attempt)
	switch {
	case errors.Is(err, identity.ErrWrongPassword):
		return write(w, http.StatusUnprocessableEntity, signInPage(v, back, email, v.T("signin.wrong")))
	case limited(w, err):
		return write(w, http.StatusTooManyRequests, signInPage(v, back, email, v.T("signin.too_many")))
	case err != nil:
		return err
	}
	setCookie(w, r, sessionCookie, signedIn.Secret, identity.SessionLife)
	http.Redirect(w, r, back, http.StatusSeeOther)
	return nil
}

// limited reports whether somebody tried passwords too often, and says in the answer when to try again.
func limited(w http.ResponseWriter, err error) bool {
	tooMany, ok := errors.AsType[*identity.TooManyAttempts](err)
	if ok {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(tooMany.RetryAfter.Seconds()))))
	}
	return ok
}

// signOut ends the session.
func (s *Site) signOut(w http.ResponseWriter, r *http.Request, v visit) error {
	if v.signedIn() {
		err := s.DB.Write(r.Context(), s.txInfo(v), func(tx *db.Tx) error {
			return identity.RevokeSession(r.Context(), tx, v.access.Person, v.session.ID)
		})
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
	}
	setCookie(w, r, sessionCookie, "", -1)
	http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
	return nil
}

// txInfo says of a change that this visitor makes it on a page.
func (s *Site) txInfo(v visit) db.TxInfo { return db.TxInfo{Actor: v.access.Actor(), Source: "web"} }

// device is where a request comes from.
func device(r *http.Request) identity.Device {
	from, _ := netip.ParseAddrPort(r.RemoteAddr) // without an address, limits count them all together
	return identity.Device{Address: from.Addr(), Agent: r.UserAgent()}
}
