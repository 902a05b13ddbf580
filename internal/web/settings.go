package web

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/i18n"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/ui"
)

// section is a part of the settings.
type section struct {
	path, label, icon string
	needs             []identity.Capability // any of them opens it; none = it is open to everybody
}

// sections are the parts of the settings in their order.
var sections = []section{
	{"/settings/profile", "profile.title", "user", nil},
	{"/settings/company", "settings.company.title", "building", []identity.Capability{identity.SettingsEdit}},
	{"/settings/people", "people.title", "users", []identity.Capability{identity.PeopleManage, identity.TeamsManage}},
	{"/settings/teams", "people.teams.title", "hierarchy-2", []identity.Capability{identity.TeamsManage}},
	{"/settings/roles", "roles.title", "shield", []identity.Capability{identity.RolesManage, identity.PeopleManage}},
	{"/settings/pipelines", "settings.pipelines.title", "layout-kanban", []identity.Capability{identity.PipelinesEdit}},
	{"/settings/rates", "settings.rates.title", "coins", []identity.Capability{identity.RatesEdit}},
	{"/settings/fields", "settings.fields.title", "adjustments", []identity.Capability{identity.FieldsDefine}},
	{"/settings/tokens", "tokens.title", "key", []identity.Capability{identity.TokensOwn, identity.TokensManage}},
	{"/settings/audit", "audit.title", "history", []identity.Capability{identity.AuditView}},
}

func (s section) openTo(a identity.Access) bool {
	return len(s.needs) == 0 || slices.ContainsFunc(s.needs, a.May)
}

// settingsRoutes registers the pages of the settings.
func (s *Site) settingsRoutes(add register) {
	add("GET /settings/{$}", s.showSettings)
	s.profileRoutes(add)
	s.companyRoutes(add)
	s.peopleRoutes(add)
	s.teamRoutes(add)
	s.roleRoutes(add)
	s.pipelineSettingsRoutes(add)
	s.rateRoutes(add)
	s.fieldRoutes(add)
	s.tokenRoutes(add)
	s.auditRoutes(add)
}

// requireAny refuses who may do none of some things.
func requireAny(v visit, capabilities ...identity.Capability) error {
	if slices.ContainsFunc(capabilities, v.access.May) {
		return nil
	}
	return v.access.Require(capabilities[0])
}

// showSettings leads to the first part that is more than one's own.
func (s *Site) showSettings(w http.ResponseWriter, r *http.Request, v visit) error {
	for _, part := range sections[1:] {
		if part.openTo(v.access) {
			http.Redirect(w, r, part.path, http.StatusSeeOther)
			return nil
		}
	}
	http.Redirect(w, r, sections[0].path, http.StatusSeeOther)
	return nil
}

// settingsPage is a page of the settings.
type settingsPage struct {
	title, lead string
	crumb       string // of the page itself; "" = it is a part's first page
	actions     []g.Node
	body        g.Node
}

// drawSettings answers with a page of the settings inside their frame.
func (s *Site) drawSettings(w http.ResponseWriter, r *http.Request, v visit, status int, p settingsPage) error {
	at := slices.IndexFunc(sections, func(part section) bool {
		return r.URL.Path == part.path || strings.HasPrefix(r.URL.Path, part.path+"/")
	})
	crumbs := []ui.Crumb{{Label: v.T("nav.settings"), Href: "/settings/"}}
	if at >= 0 && p.crumb != "" {
		crumbs = append(crumbs, ui.Crumb{Label: v.T(sections[at].label), Href: sections[at].path}, ui.Crumb{Label: p.crumb})
	} else {
		crumbs = append(crumbs, ui.Crumb{Label: p.title})
	}
	page := ui.Page{Title: p.title, Lead: p.lead, Crumbs: crumbs, Actions: p.actions, Nav: navigation(v, r.URL.Path),
		Body: h.Div(h.Class("z-settings"), settingsNav(v, at), h.Div(p.body))}
	return write(w, status, ui.Document(v.view, page))
}

func settingsNav(v visit, at int) g.Node {
	var items g.Group
	for i, part := range sections {
		if part.openTo(v.access) {
			items = append(items, h.Li(h.A(h.Href(part.path), g.If(i == at, h.Aria("current", "page")), ui.Icon(part.icon), v.view.Text(part.label))))
		}
	}
	return h.Nav(h.Class("z-settings-nav"), h.Aria("label", v.T("nav.settings")), h.Ul(items))
}

// change makes a change for the visitor, noted with the address that they come from.
func (s *Site) change(r *http.Request, v visit, fn func(ctx context.Context, tx *db.Tx) error) error {
	ctx := identity.WithAddress(r.Context(), device(r).Address)
	return s.DB.Write(ctx, s.txInfo(v), func(tx *db.Tx) error { return fn(ctx, tx) })
}

