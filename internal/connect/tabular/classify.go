package tabular

import (
	"strings"
	"unicode/utf8"
)

// Kind is what the cells of a column look like.
type Kind uint8

// The kinds.
const (
	KindEmpty Kind = iota
	KindText
	KindID // letters and digits without blanks, or digits with zeros in front: not to calculate with
	KindInteger
	KindDecimal
	KindMoney // a number with a currency sign or code
	KindDate
	KindDateTime
	KindBool
	KindEmail

	kindCount = iota
)

// String is the kind as reports name it: "text", "datetime".
func (k Kind) String() string {
	return [kindCount]string{"empty", "text", "id", "integer", "decimal", "money", "date", "datetime", "bool", "email"}[k]
}

// MarshalText makes kinds readable in JSON.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// Classify tells what one cell looks like by itself. Digits alone are an integer, also 1, 0 and 20260331.
func Classify(cell string) Kind {
	if IsEmpty(cell) {
		return KindEmpty
	}
	var seen evidence
	return seen.classify(strings.TrimSpace(cell))
}

// evidence is what classifying a cell found out besides its kind.
type evidence struct {
	moment     moment
	orders     orderSet
	point      bool // reads as a number with a decimal point
	comma      bool // reads as a number with a decimal comma
	currencies []string
	currency   string // as written
	differ     bool   // both readings are possible and differ: 1.234
	whole      bool   // there is no fraction
	grouping   string
	percent    bool
}

// shape is a set of kinds of characters.
type shape uint8

const (
	hasDigit  shape = 1 << iota
	hasLetter       // of ASCII
	hasBeyond       // beyond ASCII
	hasAt
	hasBlank
	hasMark // anything else
)

var shapes = func() (table [256]shape) {
	for b := range table {
		switch c := byte(b); {
		case c >= '0' && c <= '9':
			table[b] = hasDigit
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			table[b] = hasLetter
		case c >= utf8.RuneSelf:
			table[b] = hasBeyond
		case c == '@':
			table[b] = hasAt
		case c <= ' ':
			table[b] = hasBlank
		default:
			table[b] = hasMark
		}
	}
	return table
}()

const longestTyped = 80 // bytes; longer cells are text

// classify finds the kind of a trimmed cell that is not empty, from the cheapest test to the dearest.
func (e *evidence) classify(cell string) Kind {
	if len(cell) > longestTyped {
		return KindText
	}
	var has shape
	for i := range len(cell) {
		has |= shapes[cell[i]]
	}
	switch {
	case has == hasDigit:
		return e.digitsOnly(cell)
	case has&hasAt != 0:
		if isEmail(cell) {
			return KindEmail
		}
		return KindText
	case has&hasDigit == 0:
		if isBoolWord(cell) {
			return KindBool
		}
		return KindText
	}
	switch { // no text is both a number and a date, so that the order is free
	case e.isPlainNumber(cell):
		return e.numberKind()
	case mayBeDate(cell, has) && e.isDate(cell):
		if e.moment.timed {
			return KindDateTime
		}
		return KindDate
	case e.isNumber(cell):
		return e.numberKind()
	}
	if has == hasDigit|hasLetter && len(cell) <= 64 || isUUID(cell) {
		return KindID
	}
	return KindText
}

// isDate reads the cell as a day of the calendar, with or without a time. Eight digits alone are a number.
func (e *evidence) isDate(cell string) bool {
	m, ok := readMoment(cell)
	if !ok || m.compact {
		return false
	}
	e.moment, e.orders = m, m.orders()
	return e.orders != 0
}

// digitsOnly tells numbers from codes that happen to be digits.
func (e *evidence) digitsOnly(cell string) Kind {
	if cell[0] == '0' && len(cell) > 1 || len(cell) > 18 {
		return KindID
	}
	e.point, e.comma = true, true
	return KindInteger
}

