package tabular

import (
	"strings"
	"time"

	"zveno.dev/zveno/internal/value"
)

// DateOrder is the order in which a column writes the numbers of a date.
type DateOrder string

// The orders.
const (
	OrderUnknown DateOrder = ""
	OrderYMD     DateOrder = "ymd"
	OrderDMY     DateOrder = "dmy"
	OrderMDY     DateOrder = "mdy"
)

// ParseDay reads a cell of a column of dates and gives the day as written: a time of day behind it is not looked at, nor
// is its zone. The order matters only for dates like 02/03/2026; dates that begin with a year of four digits or name
// their month (in English or Russian) are read in any order, and with OrderUnknown so is every date that fits only one.
// Years of two digits mean 1969 to 2068.
func ParseDay(cell string, order DateOrder) (value.Day, error) {
	m, ok := readMoment(cell)
	if !ok {
		return 0, cellError(cell, CellNoDate)
	}
	year, month, day, err := m.date(cell, order)
	if err != nil {
		return 0, err
	}
	return value.NewDay(year, month, day), nil
}

// ParseInstant reads a cell of a column of moments. One that names its zone (Z, +03:00, UTC, MSK, EST…) is taken at its
// word, any other is local time in zone; a day alone is its first instant. For order see ParseDay.
func ParseInstant(cell string, order DateOrder, zone *time.Location) (value.Instant, error) {
	m, ok := readMoment(cell)
	if !ok {
		return 0, cellError(cell, CellNoDate)
	}
	year, month, day, err := m.date(cell, order)
	if err != nil {
		return 0, err
	}
	if m.zoned {
		zone = time.FixedZone("", m.offset)
	}
	return value.InstantOf(time.Date(year, month, day, m.hour, m.minute, m.second, m.nanos, zone)), nil
}

// moment is what a cell says about a date and time, before the order of the date's numbers is known.
type moment struct {
	numbers [3]int // as written; with named, day, month and year
	digits  [3]int // how many digits each has
	named   bool   // the month is a word
	dotted  bool   // the numbers are separated by points
	compact bool   // 20260331

	timed, clock12       bool
	hour, minute, second int
	nanos                int
	zoned                bool
	offset               int    // seconds east of UTC
	zone                 string // as written
}

// date gives the parts of the date in the order of the column.
func (m *moment) date(cell string, order DateOrder) (year int, month time.Month, day int, err error) {
	orders := m.orders()
	switch {
	case orders == 0:
		return 0, 0, 0, cellError(cell, CellNoDay)
	case order == OrderUnknown && !orders.single():
		return 0, 0, 0, cellError(cell, CellAmbiguousDate)
	case order == OrderUnknown || m.fixed():
		order = orders.first()
	}
	year, mon, day := m.arrange(order)
	if !isDay(year, mon, day) {
		return 0, 0, 0, cellError(cell, CellWrongOrder, strings.Join(strings.Split(string(order), ""), "/"))
	}
	return year, time.Month(mon), day, nil
}

// orderSet is a set of date orders.
type orderSet uint8

const (
	setDMY orderSet = 1 << iota
	setMDY
	setYMD
)

func (s orderSet) single() bool { return s&(s-1) == 0 }

// first is the set's first order; OrderUnknown for none.
func (s orderSet) first() DateOrder {
	switch {
	case s&setDMY != 0:
		return OrderDMY
	case s&setMDY != 0:
		return OrderMDY
	case s&setYMD != 0:
		return OrderYMD
	}
	return OrderUnknown
}

// fixed reports whether the cell shows its order by itself, whatever the column's is.
func (m *moment) fixed() bool { return m.named || m.digits[0] >= 3 }

// orders are the orders in which the numbers are a day of the calendar. A year of two digits in front is only considered
// where the first number cannot be anything else.
func (m *moment) orders() (fitting orderSet) {
	switch {
	case m.named:
		if isDay(m.arrange(OrderDMY)) {
			return setDMY
		}
		return 0
	case m.fixed():
		if isDay(m.arrange(OrderYMD)) {
			return setYMD
		}
		return 0
	}
	if isDay(m.arrange(OrderDMY)) {
		fitting |= setDMY
	}
	if isDay(m.arrange(OrderMDY)) {
		fitting |= setMDY
	}
	if fitting == 0 && m.digits[2] < 3 && isDay(m.arrange(OrderYMD)) {
		fitting |= setYMD
	}
	return fitting
}

// arrange gives year, month and day when the numbers stand in the given order.
func (m *moment) arrange(order DateOrder) (year, month, day int) {
	a, b, c := m.numbers[0], m.numbers[1], m.numbers[2]
	switch order {
	case OrderYMD:
		return fullYear(a, m.digits[0]), b, c
	case OrderMDY:
		return fullYear(c, m.digits[2]), a, b
	default:
		return fullYear(c, m.digits[2]), b, a
	}
}

// fullYear completes a year of two digits: 69 is 1969 and 68 is 2068, as in POSIX.
func fullYear(year, digits int) int {
	switch {
	case digits > 2:
		return year
	case year >= 69:
		return 1900 + year
	}
	return 2000 + year
}

func isDay(year, month, day int) bool {
	if year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 {
		return false
	}
	return day <= 28 || day <= daysIn(year, month)
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}
