package web

import (
	"context"
	"net/http"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/ui"
)

// personForm is what was typed of a new person.
type personForm struct{ name, email, title, team, from, role string }

func (s *Site) showNewPerson(w http.ResponseWriter, r *http.Request, v visit) error {
	return s.drawNewPerson(w, r, v, http.StatusOK, personForm{}, complaint{})
}

func (s *Site) drawNewPerson(w http.ResponseWriter, r *http.Request, v visit, status int, in personForm, wrong complaint) error {
	if err := v.access.Require(identity.PeopleManage); err != nil {
		return err
	}
	d, err := s.directory(r.Context(), v.now)
	if err != nil {
		return err
	}
	form := wrong.under(ui.Form{Action: "/settings/people", Submit: v.T("people.create"), Cancel: "/settings/people", Fields: []ui.Field{
		{Name: "name", Label: v.T("people.name"), Value: in.name, Required: true, Focus: wrong.fields == nil},
		{Name: "email", Label: v.T("people.email"), Type: "email", Value: in.email, Hint: v.T("people.email_hint")},
		{Name: "title", Label: v.T("people.job"), Value: in.title},
		{Name: "team", Label: v.T("people.team"), Type: "select", Value: in.team, Options: d.teamOptions(v)},
		{Name: "from", Label: v.T("people.from"), Type: "date", Value: in.from, Hint: v.T("people.from_hint")},
		{Name: "role", Label: v.T("people.sign_in_as"), Type: "select", Value: in.role, Options: roleOptions(v, d.roles, v.T("people.no_login")), Hint: v.T("people.role_hint")},
	}})
	return s.drawSettings(w, r, v, status, settingsPage{title: v.T("people.add"), crumb: v.T("people.add"), body: ui.Card{}.Node(form.Node(v.view))})
}

// roleOptions are the roles that somebody can be given; none stands for no sign-in and may be "".
func roleOptions(v visit, roles []identity.Role, none string) []ui.Option {
	var options []ui.Option
	if none != "" {
		options = append(options, ui.Option{Label: none})
	}
	for _, r := range roles {
		options = append(options, ui.Option{Value: r.Name, Label: r.Label.In(v.view.Lang)})
	}
	return options
}

// createPerson makes somebody, and lets them sign in if a role was chosen.
func (s *Site) createPerson(w http.ResponseWriter, r *http.Request, v visit) error {
	if err := v.access.Require(identity.PeopleManage); err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	in := personForm{strings.TrimSpace(r.PostFormValue("name")), strings.TrimSpace(r.PostFormValue("email")), strings.TrimSpace(r.PostFormValue("title")),
		r.PostFormValue("team"), r.PostFormValue("from"), r.PostFormValue("role")}
	var id value.ID
	password := identity.NewPassword()
	err := s.change(r, v, func(ctx context.Context, tx *db.Tx) (err error) {
		edit := identity.PersonEdit{Name: &in.name, Email: &in.email, Title: &in.title}
		team, err := formID("team", in.team)
		if err != nil {
			return err
		}
		edit.Team = &team
		if edit.At, err = formDay(v, "from", in.from); err != nil {
			return err
		}
		if id, err = identity.CreatePerson(ctx, tx, edit); err != nil || in.role == "" {
			return err
		}
		_, err = identity.CreateLogin(ctx, tx, identity.LoginNew{Name: in.name, Email: in.email, Role: in.role, Password: password})
		return err
	})
	if wrong, mendable := complain(v, "people", err); mendable {
		return s.drawNewPerson(w, r, v, http.StatusUnprocessableEntity, in, wrong)
	}
	if err != nil {
		return err
	}
	if in.role == "" {
		return saved(w, r, "flash.saved", "/settings/people/"+id.String())
	}
	return s.drawPassword(w, r, v, id, in.name, in.email, password)
}

// drawPassword shows a password once. Only its hash is stored.
func (s *Site) drawPassword(w http.ResponseWriter, r *http.Request, v visit, id value.ID, name, email, password string) error {
	return s.drawSettings(w, r, v, http.StatusOK, settingsPage{title: v.T("people.password.title", "name", name), crumb: name, body: ui.Card{}.Node(
		ui.Notice(ui.ToneWarn, "key", h.Strong(v.view.Text("people.password.once")), h.P(v.view.Text("people.password.text"))),
		h.Dl(h.Class("z-facts"), h.Dt(v.view.Text("people.email")), h.Dd(h.Code(h.Class("z-secret"), g.Text(email))),
			h.Dt(v.view.Text("people.password.label")), h.Dd(h.Code(h.Class("z-secret"), h.ID("password"), g.Text(password)))),
		h.Div(h.Class("z-form-actions"), h.A(h.Class("btn btn-primary"), h.Href("/settings/people/"+id.String()), v.view.Text("people.password.done"))))})
}
