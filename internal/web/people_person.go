package web

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/ui"
)

// personPage is somebody with everything that can be said of them.
type personPage struct {
	v     visit
	d     directory
	p     identity.Person
	spans []identity.PersonSpan // where they belonged, oldest first
	names map[value.ID]string   // of all teams that there ever were in spans
	wrong map[string]complaint  // by form
}

// loadPerson gives the person of an address as they are today.
func (s *Site) loadPerson(r *http.Request, v visit) (page personPage, err error) {
	if err := peopleManagers(v); err != nil {
		return page, err
	}
	id, err := value.ParseID(r.PathValue("person"))
	if err != nil {
		return page, fault.New(fault.NotFound, "there is no such person")
	}
	page = personPage{v: v, wrong: map[string]complaint{}}
	if page.d, err = s.directory(r.Context(), v.now); err != nil {
		return page, err
	}
	for _, p := range page.d.people {
		if p.ID == id {
			page.p = p
		}
	}
	if page.p.ID.IsZero() {
		return page, fault.New(fault.NotFound, "there is no such person")
	}
	return page, s.loadSpans(r.Context(), &page)
}

func (s *Site) loadSpans(ctx context.Context, page *personPage) error {
	return s.DB.Read(ctx, func(tx *db.Tx) error {
		hierarchy, err := identity.LoadHierarchy(ctx, tx)
		if err != nil {
			return err
		}
		var teams []value.ID
		for _, span := range hierarchy.PeopleSpans() {
			if span.Person == page.p.ID {
				page.spans = append(page.spans, span)
				teams = append(teams, span.Path...)
			}
		}
		page.names, err = crm.LoadNames(ctx, tx, map[*crm.Object][]value.ID{crm.ObjectNamed("team"): teams})
		return err
	})
}

func (s *Site) showPerson(w http.ResponseWriter, r *http.Request, v visit) error {
	page, err := s.loadPerson(r, v)
	if err != nil {
		return err
	}
	return s.drawPerson(w, r, http.StatusOK, page)
}

func (s *Site) drawPerson(w http.ResponseWriter, r *http.Request, status int, p personPage) error {
	v := p.v
	var actions []g.Node
	if v.access.May(identity.PeopleManage) {
		label, icon, to := v.T("people.deactivate"), "logout", "0"
		if !p.p.Active {
			label, icon, to = v.T("people.reactivate"), "user-plus", "1"
		}
		actions = append(actions, actionButton(p.address("/active"), label, icon, "btn", map[string]string{"active": to}))
	}
	return s.drawSettings(w, r, v, status, settingsPage{title: p.p.Name, lead: p.lead(), crumb: p.p.Name, actions: actions,
		body: g.Group{h.Div(h.Class("z-grid z-grid-2"), p.edit(), p.move()), p.membership(), p.login()}})
}

func (p personPage) address(suffix string) string {
	return "/settings/people/" + p.p.ID.String() + suffix
}

func (p personPage) lead() string {
	parts := []string{}
	for _, part := range []string{p.p.Title, p.d.team(p.p.Team), p.d.role(p.v, p.p.Role)} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if !p.p.Active {
		parts = append(parts, p.v.T("people.left"))
	}
	return strings.Join(parts, " · ")
}

func (p personPage) edit() g.Node {
	v := p.v
	if !v.access.May(identity.PeopleManage) {
		return ui.Card{Title: v.T("people.details")}.Node(h.Dl(h.Class("z-facts"), h.Dt(v.view.Text("people.email")), h.Dd(g.Text(p.p.Email)),
			h.Dt(v.view.Text("people.job")), h.Dd(g.Text(p.p.Title))))
	}
	form := p.wrong["edit"].under(ui.Form{Action: p.address(""), Submit: v.T("settings.save"), Hidden: map[string]string{"version": strconv.FormatInt(p.p.Version, 10)}, Fields: []ui.Field{
		{Name: "name", Label: v.T("people.name"), Value: p.p.Name, Required: true},
		{Name: "email", Label: v.T("people.email"), Type: "email", Value: p.p.Email},
		{Name: "title", Label: v.T("people.job"), Value: p.p.Title},
	}})
	return ui.Card{Title: v.T("people.details")}.Node(form.Node(v.view))
}

// move moves the person to another team from a day on.
func (p personPage) move() g.Node {
	v := p.v
	if !v.access.May(identity.TeamsManage) {
		return nil
	}
	form := p.wrong["move"].under(ui.Form{Action: p.address("/team"), Submit: v.T("people.move.submit"), Fields: []ui.Field{
		{Name: "team", Label: v.T("people.team"), Type: "select", Value: idText(p.p.Team), Options: p.d.teamOptions(v), Required: true},
		{Name: "from", Label: v.T("people.from"), Type: "date", Value: v.view.Today().String(), Hint: v.T("people.move.hint"), Required: true},
	}})
	return ui.Card{Title: v.T("people.move.title"), Lead: v.T("people.move.lead")}.Node(form.Node(v.view))
}

