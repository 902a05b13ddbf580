package mapping

import (
	"fmt"
	"slices"
	"strings"

	"zveno.dev/zveno/internal/connect/tabular"
	"zveno.dev/zveno/internal/crm"
)

// decideFormat says how the values of a column are to be read: from all of them together, from an answer, or not at all,
// when it adds a question.
func (b *builder) decideFormat(t Described, i int, s *spec, kind crm.Kind, d *ColumnDecision) Format {
	var f Format
	if i >= len(t.Columns) {
		return f
	}
	seen := t.Columns[i]
	if kind == crm.Day || kind == crm.Instant || kind == KindAny {
		f.Order = b.decideOrder(t, i, d)
	}
	switch kind {
	case crm.Number, crm.Integer, crm.Money, crm.Seconds, KindAny:
		f.Decimal = decimalOf(seen)
		f.Unit = s.Units[d.Header]
	case crm.Reference:
		f.List = slices.Contains(s.Lists, d.Header)
	}
	if kind == crm.Money || kind == KindAny {
		f.Currency = b.decideCurrency(seen)
	}
	if d.Target == "probability" && f.Unit == "" && seen.Percent {
		f.Unit = UnitPercent
	}
	return f
}

// decimalOf is the decimal sign of a column; "" when no value needs one.
func decimalOf(seen Seen) string {
	if len(seen.Decimals) == 1 {
		return seen.Decimals[0].String()
	}
	return ""
}

// decideCurrency is the one currency that a column writes, or the one that the user gave.
func (b *builder) decideCurrency(seen Seen) string {
	if len(seen.Currencies) == 1 {
		return seen.Currencies[0]
	}
	return b.wish.Currency
}

// decideOrder is the order of day, month and year in a column. Where the values allow several, it is asked for.
func (b *builder) decideOrder(t Described, i int, d *ColumnDecision) string {
	seen := t.Columns[i]
	if seen.Kind != tabular.KindDate && seen.Kind != tabular.KindDateTime || len(seen.Orders) == 3 {
		return ""
	}
	if len(seen.Orders) == 1 {
		return string(seen.Orders[0])
	}
	options := []string{}
	for _, o := range seen.Orders {
		options = append(options, string(o))
	}
	answer, ok := b.answer(t.Name, d.Header)
	if !ok {
		answer = b.wish.DateOrder
	}
	if slices.Contains(options, answer) {
		return answer
	}
	b.out.Questions = append(b.out.Questions, Question{
		Table: t.Name, Column: d.Header, Code: QuestionDateOrder, Options: options,
		Text: fmt.Sprintf("In which order does %q of %s write day, month and year? Its values (%s) fit %s.",
			d.Header, t.Name, strings.Join(seen.Texts[:min(3, len(seen.Texts))], ", "), strings.Join(options, " and ")),
	})
	return ""
}
