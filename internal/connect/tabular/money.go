package tabular

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"zveno.dev/zveno/internal/value"
)

// sign is a currency sign or word and the currencies that use it, the most used first.
type sign struct {
	text       string
	currencies []string
}

// signs are the currency signs and words, in lower case; a longer one comes before its own beginning.
var signs = []sign{
	{"us$", []string{"USD"}}, {"a$", []string{"AUD"}}, {"au$", []string{"AUD"}}, {"c$", []string{"CAD"}}, {"ca$", []string{"CAD"}},
	{"nz$", []string{"NZD"}}, {"s$", []string{"SGD"}}, {"hk$", []string{"HKD"}}, {"mx$", []string{"MXN"}}, {"r$", []string{"BRL"}},
	{"$", []string{"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "CLP", "COP", "ARS", "TWD"}},
	{"€", []string{"EUR"}},
	{"£", []string{"GBP", "EGP", "LBP"}},
	{"¥", []string{"JPY", "CNY"}}, {"元", []string{"CNY"}}, {"円", []string{"JPY"}},
	{"₽", []string{"RUB"}}, {"рублей", []string{"RUB", "BYN"}}, {"руб.", []string{"RUB", "BYN"}}, {"руб", []string{"RUB", "BYN"}}, {"р.", []string{"RUB", "BYN"}},
	{"₸", []string{"KZT"}}, {"тг.", []string{"KZT"}}, {"тг", []string{"KZT"}}, {"₴", []string{"UAH"}}, {"грн.", []string{"UAH"}}, {"грн", []string{"UAH"}},
	{"₾", []string{"GEL"}}, {"֏", []string{"AMD"}}, {"₼", []string{"AZN"}}, {"₹", []string{"INR"}}, {"₺", []string{"TRY"}}, {"₩", []string{"KRW"}},
	{"₪", []string{"ILS"}}, {"₫", []string{"VND"}}, {"฿", []string{"THB"}}, {"₱", []string{"PHP"}}, {"₦", []string{"NGN"}},
	{"zł", []string{"PLN"}}, {"kč", []string{"CZK"}}, {"ft", []string{"HUF"}}, {"lei", []string{"RON", "MDL"}}, {"fr.", []string{"CHF"}},
	{"kr.", []string{"SEK", "NOK", "DKK", "ISK"}}, {"kr", []string{"SEK", "NOK", "DKK", "ISK"}},
}

// ParseMoney reads an amount with or without a currency sign or ISO 4217 code before or behind it: "$1,234.50",
// "1 234,50 ₽", "(1.234,00) EUR". The amount is in minor units, rounded half away from zero. The currency is the one
// written; where none is, or a sign that several share, it is fallback if that fits. It is an error when no currency is
// known, and, with DecimalUnknown, when the amount can be read in two ways.
func ParseMoney(cell string, decimal Decimal, fallback string) (value.Money, error) {
	text, currencies := cutCurrency(strings.TrimSpace(cell))
	number, reason := parsePlain(text, decimal)
	if reason != "" {
		if reason == reasonNoNumber {
			reason = "is not an amount of money"
		}
		return value.Money{}, fmt.Errorf("%s %s", printable(cell), reason)
	}
	code := fallback
	if len(currencies) > 0 && !slices.Contains(currencies, fallback) {
		if sharedEqually(currencies) {
			return value.Money{}, fmt.Errorf("%s has a currency sign that several currencies share (%s): say which one the column is in",
				printable(cell), strings.Join(currencies, ", "))
		}
		code = currencies[0]
	}
	if code == "" {
		return value.Money{}, fmt.Errorf("%s has no currency: say which one the column is in", printable(cell))
	}
	minor, err := value.ParseMinor(number, code)
	if err != nil {
		return value.Money{}, err
	}
	return value.Money{Minor: minor, Currency: code}, nil
}

// sharedEqually reports the signs that by themselves name no currency: of those with several, only $, £, ¥ and рубль do.
func sharedEqually(currencies []string) bool {
	return currencies[0] == "SEK" || currencies[0] == "RON"
}

// cutCurrency takes a currency sign or code off either end of an amount, also inside of parentheses and behind a minus.
// currencies is nil when there is none.
func cutCurrency(text string) (amount string, currencies []string) {
	if len(text) > 2 && text[0] == '(' && text[len(text)-1] == ')' {
		inner, found := cutCurrency(strings.Trim(text[1:len(text)-1], blanks))
		return "(" + inner + ")", found
	}
	for _, minus := range []string{"-", "−", "–", "+"} {
		if rest, ok := strings.CutPrefix(text, minus); ok {
			inner, found := cutCurrency(strings.TrimLeft(rest, blanks))
			return minus + inner, found
		}
	}
	head := leadingWord(text)
	for _, word := range []string{head, strings.TrimSuffix(head, ".")} { // the point may belong to ".50"
		if found := currenciesOf(word); found != nil {
			return strings.Trim(text[len(word):], blanks), found
		}
	}
	tail := trailingWord(text)
	if found := currenciesOf(tail); found != nil {
		return strings.Trim(text[:len(text)-len(tail)], blanks), found
	}
	return text, nil
}

// currenciesOf are the currencies that a sign, word or ISO code means; nil for none.
func currenciesOf(word string) []string {
	word = strings.Trim(word, blanks)
	if len(word) == 3 && value.IsCurrency(strings.ToUpper(word)) {
		return []string{strings.ToUpper(word)}
	}
	folded := strings.ToLower(word)
	for _, s := range signs {
		if s.text == folded {
			return s.currencies
		}
	}
	return nil
}

// leadingWord is what stands before the first digit, minus or parenthesis.
func leadingWord(text string) string {
	return text[:max(0, strings.IndexAny(text, "0123456789-−(+"))]
}

// trailingWord is what stands behind the last digit or parenthesis.
func trailingWord(text string) string {
	i := strings.LastIndexAny(text, "0123456789)-")
	if i < 0 {
		return ""
	}
	_, size := utf8.DecodeRuneInString(text[i:])
	return text[i+size:]
}
