package connect

import (
	"strings"

	"zveno.dev/zveno/internal/connect/mapping"
	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// addConstants prepares the fields that hold the same in every row.
func (t *tablePlan) addConstants(set map[string]string) error {
	p := &parser{t: t, noted: map[string]int64{}}
	for name, text := range set {
		i := t.object.Field(name)
		if i < 0 || t.object.Fields[i].Kind == crm.Reference {
			return fault.New(fault.Invalid, "\"set\": %q is not a field of %s that can be the same in every row", name, t.object.Plural)
		}
		f := t.object.Fields[i]
		c := &column{target: name, field: i, kind: f.Kind, choices: f.Choices}
		currency := ""
		v, reason := p.value(c, text, &currency)
		if reason != "" {
			return fault.New(fault.Invalid, "\"set\": %s: %q %s", name, text, reason)
		}
		t.constant = append(t.constant, cell{i, v})
	}
	return nil
}

// anyKind is the kind of a column that holds values of many fields.
const anyKind crm.Kind = "any"

// addFields prepares the reading of values of fields that the source changes. Fields that the object does not have are
// left out.
func (t *tablePlan) addFields(fields map[string]string, o ImportOptions, m *mapping.Table) error {
	t.fields = map[string]*column{}
	var news *column
	format := mapping.Format{}
	for _, c := range t.columns {
		if c.target == mapping.TargetNewValue {
			news = c
		}
	}
	if news == nil {
		return nil
	}
	for _, c := range m.Columns {
		if c.Header == news.header {
			var err error
			if format, err = mapping.ParseFormat(anyKind, c.Format); err != nil {
				return fault.New(fault.Invalid, "column %q: %w", c.Header, err)
			}
		}
	}
	for source, name := range fields {
		i := t.object.Field(name)
		if i < 0 {
			continue
		}
		f := t.object.Fields[i]
		c := &column{no: news.no, header: news.header, target: name, field: i, kind: f.Kind, ref: f.Ref, choices: f.Choices, values: news.values,
			format: format, create: f.Ref == "stage"}
		c.prepare(o)
		t.fields[value.Fold(source)] = c
	}
	return nil
}

func trim(text string) string {
	if text == "" {
		return text
	}
	return strings.TrimSpace(text)
}
