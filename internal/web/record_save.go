package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
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

// maxRecordForm bounds the form of a record, in bytes.
const maxRecordForm = 1 << 20

// readRecordForm takes what was filled in. It gives the change of those fields that differ from how the form was shown;
// what is wrong with them is in the form's errors.
func (f *recordForm) read(ctx context.Context, tx *db.Tx, posted url.Values) (crm.RecordSave, error) {
	save := crm.RecordSave{ID: f.record.ID, Set: map[string]any{}, Custom: map[string]any{}, Reason: strings.TrimSpace(posted.Get("reason"))}
	save.Expect, _ = strconv.ParseInt(posted.Get("version"), 10, 64) // without one, SaveRecord refuses
	f.texts["reason"] = save.Reason
	currency, known := strings.ToUpper(strings.TrimSpace(posted.Get("currency"))), posted.Has("currency")
	if !known {
		currency = currencyOf(f.record)
	}
	for _, field := range f.fields {
		if !posted.Has(field.key) {
			continue
		}
		text, was := strings.TrimSpace(posted.Get(field.key)), posted.Get(wasPrefix+field.key)
		if field.key == "currency" {
			text = strings.ToUpper(text)
		}
		f.texts[field.key] = text
		revalued := field.Kind == crm.Money && !field.custom && text != "" && currency != strings.TrimSpace(posted.Get(wasPrefix+"currency"))
		if text == was && !revalued {
			continue
		}
		x, err := f.parse(ctx, tx, field, text, currency)
		if err != nil && fault.KindOf(err) == fault.Internal {
			return save, err
		}
		switch {
		case err != nil:
			f.errors[field.key] = err.Error()
		case field.Required && x == nil:
			f.errors[field.key] = f.v.T("record.wrong.required")
		case field.custom:
			save.Custom[field.Name] = x
		default:
			save.Set[field.Name] = x
		}
	}
	for _, field := range f.fields {
		if field.Required && f.record.ID.IsZero() && f.texts[field.key] == "" {
			f.errors[field.key] = f.v.T("record.wrong.required")
		}
	}
	return save, nil
}

// parse reads one field. What it refers to must be something that the visitor sees.
func (f *recordForm) parse(ctx context.Context, tx *db.Tx, field recordField, text, currency string) (any, error) {
	if !field.isPicked() || text == "" {
		x, err := parseField(f.v, field, text, currency)
		if id := idOf(x); err == nil && !id.IsZero() {
			err = f.checkTarget(ctx, tx, field, id)
		}
		return x, err
	}
	if id, err := value.ParseID(text); err == nil {
		return id, f.checkTarget(ctx, tx, field, id)
	}
	found, err := findByName(ctx, tx, f.v, crm.ObjectNamed(field.Ref), text)
	switch {
	case err != nil:
		return nil, err
	case len(found) == 0:
		return nil, wrong(f.v, "record.wrong.unknown", "name", text)
	case len(found) > 1:
		for _, r := range found {
			f.options[field.key] = append(f.options[field.key], ui.Option{Value: r.ID.String(), Label: distinction(r)})
		}
		return nil, wrong(f.v, "record.wrong.ambiguous", "n", len(found))
	}
	return found[0].ID, nil
}

func (f *recordForm) checkTarget(ctx context.Context, tx *db.Tx, field recordField, id value.ID) error {
	err := crm.CheckVisible(ctx, tx, f.v.access.Scope, crm.ObjectNamed(field.Ref), id)
	if fault.KindOf(err) == fault.NotFound && err != nil {
		return wrong(f.v, "record.wrong.reference")
	}
	return err
}

// findByName lists the records in scope that are called so, without regard to case.
func findByName(ctx context.Context, tx *db.Tx, v visit, o *crm.Object, name string) ([]crm.Record, error) {
	page, err := crm.ListRecords(ctx, tx, v.access.Scope, crm.ListQuery{Object: o, Limit: 200,
		Where: []crm.Filter{{Field: crm.FilterText, Op: crm.OpContains, Values: []string{name}}}})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(page.Records, func(r crm.Record) bool { return value.Fold(r.Name()) != value.Fold(name) }), nil
}

