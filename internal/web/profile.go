package web

import (
	"context"
	"errors"
	"net/http"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/i18n"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/ui"
)

func (s *Site) profileRoutes(add register) {
	add("GET /settings/profile", s.showProfile)
	add("POST /settings/profile/password", s.changePassword)
	add("POST /settings/profile/sessions/{session}/revoke", s.revokeOwnSession)
	add("POST /settings/profile/sessions/revoke", s.revokeOtherSessions)
}

// showProfile is what is everybody's own: how pages look, the password, and where one is signed in.
func (s *Site) showProfile(w http.ResponseWriter, r *http.Request, v visit) error {
	return s.drawProfile(w, r, v, http.StatusOK, complaint{})
}

func (s *Site) drawProfile(w http.ResponseWriter, r *http.Request, v visit, status int, wrong complaint) error {
	var sessions []identity.Session
	err := s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		sessions, err = identity.ListSessions(r.Context(), tx, v.access.Person, v.now)
		return err
	})
	if err != nil {
		return err
	}
	form := wrong.under(ui.Form{Action: "/settings/profile/password", Submit: v.T("profile.password.submit"), Fields: []ui.Field{
		{Name: "current", Label: v.T("profile.password.current"), Type: "password", Autocomplete: "current-password", Required: true},
		{Name: "password", Label: v.T("profile.password.new"), Type: "password", Hint: v.T("setup.password_hint"), Autocomplete: "new-password", Required: true},
	}})
	return s.drawSettings(w, r, v, status, settingsPage{title: v.T("profile.title"), lead: v.T("profile.lead", "name", v.access.Name, "email", v.access.Email), body: g.Group{
		lookForm(v),
		ui.Card{Title: v.T("profile.password.title"), Lead: v.T("profile.password.lead")}.Node(form.Node(v.view)),
		sessionList(v, sessions),
	}})
}

// lookForm chooses language and theme.
func lookForm(v visit) g.Node {
	var langs []ui.Option
	for _, lang := range i18n.Langs {
		langs = append(langs, ui.Option{Value: string(lang), Label: lang.Name()})
	}
	themes := []ui.Option{{Value: "auto", Label: v.T("ui.theme.auto")}, {Value: "light", Label: v.T("ui.theme.light")}, {Value: "dark", Label: v.T("ui.theme.dark")}}
	return ui.Card{Title: v.T("profile.look.title"), Lead: v.T("profile.look.lead")}.Node(ui.Form{Action: "/preferences", Submit: v.T("settings.save"),
		Hidden: map[string]string{"back": "/settings/profile"}, Fields: []ui.Field{
			{Name: "lang", Label: v.T("ui.menu.language"), Type: "select", Value: string(v.view.Lang), Options: langs, Required: true},
			{Name: "theme", Label: v.T("ui.menu.theme"), Type: "select", Value: v.view.Theme, Options: themes, Required: true},
		}}.Node(v.view))
}

func sessionList(v visit, sessions []identity.Session) g.Node {
	card := ui.Card{Title: v.T("profile.sessions.title"), Lead: v.T("profile.sessions.lead"), Flush: true}
	if len(sessions) > 1 {
		card.Actions = []g.Node{actionButton("/settings/profile/sessions/revoke", v.T("profile.sessions.revoke_others"), "logout", "btn btn-sm", nil)}
	}
	return card.Node(ui.Table[identity.Session]{Caption: v.T("profile.sessions.title"), Rows: sessions, Columns: []ui.Column[identity.Session]{
		{Label: v.T("profile.sessions.device"), Cell: func(x identity.Session) g.Node {
			name := g.Group{g.Text(browserName(x.Agent))}
			if x.ID == v.session.ID {
				name = append(name, g.Text(" "), ui.Badge(ui.ToneGood, v.T("profile.sessions.this")))
			}
			return g.Group{name, h.P(h.Class("z-hint"), g.Text(x.Address))}
		}},
		{Label: v.T("profile.sessions.seen"), Cell: func(x identity.Session) g.Node { return g.Text(v.view.Ago(x.SeenAt)) }},
		{Label: v.T("profile.sessions.since"), Wide: true, Cell: func(x identity.Session) g.Node { return g.Text(v.view.Time(x.CreatedAt)) }},
		{Label: "", Numeric: true, Cell: func(x identity.Session) g.Node {
			if x.ID == v.session.ID {
				return nil
			}
			return actionButton("/settings/profile/sessions/"+x.ID.String()+"/revoke", v.T("profile.sessions.revoke"), "", "btn btn-sm", nil)
		}},
	}}.Node(v.view))
}

// changePassword replaces one's own password. The session goes on under a new secret, all others end.
func (s *Site) changePassword(w http.ResponseWriter, r *http.Request, v visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	secret, err := identity.ChangePassword(r.Context(), s.DB, v.access, identity.PasswordChange{Current: r.PostFormValue("current"), New: r.PostFormValue("password"),
		Session: v.session.ID, From: device(r), At: v.now})
	switch {
	case errors.Is(err, identity.ErrWrongPassword):
		return s.drawProfile(w, r, v, http.StatusUnprocessableEntity, complaint{fields: map[string]string{"current": v.T("profile.wrong.current")}})
	case limited(w, err):
		return s.drawProfile(w, r, v, http.StatusTooManyRequests, complaint{all: v.T("signin.too_many")})
	}
	if wrong, mendable := complain(v, "profile", err); mendable {
		return s.drawProfile(w, r, v, http.StatusUnprocessableEntity, wrong)
	}
	if err != nil {
		return err
	}
	setCookie(w, r, sessionCookie, secret, identity.SessionLife)
	return saved(w, r, "flash.password", "/settings/profile")
}

// revokeOwnSession signs one of one's own devices out.
func (s *Site) revokeOwnSession(w http.ResponseWriter, r *http.Request, v visit) error {
	id, err := value.ParseID(r.PathValue("session"))
	if err != nil {
		return fault.New(fault.NotFound, "there is no such session")
	}
	err = s.change(r, v, func(ctx context.Context, tx *db.Tx) error {
		return identity.RevokeSession(ctx, tx, v.access.Person, id)
	})
	if err != nil {
		return err
	}
	return saved(w, r, "flash.signed_out", "/settings/profile")
}

// revokeOtherSessions signs all of one's devices out but this one.
func (s *Site) revokeOtherSessions(w http.ResponseWriter, r *http.Request, v visit) error {
	err := s.change(r, v, func(ctx context.Context, tx *db.Tx) error {
		_, err := identity.RevokeSessions(ctx, tx, v.access.Person, v.session.ID)
		return err
	})
	if err != nil {
		return err
	}
	return saved(w, r, "flash.signed_out", "/settings/profile")
}
