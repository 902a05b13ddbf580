package tabular

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// reader goes over the text of a cell.
type reader struct {
	text string
	at   int
}

func (r *reader) done() bool { return r.at >= len(r.text) }

func (r *reader) peek() byte {
	if r.done() {
		return 0
	}
	return r.text[r.at]
}

// number reads up to most digits; digits is how many there were, 0 for none or too many.
func (r *reader) number(most int) (n, digits int) {
	start := r.at
	for r.at < len(r.text) && r.text[r.at] >= '0' && r.text[r.at] <= '9' {
		if r.at-start == most {
			return 0, 0
		}
		n = n*10 + int(r.text[r.at]-'0')
		r.at++
	}
	return n, r.at - start
}

// word reads letters, in lower case, and a point behind them.
func (r *reader) word() string {
	start := r.at
	for r.at < len(r.text) {
		c, size := rune(r.text[r.at]), 1
		if c >= utf8.RuneSelf {
			c, size = utf8.DecodeRuneInString(r.text[r.at:])
		}
		if !unicode.IsLetter(c) {
			break
		}
		r.at += size
	}
	word := r.text[start:r.at]
	if word != "" && r.peek() == '.' {
		r.at++
	}
	return strings.ToLower(word)
}

// skip passes over any of the given characters and reports whether there was one.
func (r *reader) skip(any string) bool {
	start := r.at
	for r.at < len(r.text) {
		if c := r.text[r.at]; c < utf8.RuneSelf {
			if strings.IndexByte(any, c) < 0 {
				break
			}
			r.at++
			continue
		}
		c, size := utf8.DecodeRuneInString(r.text[r.at:])
		if !strings.ContainsRune(any, c) {
			break
		}
		r.at += size
	}
	return r.at > start
}

// take passes over b if it comes next.
func (r *reader) take(b byte) bool {
	if r.peek() == b && !r.done() {
		r.at++
		return true
	}
	return false
}

const longestMoment = 80 // bytes: "понедельник, 23 февраля 2026 г. 20:55:00 GMT+0300 (…)"

// readMoment reads a date with or without a time of day.
func readMoment(cell string) (m moment, ok bool) {
	r := reader{text: strings.TrimSpace(cell)}
	if len(r.text) < 6 || len(r.text) > longestMoment {
		return m, false
	}
	if !r.isoDate(&m) && !r.writtenDate(&m) {
		return m, false
	}
	if r.done() {
		return m, true
	}
	if m.compact && r.peek() >= '0' && r.peek() <= '9' {
		return m, r.compactTime(&m) && r.zone(&m) && r.done()
	}
	if !r.timeSeparator() {
		return m, false
	}
	if r.done() {
		return m, true
	}
	return m, r.timeOfDay(&m) && r.zone(&m) && r.done()
}

// isoDate reads 2026-03-31 or 20260331.
func (r *reader) isoDate(m *moment) bool {
	t := r.text
	if len(t) >= 10 && t[4] == '-' && t[7] == '-' && allDecimalDigits(t[:4]) && allDecimalDigits(t[5:7]) && allDecimalDigits(t[8:10]) {
		m.numbers = [3]int{fourDigits(t), twoDigits(t[5:]), twoDigits(t[8:])}
		m.digits = [3]int{4, 2, 2}
		r.at = 10
		return len(t) == 10 || t[10] < '0' || t[10] > '9'
	}
	run := 0
	for run < len(t) && t[run] >= '0' && t[run] <= '9' {
		run++
	}
	if run == 8 || run == 14 || run == 12 {
		m.numbers = [3]int{fourDigits(t), twoDigits(t[4:]), twoDigits(t[6:])}
		m.digits = [3]int{4, 2, 2}
		m.compact = true
		r.at = 8
		return true
	}
	return false
}

func twoDigits(t string) int  { return int(t[0]-'0')*10 + int(t[1]-'0') }
func fourDigits(t string) int { return twoDigits(t)*100 + twoDigits(t[2:]) }