// distinction names a record with what tells it from others of the same name.
func distinction(r crm.Record) string {
	parts := []string{r.Name()}
	for _, name := range []string{"domain", "email", "city", "industry", "code", "title"} {
		if text, _ := r.Values[name].(string); text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(append(parts, "…"+r.ID.String()[len(r.ID.String())-4:]), " · ")
}

// saveRecord changes a record as its form says.
func (s *Site) saveRecord(kind recordKind) page {
	return func(w http.ResponseWriter, r *http.Request, v visit) error {
		if err := readRecordForm(w, r); err != nil {
			return err
		}
		p, err := s.loadRecordPage(r, v, kind)
		switch {
		case err != nil:
			return err
		case p.absent:
			return fault.New(fault.NotFound, "the %s was deleted", kind.object.Name)
		case !p.editors:
			if err := kind.requireEdit(v.access); err != nil {
				return err
			}
			return fault.New(fault.Forbidden, "%s", v.T("record.not_yours"))
		}
		saved, form, err := s.fill(r, v, kind, p.fields, p.record)
		if err != nil && fault.KindOf(err) != fault.Conflict {
			return err
		}
		if saved.IsZero() {
			p.form = form
			status := http.StatusUnprocessableEntity
			if err != nil {
				status, form.problem = http.StatusConflict, p.conflict(r.PostForm)
			}
			return s.renderRecord(w, r, status, p)
		}
		setFlash(w, r, "flash.saved")
		http.Redirect(w, r, kind.address(saved), http.StatusSeeOther)
		return nil
	}
}

// newRecord is the form of a new record. The address may fill in fields.
func (s *Site) newRecord(kind recordKind) page {
	return func(w http.ResponseWriter, r *http.Request, v visit) error {
		if err := kind.requireEdit(v.access); err != nil {
			return err
		}
		var form *recordForm
		err := s.DB.Read(r.Context(), func(tx *db.Tx) error {
			fields, err := recordFields(r.Context(), tx, kind.object)
			if err != nil {
				return err
			}
			form, err = editForm(r.Context(), tx, v, kind, fields, crm.Record{Object: kind.object.Name})
			return err
		})
		if err != nil {
			return err
		}
		return s.renderNew(w, http.StatusOK, form)
	}
}

// createRecord makes a record.
func (s *Site) createRecord(kind recordKind) page {
	return func(w http.ResponseWriter, r *http.Request, v visit) error {
		if err := readRecordForm(w, r); err != nil {
			return err
		}
		if err := kind.requireEdit(v.access); err != nil {
			return err
		}
		var fields []recordField
		err := s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
			fields, err = recordFields(r.Context(), tx, kind.object)
			return err
		})
		if err != nil {
			return err
		}
		saved, form, err := s.fill(r, v, kind, fields, crm.Record{Object: kind.object.Name})
		if err != nil {
			return err
		}
		if saved.IsZero() {
			return s.renderNew(w, http.StatusUnprocessableEntity, form)
		}
		setFlash(w, r, "flash.saved")
		http.Redirect(w, r, kind.address(saved), http.StatusSeeOther)
		return nil
	}
}

func (s *Site) renderNew(w http.ResponseWriter, status int, form *recordForm) error {
	v, kind := form.v, form.kind
	title := v.T("record.new." + kind.object.Name)
	page := ui.Page{Title: title, Nav: navigation(v, kind.list), Body: ui.Card{Class: "z-form-wide"}.Node(form.node()),
		Crumbs: []ui.Crumb{{Label: v.T("nav.home"), Href: "/"}, {Label: v.T("record." + kind.object.Plural), Href: kind.list}, {Label: title}}}
	return write(w, status, ui.Document(v.view, page))
}

func readRecordForm(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxRecordForm)
	if err := r.ParseForm(); err != nil {
		return fault.New(fault.Invalid, "the form is broken: %v", err)
	}
	return nil
}

