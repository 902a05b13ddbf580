package api

import (
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"zveno.dev/zveno/internal/connect/mapping"
	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/metric"
	"zveno.dev/zveno/internal/value"
)

// The names of an object's schemas among the components.
func recordSchema(o *crm.Object) string { return schemaName(o.Name) }
func inputSchema(o *crm.Object) string  { return schemaName(o.Name) + "Input" }
func pageSchema(o *crm.Object) string   { return schemaName(o.Name) + "Page" }
func bulkSchema(o *crm.Object) string   { return schemaName(o.Name) + "Bulk" }

// schemaName is the name of an object as types are called: "line_item" is LineItem.
func schemaName(name string) string {
	var text strings.Builder
	for word := range strings.SplitSeq(name, "_") {
		text.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return text.String()
}

// registerTypes says how types that write themselves look in JSON.
func registerTypes(r huma.Registry) {
	r.RegisterTypeAlias(reflect.TypeFor[metric.Number](), reflect.TypeFor[float64]())
	r.RegisterTypeAlias(reflect.TypeFor[value.ID](), reflect.TypeFor[string]())
	r.RegisterTypeAlias(reflect.TypeFor[mapping.Mapping](), reflect.TypeFor[map[string]any]())
	r.Schema(reflect.TypeFor[BulkResult](), true, "")
}

// objectSchemas are the schemas of an object with the company's custom fields.
func objectSchemas(o *crm.Object, custom []crm.CustomField) map[string]*huma.Schema {
	customs := map[string]*huma.Schema{}
	for _, f := range custom {
		customs[f.Name] = fieldSchema(f.Field, true)
	}
	record, change := map[string]*huma.Schema{}, map[string]*huma.Schema{}
	var required []string
	for _, f := range o.Fields {
		record[f.Name], change[f.Name] = fieldSchema(f, false), fieldSchema(f, false)
		if f.Required {
			required = append(required, f.Name)
		}
	}
	for name, s := range fixedMembers() {
		record[name] = s
	}
	record[memberCustom] = &huma.Schema{Type: huma.TypeObject, Description: "Custom fields that have a value.", Properties: customs, AdditionalProperties: true}
	change[memberCustom] = &huma.Schema{Type: huma.TypeObject, Description: "Custom fields.", Properties: customs, AdditionalProperties: len(custom) == 0}
	one := strings.ToLower(o.Label.En)
	item := &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{}, AdditionalProperties: false}
	for name, s := range change {
		item.Properties[name] = s
	}
	item.Properties[memberID] = &huma.Schema{Type: huma.TypeString, Format: "uuid", Description: "The " + one + " to change; absent: a new one, or the one that the key finds."}
	item.Properties[memberVersion] = &huma.Schema{Type: huma.TypeInteger, Format: "int64", Description: "The version that you saw: nothing is changed when there is a newer one."}
	name := schemaName(o.Name)
	return map[string]*huma.Schema{
		name: {Type: huma.TypeObject, Description: o.Label.En + ". Empty fields are null.", Properties: record,
			Required: []string{memberID, memberVersion, memberCreated, memberChanged, memberCustom}},
		inputSchema(o): {Type: huma.TypeObject, Description: "Fields of one " + one + "; null empties a field. " + requiredText(required),
			Properties: change, AdditionalProperties: false},
		pageSchema(o): pageOf(reference(name)),
		bulkSchema(o): bulkOf(o, item),
	}
}

func requiredText(required []string) string {
	if len(required) == 0 {
		return ""
	}
	return "A new one needs: " + strings.Join(required, ", ") + "."
}

// fixedMembers are those of every record.
func fixedMembers() map[string]*huma.Schema {
	return map[string]*huma.Schema{
		memberID:      {Type: huma.TypeString, Format: "uuid"},
		memberVersion: {Type: huma.TypeInteger, Format: "int64", Description: "Number of the newest version, for If-Match."},
		memberCreated: {Type: huma.TypeString, Format: "date-time", Nullable: true, Description: "Where its known life begins."},
		memberChanged: {Type: huma.TypeString, Format: "date-time", Nullable: true, Description: "Since when it is as these values say."},
	}
}

func pageOf(record *huma.Schema) *huma.Schema {
	text := func(description string) *huma.Schema {
		return &huma.Schema{Type: huma.TypeString, Nullable: true, Description: description}
	}
	return &huma.Schema{Type: huma.TypeObject, Required: []string{"data", "total", "total_is_exact", "next", "previous"}, Properties: map[string]*huma.Schema{
		"data":           {Type: huma.TypeArray, Items: record},
		"total":          {Type: huma.TypeInteger, Description: "Records on all pages."},
		"total_is_exact": {Type: huma.TypeBoolean, Description: "False: there are more than total."},
		"next":           text("Cursor of the page after this one; null: this is the last."),
		"previous":       text("Cursor of the page before; null: this is the first."),
		"names":          {Type: huma.TypeObject, AdditionalProperties: &huma.Schema{Type: huma.TypeString}, Description: "With names=true: what the records that these refer to are called, by ID."},
	}}
}

// fieldSchema describes the values of a field; a custom amount has a currency of its own.
func fieldSchema(f crm.Field, custom bool) *huma.Schema {
	s := &huma.Schema{Nullable: true, Description: f.Label.En, Examples: []any{exampleOf(f)}}
	switch f.Kind {
	case crm.Text:
		s.Type = huma.TypeString
	case crm.Choice:
		s.Type = huma.TypeString
		for _, c := range f.Choices {
			s.Enum = append(s.Enum, c)
		}
		s.Enum = append(s.Enum, nil)
	case crm.Number:
		s.Type = huma.TypeNumber
	case crm.Integer:
		s.Type, s.Format = huma.TypeInteger, "int64"
	case crm.Seconds:
		s.Type, s.Format, s.Description = huma.TypeInteger, "int64", f.Label.En+", in seconds"
	case crm.Bool:
		s.Type = huma.TypeBoolean
	case crm.Day:
		s.Type, s.Format = huma.TypeString, "date"
	case crm.Instant:
		s.Type, s.Format = huma.TypeString, "date-time"
	case crm.Reference:
		s.Type, s.Format, s.Description = huma.TypeString, "uuid", f.Label.En+": ID of the "+strings.ReplaceAll(f.Ref, "_", " ")
	case crm.Money:
		s.Type, s.Description = huma.TypeNumber, f.Label.En+", in the record's currency"
		if custom {
			s.Type, s.Description, s.Examples = huma.TypeObject, f.Label.En, nil
			s.Properties = map[string]*huma.Schema{"amount": {Type: huma.TypeNumber}, "currency": {Type: huma.TypeString, Description: "ISO 4217"}}
			s.Required, s.AdditionalProperties = []string{"amount", "currency"}, false
		}
	}
	return s
}

// exampleOf is a value that the field could have.
func exampleOf(f crm.Field) any {
	switch f.Kind {
	case crm.Choice:
		return f.Choices[0]
	case crm.Number:
		return 0.5
	case crm.Integer:
		return 10
	case crm.Seconds:
		return 1800
	case crm.Bool:
		return true
	case crm.Day:
		return "2026-03-31"
	case crm.Instant:
		return "2026-03-31T18:00:00Z"
	case crm.Reference:
		return "0195e3a0-7c2b-7d4e-8f10-112233445566"
	case crm.Money:
		return 1000.5
	}
	switch f.Name {
	case "currency":
		return "EUR"
	case "email":
		return "anna@example.com"
	}
	return f.Label.En
}