// writtenDate reads every other form: 31.03.2026, 3/31/26, 31-Mar-2026, 31 марта 2026 г., Mar 31, 2026, март 2026.
func (r *reader) writtenDate(m *moment) bool {
	if c := r.peek(); c < '0' || c > '9' {
		return r.wordFirst(m)
	}
	first, digits := r.number(4)
	if digits == 0 || digits == 3 {
		return false
	}
	m.numbers[0], m.digits[0] = first, digits
	separator := r.peek()
	if !r.skip(" .-/,\u00a0") {
		return false
	}
	if c := r.peek(); c < '0' || c > '9' {
		month := monthNumber(r.word())
		r.skip(" .-/,\u00a0")
		year, yearDigits := r.number(4)
		m.numbers = [3]int{first, month, year}
		m.digits = [3]int{digits, 2, yearDigits}
		m.named = true
		return month > 0 && digits <= 2 && (yearDigits == 2 || yearDigits == 4)
	}
	if separator != '.' && separator != '-' && separator != '/' {
		return false
	}
	r.at-- // the numbers stand on both sides of one separator
	if r.text[r.at] != separator || r.text[r.at-1] < '0' || r.text[r.at-1] > '9' {
		return false
	}
	r.at++
	m.numbers[1], m.digits[1] = r.number(2)
	if m.digits[1] == 0 || !r.take(separator) {
		return false
	}
	m.numbers[2], m.digits[2] = r.number(4)
	m.dotted = separator == '.'
	if m.digits[0] == 4 {
		return m.digits[2] == 1 || m.digits[2] == 2
	}
	return m.digits[0] <= 2 && (m.digits[2] == 2 || m.digits[2] == 4)
}

// wordFirst reads a date behind a day of the week, or one that begins with the month.
func (r *reader) wordFirst(m *moment) bool {
	word := r.word()
	if isWeekday(word) {
		r.skip(" ,\u00a0")
		if c := r.peek(); c >= '0' && c <= '9' {
			return r.isoDate(m) || r.writtenDate(m)
		}
		word = r.word()
	}
	month := monthNumber(word)
	if month == 0 {
		return false
	}
	r.skip(" -/\u00a0")
	n, digits := r.number(4)
	day, year, yearDigits := n, 0, 0
	if digits == 4 {
		day, year, yearDigits = 1, n, 4 // a month alone is its first day
	} else {
		if !r.skip(" ,-/\u00a0") {
			return false
		}
		year, yearDigits = r.number(4)
	}
	m.numbers = [3]int{day, month, year}
	m.digits = [3]int{2, 2, yearDigits}
	m.named = true
	return digits > 0 && digits != 3 && (yearDigits == 2 || yearDigits == 4)
}

// months are the names of months, in lower case: English, Russian in both cases.
var months = [12][]string{
	{"january", "январь", "января"}, {"february", "февраль", "февраля"}, {"march", "март", "марта"},
	{"april", "апрель", "апреля"}, {"may", "май", "мая"}, {"june", "июнь", "июня"},
	{"july", "июль", "июля"}, {"august", "август", "августа"}, {"september", "сентябрь", "сентября"},
	{"october", "октябрь", "октября"}, {"november", "ноябрь", "ноября"}, {"december", "декабрь", "декабря"},
}

// monthNumber is the month of a name or of its beginning, three letters at least; 0 for none.
func monthNumber(word string) int {
	if utf8.RuneCountInString(word) < 3 {
		return 0
	}
	for i, names := range months {
		for _, name := range names {
			if strings.HasPrefix(name, word) {
				return i + 1
			}
		}
	}
	return 0
}

var weekdays = []string{
	"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
	"понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье",
}

// dateStarts are the first letters, in lower case, of the words with which a date may begin.
var dateStarts = func() map[string]bool {
	starts := map[string]bool{"пн": true, "вт": true, "ср": true, "чт": true, "пт": true, "сб": true, "вс": true}
	for _, names := range append(months[:], weekdays) {
		for _, name := range names {
			starts[firstLetters(name)] = true
		}
	}
	return starts
}()

// firstLetters are the first three letters of an English word, the first two of any other.
func firstLetters(word string) string {
	if word[0] < utf8.RuneSelf {
		return word[:3]
	}
	return word[:4]
}

// beginsDate reports whether the cell, at least six bytes long, begins with the beginning of a month or day of the week.
func beginsDate(cell string) bool {
	var lower [3]byte
	if cell[0] >= utf8.RuneSelf {
		return dateStarts[strings.ToLower(firstLetters(cell))]
	}
	for i := range lower {
		lower[i] = cell[i] | 0x20
	}
	return dateStarts[string(lower[:])]
}

func isWeekday(word string) bool {
	switch word {
	case "пн", "вт", "ср", "чт", "пт", "сб", "вс", "tues", "thurs":
		return true
	}
	if len(word) < 3 || word[0] < 0x80 && len(word) != 3 && len(word) < 6 {
		return false
	}
	for _, name := range weekdays {
		if word == name || len(word) == 3 && strings.HasPrefix(name, word) {
			return true
		}
	}
	return false
}
