package tabular

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Decimal is the sign between whole and fraction in a column of numbers.
type Decimal byte

// The decimal signs.
const (
	DecimalUnknown Decimal = 0
	DecimalPoint   Decimal = '.'
	DecimalComma   Decimal = ','
)

// String is the sign in words.
func (d Decimal) String() string {
	switch d {
	case DecimalPoint:
		return "point"
	case DecimalComma:
		return "comma"
	}
	return "unknown"
}

// ParseNumber reads a number written by people and gives it as a plain decimal ("-1234.5") that loses no digit, as
// value.ParseMinor and strconv take it. Digits may be grouped by threes (or as in India) with a point, comma, blank or
// apostrophe; a negative number has a minus of any kind, before or behind, or stands in parentheses; a percent sign is
// dropped; an exponent is carried out. With DecimalUnknown a number is only read when every decimal sign gives the same.
func ParseNumber(cell string, decimal Decimal) (string, error) {
	text := strings.TrimSpace(cell)
	if trimmed, ok := strings.CutSuffix(text, "%"); ok {
		text = strings.TrimRight(trimmed, blanks)
	} else if trimmed, ok := strings.CutPrefix(text, "%"); ok {
		text = strings.TrimLeft(trimmed, blanks)
	}
	number, code := parsePlain(text, decimal)
	if code != "" {
		return "", cellError(cell, code)
	}
	return number, nil
}

const blanks = " \t\u00a0\u202f\u2009"

// parsePlain reads a number without percent or currency signs; code is what is wrong with it, "" when nothing is.
func parsePlain(text string, decimal Decimal) (number, code string) {
	body, negative, ok := cutSign(text)
	if !ok || body == "" || len(body) > 64 {
		return "", CellNoNumber
	}
	mantissa, exponent, ok := cutExponent(body)
	if !ok {
		return "", CellNoNumber
	}
	switch decimal {
	case DecimalPoint, DecimalComma:
		number, ok = plainDigits(mantissa, byte(decimal))
	default:
		point, pointOK := plainDigits(mantissa, '.')
		comma, commaOK := plainDigits(mantissa, ',')
		if pointOK && commaOK && point != comma {
			return "", CellAmbiguousNumber
		}
		number, ok = point, pointOK
		if !pointOK {
			number, ok = comma, commaOK
		}
	}
	if !ok {
		if strings.Trim(body, "0123456789.,'’"+blanks) == "" && body[0] >= '0' && body[0] <= '9' {
			return "", CellGrouping
		}
		return "", CellNoNumber
	}
	if number, ok = shiftPoint(number, exponent); !ok {
		return "", CellManyDigits
	}
	if negative && strings.Trim(number, "0.") != "" {
		number = "-" + number
	}
	return number, ""
}

// cutSign takes off the signs of a negative or positive number: -1, −1, 1-, (1), +1.
func cutSign(text string) (body string, negative, ok bool) {
	if len(text) > 2 && text[0] == '(' && text[len(text)-1] == ')' {
		body = strings.Trim(text[1:len(text)-1], blanks)
		return body, true, body != "" && body[0] != '-' && body[0] != '+'
	}
	for _, minus := range []string{"-", "−", "–"} {
		if rest, found := strings.CutPrefix(text, minus); found {
			return strings.TrimLeft(rest, blanks), true, true
		}
		if rest, found := strings.CutSuffix(text, minus); found {
			return strings.TrimRight(rest, blanks), true, true
		}
	}
	rest, _ := strings.CutPrefix(text, "+")
	return rest, false, true
}

// cutExponent splits "1.2E+05" into its mantissa and 5.
func cutExponent(body string) (mantissa string, exponent int, ok bool) {
	i := strings.IndexAny(body, "eEеЕ")
	if i < 0 {
		return body, 0, true
	}
	_, size := utf8.DecodeRuneInString(body[i:])
	exponent, err := strconv.Atoi(strings.TrimPrefix(body[i+size:], "+"))
	return body[:i], exponent, err == nil && size == 1
}

// plainDigits checks that text is digits with at most one decimal sign and correct groups before it, and gives it without
// grouping and needless zeros in front.
func plainDigits(text string, decimal byte) (string, bool) {
	whole, fraction, hasFraction := strings.Cut(text, string(decimal))
	if !allDecimalDigits(fraction) || hasFraction && whole == "" && fraction == "" {
		return "", false
	}
	digits, ok := whole, true
	if !allDecimalDigits(whole) {
		digits, ok = ungroup(whole, decimal)
	}
	if !ok || whole == "" && !hasFraction {
		return "", false
	}
	digits = strings.TrimLeft(digits, "0")
	if digits == "" {
		digits = "0"
	}
	if fraction == "" {
		return digits, true
	}
	return digits + "." + fraction, true
}

func allDecimalDigits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return true
}

// ungroup joins the groups of a number's whole part. All groups are separated by the same sign, which is not the decimal
// one; the first has up to three digits and no zero in front, the others three, or two but for the last (India).
func ungroup(whole string, decimal byte) (string, bool) {
	sign, _ := groupSign(whole)
	if sign == "" || sign == string(decimal) {
		return "", false
	}
	groups := strings.Split(whole, sign)
	middle := 3
	if len(groups) > 2 && sign == "," && len(groups[1]) == 2 {
		middle = 2
	}
	for i, group := range groups {
		length := len(group)
		switch {
		case !allDecimalDigits(group):
			return "", false
		case i == 0 && (length < 1 || length > 3 || group[0] == '0'):
			return "", false
		case i > 0 && i < len(groups)-1 && length != middle:
			return "", false
		case i > 0 && i == len(groups)-1 && length != 3:
			return "", false
		}
	}
	return strings.Join(groups, ""), true
}

// groupSign is the first sign in the text that may stand between groups of digits.
func groupSign(text string) (sign string, at int) {
	for i, r := range text {
		switch r {
		case '.', ',', ' ', '\u00a0', '\u202f', '\u2009', '\'', '’':
			return string(r), i
		}
	}
	return "", -1
}

const mostDigits = 40

// shiftPoint moves the decimal point of a plain number; ok is false when that makes it too long.
func shiftPoint(number string, by int) (string, bool) {
	if by == 0 {
		return number, len(number) <= mostDigits
	}
	if by > mostDigits || by < -mostDigits {
		return "", false
	}
	whole, fraction, _ := strings.Cut(number, ".")
	if by > 0 {
		fraction += strings.Repeat("0", max(0, by-len(fraction)))
		whole, fraction = whole+fraction[:by], fraction[by:]
	} else {
		whole = strings.Repeat("0", max(0, -by-len(whole))) + whole
		fraction = whole[len(whole)+by:] + fraction
		whole = whole[:len(whole)+by]
	}
	whole = strings.TrimLeft(whole, "0")
	if whole == "" {
		whole = "0"
	}
	if fraction = strings.TrimRight(fraction, "0"); fraction != "" {
		whole += "." + fraction
	}
	return whole, len(whole) <= mostDigits
}
