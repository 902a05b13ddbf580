package web

import (
	"context"
	"net/http"
	"slices"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/web/ui"
)

func (s *Site) roleRoutes(add register) {
	add("GET /settings/roles", s.showRoles)
	add("GET /settings/roles/new", s.showNewRole, identity.RolesManage)
	add("POST /settings/roles", s.saveRole, identity.RolesManage)
	add("GET /settings/roles/{role}", s.showRole, identity.RolesManage)
	add("POST /settings/roles/{role}/delete", s.deleteRole, identity.RolesManage)
}

func (s *Site) roles(ctx context.Context) (roles []identity.Role, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		roles, err = identity.ListRoles(ctx, tx)
		return err
	})
	return roles, err
}

// showRoles draws what each role may do and which rows it reaches.
func (s *Site) showRoles(w http.ResponseWriter, r *http.Request, v visit) error {
	if err := requireAny(v, identity.RolesManage, identity.PeopleManage); err != nil {
		return err
	}
	roles, err := s.roles(r.Context())
	if err != nil {
		return err
	}
	page := settingsPage{title: v.T("roles.title"), lead: v.T("roles.lead")}
	var own []identity.Role
	for _, role := range roles {
		if !role.BuiltIn {
			own = append(own, role)
		}
	}
	if v.access.May(identity.RolesManage) {
		page.actions = []g.Node{h.A(h.Class("btn btn-primary"), h.Href("/settings/roles/new"), ui.Icon("plus"), v.view.Text("roles.add"))}
	}
	page.body = g.Group{ownRoles(v, own), ui.Card{Title: v.T("roles.matrix"), Flush: true}.Node(roleMatrix(v, roles))}
	return s.drawSettings(w, r, v, http.StatusOK, page)
}

// ownRoles lists the company's own roles.
func ownRoles(v visit, own []identity.Role) g.Node {
	card := ui.Card{Title: v.T("roles.own"), Lead: v.T("roles.own_lead"), Flush: true}
	if len(own) == 0 {
		return card.Node(h.P(h.Class("z-card-body z-muted"), v.view.Text("roles.none")))
	}
	return card.Node(h.Ul(h.Class("z-list"), g.Map(own, func(role identity.Role) g.Node {
		name := h.Strong(g.Text(role.Label.In(v.view.Lang)))
		if !v.access.May(identity.RolesManage) {
			return h.Li(name)
		}
		return h.Li(h.A(h.Href("/settings/roles/"+role.Name), name), h.Div(h.Class("z-row-actions"),
			h.A(h.Class("btn btn-sm"), h.Href("/settings/roles/"+role.Name), ui.Icon("pencil"), v.view.Text("roles.edit")),
			actionButton("/settings/roles/"+role.Name+"/delete", v.T("roles.delete"), "trash", "btn btn-sm", nil)))
	})))
}

// roleMatrix has a row for each capability and a column for each role.
func roleMatrix(v visit, roles []identity.Role) g.Node {
	reach := func(label string, of func(identity.Role) identity.Reach) g.Node {
		return h.Tr(h.Th(h.Scope("row"), g.Text(label)), g.Map(roles, func(role identity.Role) g.Node {
			return h.Td(g.Text(v.T("roles.reach_short." + reachKey(of(role)))))
		}))
	}
	return h.Div(h.Class("z-table-scroll"), h.TabIndex("0"), h.Role("region"), h.Aria("label", v.T("roles.matrix")),
		h.Table(h.Class("z-table z-matrix"), h.Caption(h.Class("visually-hidden"), v.view.Text("roles.matrix")),
			h.THead(h.Tr(h.Th(h.Scope("col"), v.view.Text("roles.capability")), g.Map(roles, func(role identity.Role) g.Node {
				return h.Th(h.Scope("col"), g.Text(role.Label.In(v.view.Lang)))
			}))),
			h.TBody(reach(v.T("roles.sees"), func(role identity.Role) identity.Reach { return role.Reach }),
				reach(v.T("roles.changes"), func(role identity.Role) identity.Reach { return role.EditReach }),
				g.Map(identity.Capabilities, func(c identity.Capability) g.Node {
					return h.Tr(h.Th(h.Scope("row"), g.Text(capabilityLabel(v, c))), g.Map(roles, func(role identity.Role) g.Node {
						if !role.Allows(c) {
							return h.Td(h.Span(h.Class("visually-hidden"), v.view.Text("roles.no")))
						}
						return h.Td(ui.Icon("check"), h.Span(h.Class("visually-hidden"), v.view.Text("roles.yes")))
					}))
				}))))
}

func capabilityLabel(v visit, c identity.Capability) string {
	return v.T("roles.can." + strings.ReplaceAll(string(c), ".", "_"))
}

func reachKey(reach identity.Reach) string { return orDefault(string(reach), "none") }

func capabilityOptions(v visit, of []identity.Capability) []ui.Option {
	var options []ui.Option
	for _, c := range of {
		options = append(options, ui.Option{Value: string(c), Label: capabilityLabel(v, c)})
	}
	return options
}

func (s *Site) showNewRole(w http.ResponseWriter, r *http.Request, v visit) error {
	roles, err := s.roles(r.Context())
	if err != nil {
		return err
	}
	role := identity.Role{Reach: identity.ReachTeam}
	for _, like := range roles {
		if like.Name == r.URL.Query().Get("like") {
			role.Capabilities, role.Reach, role.EditReach = like.Capabilities, like.Reach, like.EditReach
		}
	}
	return s.drawRole(w, r, v, http.StatusOK, role, true, complaint{})
}

