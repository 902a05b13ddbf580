package web

import (
	"fmt"
	"strconv"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/i18n"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/ui"
)

// valueText writes a value of a field for people; "" for an empty one. currency is that of the record, name what the
// record that a reference leads to is called.
func valueText(v ui.View, f recordField, x any, currency, name string) string {
	switch x := x.(type) {
	case nil:
		return ""
	case string:
		return choiceLabel(v.Lang, f.Field, f.custom, x)
	case bool:
		if x {
			return v.T("record.yes")
		}
		return v.T("record.no")
	case value.Day:
		return v.Date(x)
	case value.Instant:
		return v.Time(x)
	case value.Money:
		return v.Money(x)
	case float64:
		if f.Name == "probability" && !f.custom {
			return i18n.Percent(v.Lang, x, 0)
		}
		return trimmedDecimal(v.Lang, x)
	case int64:
		return wholeText(v, f, x, currency)
	case value.ID:
		if name == "" {
			return v.T("record.unnamed")
		}
		return name
	}
	return fmt.Sprint(x)
}

func wholeText(v ui.View, f recordField, n int64, currency string) string {
	switch f.Kind {
	case crm.Money:
		return v.Money(value.Money{Minor: n, Currency: currency})
	case crm.Seconds:
		return v.T("record.minutes", "n", (n+30)/60)
	}
	if f.Name == "founded_year" {
		return strconv.FormatInt(n, 10)
	}
	return v.Number(n)
}

// trimmedDecimal writes a number with the decimals that it has, four at most.
func trimmedDecimal(lang i18n.Lang, x float64) string {
	text := i18n.Decimal(lang, x, 4)
	if strings.ContainsAny(text, ".,") {
		text = strings.TrimRight(text, "0")
		text = strings.TrimRight(text, ".,")
	}
	return text
}

// shown is a record as pages show it: with the names of what it refers to.
type shown struct {
	v     visit
	names map[value.ID]string
}

// node draws the value of a field in a record: references lead to their records, choices are badges.
func (s shown) node(f recordField, r crm.Record) g.Node { return s.value(f, f.of(r), currencyOf(r)) }

// currencyOf is the currency of a record's amounts.
func currencyOf(r crm.Record) string {
	currency, _ := r.Values["currency"].(string)
	return currency
}

func (s shown) value(f recordField, x any, currency string) g.Node {
	id := idOf(x)
	text := valueText(s.v.view, f, x, currency, s.names[id])
	switch {
	case text == "":
		return h.Span(h.Class("z-none"), g.Text("—"))
	case f.Kind == crm.Day || f.Kind == crm.Instant:
		return h.Span(h.Class("z-nowrap"), g.Text(text))
	case f.Kind == crm.Choice && f.custom:
		return ui.Badge(ui.ToneQuiet, text)
	case f.Kind == crm.Reference && f.Ref == "person":
		return person(text)
	case f.Kind == crm.Reference:
		if kind, ok := kindOf(f.Ref); ok {
			return h.A(h.Href(kind.address(id)), g.Text(text))
		}
	case f.Kind == crm.Text && !f.custom && f.Name == "email":
		return h.A(h.Href("mailto:"+text), g.Text(text))
	case f.Kind == crm.Text && !f.custom && (f.Name == "phone" || f.Name == "mobile"):
		return h.A(h.Href("tel:"+dialled(text)), g.Text(text))
	}
	return g.Text(text)
}

// dialled keeps of a telephone number what is dialled.
func dialled(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '+' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, text)
}

func person(name string) g.Node {
	return h.Span(h.Class("z-person"), ui.Avatar(name), h.Span(g.Text(name)))
}

// isFigure reports whether values of the field stand right-aligned below each other.
func (f recordField) isFigure() bool {
	switch f.Kind {
	case crm.Number, crm.Integer, crm.Money, crm.Seconds:
		return true
	}
	return false
}

// plainValue writes a value for files: as programs read it.
func plainValue(f recordField, x any, currency, name string) string {
	switch x := x.(type) {
	case nil:
		return ""
	case string:
		return x
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	case value.Money:
		return x.Decimal()
	case int64:
		if f.Kind == crm.Money {
			return value.Money{Minor: x, Currency: currency}.Decimal()
		}
		return strconv.FormatInt(x, 10)
	case value.ID:
		return name
	}
	return fmt.Sprint(x)
}

// idOf is the ID that a value is; zero for any other value.
func idOf(x any) value.ID {
	id, _ := x.(value.ID)
	return id
}