// membership says when the person belonged to which team, the latest first.
func (p personPage) membership() g.Node {
	v := p.v
	day := func(t value.Instant, open string) string {
		if t == value.Always || t == value.Forever {
			return open
		}
		return v.view.Date(value.DayOf(t.Time().In(v.settings.Zone)))
	}
	spans := make([]identity.PersonSpan, 0, len(p.spans))
	for i := len(p.spans) - 1; i >= 0; i-- {
		spans = append(spans, p.spans[i])
	}
	return ui.Card{Title: v.T("people.membership.title"), Lead: v.T("people.membership.lead"), Flush: true}.Node(ui.Table[identity.PersonSpan]{
		Caption: v.T("people.membership.title"), Rows: spans, Columns: []ui.Column[identity.PersonSpan]{
			{Label: v.T("people.team"), Cell: func(s identity.PersonSpan) g.Node { return g.Text(p.path(s)) }},
			{Label: v.T("people.teams.region"), Wide: true, Cell: func(s identity.PersonSpan) g.Node { return g.Text(s.Region) }},
			{Label: v.T("people.membership.from"), Cell: func(s identity.PersonSpan) g.Node { return g.Text(day(s.From, "…")) }},
			{Label: v.T("people.membership.to"), Cell: func(s identity.PersonSpan) g.Node { return g.Text(day(s.To, v.T("people.membership.now"))) }},
		}, Empty: ui.State{Icon: "hierarchy-2", Title: v.T("people.no_team")}.Node()}.Node(v.view))
}

// path names the teams from the top down.
func (p personPage) path(s identity.PersonSpan) string {
	names := make([]string, len(s.Path))
	for i, id := range s.Path {
		names[i] = p.names[id]
	}
	if len(names) == 0 {
		return p.v.T("people.no_team")
	}
	return strings.Join(names, " › ")
}

// refused draws the page again with what was wrong with one of its forms, or passes an error on that none can mend.
func (s *Site) refused(w http.ResponseWriter, r *http.Request, page personPage, form string, err error) error {
	wrong, mendable := complain(page.v, "people", err)
	if !mendable {
		return err
	}
	page.wrong[form] = wrong
	return s.drawPerson(w, r, http.StatusUnprocessableEntity, page)
}

func (s *Site) savePerson(w http.ResponseWriter, r *http.Request, v visit) error {
	page, err := s.loadPerson(r, v)
	if err == nil {
		err = v.access.Require(identity.PeopleManage)
	}
	if err == nil {
		err = readForm(w, r)
	}
	if err != nil {
		return err
	}
	page.p.Name, page.p.Email, page.p.Title = strings.TrimSpace(r.PostFormValue("name")), strings.TrimSpace(r.PostFormValue("email")), strings.TrimSpace(r.PostFormValue("title"))
	version, _ := strconv.ParseInt(r.PostFormValue("version"), 10, 64) // 0 = whatever it is
	edit := identity.PersonEdit{Name: &page.p.Name, Email: &page.p.Email, Title: &page.p.Title, Expect: version}
	err = s.change(r, v, func(ctx context.Context, tx *db.Tx) error { return identity.EditPerson(ctx, tx, page.p.ID, edit) })
	if err != nil {
		return s.refused(w, r, page, "edit", err)
	}
	return saved(w, r, "flash.saved", page.address(""))
}

func (s *Site) movePerson(w http.ResponseWriter, r *http.Request, v visit) error {
	page, err := s.loadPerson(r, v)
	if err == nil {
		err = v.access.Require(identity.TeamsManage)
	}
	if err == nil {
		err = readForm(w, r)
	}
	if err != nil {
		return err
	}
	err = s.change(r, v, func(ctx context.Context, tx *db.Tx) error {
		team, err := formID("team", r.PostFormValue("team"))
		if err != nil {
			return err
		}
		from, err := formDay(v, "from", r.PostFormValue("from"))
		if err != nil {
			return err
		}
		return identity.EditPerson(ctx, tx, page.p.ID, identity.PersonEdit{Team: &team, At: from})
	})
	if err != nil {
		return s.refused(w, r, page, "move", err)
	}
	return saved(w, r, "flash.saved", page.address(""))
}

func (s *Site) activatePerson(w http.ResponseWriter, r *http.Request, v visit) error {
	page, err := s.loadPerson(r, v)
	if err == nil {
		err = v.access.Require(identity.PeopleManage)
	}
	if err == nil {
		err = readForm(w, r)
	}
	if err != nil {
		return err
	}
	err = s.change(r, v, func(ctx context.Context, tx *db.Tx) error {
		if r.PostFormValue("active") == "1" {
			return identity.ReactivatePerson(ctx, tx, page.p.ID, 0)
		}
		return identity.DeactivatePerson(ctx, tx, page.p.ID, 0)
	})
	if err != nil {
		return s.refused(w, r, page, "login", err)
	}
	return saved(w, r, "flash.saved", page.address(""))
}
