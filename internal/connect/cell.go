package connect

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"zveno.dev/zveno/internal/connect/mapping"
	"zveno.dev/zveno/internal/connect/tabular"
	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/value"
)

// translate gives what a cell means where the mapping says so, and the cell itself otherwise.
func (c *column) translate(text string) string {
	if c.values == nil {
		return text
	}
	if meant, ok := c.values[value.Fold(text)]; ok {
		return meant
	}
	return text
}

// value reads a cell, which has been translated and is not empty, as its column's kind says. The reason, "" when it could be read, goes behind the
// cell's text in a message. currency is the row's; an amount that names its own sets it where there was none.
func (p *parser) value(c *column, text string, currency *string) (v any, reason string) {
	var err error
	switch c.kind {
	case crm.Choice:
		return c.choice(text)
	case crm.Number:
		return c.number(text)
	case crm.Integer:
		return c.integer(text)
	case crm.Money:
		return p.money(c, text, currency)
	case crm.Seconds:
		return c.seconds(text)
	case crm.Day:
		v, err = tabular.ParseDay(text, c.order)
	case crm.Instant:
		v, err = tabular.ParseInstant(text, c.order, p.options.zone())
	case crm.Bool:
		v, err = tabular.ParseBool(text)
	default:
		if len(text) > maxText {
			return nil, fmt.Sprintf("is longer than %d bytes", maxText)
		}
		return text, ""
	}
	return v, withoutCell(err)
}

// maxText bounds a text value, in bytes, as package crm does.
const maxText = 64 << 10

// withoutCell is the message of a cell parser without the cell in front, which the report shows by itself.
func withoutCell(err error) string {
	if err == nil {
		return ""
	}
	message := err.Error()
	if quoted, errQuoted := strconv.QuotedPrefix(message); errQuoted == nil {
		return strings.TrimPrefix(strings.TrimPrefix(message[len(quoted):], "…"), " ")
	}
	return message
}

func (c *column) choice(text string) (any, string) {
	if c.target == mapping.TargetOutcome {
		if outcome := outcomeNamed(text); outcome != "" {
			return outcome, ""
		}
		return nil, "is not an outcome: expected open, won, lost or no_decision"
	}
	if c.custom != "" {
		return text, "" // its choices are what rows say
	}
	folded := value.Fold(text)
	for _, choice := range c.choices {
		if folded == choice || strings.ReplaceAll(strings.ReplaceAll(folded, " ", "_"), "-", "_") == choice {
			return choice, ""
		}
	}
	if c.target == "forecast_category" {
		if category, ok := forecastCategories[folded]; ok {
			return category, ""
		}
	}
	return nil, fmt.Sprintf("is none of %s: translate it with \"values\" of the column in the mapping", strings.Join(c.choices, ", "))
}

func (c *column) number(text string) (any, string) {
	plain, err := tabular.ParseNumber(text, c.decimal)
	if err != nil {
		return nil, withoutCell(err)
	}
	f, err := strconv.ParseFloat(plain, 64)
	if err != nil {
		return nil, "is too large a number"
	}
	f *= c.format.Scale()
	if c.target == "probability" && (f < 0 || f > 1) {
		return nil, "is not a probability: expected a number from 0 to 1, or a format \"percent\" in the mapping and one from 0 to 100"
	}
	if c.format.Unit == mapping.UnitPercent {
		f = math.Round(f*1e12) / 1e12 // 0.07 is not 0.07000000000000001
	}
	return f, ""
}

func (c *column) integer(text string) (any, string) {
	plain, err := tabular.ParseNumber(text, c.decimal)
	if err != nil {
		return nil, withoutCell(err)
	}
	if n, err := strconv.ParseInt(plain, 10, 64); err == nil && c.format.Unit == "" {
		return n, ""
	}
	f, err := strconv.ParseFloat(plain, 64)
	f *= c.format.Scale()
	if err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return nil, "is not a whole number"
	}
	return int64(f), ""
}

// money reads an amount in minor units.
func (p *parser) money(c *column, text string, currency *string) (any, string) {
	fallback := *currency
	if fallback == "" {
		fallback = c.format.Currency
	}
	named := fallback != ""
	if !named {
		fallback = p.currency
	}
	m, err := tabular.ParseMoney(text, c.decimal, fallback)
	switch {
	case err != nil:
		return nil, withoutCell(err)
	case *currency != "" && m.Currency != *currency:
		return nil, fmt.Sprintf("is in %s, but the row's currency is %s: one record has one currency", m.Currency, *currency)
	}
	if named || m.Currency != fallback {
		*currency = m.Currency
	} else {
		p.noted["currency"]++
	}
	if scale := int64(c.format.Scale()); scale != 1 {
		if m.Minor > math.MaxInt64/scale || m.Minor < math.MinInt64/scale {
			return nil, "is too large an amount"
		}
		m.Minor = p.scaledMinor(c, text, m, scale)
	}
	return m.Minor, ""
}

// scaledMinor is an amount counted in thousands or millions, without losing digits that are below its minor unit before
// it is scaled: 1.2345678 million is 1,234,567.80.
func (p *parser) scaledMinor(c *column, text string, m value.Money, scale int64) int64 {
	plain, err := tabular.ParseNumber(text, c.decimal)
	if err != nil {
		return m.Minor * scale // the cell has a currency sign: rarely with so many digits
	}
	f, err := strconv.ParseFloat(plain, 64)
	if err != nil {
		return m.Minor * scale
	}
	minor := f * float64(scale) * math.Pow10(value.MinorDigits(m.Currency))
	if math.Abs(minor) > 1<<53 {
		return m.Minor * scale
	}
	return int64(math.Round(minor))
}

// seconds reads a length of time: a number in the unit of the format, or hours, minutes and seconds with colons.
func (c *column) seconds(text string) (any, string) {
	parts := strings.Split(text, ":")
	if len(parts) == 1 {
		plain, err := tabular.ParseNumber(text, c.decimal)
		if err != nil {
			return nil, withoutCell(err)
		}
		f, err := strconv.ParseFloat(plain, 64)
		f *= c.format.Scale()
		if err != nil || math.Abs(f) > 1<<40 {
			return nil, "is too long a time"
		}
		return int64(math.Round(f)), ""
	}
	var total int64
	for i, part := range parts {
		n, err := strconv.ParseUint(part, 10, 32)
		if err != nil || i > 2 || i > 0 && n > 59 {
			return nil, "is not a length of time: expected a number, or a form like 1:05:00"
		}
		total = total*60 + int64(n)
	}
	return total, ""
}

// customValue is a value as custom fields take it: amounts carry their currency.
func (c *column) customValue(v any, currency string) any {
	if minor, ok := v.(int64); ok && c.kind == crm.Money {
		return value.Money{Minor: minor, Currency: currency}
	}
	return v
}
