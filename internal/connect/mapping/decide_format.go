package mapping

import (
	"slices"
	"strconv"
	"strings"

	"zveno.dev/zveno/internal/connect/tabular"
	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/value"
)

// decideFormat says how the values of a column are to be read: from all of them together, from an answer, or not at all,
// when it adds a question.
func (b *builder) decideFormat(t Described, i int, s *spec, kind crm.Kind, d *ColumnDecision) Format {
	var f Format
	key := s.from.key(d.Header)
	if counted(kind) && kind != KindAny {
		f.Unit = s.units[key]
	}
	f.List = kind == crm.Reference && s.lists[key]
	p := t.profile(i)
	if p == nil {
		return f
	}
	if dated(kind) {
		f.Order = b.decideOrder(t, p)
	}
	if counted(kind) {
		f.Decimal = b.decideDecimal(t, p)
	}
	if kind == crm.Money || kind == KindAny {
		f.Currency = b.decideCurrency(t, p)
	}
	if d.Target == "probability" && f.Unit == "" && inPercent(t.texts(i), p) {
		f.Unit = UnitPercent
	}
	return f
}

// inPercent reports whether a column of probabilities counts to 100.
func inPercent(texts []string, p *tabular.ColumnProfile) bool {
	return p.Numbers.Percent || slices.ContainsFunc(texts, func(text string) bool {
		plain, err := tabular.ParseNumber(text, p.Numbers.Decimal)
		n, errNumber := strconv.ParseFloat(plain, 64)
		return err == nil && errNumber == nil && n > 1
	})
}

// decideOrder is the order of day, month and year in a column; "" where each value shows it. Where the values allow two
// orders, it is asked for.
func (b *builder) decideOrder(t Described, p *tabular.ColumnProfile) string {
	dates := &p.Dates
	answer, answered := b.answer(t.Name, p.Name, isOrder)
	if !dates.Ambiguous {
		switch {
		case dates.Order == tabular.OrderUnknown || dates.Order == tabular.OrderYMD && !dates.TwoDigitYears:
			return ""
		case answered && dates.ByConvention:
			return answer
		case answered && answer != string(dates.Order):
			b.warn(t, p.Name, "answer_unfit", answer, string(dates.Order))
		}
		return string(dates.Order)
	}
	if dates.DayFirst > 0 && dates.MonthFirst > 0 {
		b.warn(t, p.Name, "date_mixed", dates.DayFirst, dates.MonthFirst)
	}
	options := []string{string(tabular.OrderDMY), string(tabular.OrderMDY)}
	if !answered {
		answer = b.wish.DateOrder
	}
	if slices.Contains(options, answer) {
		return answer
	}
	b.ask(Question{Table: t.Name, Column: p.Name, Code: QuestionDateOrder, Options: options, Likely: string(dates.Hint)},
		p.Name, t.Name, dates.FirstAmbiguous.Text, dates.FirstAmbiguous.Line)
	return ""
}

// decideDecimal is the decimal sign of a column; "" where no value needs one. Where the values can be read in two ways,
// it is asked for.
func (b *builder) decideDecimal(t Described, p *tabular.ColumnProfile) string {
	n := &p.Numbers
	if !n.Ambiguous {
		if n.Decimal == tabular.DecimalUnknown {
			return ""
		}
		return n.Decimal.String()
	}
	if answer, ok := b.answer(t.Name, p.Name, isDecimal); ok {
		return answer
	}
	b.ask(Question{Table: t.Name, Column: p.Name, Code: QuestionDecimal, Options: slices.Clone(decimals)},
		p.Name, t.Name, n.FirstAmbiguous.Text, n.FirstAmbiguous.Line)
	return ""
}

// sharedSigns are the currencies whose sign does not say which of them is meant.
var sharedSigns = []string{"SEK", "NOK", "DKK", "ISK", "RON", "MDL"}

// decideCurrency is the one currency that a column writes, or the one that the user gave. Where a sign belongs to several
// currencies equally, it is asked for.
func (b *builder) decideCurrency(t Described, p *tabular.ColumnProfile) string {
	fallback := b.wish.Currency
	if answer, ok := b.answer(t.Name, p.Name, value.IsCurrency); ok {
		fallback = answer
	}
	var found []string
	for _, sign := range p.Numbers.Currencies {
		m, err := tabular.ParseMoney("1 "+sign.Text, tabular.DecimalPoint, fallback)
		if err != nil {
			b.askCurrency(t, p, sign.Text)
			return ""
		}
		if !slices.Contains(found, m.Currency) {
			found = append(found, m.Currency)
		}
	}
	switch {
	case len(found) == 1:
		return found[0]
	case len(found) > 1:
		b.warn(t, p.Name, "currencies_mixed", strings.Join(found, ", "))
	}
	return fallback
}

func (b *builder) askCurrency(t Described, p *tabular.ColumnProfile, sign string) {
	var options []string
	for _, code := range sharedSigns {
		if m, err := tabular.ParseMoney("1 "+sign, tabular.DecimalPoint, code); err == nil && m.Currency == code {
			options = append(options, code)
		}
	}
	if len(options) == 0 {
		return
	}
	b.ask(Question{Table: t.Name, Column: p.Name, Code: QuestionCurrency, Options: options}, p.Name, t.Name, sign)
}
