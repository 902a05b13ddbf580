package web

import (
	"context"
	"net/http"
	"strings"
	"unicode"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/ui"
)

func (s *Site) fieldRoutes(add register) {
	add("GET /settings/fields", s.showFields, identity.FieldsDefine)
	add("GET /settings/fields/new", s.showNewField, identity.FieldsDefine)
	add("GET /settings/fields/{object}/{field}", s.showField, identity.FieldsDefine)
	add("POST /settings/fields", s.saveField, identity.FieldsDefine)
}

// kindsOfFields are the kinds that a custom field may have.
var kindsOfFields = []crm.Kind{crm.Text, crm.Choice, crm.Number, crm.Integer, crm.Money, crm.Day, crm.Instant, crm.Seconds, crm.Bool, crm.Reference}

// showFields lists the company's own fields.
func (s *Site) showFields(w http.ResponseWriter, r *http.Request, v visit) error {
	var fields []crm.CustomField
	err := s.DB.Read(r.Context(), func(tx *db.Tx) error {
		for _, name := range importable {
			found, err := crm.ListFields(r.Context(), tx, name)
			if err != nil {
				return err
			}
			fields = append(fields, found...)
		}
		return nil
	})
	if err != nil {
		return err
	}
	add := h.A(h.Class("btn btn-primary"), h.Href("/settings/fields/new"), ui.Icon("plus"), v.view.Text("settings.fields.add"))
	table := ui.Table[crm.CustomField]{Caption: v.T("settings.fields.title"), Rows: fields, Leads: true, Columns: []ui.Column[crm.CustomField]{
		{Label: v.T("settings.fields.label"), Cell: func(f crm.CustomField) g.Node {
			return g.Group{h.A(h.Href("/settings/fields/"+f.Object+"/"+f.Name), g.Text(words(v, f.Label))), h.P(h.Class("z-hint"), h.Code(g.Text(f.Name)))}
		}},
		{Label: v.T("settings.fields.object"), Cell: func(f crm.CustomField) g.Node { return g.Text(objectLabel(v, f.Object)) }},
		{Label: v.T("settings.fields.kind"), Cell: func(f crm.CustomField) g.Node { return g.Text(kindText(v, f)) }},
		{Label: v.T("settings.fields.choices"), Wide: true, Cell: func(f crm.CustomField) g.Node { return h.Div(h.Class("z-detail"), g.Text(fewOf(f.Choices, 6))) }},
	}, Empty: ui.State{Icon: "adjustments", Title: v.T("settings.fields.none"), Text: v.T("settings.fields.none_text"), Actions: []g.Node{ui.LinkButton("/settings/fields/new", v.T("settings.fields.add"), "plus")}}.Node()}
	return s.drawSettings(w, r, v, http.StatusOK, settingsPage{title: v.T("settings.fields.title"), lead: v.T("settings.fields.lead"), actions: []g.Node{add},
		body: ui.Card{Flush: true}.Node(table.Node(v.view))})
}

func kindText(v visit, f crm.CustomField) string {
	text := v.T("import.kind." + string(f.Kind))
	if f.Ref != "" {
		text += ": " + objectLabel(v, f.Ref)
	}
	return text
}

// fewOf lists the first ones of some texts.
func fewOf(texts []string, most int) string {
	if len(texts) > most {
		return strings.Join(texts[:most], ", ") + "…"
	}
	return strings.Join(texts, ", ")
}

func (s *Site) showNewField(w http.ResponseWriter, r *http.Request, v visit) error {
	f := crm.CustomField{Object: orDefault(r.URL.Query().Get("object"), "deal"), Field: crm.Field{Kind: crm.Text}}
	return s.drawField(w, r, v, http.StatusOK, f, true, complaint{})
}

// findField gives the custom field that an address names.
func (s *Site) findField(r *http.Request, object, name string) (found crm.CustomField, err error) {
	err = s.DB.Read(r.Context(), func(tx *db.Tx) error {
		fields, err := crm.ListFields(r.Context(), tx, object)
		if err != nil {
			return err
		}
		for _, f := range fields {
			if f.Name == name {
				found = f
				return nil
			}
		}
		return fault.New(fault.NotFound, "there is no such field")
	})
	return found, err
}

func (s *Site) showField(w http.ResponseWriter, r *http.Request, v visit) error {
	f, err := s.findField(r, r.PathValue("object"), r.PathValue("field"))
	if err != nil {
		return err
	}
	return s.drawField(w, r, v, http.StatusOK, f, false, complaint{})
}

func objectChoices(v visit, empty string) []ui.Option {
	var options []ui.Option
	if empty != "" {
		options = append(options, ui.Option{Label: empty})
	}
	for _, name := range importable {
		options = append(options, ui.Option{Value: name, Label: objectLabel(v, name)})
	}
	return options
}

