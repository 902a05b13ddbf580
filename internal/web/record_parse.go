package web

import (
	"math"
	"strconv"
	"strings"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/i18n"
	"zveno.dev/zveno/internal/value"
)

// plainFigure brings a number as people write it in a language into the form that programs read: 1 234,50 and 1,234.50
// become 1234.50. Texts of other kinds stay as they are.
func plainFigure(lang i18n.Lang, text string, kind crm.Kind) string {
	switch kind {
	case crm.Money, crm.Number, crm.Integer, crm.Seconds:
	default:
		return text
	}
	text = strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\u00a0', '\u202f', '\'':
			return -1
		case '\u2212':
			return '-'
		}
		return r
	}, strings.TrimSpace(text))
	if lang == i18n.Russian && !strings.Contains(text, ".") {
		return strings.Replace(text, ",", ".", 1)
	}
	return strings.ReplaceAll(text, ",", "")
}

// parseField reads what somebody typed into a field; an empty text is nil. The error says what is wrong with it.
func parseField(v visit, f recordField, text, currency string) (any, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, nil
	}
	figure := plainFigure(v.view.Lang, text, f.Kind)
	switch f.Kind {
	case crm.Number:
		return parseNumber(v, f, figure)
	case crm.Integer, crm.Seconds:
		n, err := strconv.ParseInt(figure, 10, 64)
		if err != nil {
			return nil, wrong(v, "record.wrong.whole")
		}
		if f.Kind == crm.Seconds {
			n *= 60 // minutes are what people type
		}
		return n, nil
	case crm.Money:
		return parseMoney(v, f, figure, currency)
	case crm.Day:
		return orWrong(v, "record.wrong.day")(value.ParseDay(text))
	case crm.Instant:
		return orWrong(v, "record.wrong.time")(value.ParseInstant(strings.Replace(text, "T", " ", 1), v.settings.Zone))
	case crm.Bool:
		return text == "true", nil
	case crm.Reference:
		return orWrong(v, "record.wrong.reference")(value.ParseID(text))
	}
	return text, nil
}

// orWrong puts what a parser says into the visitor's words.
func orWrong(v visit, key string) func(any, error) (any, error) {
	return func(x any, err error) (any, error) {
		if err != nil {
			return nil, wrong(v, key)
		}
		return x, nil
	}
}

// wrong is an error of one field in the visitor's language.
func wrong(v visit, key string, args ...any) error {
	return fault.New(fault.Invalid, "%s", v.T(key, args...))
}

func parseNumber(v visit, f recordField, text string) (any, error) {
	percent := f.Name == "probability" && !f.custom
	n, err := strconv.ParseFloat(strings.TrimSuffix(text, "%"), 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		return nil, wrong(v, "record.wrong.number")
	}
	if percent {
		if n < 0 || n > 100 {
			return nil, wrong(v, "record.wrong.percent")
		}
		return n / 100, nil
	}
	return n, nil
}

// parseMoney reads an amount in the record's currency; in a custom field the currency may follow.
func parseMoney(v visit, f recordField, text, currency string) (any, error) {
	if f.custom {
		if n := len(text); n > 3 && value.IsCurrency(strings.ToUpper(text[n-3:])) {
			text, currency = text[:n-3], strings.ToUpper(text[n-3:])
		}
	}
	if !value.IsCurrency(currency) {
		currency = v.settings.Currency
	}
	minor, err := value.ParseMinor(text, currency)
	if err != nil {
		return nil, wrong(v, "record.wrong.amount", "currency", currency)
	}
	if f.custom {
		return value.Money{Minor: minor, Currency: currency}, nil
	}
	return minor, nil
}

// typedText is a value as it stands in an input, for parseField to read again.
func typedText(v visit, f recordField, x any, currency string) string {
	switch x := x.(type) {
	case nil:
		return ""
	case string:
		return x
	case bool:
		return strconv.FormatBool(x)
	case value.Day:
		return x.String()
	case value.Instant:
		return x.Time().In(v.settings.Zone).Format("2006-01-02T15:04")
	case value.Money:
		return x.Decimal() + " " + x.Currency
	case value.ID:
		return x.String()
	case float64:
		if f.Name == "probability" && !f.custom {
			x = math.Round(x*1e8) / 1e6
		}
		return decimalMark(v, strconv.FormatFloat(x, 'f', -1, 64))
	case int64:
		if f.Kind == crm.Money {
			return decimalMark(v, value.Money{Minor: x, Currency: currency}.Decimal())
		}
		if f.Kind == crm.Seconds {
			return strconv.FormatInt((x+30)/60, 10)
		}
		return strconv.FormatInt(x, 10)
	}
	return ""
}

func decimalMark(v visit, text string) string {
	if v.view.Lang == i18n.Russian {
		return strings.Replace(text, ".", ",", 1)
	}
	return text
}