func (s *Site) showRole(w http.ResponseWriter, r *http.Request, v visit) error {
	roles, err := s.roles(r.Context())
	if err != nil {
		return err
	}
	for _, role := range roles {
		if role.Name == r.PathValue("role") && !role.BuiltIn {
			return s.drawRole(w, r, v, http.StatusOK, role, false, complaint{})
		}
	}
	return fault.New(fault.NotFound, "the company has no role of its own with this name")
}

// drawRole is the form of one of the company's roles.
func (s *Site) drawRole(w http.ResponseWriter, r *http.Request, v visit, status int, role identity.Role, fresh bool, wrong complaint) error {
	reaches := func(withNone bool) []ui.Option {
		var options []ui.Option
		if withNone {
			options = append(options, ui.Option{Label: v.T("roles.reach.none")})
		}
		for _, reach := range []identity.Reach{identity.ReachOwn, identity.ReachTeam, identity.ReachAll} {
			options = append(options, ui.Option{Value: string(reach), Label: v.T("roles.reach." + string(reach))})
		}
		return options
	}
	field := func(f ui.Field) g.Node {
		f.Error = wrong.fields[f.Name]
		return f.Node(v.view)
	}
	title, hidden := v.T("roles.add"), g.Node(nil)
	name := field(ui.Field{Name: "name", Label: v.T("roles.name"), Value: role.Name, Hint: v.T("roles.name_hint"), Required: true})
	if !fresh {
		title = role.Label.In(v.view.Lang)
		name, hidden = nil, h.Input(h.Type("hidden"), h.Name("name"), h.Value(role.Name))
	}
	form := h.Form(h.Method("post"), h.Action("/settings/roles"), h.Class("z-form"), formProblem(v, wrong), hidden, name,
		h.Div(h.Class("z-form-row"), field(ui.Field{Name: "label_en", Label: v.T("roles.label_en"), Value: role.Label.En, Required: true}),
			field(ui.Field{Name: "label_ru", Label: v.T("roles.label_ru"), Value: role.Label.Ru, Required: true})),
		h.Div(h.Class("z-form-row"), field(ui.Field{Name: "reach", Label: v.T("roles.sees"), Type: "select", Value: string(role.Reach), Options: reaches(false), Required: true}),
			field(ui.Field{Name: "edit_reach", Label: v.T("roles.changes"), Type: "select", Value: string(role.EditReach), Options: reaches(true), Required: true})),
		checks("capabilities", v.T("roles.may"), capabilityOptions(v, identity.Capabilities), func(c string) bool { return role.Allows(identity.Capability(c)) }, wrong.fields["capabilities"]),
		h.Div(h.Class("z-form-actions"), h.Button(h.Type("submit"), h.Class("btn btn-primary"), v.view.Text("settings.save")), h.A(h.Class("btn"), h.Href("/settings/roles"), v.view.Text("ui.cancel"))))
	return s.drawSettings(w, r, v, status, settingsPage{title: title, crumb: title, body: ui.Card{}.Node(form)})
}

// formProblem is the summary above a form that is not a ui.Form.
func formProblem(v visit, wrong complaint) g.Node {
	if wrong.all == "" && len(wrong.fields) == 0 {
		return nil
	}
	title := wrong.all
	if title == "" {
		title = v.T("ui.form.wrong", "n", len(wrong.fields))
	}
	var items g.Group
	for _, name := range sortedNames(wrong.fields) {
		items = append(items, h.Li(h.A(h.Href("#field-"+name), g.Text(wrong.fields[name]))))
	}
	return h.Div(h.Class("z-alert z-tone-bad"), h.ID("form-errors"), h.Role("alert"), h.TabIndex("-1"), ui.Icon("alert-triangle"),
		h.Div(h.Strong(g.Text(title)), g.If(len(items) > 0, h.Ul(items))))
}

// saveRole makes or changes one of the company's roles.
func (s *Site) saveRole(w http.ResponseWriter, r *http.Request, v visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	role := identity.Role{Name: strings.TrimSpace(r.PostFormValue("name")), Label: identity.Label{En: r.PostFormValue("label_en"), Ru: r.PostFormValue("label_ru")},
		Reach: identity.Reach(r.PostFormValue("reach")), EditReach: identity.Reach(r.PostFormValue("edit_reach"))}
	for _, c := range r.PostForm["capabilities"] {
		role.Capabilities = append(role.Capabilities, identity.Capability(c))
	}
	roles, err := s.roles(r.Context())
	if err != nil {
		return err
	}
	known := slices.ContainsFunc(roles, func(old identity.Role) bool { return old.Name == role.Name })
	err = s.change(r, v, func(ctx context.Context, tx *db.Tx) error { return identity.SaveRole(ctx, tx, role) })
	if wrong, mendable := complain(v, "roles", err); mendable {
		return s.drawRole(w, r, v, http.StatusUnprocessableEntity, role, !known, wrong)
	}
	if err != nil {
		return err
	}
	return saved(w, r, "flash.saved", "/settings/roles")
}

func (s *Site) deleteRole(w http.ResponseWriter, r *http.Request, v visit) error {
	err := s.change(r, v, func(ctx context.Context, tx *db.Tx) error { return identity.DeleteRole(ctx, tx, r.PathValue("role")) })
	if err != nil {
		return err
	}
	return saved(w, r, "flash.saved", "/settings/roles")
}
