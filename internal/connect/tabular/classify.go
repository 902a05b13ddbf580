package tabular

import (
	"strings"
	"unicode/utf8"
)

// Kind is what the cells of a column look like.
type Kind string

// The kinds.
const (
	KindEmpty    Kind = "empty"
	KindText     Kind = "text"
	KindID       Kind = "id" // letters and digits without blanks, or digits with zeros in front: not to calculate with
	KindInteger  Kind = "integer"
	KindDecimal  Kind = "decimal"
	KindMoney    Kind = "money" // a number with a currency sign or code
	KindDate     Kind = "date"
	KindDateTime Kind = "datetime"
	KindBool     Kind = "bool"
	KindEmail    Kind = "email"
)

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
	orders     []DateOrder
	point      bool // reads as a number with a decimal point
	comma      bool // reads as a number with a decimal comma
	currencies []string
	currency   string // as written
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
	if e.isNumber(cell) {
		return e.numberKind()
	}
	if mayBeDate(cell, has) {
		if m, ok := readMoment(cell); ok && !m.compact {
			if orders := m.orders(); len(orders) > 0 {
				e.moment, e.orders = m, orders
				if m.timed {
					return KindDateTime
				}
				return KindDate
			}
		}
	}
	if has == hasDigit|hasLetter || has == hasDigit|hasLetter|hasMark && isUUID(cell) {
		return KindID
	}
	return KindText
}

// digitsOnly tells numbers from codes that happen to be digits.
func (e *evidence) digitsOnly(cell string) Kind {
	if cell[0] == '0' && len(cell) > 1 || len(cell) > 18 {
		return KindID
	}
	e.point, e.comma = true, true
	return KindInteger
}

// isNumber reads the cell as a number or an amount of money with both decimal signs.
func (e *evidence) isNumber(cell string) bool {
	text := cell
	if trimmed, ok := strings.CutSuffix(text, "%"); ok {
		e.percent = true
		text = strings.TrimRight(trimmed, blanks)
	} else if !numberStart(text[0]) || !numberEnd(text[len(text)-1]) {
		text, e.currencies = cutCurrency(text)
		if e.currencies == nil {
			return false
		}
		e.currency = strings.Trim(strings.Replace(cell, strings.Trim(text, "()-−–+"), "", 1), "()-−–+"+blanks)
	}
	if text == "" || strings.Trim(text, "0123456789.,'’()+-−–eE"+blanks) != "" {
		return false
	}
	_, reasonPoint := parsePlain(text, DecimalPoint)
	_, reasonComma := parsePlain(text, DecimalComma)
	e.point, e.comma = reasonPoint == "", reasonComma == ""
	return e.point || e.comma
}

func numberStart(b byte) bool {
	return b >= '0' && b <= '9' || b == '-' || b == '+' || b == '.' || b == ',' || b == 0xe2 // − and –
}

func numberEnd(b byte) bool { return b >= '0' && b <= '9' || b == '-' || b == '.' || b == ',' }

func (e *evidence) numberKind() Kind {
	if len(e.currencies) > 0 {
		return KindMoney
	}
	return KindDecimal
}

// mayBeDate is a cheap look before reading a date.
func mayBeDate(cell string, has shape) bool {
	if len(cell) < 6 {
		return false
	}
	if c := cell[0]; c >= '0' && c <= '9' {
		return has&(hasMark|hasBlank|hasBeyond) != 0
	}
	return has&hasBlank != 0 || has&hasMark != 0
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
