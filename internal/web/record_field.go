package web

import (
	"context"
	"slices"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/i18n"
)

// recordField is a field as pages name it, standard or custom.
type recordField struct {
	crm.Field
	key    string // in addresses and forms
	custom bool
}

// customPrefix keeps the keys of custom fields apart from everything else that stands in an address.
const customPrefix = "c."

// recordFields lists the fields of an object, those that every record has last.
func recordFields(ctx context.Context, tx *db.Tx, o *crm.Object) ([]recordField, error) {
	custom, err := crm.ListFields(ctx, tx, o.Name)
	if err != nil {
		return nil, err
	}
	var fields []recordField
	for _, f := range o.Fields {
		fields = append(fields, recordField{Field: f, key: f.Name})
	}
	for _, f := range custom {
		fields = append(fields, recordField{Field: f.Field, key: customPrefix + f.Name, custom: true})
	}
	return append(fields,
		recordField{Field: crm.Field{Name: crm.FilterCreated, Kind: crm.Instant, Label: crm.Label{En: "Created", Ru: "Создано"}}, key: crm.FilterCreated},
		recordField{Field: crm.Field{Name: crm.FilterChanged, Kind: crm.Instant, Label: crm.Label{En: "Changed", Ru: "Изменено"}}, key: crm.FilterChanged}), nil
}

// fieldOf finds a field by its key.
func fieldOf(fields []recordField, key string) (recordField, bool) {
	i := slices.IndexFunc(fields, func(f recordField) bool { return f.key == key })
	if i < 0 {
		return recordField{}, false
	}
	return fields[i], true
}

// of is the value of the field in a record; nil = empty.
func (f recordField) of(r crm.Record) any {
	switch {
	case f.custom:
		return r.Custom[f.Name]
	case f.key == crm.FilterCreated:
		return r.Created
	case f.key == crm.FilterChanged:
		return r.Since
	}
	return r.Values[f.Name]
}

// isStandard reports whether the field is one that all records of the object have by themselves, and that can be changed.
func (f recordField) isStandard() bool {
	return !f.custom && f.key != crm.FilterCreated && f.key != crm.FilterChanged
}

// choiceLabel names a choice: those of standard fields have texts, those of the company's own fields are texts.
func choiceLabel(lang i18n.Lang, f crm.Field, custom bool, choice string) string {
	if key := "choice." + choice; !custom && f.Kind == crm.Choice && i18n.Has(lang, key) {
		return i18n.T(lang, key)
	}
	return choice
}
