package web

import (
	"net/http"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/ui"
)

// showSetup is the form with which the first person signs up, by the link that the server printed.
func (s *Site) showSetup(w http.ResponseWriter, r *http.Request, v visit) error {
	token := r.URL.Query().Get("token")
	needed := false
	err := s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		needed, err = identity.NeedsSetup(r.Context(), tx)
		return err
	})
	switch {
	case err != nil:
		return err
	case !needed:
		http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
		return nil
	case token == "":
		return fault.New(fault.Forbidden, "%s", v.T("setup.no_token"))
	}
	return write(w, http.StatusOK, setupPage(v, setupForm{token: token}, nil))
}

// setupForm is what was typed.
type setupForm struct{ token, name, email string }

func setupPage(v visit, in setupForm, problem error) g.Node {
	wrong := map[string]string{}
	for _, f := range fault.FieldsOf(problem) {
		wrong[f.Name] = f.Message
	}
	form := ui.Form{Action: "/setup", Submit: v.T("setup.submit"), Hidden: map[string]string{"token": in.token}, Fields: []ui.Field{
		{Name: "name", Label: v.T("setup.name"), Value: in.name, Error: wrong["name"], Autocomplete: "name", Required: true, Focus: problem == nil},
		{Name: "email", Label: v.T("signin.email"), Type: "email", Value: in.email, Error: wrong["email"], Autocomplete: "username", Required: true},
		{Name: "password", Label: v.T("signin.password"), Type: "password", Hint: v.T("setup.password_hint"), Error: wrong["password"], Autocomplete: "new-password", Required: true},
	}}
	if problem != nil && len(wrong) == 0 {
		form.Problem = problem.Error()
	}
	return ui.Plain(v.view, v.T("setup.title"), h.P(h.Class("z-lead"), v.view.Text("setup.lead")), form.Node(v.view))
}

// setUp makes the first login and signs it in.
func (s *Site) setUp(w http.ResponseWriter, r *http.Request, v visit) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	in := setupForm{r.PostFormValue("token"), r.PostFormValue("name"), r.PostFormValue("email")}
	login := identity.LoginNew{Name: in.name, Email: in.email, Password: r.PostFormValue("password")}
	err := s.DB.Write(r.Context(), db.TxInfo{Actor: value.System("set-up"), Source: "web"}, func(tx *db.Tx) error {
		_, err := identity.SetUp(r.Context(), tx, in.token, login)
		return err
	})
	if err != nil {
		if fault.KindOf(err) == fault.Internal || fault.KindOf(err) == fault.Unavailable {
			return err
		}
		return write(w, http.StatusUnprocessableEntity, setupPage(v, in, err))
	}
	signedIn, err := identity.SignIn(r.Context(), s.DB, identity.SignInAttempt{Email: in.email, Password: login.Password, From: device(r)})
	if err != nil {
		return err
	}
	setCookie(w, r, sessionCookie, signedIn.Secret, identity.SessionLife)
	setFlash(w, r, "flash.set_up")
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}
