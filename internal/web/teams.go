package web

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/ui"
)

func (s *Site) teamRoutes(add register) {
	add("GET /settings/teams", s.showTeams, identity.TeamsManage)
	add("GET /settings/teams/new", s.showNewTeam, identity.TeamsManage)
	add("POST /settings/teams", s.createTeam, identity.TeamsManage)
	add("GET /settings/teams/{team}", s.showTeam, identity.TeamsManage)
	add("POST /settings/teams/{team}", s.saveTeam, identity.TeamsManage)
	add("POST /settings/teams/{team}/delete", s.deleteTeam, identity.TeamsManage)
}

// placedTeam is a team with how many teams are above it.
type placedTeam struct {
	identity.Team
	depth int
}

// inOrder lists teams as a tree, each below its parent. A team whose parent is not there stands at the top.
func inOrder(teams []identity.Team) []placedTeam {
	below := map[value.ID][]identity.Team{}
	known := map[value.ID]bool{}
	for _, t := range teams {
		known[t.ID] = true
	}
	for _, t := range teams {
		parent := t.Parent
		if !known[parent] {
			parent = value.ID{}
		}
		below[parent] = append(below[parent], t)
	}
	var out []placedTeam
	var add func(parent value.ID, depth int)
	add = func(parent value.ID, depth int) {
		for _, t := range below[parent] {
			out = append(out, placedTeam{t, depth})
			add(t.ID, depth+1)
		}
	}
	add(value.ID{}, 0)
	return out
}

// showTeams draws the teams as a tree, on any day.
func (s *Site) showTeams(w http.ResponseWriter, r *http.Request, v visit) error {
	day, err := dayParam(v, "asof", r.URL.Query().Get("asof"))
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
	table := ui.Table[placedTeam]{Caption: v.T("people.teams.title"), Rows: inOrder(d.teams), Leads: true, Columns: []ui.Column[placedTeam]{
		{Label: v.T("people.teams.name"), Cell: func(t placedTeam) g.Node {
			return h.Span(h.Class("z-tree z-tree-"+strconv.Itoa(min(t.depth, 4))), h.A(h.Href("/settings/teams/"+t.ID.String()), g.Text(t.Name)))
		}},
		{Label: v.T("people.teams.manager"), Cell: func(t placedTeam) g.Node { return ui.Person(d.person(t.Manager)) }},
		{Label: v.T("people.teams.region"), Wide: true, Cell: func(t placedTeam) g.Node { return g.Text(t.Region) }},
		{Label: v.T("people.teams.people"), Numeric: true, Cell: func(t placedTeam) g.Node {
			return h.A(h.Href(address("/settings/people", "team", t.ID.String(), "asof", r.URL.Query().Get("asof"))), g.Text(v.view.Number(int64(t.People))))
		}},
	}, Empty: ui.State{Icon: "hierarchy-2", Title: v.T("people.teams.none"), Text: v.T("people.teams.none_text")}.Node()}
	filters := ui.Filters{Action: "/settings/teams", Items: []ui.Filter{{Name: "asof", Label: v.T("ui.asof.label"), Type: "date", Value: r.URL.Query().Get("asof")}}}
	return s.drawSettings(w, r, v, http.StatusOK, settingsPage{title: v.T("people.teams.title"), lead: v.T("people.teams.lead"),
		actions: []g.Node{h.A(h.Class("btn btn-primary"), h.Href("/settings/teams/new"), ui.Icon("plus"), v.view.Text("people.teams.add"))},
		body:    g.Group{ui.AsOf(v.view, pastDay(v, day), "/settings/teams"), filters.Node(v.view), ui.Card{Flush: true}.Node(table.Node(v.view))}})
}

// teamForm is what was typed of a team.
type teamForm struct{ name, region, parent, manager, from string }

func readTeamForm(r *http.Request) teamForm {
	return teamForm{strings.TrimSpace(r.PostFormValue("name")), strings.TrimSpace(r.PostFormValue("region")), r.PostFormValue("parent"), r.PostFormValue("manager"), r.PostFormValue("from")}
}

// edit is the form as a change.
func (in teamForm) edit(v visit) (identity.TeamEdit, error) {
	out := identity.TeamEdit{Name: &in.name, Region: &in.region}
	parent, err := formID("parent", in.parent)
	if err != nil {
		return out, err
	}
	manager, err := formID("manager", in.manager)
	if err != nil {
		return out, err
	}
	out.Parent, out.Manager = &parent, &manager
	out.At, err = formDay(v, "from", in.from)
	return out, err
}