// fill reads the form and saves what it says. Without an ID nothing was saved, and the form says what is wrong; on a
// Conflict it holds what was typed.
func (s *Site) fill(r *http.Request, v visit, kind recordKind, fields []recordField, record crm.Record) (saved value.ID, form *recordForm, err error) {
	var save crm.RecordSave
	err = s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		if form, err = editForm(r.Context(), tx, v, kind, fields, record); err != nil {
			return err
		}
		save, err = form.read(r.Context(), tx, r.PostForm)
		return err
	})
	if err != nil || len(form.errors) > 0 {
		return value.ID{}, form, err
	}
	if !record.ID.IsZero() && len(save.Set)+len(save.Custom) == 0 {
		return record.ID, form, nil // nothing to change
	}
	if err := requireReassign(v, record, save); err != nil {
		return value.ID{}, form, err
	}
	var after crm.Record
	err = s.DB.Write(r.Context(), s.txInfo(v), func(tx *db.Tx) (err error) {
		after, err = saveAndNote(r.Context(), tx, v, kind, save)
		return err
	})
	if err != nil && fault.KindOf(err) == fault.Invalid {
		form.blame(err)
		return value.ID{}, form, nil
	}
	return after.ID, form, err
}

func saveAndNote(ctx context.Context, tx *db.Tx, v visit, kind recordKind, save crm.RecordSave) (crm.Record, error) {
	after, err := crm.SaveRecord(ctx, tx, v.access.EditScope, kind.object, save)
	if err != nil {
		return crm.Record{}, err
	}
	var names []string
	for name := range save.Set {
		names = append(names, name)
	}
	for name := range save.Custom {
		names = append(names, name)
	}
	slices.Sort(names)
	action := kind.object.Name + ".edit"
	if save.ID.IsZero() {
		action = kind.object.Name + ".create"
	}
	return after, identity.AppendAudit(ctx, tx, identity.AuditEntry{Action: action, Object: kind.object.Name, Record: after.ID, Detail: map[string]any{"fields": names}})
}

// requireReassign is Forbidden for who gives a record to another owner without being allowed to.
func requireReassign(v visit, record crm.Record, save crm.RecordSave) error {
	owner, changed := save.Set["owner"]
	if !changed || idOf(owner) == idOf(record.Values["owner"]) || record.ID.IsZero() && idOf(owner) == v.access.Person {
		return nil
	}
	return v.access.Require(identity.DealsReassign)
}

// blame puts what the domain refuses to the fields of the form, and the rest above it.
func (f *recordForm) blame(err error) {
	for _, wrong := range fault.FieldsOf(err) {
		i := slices.IndexFunc(f.fields, func(field recordField) bool { return field.Name == wrong.Name })
		if i < 0 {
			f.problem = wrong.Message
			continue
		}
		f.errors[f.fields[i].key] = wrong.Message
	}
	if f.problem == "" && len(f.errors) == 0 {
		f.problem = err.Error()
	}
}

// conflict says who changed what since the form was shown.
func (p recordPage) conflict(posted url.Values) string {
	seen, _ := strconv.ParseInt(posted.Get("version"), 10, 64)
	var names []string
	actor := ""
	for _, r := range p.history {
		if r.No <= seen {
			continue
		}
		actor = r.Actor
		for _, f := range r.Fields {
			names = append(names, fmt.Sprintf("%s: %s", labelIn(p.v.view.Lang, f.Label), p.side(recordField{Field: f.Field, custom: f.Custom}, f.New, f.NewName, r)))
		}
	}
	return p.v.T("record.conflict", "name", actor, "fields", strings.Join(names, ", "))
}

// pickRecords suggests records by what was typed of their names.
func (s *Site) pickRecords(w http.ResponseWriter, r *http.Request, v visit) error {
	if !slices.Contains(pickedByName, r.PathValue("object")) {
		return fault.New(fault.NotFound, "nothing of this kind is looked for")
	}
	typed := strings.TrimSpace(r.URL.Query().Get(r.URL.Query().Get("field")))
	if typed == "" || value.Fold(typed) == "" {
		return write(w, http.StatusOK, g.Text(""))
	}
	var page crm.Page
	err := s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		page, err = crm.ListRecords(r.Context(), tx, v.access.Scope, crm.ListQuery{Object: crm.ObjectNamed(r.PathValue("object")), Limit: 12,
			Where: []crm.Filter{{Field: crm.FilterText, Op: crm.OpContains, Values: []string{typed}}}})
		return err
	})
	if err != nil {
		return err
	}
	return write(w, http.StatusOK, g.Map(page.Records, func(record crm.Record) g.Node { return h.Option(h.Value(record.Name())) }))
}
