package mapping

import (
	"regexp"
	"slices"

	"zveno.dev/zveno/internal/connect/tabular"
	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/value"
)

// profile is what the values of a column show; nil when they were not looked at.
func (d Described) profile(i int) *tabular.ColumnProfile {
	if i >= len(d.Columns) {
		return nil
	}
	return &d.Columns[i]
}

// filled reports whether a column has values; one that was not looked at counts as filled.
func (d Described) filled(i int) bool {
	p := d.profile(i)
	return p == nil || p.Empty < p.Rows
}

// texts are the different values of a column where they are few, some of them otherwise.
func (d Described) texts(i int) []string {
	p := d.profile(i)
	switch {
	case p == nil:
		return nil
	case p.Distinct == nil:
		return p.Examples
	}
	texts := make([]string, len(p.Distinct))
	for i, c := range p.Distinct {
		texts[i] = c.Text
	}
	return texts
}

// allMatch reports whether all known values of a column have the pattern; any is false when none is known.
func (d Described) allMatch(i int, pattern *regexp.Regexp) (fits, any bool) {
	texts := d.texts(i)
	misfit := slices.ContainsFunc(texts, func(text string) bool { return !pattern.MatchString(text) })
	return !misfit, len(texts) > 0
}

// mostTried bounds the values that are tried to see whether a column suits a target.
const mostTried = 60

// suits reports whether at least half of a column's known values can be read as the target's.
func (d Described) suits(i int, info target, values map[string]string) bool {
	texts := d.texts(i)
	texts = texts[:min(len(texts), mostTried)]
	read := reader(info, values)
	if read == nil {
		return true
	}
	good := 0
	for _, text := range texts {
		if read(text) {
			good++
		}
	}
	return 2*good >= len(texts)
}

// reader tells whether a value can be read as a target's; nil when every value can.
func reader(info target, values map[string]string) func(text string) bool {
	switch info.kind {
	case crm.Day, crm.Instant:
		return func(text string) bool {
			_, dmy := tabular.ParseDay(text, tabular.OrderDMY)
			_, mdy := tabular.ParseDay(text, tabular.OrderMDY)
			return dmy == nil || mdy == nil
		}
	case crm.Number, crm.Integer, crm.Money:
		return isAmount
	case crm.Bool, crm.Choice:
		meant := make(map[string]bool, len(values)+len(info.choices))
		for from := range values {
			meant[value.Fold(from)] = true
		}
		for _, choice := range info.choices {
			meant[looseKey(choice)] = true
		}
		return func(text string) bool {
			if meant[value.Fold(text)] || meant[looseKey(text)] {
				return true
			}
			_, err := tabular.ParseBool(text)
			return info.kind == crm.Bool && err == nil
		}
	}
	return nil
}

// anyCurrency stands for a currency where it does not matter which.
const anyCurrency = "XXX"

// isAmount reports whether a text is a number or an amount of money, with either decimal sign.
func isAmount(text string) bool {
	for _, decimal := range []tabular.Decimal{tabular.DecimalPoint, tabular.DecimalComma} {
		if _, err := tabular.ParseNumber(text, decimal); err == nil {
			return true
		}
		for _, code := range append([]string{anyCurrency}, sharedSigns...) {
			if _, err := tabular.ParseMoney(text, decimal, code); err == nil {
				return true
			}
		}
	}
	return false
}