// fields are the inputs of a team's form. A team cannot be below itself.
func (in teamForm) fields(v visit, d directory, own value.ID) []ui.Field {
	var others []identity.Team
	for _, t := range d.teams {
		if t.ID != own {
			others = append(others, t)
		}
	}
	active := make([]identity.Person, 0, len(d.people))
	for _, p := range d.people {
		if p.Active || p.ID.String() == in.manager {
			active = append(active, p)
		}
	}
	return []ui.Field{
		{Name: "name", Label: v.T("people.teams.name"), Value: in.name, Required: true},
		{Name: "parent", Label: v.T("people.teams.parent"), Type: "select", Value: in.parent,
			Options: idOptions(v.T("people.teams.top"), others, func(t identity.Team) value.ID { return t.ID }, func(t identity.Team) string { return t.Name })},
		{Name: "manager", Label: v.T("people.teams.manager"), Type: "select", Value: in.manager, Hint: v.T("people.teams.manager_hint"),
			Options: idOptions(v.T("people.teams.nobody"), active, func(p identity.Person) value.ID { return p.ID }, func(p identity.Person) string { return p.Name })},
		{Name: "region", Label: v.T("people.teams.region"), Value: in.region},
		{Name: "from", Label: v.T("people.from"), Type: "date", Value: in.from, Hint: v.T("people.teams.from_hint")},
	}
}

func (s *Site) showNewTeam(w http.ResponseWriter, r *http.Request, v visit) error {
	return s.drawTeam(w, r, v, http.StatusOK, value.ID{}, teamForm{}, complaint{})
}

// drawTeam is the form of a team; the zero team is a new one.
func (s *Site) drawTeam(w http.ResponseWriter, r *http.Request, v visit, status int, id value.ID, in teamForm, wrong complaint) error {
	d, err := s.directory(r.Context(), v.now)
	if err != nil {
		return err
	}
	form := ui.Form{Action: "/settings/teams", Submit: v.T("people.create"), Cancel: "/settings/teams", Fields: in.fields(v, d, id)}
	page := settingsPage{title: v.T("people.teams.add"), crumb: v.T("people.teams.add")}
	if !id.IsZero() {
		form.Action, form.Submit = "/settings/teams/"+id.String(), v.T("settings.save")
		page = settingsPage{title: d.team(id), crumb: d.team(id), actions: []g.Node{actionButton(form.Action+"/delete", v.T("people.teams.delete"), "trash", "btn", nil)}}
	}
	page.body = ui.Card{}.Node(wrong.under(form).Node(v.view))
	return s.drawSettings(w, r, v, status, page)
}

func (s *Site) createTeam(w http.ResponseWriter, r *http.Request, v visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	in := readTeamForm(r)
	err := s.change(r, v, func(ctx context.Context, tx *db.Tx) error {
		edit, err := in.edit(v)
		if err == nil {
			_, err = identity.CreateTeam(ctx, tx, edit)
		}
		return err
	})
	if wrong, mendable := complain(v, "people", err); mendable {
		return s.drawTeam(w, r, v, http.StatusUnprocessableEntity, value.ID{}, in, wrong)
	}
	if err != nil {
		return err
	}
	return saved(w, r, "flash.saved", "/settings/teams")
}

// findTeam gives the team of an address as it is today.
func (s *Site) findTeam(r *http.Request, v visit) (identity.Team, error) {
	d, err := s.directory(r.Context(), v.now)
	if err != nil {
		return identity.Team{}, err
	}
	for _, t := range d.teams {
		if t.ID.String() == r.PathValue("team") {
			return t, nil
		}
	}
	return identity.Team{}, fault.New(fault.NotFound, "there is no such team")
}

func (s *Site) showTeam(w http.ResponseWriter, r *http.Request, v visit) error {
	t, err := s.findTeam(r, v)
	if err != nil {
		return err
	}
	return s.drawTeam(w, r, v, http.StatusOK, t.ID, teamForm{t.Name, t.Region, idText(t.Parent), idText(t.Manager), v.view.Today().String()}, complaint{})
}

func (s *Site) saveTeam(w http.ResponseWriter, r *http.Request, v visit) error {
	t, err := s.findTeam(r, v)
	if err == nil {
		err = readForm(w, r)
	}
	if err != nil {
		return err
	}
	in := readTeamForm(r)
	err = s.change(r, v, func(ctx context.Context, tx *db.Tx) error {
		edit, err := in.edit(v)
		if err != nil {
			return err
		}
		return identity.EditTeam(ctx, tx, t.ID, edit)
	})
	if wrong, mendable := complain(v, "people", err); mendable {
		return s.drawTeam(w, r, v, http.StatusUnprocessableEntity, t.ID, in, wrong)
	}
	if err != nil {
		return err
	}
	return saved(w, r, "flash.saved", "/settings/teams")
}

func (s *Site) deleteTeam(w http.ResponseWriter, r *http.Request, v visit) error {
	t, err := s.findTeam(r, v)
	if err != nil {
		return err
	}
	err = s.change(r, v, func(ctx context.Context, tx *db.Tx) error { return identity.DeleteTeam(ctx, tx, t.ID) })
	if wrong, mendable := complain(v, "people", err); mendable {
		wrong.all = v.T("people.teams.not_empty")
		return s.drawTeam(w, r, v, http.StatusUnprocessableEntity, t.ID, teamForm{t.Name, t.Region, idText(t.Parent), idText(t.Manager), v.view.Today().String()}, wrong)
	}
	if err != nil {
		return err
	}
	return saved(w, r, "flash.saved", "/settings/teams")
}
