package web

import (
	"context"
	"net/url"
	"slices"
	"strconv"

	g "maragu.dev/gomponents"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/ui"
)

// recordForm is the form that makes or changes a record.
type recordForm struct {
	v       visit
	kind    recordKind
	fields  []recordField // that can be filled in
	record  crm.Record    // as it is; without an ID, one that is to be made
	texts   map[string]string
	was     map[string]string // the texts as the form was first shown: only what differs is a change
	errors  map[string]string
	problem string
	options map[string][]ui.Option
}

// wasPrefix marks the part of a form that tells which text a field had before.
const wasPrefix = "was."

// pickedByName are the objects of which there are too many for a list of choices: one types their names.
var pickedByName = []string{"account", "contact", "lead", "deal", "campaign", "product"}

// isPicked reports whether the field refers to something that is typed by name.
func (f recordField) isPicked() bool {
	return f.Kind == crm.Reference && slices.Contains(pickedByName, f.Ref)
}

// editForm is the form of a record, as it is, or of a new one.
func editForm(ctx context.Context, tx *db.Tx, v visit, kind recordKind, fields []recordField, record crm.Record) (*recordForm, error) {
	f := &recordForm{v: v, kind: kind, record: record, texts: map[string]string{}, was: map[string]string{}, errors: map[string]string{}, options: map[string][]ui.Option{}}
	for _, field := range fields {
		if field.isStandard() || field.custom {
			f.fields = append(f.fields, field)
		}
	}
	names, err := loadNames(ctx, tx, f.fields, record)
	if err != nil {
		return nil, err
	}
	for _, field := range f.fields {
		x := field.of(record)
		text := typedText(v, field, x, currencyOf(record))
		if field.isPicked() && x != nil {
			text = names[idOf(x)]
		}
		f.texts[field.key], f.was[field.key] = text, text
	}
	if record.ID.IsZero() && kind.object.Field("owner") >= 0 {
		f.texts["owner"] = v.access.Person.String()
	}
	if record.ID.IsZero() && kind.object.Field("currency") >= 0 {
		f.texts["currency"] = v.settings.Currency
	}
	return f, f.loadOptions(ctx, tx, names)
}

// loadOptions reads the choices of the fields that have some. What a field has now is always among them.
func (f *recordForm) loadOptions(ctx context.Context, tx *db.Tx, names map[value.ID]string) error {
	v := f.v
	none := ui.Option{Label: "—"}
	for _, field := range f.fields {
		var options []ui.Option
		var err error
		switch {
		case field.Kind == crm.Choice:
			for _, choice := range field.Choices {
				options = append(options, ui.Option{Value: choice, Label: choiceLabel(v.view.Lang, field.Field, field.custom, choice)})
			}
		case field.Kind == crm.Bool:
			options = []ui.Option{{Value: "true", Label: v.T("record.yes")}, {Value: "false", Label: v.T("record.no")}}
		case field.Kind == crm.Reference && field.Ref == "stage":
			options, err = stageChoices(ctx, tx, v)
		case field.Kind == crm.Reference && field.Ref == "person":
			options, err = f.owners(ctx, tx)
		default:
			continue
		}
		if err != nil {
			return err
		}
		text := f.was[field.key]
		if text != "" && !slices.ContainsFunc(options, func(o ui.Option) bool { return o.Value == text }) {
			label := text
			if id := idOf(field.of(f.record)); !id.IsZero() {
				label = names[id]
			}
			options = append(options, ui.Option{Value: text, Label: label})
		}
		if !field.Required || text == "" {
			options = append([]ui.Option{none}, options...)
		}
		f.options[field.key] = options
	}
	return nil
}

// owners are those to whom the visitor may give the record: everybody whose records they change, or only themselves.
func (f *recordForm) owners(ctx context.Context, tx *db.Tx) ([]ui.Option, error) {
	if f.v.access.May(identity.DealsReassign) {
		return peopleChoices(ctx, tx, f.v.access.EditScope)
	}
	return []ui.Option{{Value: f.v.access.Person.String(), Label: f.v.access.Name}}, nil
}

// node draws the form.
func (f *recordForm) node() g.Node {
	v := f.v
	form := ui.Form{Action: "/" + f.kind.object.Plural, Submit: v.T("record.save"), Problem: f.problem, Cancel: f.kind.list, Hidden: map[string]string{}}
	if !f.record.ID.IsZero() {
		form.Action, form.Cancel = f.kind.address(f.record.ID), f.kind.address(f.record.ID)
		form.Hidden["version"] = strconv.FormatInt(f.record.Version, 10)
	}
	for _, field := range f.fields {
		form.Fields = append(form.Fields, f.field(field))
		form.Hidden[wasPrefix+field.key] = f.was[field.key]
	}
	if !f.record.ID.IsZero() {
		form.Fields = append(form.Fields, ui.Field{Name: "reason", Label: v.T("record.reason"), Value: f.texts["reason"], Hint: v.T("record.reason_hint")})
	}
	return form.Node(v.view)
}

func (f *recordForm) field(field recordField) ui.Field {
	v := f.v
	drawn := ui.Field{Name: field.key, Label: labelIn(v.view.Lang, field.Label), Value: f.texts[field.key], Error: f.errors[field.key], Required: field.Required, Options: f.options[field.key]}
	switch {
	case len(drawn.Options) > 0:
		drawn.Type = "select"
	case field.isPicked():
		drawn.Suggest = "/pick/" + field.Ref + "?" + url.Values{"field": {field.key}}.Encode()
	case field.Kind == crm.Day:
		drawn.Type = "date"
	case field.Kind == crm.Instant:
		drawn.Type = "datetime-local"
	case field.Name == "description" && !field.custom:
		drawn.Type = "textarea"
	case field.isFigure():
		drawn.InputMode = "decimal"
		drawn.Hint = f.unit(field)
	}
	return drawn
}

// unit says in what a figure is typed.
func (f *recordForm) unit(field recordField) string {
	switch {
	case field.Name == "probability" && !field.custom:
		return f.v.T("record.hint.percent")
	case field.Kind == crm.Seconds:
		return f.v.T("record.hint.minutes")
	}
	return ""
}
