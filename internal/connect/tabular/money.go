package tabular

import (
	"slices"
	"strings"
	"unicode/utf8"

	"zveno.dev/zveno/internal/value"
)

// currencySigns are currency signs and words, in lower case, and the currencies that use them, the most used first.
var currencySigns = map[string][]string{
	"us$": {"USD"}, "a$": {"AUD"}, "au$": {"AUD"}, "c$": {"CAD"}, "ca$": {"CAD"},
	"nz$": {"NZD"}, "s$": {"SGD"}, "hk$": {"HKD"}, "mx$": {"MXN"}, "r$": {"BRL"},
	"$": {"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "CLP", "COP", "ARS", "TWD"},
	"€": {"EUR"}, "£": {"GBP", "EGP", "LBP"}, "¥": {"JPY", "CNY"}, "元": {"CNY"}, "円": {"JPY"},
	"₽": {"RUB"}, "рублей": {"RUB", "BYN"}, "руб.": {"RUB", "BYN"}, "руб": {"RUB", "BYN"}, "р.": {"RUB", "BYN"},
	"₸": {"KZT"}, "тг.": {"KZT"}, "тг": {"KZT"}, "₴": {"UAH"}, "грн.": {"UAH"}, "грн": {"UAH"},
	"₾": {"GEL"}, "֏": {"AMD"}, "₼": {"AZN"}, "₹": {"INR"}, "₺": {"TRY"}, "₩": {"KRW"},
	"₪": {"ILS"}, "₫": {"VND"}, "฿": {"THB"}, "₱": {"PHP"}, "₦": {"NGN"},
	"zł": {"PLN"}, "kč": {"CZK"}, "ft": {"HUF"}, "lei": {"RON", "MDL"}, "fr.": {"CHF"},
	"kr.": {"SEK", "NOK", "DKK", "ISK"}, "kr": {"SEK", "NOK", "DKK", "ISK"},
}

const longestSign = len("рублей")

// ParseMoney reads an amount with or without a currency sign or ISO 4217 code before or behind it: "$1,234.50",
// "1 234,50 ₽", "(1.234,00) EUR". The amount is in minor units, rounded half away from zero. The currency is the one
// written; where none is, or a sign that several share, it is fallback if that fits. It is an error when no currency is
// known, and, with DecimalUnknown, when the amount can be read in two ways.
func ParseMoney(cell string, decimal Decimal, fallback string) (value.Money, error) {
	text, currencies := cutCurrency(strings.TrimSpace(cell))
	number, wrong := parsePlain(text, decimal)
	if wrong != "" {
		if wrong == CellNoNumber {
			wrong = CellNoMoney
		}
		return value.Money{}, cellError(cell, wrong)
	}
	code := fallback
	if len(currencies) > 0 && !slices.Contains(currencies, fallback) {
		if sharedEqually(currencies) {
			return value.Money{}, cellError(cell, CellSharedCurrency, strings.Join(currencies, ", "))
		}
		code = currencies[0]
	}
	if code == "" {
		return value.Money{}, cellError(cell, CellNoCurrency)
	}
	minor, err := value.ParseMinor(number, code)
	if err != nil {
		return value.Money{}, cellError(cell, CellTooLarge)
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
			return trimBlanks(text[len(word):]), found
		}
	}
	tail := trailingWord(text)
	if found := currenciesOf(tail); found != nil {
		return trimBlanks(text[:len(text)-len(tail)]), found
	}
	return text, nil
}

// currenciesOf are the currencies that a sign, word or ISO code means; nil for none.
func currenciesOf(word string) []string {
	word = trimBlanks(word)
	if word == "" || len(word) > longestSign || len(word) > 3 && word[0] < utf8.RuneSelf {
		return nil // those that begin with a Latin letter or $ have three bytes at most
	}
	if found := currencySigns[strings.ToLower(word)]; found != nil {
		return found
	}
	if code := strings.ToUpper(word); len(word) == 3 && value.IsCurrency(code) {
		return []string{code}
	}
	return nil
}

// trimBlanks is strings.Trim(text, blanks), faster where there is none beyond ASCII.
func trimBlanks(text string) string {
	for text != "" && (text[0] == ' ' || text[0] == '\t') {
		text = text[1:]
	}
	for text != "" && (text[len(text)-1] == ' ' || text[len(text)-1] == '\t') {
		text = text[:len(text)-1]
	}
	if text == "" || !blankEdges[text[0]] && !blankEdges[text[len(text)-1]] {
		return text
	}
	return strings.Trim(text, blanks)
}

// blankEdges are the bytes with which blanks begin or end.
var blankEdges = byteSet(blanks)

// leadingWord is what stands before the first digit, sign or parenthesis; "" when that is more than any currency.
func leadingWord(text string) string {
	for i, r := range text {
		switch {
		case r >= '0' && r <= '9', r == '-', r == '−', r == '(', r == '+':
			return text[:i]
		case i > 2*longestSign:
			return ""
		}
	}
	return ""
}

// trailingWord is what stands behind the last digit, minus or parenthesis; "" when that is more than any currency.
func trailingWord(text string) string {
	for i := len(text) - 1; i >= max(0, len(text)-2*longestSign); i-- {
		if c := text[i]; c >= '0' && c <= '9' || c == ')' || c == '-' {
			return text[i+1:]
		}
	}
	return ""
}