// isNumber reads the cell as a number or an amount of money in any form, with both decimal signs.
func (e *evidence) isNumber(cell string) bool {
	text := cell
	switch trimmed, percent := strings.CutSuffix(text, "%"); {
	case percent:
		e.percent = true
		text = strings.TrimRight(trimmed, blanks)
	case mayBeNumber(text):
	case !mayBeMoney(text):
		return false
	default:
		if text, e.currencies = cutCurrency(text); e.currencies == nil {
			return false
		}
		e.currency = strings.Trim(strings.Replace(cell, strings.Trim(text, "()-−–+"), "", 1), "()-−–+"+blanks)
	}
	if !mayBeNumber(text) {
		return false
	}
	point, wrongPoint := parsePlain(text, DecimalPoint)
	comma, wrongComma := parsePlain(text, DecimalComma)
	e.point, e.comma = wrongPoint == "", wrongComma == ""
	e.differ = e.point && e.comma && point != comma
	e.whole = !e.differ && !strings.Contains(point+comma, ".")
	if sign := ","; e.point != e.comma {
		if e.point {
			sign = "."
		}
		e.grouping, _ = groupSign(strings.ReplaceAll(text, sign, ""))
	}
	return e.point || e.comma
}

// isPlainNumber reads the commonest form, digits with one point or comma at most, faster than parsePlain does.
func (e *evidence) isPlainNumber(cell string) bool {
	text := strings.TrimPrefix(cell, "-")
	at := -1
	for i := range len(text) {
		c := text[i]
		if c >= '0' && c <= '9' {
			continue
		}
		if at >= 0 || c != '.' && c != ',' {
			return false
		}
		at = i
	}
	if len(text) == 0 || len(text) > 18 || at == 0 || at == len(text)-1 {
		return false
	}
	if at < 0 {
		e.point, e.comma, e.whole = true, true, true
		return true
	}
	grouped := at <= 3 && len(text)-at == 4 && text[0] != '0'
	e.point, e.comma, e.differ = text[at] == '.' || grouped, text[at] == ',' || grouped, grouped
	return true
}

func (e *evidence) numberKind() Kind {
	switch {
	case len(e.currencies) > 0:
		return KindMoney
	case e.whole && !e.percent:
		return KindInteger
	}
	return KindDecimal
}

// numberBytes are all bytes of numbers.
var numberBytes = byteSet("0123456789-+.,()'’−–eE" + blanks)

func byteSet(text string) (set [256]bool) {
	for i := range len(text) {
		set[text[i]] = true
	}
	return set
}

// mostAround is how many bytes a currency with its blank and signs takes on one side of a number.
const mostAround = longestSign + 4

// mayBeMoney is a cheap look before searching a currency: only what stands before the first and behind the last digit may
// be anything but a number, and neither is long.
func mayBeMoney(text string) bool {
	first, last := 0, len(text)-1
	for first < last && (text[first] < '0' || text[first] > '9') {
		first++
	}
	for last > first && (text[last] < '0' || text[last] > '9') {
		last--
	}
	return first <= mostAround && len(text)-last <= mostAround && mayBeNumber(text[first:last+1])
}

// mayBeNumber is a cheap look before reading a number.
func mayBeNumber(text string) bool {
	for i := range len(text) {
		if !numberBytes[text[i]] {
			return false
		}
	}
	return text != ""
}

// mayBeDate is a cheap look before reading a date.
func mayBeDate(cell string, has shape) bool {
	if len(cell) < 6 {
		return false
	}
	if c := cell[0]; c >= '0' && c <= '9' {
		return has&(hasMark|hasBlank|hasBeyond) != 0
	}
	return beginsDate(cell)
}

// isEmail reports whether the cell has the form of one e-mail address.
func isEmail(cell string) bool {
	name, domain, _ := strings.Cut(cell, "@")
	dot := strings.LastIndexByte(domain, '.')
	return name != "" && dot > 0 && dot < len(domain)-1 && !strings.ContainsAny(cell, " \t,;<>()") && !strings.Contains(domain, "@")
}

// isUUID reports the form 8-4-4-4-12 of hexadecimal digits.
func isUUID(cell string) bool {
	if len(cell) != 36 || cell[8] != '-' || cell[13] != '-' || cell[18] != '-' || cell[23] != '-' {
		return false
	}
	return strings.Trim(cell, "0123456789abcdefABCDEF-") == ""
}
