package i18n

import (
	"math"
	"strconv"
	"strings"
)

// symbols are the signs of currencies that are known without their country. Other currencies are written by their code.
var symbols = map[string]string{"USD": "$", "EUR": "€", "GBP": "£", "RUB": "₽", "JPY": "¥", "INR": "₹", "KZT": "₸", "TRY": "₺", "UAH": "₴", "GEL": "₾", "AMD": "֏"}

// Money writes an amount of minor units exactly: $1,234.50 or 1 234,50 $. digits is how many decimals the currency's minor
// unit has.
func Money(lang Lang, minor int64, currency string, digits int) string {
	text := strconv.FormatUint(magnitude(minor), 10)
	if missing := digits + 1 - len(text); missing > 0 {
		text = strings.Repeat("0", missing) + text
	}
	whole, fraction := text[:len(text)-digits], text[len(text)-digits:]
	return withCurrency(lang, minor < 0, joinFraction(lang, group(lang, whole), fraction), currency)
}

// WholeMoney writes an amount rounded to whole units: $1,235 or 1 235 $.
func WholeMoney(lang Lang, amount float64, currency string) string {
	text := Decimal(lang, math.Abs(amount), 0)
	return withCurrency(lang, amount < 0 && text != "0", text, currency)
}

// CompactMoney writes an amount in few digits: $12.3K or 12,3 тыс. $.
func CompactMoney(lang Lang, amount float64, currency string) string {
	text := Compact(lang, math.Abs(amount))
	return withCurrency(lang, amount < 0 && text != "0", text, currency)
}

// withCurrency puts a currency to the figures of an amount: in English the sign comes first, in Russian last.
func withCurrency(lang Lang, negative bool, figures, currency string) string {
	symbol, known := symbols[currency]
	switch {
	case currency == "" || figures == "—":
		return signed(negative, figures)
	case lang == Russian && known:
		return signed(negative, figures) + noBreak + symbol
	case lang == Russian:
		return signed(negative, figures) + noBreak + currency
	case known:
		return signed(negative, symbol+figures)
	default:
		return signed(negative, currency+noBreak+figures)
	}
}