// saved goes on to a page that says that something was done.
func saved(w http.ResponseWriter, r *http.Request, flash, address string) error {
	setFlash(w, r, flash)
	http.Redirect(w, r, address, http.StatusSeeOther)
	return nil
}

// readForm reads an ordinary form.
func readForm(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return fault.New(fault.Invalid, "the form could not be read: %w", err)
	}
	return nil
}

// complaint is what is wrong with a form, in the visitor's language.
type complaint struct {
	fields map[string]string
	all    string // with none of the fields in particular
}

// complain turns an error into what a form shows of it. ok is false for an error that a form cannot mend. area holds the
// texts for wrong fields, as "<area>.wrong.<field>".
func complain(v visit, area string, err error) (c complaint, ok bool) {
	kind := fault.KindOf(err)
	if kind != fault.Invalid && kind != fault.Conflict && kind != fault.Forbidden {
		return c, false
	}
	c.fields = map[string]string{}
	for _, f := range fault.FieldsOf(err) {
		c.fields[f.Name] = f.Message
		if key := area + ".wrong." + f.Name; i18n.Has(v.view.Lang, key) {
			c.fields[f.Name] = v.T(key)
		}
	}
	if len(c.fields) == 0 {
		c.all = err.Error()
		if key := area + ".wrong." + string(kind); i18n.Has(v.view.Lang, key) {
			c.all = v.T(key)
		}
	}
	return c, true
}

// under puts what is wrong into the fields of a form; what fits no field stands above all.
func (c complaint) under(form ui.Form) ui.Form {
	left := map[string]string{}
	for name, text := range c.fields {
		left[name] = text
	}
	for i := range form.Fields {
		form.Fields[i].Error = c.fields[form.Fields[i].Name]
		delete(left, form.Fields[i].Name)
	}
	form.Problem = c.all
	for _, text := range left {
		form.Problem = text
	}
	return form
}

// formDay is a day of a form as the instant from which something holds; 0 for today, which means now.
func formDay(v visit, name, text string) (value.Instant, error) {
	if text == "" {
		return 0, nil
	}
	day, err := value.ParseDay(text)
	if err != nil || day > v.view.Today() {
		return 0, fault.InvalidField(name, "%q is not a day up to today", text)
	}
	if day == v.view.Today() {
		return 0, nil
	}
	return day.Start(v.settings.Zone), nil
}

// formID is the record that a choice of a form names; zero for none.
func formID(name, text string) (value.ID, error) {
	if text == "" {
		return value.ID{}, nil
	}
	id, err := value.ParseID(text)
	if err != nil {
		return id, fault.InvalidField(name, "names no record")
	}
	return id, nil
}

// checks draws a group of choices of which any number may be made.
func checks(name, legend string, options []ui.Option, chosen func(string) bool, problem string) g.Node {
	return h.FieldSet(h.Class("z-permits"), h.ID("field-"+name), h.Legend(g.Text(legend)),
		h.Ul(g.Map(options, func(o ui.Option) g.Node {
			return h.Li(h.Label(h.Class("z-check"), h.Input(h.Type("checkbox"), h.Name(name), h.Value(o.Value), g.If(chosen(o.Value), h.Checked())), h.Span(g.Text(o.Label))))
		})),
		g.If(problem != "", h.P(h.Class("z-field-error"), ui.Icon("alert-triangle"), g.Text(problem))))
}

// actionButton is a form that is only a button.
func actionButton(action, label, icon, class string, hidden map[string]string) g.Node {
	var fields g.Group
	for name, value := range hidden {
		fields = append(fields, h.Input(h.Type("hidden"), h.Name(name), h.Value(value)))
	}
	var drawn g.Node
	if icon != "" {
		drawn = ui.Icon(icon)
	}
	return h.Form(h.Method("post"), h.Action(action), fields, h.Button(h.Type("submit"), h.Class(class), drawn, g.Text(label)))
}

// idOptions are the records that a choice offers, with the choice of none first.
func idOptions[R any](none string, records []R, id func(R) value.ID, label func(R) string) []ui.Option {
	options := []ui.Option{{Label: none}}
	for _, r := range records {
		options = append(options, ui.Option{Value: id(r).String(), Label: label(r)})
	}
	return options
}

// idText is an ID as a form holds it; "" for none.
func idText(id value.ID) string {
	if id.IsZero() {
		return ""
	}
	return id.String()
}

func sortedNames(values map[string]string) []string { return slices.Sorted(maps.Keys(values)) }
