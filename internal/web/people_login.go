package web

import (
	"context"
	"net/http"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/web/ui"
)

// login says whether and as what the person signs in, and changes it.
func (p personPage) login() g.Node {
	v := p.v
	if !v.access.May(identity.PeopleManage) {
		return nil
	}
	card := ui.Card{Title: v.T("people.login.title"), Lead: v.T("people.login.lead")}
	problem := p.wrong["login"]
	if p.p.Role == "" {
		return card.Node(problem.under(ui.Form{Action: p.address("/login"), Submit: v.T("people.login.create"), Fields: []ui.Field{
			{Name: "role", Label: v.T("people.role"), Type: "select", Options: roleOptions(v, p.d.roles, ""), Required: true, Hint: v.T("people.login.hint")},
		}}).Node(v.view))
	}
	role := problem.under(ui.Form{Action: p.address("/role"), Submit: v.T("people.login.change_role"), Fields: []ui.Field{
		{Name: "role", Label: v.T("people.role"), Type: "select", Value: p.p.Role, Options: roleOptions(v, p.d.roles, ""), Required: true},
	}}).Node(v.view)
	if p.p.ID == v.access.Person {
		role = h.P(h.Class("z-hint"), v.view.Text("people.login.own"))
	}
	disable := actionButton(p.address("/disable"), v.T("people.login.disable"), "lock", "btn", map[string]string{"disabled": "1"})
	if !p.p.SignsIn {
		disable = actionButton(p.address("/disable"), v.T("people.login.enable"), "check", "btn", map[string]string{"disabled": "0"})
	}
	return card.Node(h.P(personState(v, p.p)), role, h.Div(h.Class("z-form-actions"),
		actionButton(p.address("/password"), v.T("people.login.reset"), "key", "btn", nil), disable))
}

// createLogin lets somebody sign in with a first password, which is shown once.
func (s *Site) createLogin(w http.ResponseWriter, r *http.Request, v visit) error {
	page, err := s.loadPerson(r, v)
	if err == nil {
		err = readForm(w, r)
	}
	if err != nil {
		return err
	}
	password := identity.NewPassword()
	err = s.change(r, v, func(ctx context.Context, tx *db.Tx) error {
		_, err := identity.CreateLogin(ctx, tx, identity.LoginNew{Name: page.p.Name, Email: page.p.Email, Role: r.PostFormValue("role"), Password: password})
		return err
	})
	if err != nil {
		return s.refused(w, r, page, "login", err)
	}
	return s.drawPassword(w, r, v, page.p.ID, page.p.Name, page.p.Email, password)
}

// changeRole gives somebody another role.
func (s *Site) changeRole(w http.ResponseWriter, r *http.Request, v visit) error {
	page, err := s.loadPerson(r, v)
	if err == nil {
		err = readForm(w, r)
	}
	if err != nil {
		return err
	}
	err = s.change(r, v, func(ctx context.Context, tx *db.Tx) error {
		return identity.ChangeRole(ctx, tx, page.p.ID, r.PostFormValue("role"))
	})
	if err != nil {
		return s.refused(w, r, page, "login", err)
	}
	return saved(w, r, "flash.saved", page.address(""))
}

// resetPassword gives somebody a new password, which is shown once, and ends their sessions.
func (s *Site) resetPassword(w http.ResponseWriter, r *http.Request, v visit) error {
	page, err := s.loadPerson(r, v)
	if err != nil {
		return err
	}
	password := identity.NewPassword()
	err = s.change(r, v, func(ctx context.Context, tx *db.Tx) error {
		return identity.SetPassword(ctx, tx, page.p.Email, password)
	})
	if err != nil {
		return s.refused(w, r, page, "login", err)
	}
	return s.drawPassword(w, r, v, page.p.ID, page.p.Name, page.p.Email, password)
}

// disableLogin keeps somebody from signing in, or lets them again.
func (s *Site) disableLogin(w http.ResponseWriter, r *http.Request, v visit) error {
	page, err := s.loadPerson(r, v)
	if err == nil {
		err = readForm(w, r)
	}
	if err != nil {
		return err
	}
	err = s.change(r, v, func(ctx context.Context, tx *db.Tx) error {
		return identity.DisableLogin(ctx, tx, page.p.Email, r.PostFormValue("disabled") == "1")
	})
	if err != nil {
		return s.refused(w, r, page, "login", err)
	}
	return saved(w, r, "flash.saved", page.address(""))
}
