package tabular

import (
	"strings"
)

// timeSeparator passes over what stands between a date and its time: T, blanks, a comma, "г.", "at", "в".
func (r *reader) timeSeparator() bool {
	if rest := r.text[r.at:]; len(rest) > 1 && (rest[0] == 'T' || rest[0] == ' ') && rest[1] >= '0' && rest[1] <= '9' {
		r.at++
		return true
	}
	start := r.at
	r.skip(" ,\u00a0\u202f")
	before := r.at
	switch r.word() {
	case "t", "at", "в", "г", "года", "год":
		r.skip(" ,\u00a0\u202f")
		if at := r.at; r.word() != "в" {
			r.at = at
		}
		r.skip(" \u00a0\u202f")
	default:
		r.at = before
	}
	return r.at > start
}

// compactTime reads 2055 or 205500 straight behind a compact date.
func (r *reader) compactTime(m *moment) bool {
	run := r.text[r.at:]
	digits := 0
	for digits < len(run) && run[digits] >= '0' && run[digits] <= '9' {
		digits++
	}
	if digits != 4 && digits != 6 {
		return false
	}
	m.timed = true
	m.hour, m.minute = twoDigits(run), twoDigits(run[2:])
	if digits == 6 {
		m.second = twoDigits(run[4:])
	}
	r.at += digits
	return m.isTime()
}

// timeOfDay reads 20:55, 20:55:00.123, 20.55.00, 8:55 PM and, in compact dates, 205500.
func (r *reader) timeOfDay(m *moment) bool {
	if m.compact && len(r.text)-r.at >= 4 && allDecimalDigits(r.text[r.at:r.at+4]) {
		return r.compactTime(m)
	}
	m.timed = true
	digits := 0
	if m.hour, digits = r.number(2); digits == 0 {
		return false
	}
	separator := r.peek()
	if (separator == ':' || separator == '.') && r.take(separator) {
		if m.minute, digits = r.number(2); digits != 2 {
			return false
		}
		if r.take(separator) {
			if m.second, digits = r.number(2); digits != 2 || !r.fraction(m) {
				return false
			}
		} else if separator == '.' {
			return false // 20.55 is a number
		}
		return r.halfOfDay(m, false) && m.isTime()
	}
	return r.halfOfDay(m, true) && m.isTime()
}

func (m *moment) isTime() bool { return m.hour < 24 && m.minute < 60 && m.second < 60 }

// fraction reads the digits below a second; what is below a nanosecond is dropped.
func (r *reader) fraction(m *moment) bool {
	if !r.take('.') && !r.take(',') {
		return true
	}
	unit, digits := 100_000_000, 0
	for r.peek() >= '0' && r.peek() <= '9' {
		m.nanos += int(r.peek()-'0') * unit
		unit /= 10
		digits++
		r.at++
	}
	return digits > 0
}

// halfOfDay reads AM or PM. required says that a time without it is none.
func (r *reader) halfOfDay(m *moment, required bool) bool {
	at := r.at
	r.skip(" \u00a0\u202f")
	if c := r.peek(); !required && (c == 'Z' || c == '+' || c == '-') {
		r.at = at
		return true
	}
	word := r.word()
	if (word == "a" || word == "p") && r.text[r.at-1] == '.' {
		word += r.word() // "a.m."
	}
	switch word {
	case "am", "дп":
		m.clock12 = true
		if m.hour == 12 {
			m.hour = 0
		}
		return m.hour < 12
	case "pm", "пп":
		m.clock12 = true
		if m.hour < 12 {
			m.hour += 12
		} else if m.hour > 12 {
			return false
		}
		return true
	}
	r.at = at
	return !required
}

// zoneNames are the abbreviations that mean one zone only, in hours east of UTC.
var zoneNames = map[string]int{
	"z": 0, "utc": 0, "gmt": 0, "msk": 3, "мск": 3, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6,
	"pst": -8, "pdt": -7, "cet": 1, "cest": 2, "eet": 2, "eest": 3, "jst": 9,
}

// zone reads a zone behind a time: Z, +03:00, +0300, UTC+3, MSK, and a remark in parentheses, which is not looked at.
func (r *reader) zone(m *moment) bool {
	r.skip(" \u00a0\u202f")
	if r.done() {
		return true
	}
	if r.text[r.at:] == "Z" {
		r.at++
		m.zoned, m.zone = true, "Z"
		return true
	}
	start := r.at
	bracketed := strings.HasPrefix(r.text[r.at:], "(UTC") || strings.HasPrefix(r.text[r.at:], "(GMT")
	if bracketed {
		r.at++
	}
	if word := r.word(); word != "" {
		hours, known := zoneNames[word]
		if !known {
			return false
		}
		m.zoned, m.offset = true, hours*3600
		if m.offset == 0 && !r.offset(m) {
			return false
		}
	} else if r.peek() == '(' || !r.offset(m) || !m.zoned {
		return false
	}
	if bracketed && !r.take(')') {
		return false
	}
	m.zone = strings.Trim(r.text[start:r.at], "()")
	r.skip(" \u00a0")
	if r.peek() == '(' && strings.HasSuffix(r.text, ")") {
		r.at = len(r.text)
	}
	return true
}

// offset reads +3, +03, +0300 or +03:00, if a sign comes next.
func (r *reader) offset(m *moment) bool {
	sign := 1
	switch {
	case r.take('+'):
	case r.take('-'):
		sign = -1
	case strings.HasPrefix(r.text[r.at:], "−"):
		r.at += len("−")
		sign = -1
	default:
		return true
	}
	hours, digits := r.number(4)
	minutes := 0
	switch digits {
	case 1, 2:
		if r.take(':') {
			if minutes, digits = r.number(2); digits != 2 {
				return false
			}
		}
	case 4:
		hours, minutes = hours/100, hours%100
	default:
		return false
	}
	m.zoned, m.offset = true, sign*(hours*3600+minutes*60)
	return hours <= 14 && minutes < 60
}
