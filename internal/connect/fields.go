package connect

import (
	"context"
	"slices"

	"zveno.dev/zveno/internal/connect/mapping"
	"zveno.dev/zveno/internal/connect/tabular"
	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
)

// defineFields makes the custom fields of the table's columns that are not there, and adds the choices that rows bring.
func (im *importer) defineFields(ctx context.Context, tx *db.Tx, y *tally, todo []*work) error {
	object := y.t.object.Name
	for _, c := range y.t.columns {
		if c.custom == "" {
			continue
		}
		if im.fields[object] == nil {
			fields, err := crm.ListFields(ctx, tx, object)
			if err != nil {
				return err
			}
			im.fields[object] = fields
		}
		if err := im.defineField(ctx, tx, object, c, todo); err != nil {
			return err
		}
	}
	return nil
}

func (im *importer) defineField(ctx context.Context, tx *db.Tx, object string, c *column, todo []*work) error {
	i := slices.IndexFunc(im.fields[object], func(f crm.CustomField) bool { return f.Name == c.custom })
	f := crm.CustomField{Object: object, Field: crm.Field{Name: c.custom, Kind: c.kind, Label: crm.Label{En: c.header, Ru: c.header}}}
	if i >= 0 {
		f = im.fields[object][i]
	}
	choices := slices.Clone(f.Choices)
	if f.Kind == crm.Choice {
		for _, w := range todo {
			if text, ok := w.custom[c.custom].(string); ok && !slices.Contains(choices, text) {
				choices = append(choices, text)
			}
		}
	}
	if i >= 0 && len(choices) == len(f.Choices) || f.Kind == crm.Choice && len(choices) == 0 {
		return nil
	}
	slices.Sort(choices)
	f.Choices = choices
	f, err := crm.DefineField(ctx, tx, f)
	if err != nil {
		return err
	}
	if i < 0 {
		im.fields[object] = append(im.fields[object], f)
	} else {
		im.fields[object][i] = f
	}
	return nil
}

// The look of a text column whose values are rather choices.
const (
	mostChoices   = 30
	longestChoice = 60 // letters
)

// preferChoices turns custom columns of text with few different values into choices.
func preferChoices(m *mapping.Mapping, profiles [][]tabular.ColumnProfile) {
	for i, t := range m.Tables {
		for j := range t.Columns {
			c, p := &t.Columns[j], &profiles[i][j]
			filled := p.Rows - p.Empty
			if c.Kind == crm.Text && len(p.Distinct) > 1 && len(p.Distinct) <= mostChoices && !p.DistinctMore && p.MaxLength <= longestChoice &&
				filled >= 3*int64(len(p.Distinct)) {
				c.Kind = crm.Choice
			}
		}
	}
}
