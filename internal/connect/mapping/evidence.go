package mapping

import (
	"context"
	"fmt"
	"regexp"
	"slices"

	"zveno.dev/zveno/internal/connect/tabular"
	"zveno.dev/zveno/internal/crm"
)

// Seen is what the values of one column show.
type Seen struct {
	Kind       tabular.Kind
	Filled     int64               // cells with a value
	Orders     []tabular.DateOrder // that fit every date; several = the values do not decide
	Decimals   []tabular.Decimal   // that fit every number; several = no value has decimals
	Currencies []string            // written in the cells
	Percent    bool                // numbers above 1, or with a percent sign
	Texts      []string            // some of the different values
}

// Describe reads a table once and says what it looks like.
func Describe(ctx context.Context, t *tabular.Table) (Described, error) {
	d := Described{Name: t.Name, Header: t.Header, Columns: make([]Seen, len(t.Header))}
	kinds := make([]map[tabular.Kind]int64, len(t.Header))
	for i := range d.Columns {
		d.Columns[i].Orders = []tabular.DateOrder{tabular.OrderDMY, tabular.OrderMDY, tabular.OrderYMD}
		d.Columns[i].Decimals = []tabular.Decimal{tabular.DecimalPoint, tabular.DecimalComma}
		kinds[i] = map[tabular.Kind]int64{}
	}
	for row, err := range t.Rows(ctx) {
		if err != nil {
			if ctx.Err() != nil {
				return d, fmt.Errorf("mapping: describe %s: %w", t.Path, err)
			}
			continue
		}
		for i, cell := range row.Cells {
			if kind := tabular.Classify(cell); kind != tabular.KindEmpty {
				kinds[i][kind]++
				d.Columns[i].see(cell, kind)
			}
		}
	}
	for i := range d.Columns {
		d.Columns[i].conclude(kinds[i])
	}
	return d, nil
}

const mostTexts = 100

func (s *Seen) see(cell string, kind tabular.Kind) {
	s.Filled++
	if len(s.Texts) < mostTexts && !slices.Contains(s.Texts, cell) {
		s.Texts = append(s.Texts, cell)
	}
	switch kind {
	case tabular.KindDate, tabular.KindDateTime:
		s.Orders = slices.DeleteFunc(s.Orders, func(o tabular.DateOrder) bool {
			_, err := tabular.ParseDay(cell, o)
			return err != nil
		})
	case tabular.KindDecimal, tabular.KindMoney, tabular.KindInteger:
		s.Decimals = slices.DeleteFunc(s.Decimals, func(d tabular.Decimal) bool {
			m, err := tabular.ParseMoney(cell, d, "XXX")
			if err == nil && m.Minor > 100 {
				s.Percent = true
			}
			return err != nil
		})
	}
}

func (s *Seen) conclude(kinds map[tabular.Kind]int64) {
	s.Kind = tabular.KindEmpty
	var most int64
	for kind, n := range kinds {
		if n > most {
			s.Kind, most = kind, n
		}
	}
}

// kind is what the values of a column look like; KindEmpty when it was not looked at.
func (d Described) kind(i int) tabular.Kind {
	if i >= len(d.Columns) || d.Columns[i].Kind == "" {
		return tabular.KindEmpty
	}
	return d.Columns[i].Kind
}

// filled reports whether the column has values; a column that was not looked at counts as filled.
func (d Described) filled(i int) bool { return i >= len(d.Columns) || d.Columns[i].Filled > 0 }

// texts are some of the column's values.
func (d Described) texts(i int) []string {
	if i >= len(d.Columns) {
		return nil
	}
	return d.Columns[i].Texts
}

// allMatch reports whether all known values of a column have the pattern; any is false when none is known.
func (d Described) allMatch(i int, pattern *regexp.Regexp) (fits, any bool) {
	for _, text := range d.texts(i) {
		any = true
		if !pattern.MatchString(text) {
			return false, true
		}
	}
	return true, any
}

// suits reports whether the values of a column can be those of a target.
func (d Described) suits(i int, o *crm.Object, s *spec, name string) bool {
	info, ok := targetNamed(o, s.Shape, name)
	if !ok {
		return false
	}
	kind := d.kind(i)
	if kind == tabular.KindEmpty {
		return true
	}
	switch info.kind {
	case crm.Day, crm.Instant:
		return kind == tabular.KindDate || kind == tabular.KindDateTime || kind == tabular.KindInteger
	case crm.Number, crm.Integer, crm.Money:
		return kind == tabular.KindInteger || kind == tabular.KindDecimal || kind == tabular.KindMoney
	case crm.Bool:
		return kind == tabular.KindBool || kind == tabular.KindInteger || kind == tabular.KindText
	case crm.Reference, crm.Text:
		return name == TargetNewValue || name == TargetOldValue || kind != tabular.KindBool || info.kind == crm.Text
	}
	return true
}