// drawField is the form of a custom field. Of one that is there, its kind stays: stored values depend on it.
func (s *Site) drawField(w http.ResponseWriter, r *http.Request, v visit, status int, f crm.CustomField, fresh bool, wrong complaint) error {
	labels := []ui.Field{
		{Name: "label_en", Label: v.T("settings.fields.label_en"), Value: f.Label.En},
		{Name: "label_ru", Label: v.T("settings.fields.label_ru"), Value: f.Label.Ru},
	}
	choices := ui.Field{Name: "choices", Label: v.T("settings.fields.choices"), Type: "textarea", Value: strings.Join(f.Choices, "\n"), Hint: v.T("settings.fields.choices_hint")}
	form := ui.Form{Action: "/settings/fields", Submit: v.T("settings.save"), Cancel: "/settings/fields"}
	title := words(v, f.Label)
	if fresh {
		title = v.T("settings.fields.add")
		var kinds []ui.Option
		for _, kind := range kindsOfFields {
			kinds = append(kinds, ui.Option{Value: string(kind), Label: v.T("import.kind." + string(kind))})
		}
		form.Fields = append([]ui.Field{{Name: "object", Label: v.T("settings.fields.object"), Type: "select", Value: f.Object, Options: objectChoices(v, ""), Required: true}}, labels...)
		form.Fields = append(form.Fields,
			ui.Field{Name: "name", Label: v.T("settings.fields.name"), Value: f.Name, Hint: v.T("settings.fields.name_hint")},
			ui.Field{Name: "kind", Label: v.T("settings.fields.kind"), Type: "select", Value: string(f.Kind), Options: kinds, Hint: v.T("settings.fields.kind_hint"), Required: true},
			choices,
			ui.Field{Name: "ref", Label: v.T("settings.fields.ref"), Type: "select", Value: f.Ref, Options: objectChoices(v, "—"), Hint: v.T("settings.fields.ref_hint")})
	} else {
		form.Hidden = map[string]string{"object": f.Object, "name": f.Name, "known": "1"}
		form.Fields = labels
		if f.Kind == crm.Choice {
			form.Fields = append(form.Fields, choices)
		}
	}
	return s.drawSettings(w, r, v, status, settingsPage{title: title, lead: fieldLead(v, f, fresh), crumb: title, body: ui.Card{}.Node(wrong.under(form).Node(v.view))})
}

func fieldLead(v visit, f crm.CustomField, fresh bool) string {
	if fresh {
		return v.T("settings.fields.new_lead")
	}
	return objectLabel(v, f.Object) + " · " + kindText(v, f)
}

// saveField makes a custom field, or changes how one is called and what can be chosen.
func (s *Site) saveField(w http.ResponseWriter, r *http.Request, v visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	f := crm.CustomField{Object: r.PostFormValue("object"), Field: crm.Field{Name: strings.TrimSpace(r.PostFormValue("name")), Kind: crm.Kind(r.PostFormValue("kind")),
		Ref: r.PostFormValue("ref"), Label: crm.Label{En: strings.TrimSpace(r.PostFormValue("label_en")), Ru: strings.TrimSpace(r.PostFormValue("label_ru"))}}}
	for line := range strings.SplitSeq(r.PostFormValue("choices"), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			f.Choices = append(f.Choices, line)
		}
	}
	fresh := r.PostFormValue("known") == ""
	if err := s.completeField(r, &f, fresh); err != nil {
		return err
	}
	err := checkNewField(r.Context(), s.DB, f, fresh)
	if err == nil {
		err = s.change(r, v, func(ctx context.Context, tx *db.Tx) error {
			defined, err := crm.DefineField(ctx, tx, f)
			if err != nil {
				return err
			}
			return identity.AppendAudit(ctx, tx, identity.AuditEntry{Action: "field.define", Object: f.Object, Record: defined.ID, Detail: map[string]any{"name": f.Name, "kind": f.Kind, "choices": f.Choices}})
		})
	}
	if wrong, mendable := complain(v, "settings.fields", err); mendable {
		return s.drawField(w, r, v, http.StatusUnprocessableEntity, f, fresh, wrong)
	}
	if err != nil {
		return err
	}
	return saved(w, r, "flash.saved", "/settings/fields")
}

// completeField fills in what a form need not say: of a known field what stays, of a new one its name.
func (s *Site) completeField(r *http.Request, f *crm.CustomField, fresh bool) error {
	if !fresh {
		old, err := s.findField(r, f.Object, f.Name)
		if err != nil {
			return err
		}
		f.Kind, f.Ref = old.Kind, old.Ref
		return nil
	}
	if f.Name == "" {
		f.Name = nameOf(orDefault(f.Label.En, f.Label.Ru))
	}
	if f.Kind != crm.Choice {
		f.Choices = nil
	}
	if f.Kind != crm.Reference {
		f.Ref = ""
	}
	return nil
}

// nameOf makes a field's name of its label.
func nameOf(label string) string {
	const most = 40 // characters
	parts := strings.FieldsFunc(value.Fold(label), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	name := []rune(strings.Join(parts, "_"))
	return strings.TrimRight(string(name[:min(len(name), most)]), "_")
}

// checkNewField refuses a new field with the name of one that is there: it would be changed.
func checkNewField(ctx context.Context, d *db.DB, f crm.CustomField, fresh bool) error {
	if !fresh {
		return nil
	}
	if f.Label.En == "" && f.Label.Ru == "" {
		return fault.InvalidField("label_en", "or the other label is required")
	}
	return d.Read(ctx, func(tx *db.Tx) error {
		fields, err := crm.ListFields(ctx, tx, f.Object)
		for _, known := range fields {
			if known.Name == f.Name {
				return fault.InvalidField("name", "is that of another field")
			}
		}
		return err
	})
}
