package web

import (
	"context"
	"net/http"
	"slices"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/ui"
)

func (s *Site) peopleRoutes(add register) {
	add("GET /settings/people", s.showPeople)
	add("GET /settings/people/new", s.showNewPerson)
	add("POST /settings/people", s.createPerson)
	add("GET /settings/people/{person}", s.showPerson)
	add("POST /settings/people/{person}", s.savePerson)
	add("POST /settings/people/{person}/team", s.movePerson)
	add("POST /settings/people/{person}/active", s.activatePerson)
	add("POST /settings/people/{person}/login", s.createLogin, identity.PeopleManage)
	add("POST /settings/people/{person}/role", s.changeRole, identity.PeopleManage)
	add("POST /settings/people/{person}/password", s.resetPassword, identity.PeopleManage)
	add("POST /settings/people/{person}/disable", s.disableLogin, identity.PeopleManage)
}

// directory is everybody and all teams as of an instant.
type directory struct {
	people []identity.Person
	teams  []identity.Team
	roles  []identity.Role
}

func (s *Site) directory(ctx context.Context, at value.Instant) (d directory, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if d.people, err = identity.PeopleAt(ctx, tx, at); err != nil {
			return err
		}
		if d.teams, err = identity.TeamsAt(ctx, tx, at); err != nil {
			return err
		}
		d.roles, err = identity.ListRoles(ctx, tx)
		return err
	})
	return d, err
}

func (d directory) team(id value.ID) string {
	for _, t := range d.teams {
		if t.ID == id {
			return t.Name
		}
	}
	return ""
}

func (d directory) person(id value.ID) string {
	for _, p := range d.people {
		if p.ID == id {
			return p.Name
		}
	}
	return ""
}

func (d directory) role(v visit, name string) string {
	for _, r := range d.roles {
		if r.Name == name {
			return r.Label.In(v.view.Lang)
		}
	}
	return name
}

// teamOptions are the teams that somebody can be moved into.
func (d directory) teamOptions(v visit) []ui.Option {
	return idOptions(v.T("people.no_team"), d.teams, func(t identity.Team) value.ID { return t.ID }, func(t identity.Team) string { return t.Name })
}

// peopleManagers may see and change people; sign-ins are for those who manage people.
func peopleManagers(v visit) error { return requireAny(v, identity.PeopleManage, identity.TeamsManage) }

// showPeople lists everybody, on any day.
func (s *Site) showPeople(w http.ResponseWriter, r *http.Request, v visit) error {
	if err := peopleManagers(v); err != nil {
		return err
	}
	asked := r.URL.Query()
	day, err := dayParam(v, "asof", asked.Get("asof"))
	if err != nil {
		return err
	}
	at := v.now
	if pastDay(v, day) != 0 {
		at = day.End(v.settings.Zone) - 1
	}
	d, err := s.directory(r.Context(), at)
	if err != nil {
		return err
	}
	shown := slices.DeleteFunc(slices.Clone(d.people), func(p identity.Person) bool {
		text, team, state := value.Fold(asked.Get("q")), asked.Get("team"), asked.Get("state")
		return text != "" && !strings.Contains(value.Fold(p.Name+" "+p.Email+" "+p.Title), text) || team != "" && idText(p.Team) != team ||
			state == "active" && !p.Active || state == "left" && p.Active || state == "signs_in" && !p.SignsIn
	})
	page := settingsPage{title: v.T("people.title"), lead: v.T("people.lead")}
	if v.access.May(identity.PeopleManage) {
		page.actions = []g.Node{h.A(h.Class("btn btn-primary"), h.Href("/settings/people/new"), ui.Icon("user-plus"), v.view.Text("people.add"))}
	}
	filters := ui.Filters{Action: "/settings/people", Items: []ui.Filter{
		{Name: "q", Label: v.T("people.filter.text"), Type: "search", Value: asked.Get("q")},
		{Name: "team", Label: v.T("people.team"), Value: asked.Get("team"), Options: append([]ui.Option{{Label: v.T("people.filter.any_team")}}, d.teamOptions(v)[1:]...)},
		{Name: "state", Label: v.T("people.state"), Value: asked.Get("state"), Options: []ui.Option{{Label: v.T("people.filter.any_state")}, {Value: "active", Label: v.T("people.active")},
			{Value: "left", Label: v.T("people.left")}, {Value: "signs_in", Label: v.T("people.signs_in")}}},
		{Name: "asof", Label: v.T("ui.asof.label"), Type: "date", Value: asked.Get("asof")},
	}}
	if len(asked) > 0 {
		filters.Clear = "/settings/people"
	}
	page.body = g.Group{ui.AsOf(v.view, pastDay(v, day), "/settings/people"), filters.Node(v.view), ui.Card{Flush: true}.Node(peopleTable(v, d, shown))}
	return s.drawSettings(w, r, v, http.StatusOK, page)
}

func peopleTable(v visit, d directory, people []identity.Person) g.Node {
	return ui.Table[identity.Person]{Caption: v.T("people.title"), Rows: people, Leads: true, Columns: []ui.Column[identity.Person]{
		{Label: v.T("people.name"), Cell: func(p identity.Person) g.Node {
			return h.A(h.Class("z-person"), h.Href("/settings/people/"+p.ID.String()), ui.Avatar(p.Name), h.Span(g.Text(p.Name), h.Small(h.Class("z-under z-wide"), g.Text(p.Email))))
		}},
		{Label: v.T("people.job"), Wide: true, Cell: func(p identity.Person) g.Node { return g.Text(p.Title) }},
		{Label: v.T("people.team"), Cell: func(p identity.Person) g.Node { return g.Text(d.team(p.Team)) }},
		{Label: v.T("people.role"), Wide: true, Cell: func(p identity.Person) g.Node { return g.Text(d.role(v, p.Role)) }},
		{Label: v.T("people.state"), Cell: func(p identity.Person) g.Node { return personState(v, p) }},
	}, Empty: ui.State{Icon: "users", Title: v.T("people.none"), Text: v.T("people.none_text")}.Node()}.Node(v.view)
}

func personState(v visit, p identity.Person) g.Node {
	switch {
	case !p.Active:
		return ui.Badge(ui.ToneQuiet, v.T("people.left"))
	case p.SignsIn:
		return ui.Badge(ui.ToneGood, v.T("people.signs_in"))
	case p.Role != "":
		return ui.Badge(ui.ToneWarn, v.T("people.disabled"))
	}
	return ui.Badge(ui.ToneQuiet, v.T("people.no_login"))
}
