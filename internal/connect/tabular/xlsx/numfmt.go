package xlsx

import "strings"

// FormatKind is what a number format shows a number as.
type FormatKind int

// The kinds of number formats.
const (
	FormatNumber   FormatKind = iota
	FormatDate                // a day
	FormatDateTime            // a day and a time of day
	FormatTime                // a time of day
	FormatElapsed             // hours, minutes or seconds that may exceed a day
	FormatPercent             // a hundred times the number
	FormatText                // as it is
)

// Format is a number format as far as it changes what a number means.
type Format struct {
	Kind     FormatKind
	Literals []string // texts shown beside a FormatNumber: perhaps a currency
}

// builtIn are the formats that workbooks refer to without writing them down. The currency of 5–8, 42 and 44 depends on the
// computer on which the workbook is opened, so that it says nothing about the file.
var builtIn = map[int]FormatKind{
	9: FormatPercent, 10: FormatPercent,
	14: FormatDate, 15: FormatDate, 16: FormatDate, 17: FormatDate,
	18: FormatTime, 19: FormatTime, 20: FormatTime, 21: FormatTime, 22: FormatDateTime,
	27: FormatDate, 28: FormatDate, 29: FormatDate, 30: FormatDate, 31: FormatDate,
	32: FormatTime, 33: FormatTime, 34: FormatTime, 35: FormatTime, 36: FormatDate,
	45: FormatTime, 46: FormatElapsed, 47: FormatTime, 49: FormatText,
	50: FormatDate, 51: FormatDate, 52: FormatDate, 53: FormatDate, 54: FormatDate,
	55: FormatDate, 56: FormatDate, 57: FormatDate, 58: FormatDate,
}

// formatOf reads a format code; an empty one means the built-in format with that number.
func formatOf(id int, code string) Format {
	if code == "" {
		return Format{Kind: builtIn[id]}
	}
	var f formatReader
	f.read(code)
	return f.format()
}

// formatReader collects what stands in a format code's first section.
type formatReader struct {
	day, clock, elapsed, percent, text, digits bool
	month                                      bool // m is a month or a minute
	literals                                   []string
}

func (f *formatReader) read(code string) {
	for i := 0; i < len(code); i++ {
		switch c := code[i] | 0x20; code[i] {
		case ';':
			return
		case '"':
			end := strings.IndexByte(code[i+1:], '"')
			if end < 0 {
				return
			}
			f.literals = append(f.literals, code[i+1:i+1+end])
			i += end + 1
		case '[':
			end := strings.IndexByte(code[i:], ']')
			if end < 0 {
				return
			}
			f.bracket(code[i+1 : i+end])
			i += end
		case '\\':
			i += f.literal(code[i+1:])
		case '_', '*':
			i++
		case '%':
			f.percent = true
		case '@':
			f.text = true
		case '0', '#', '?':
			f.digits = true
		case 'G', 'g':
			if len(code) >= i+7 && strings.EqualFold(code[i:i+7], "general") {
				f.digits = true
				i += 6
			} else {
				f.day = true // an era
			}
		case 'E', 'e':
			if i+1 < len(code) && (code[i+1] == '+' || code[i+1] == '-') {
				i++
			} else {
				f.day = true // a year of the era
			}
		case 'A', 'a':
			i += f.halfOfDay(code[i:])
		default:
			f.letter(c)
			if code[i] >= 0x80 || code[i] == '$' {
				i += f.literal(code[i:]) - 1
			}
		}
	}
}

func (f *formatReader) letter(c byte) {
	switch c {
	case 'y', 'd', 'b':
		f.day = true
	case 'h', 's':
		f.clock = true
	case 'm':
		f.month = true
	}
}

// literal takes one character that stands for itself and gives its length.
func (f *formatReader) literal(rest string) int {
	for _, r := range rest {
		f.literals = append(f.literals, string(r))
		return len(string(r))
	}
	return 0
}

// halfOfDay passes over AM/PM and A/P.
func (f *formatReader) halfOfDay(rest string) int {
	for _, word := range []string{"AM/PM", "A/P"} {
		if len(rest) >= len(word) && strings.EqualFold(rest[:len(word)], word) {
			f.clock = true
			return len(word) - 1
		}
	}
	return 0
}

// bracket reads [$€-407], [h] and passes over colours, conditions and locales.
func (f *formatReader) bracket(inside string) {
	if currency, ok := strings.CutPrefix(inside, "$"); ok {
		currency, _, _ = strings.Cut(currency, "-")
		if currency != "" {
			f.literals = append(f.literals, currency)
		}
		return
	}
	if inside != "" && strings.Trim(strings.ToLower(inside), "hms") == "" {
		f.elapsed = true
	}
}

func (f *formatReader) format() Format {
	switch {
	case f.day && f.clock:
		return Format{Kind: FormatDateTime}
	case f.day, f.month && !f.clock && !f.elapsed:
		return Format{Kind: FormatDate}
	case f.elapsed:
		return Format{Kind: FormatElapsed}
	case f.clock:
		return Format{Kind: FormatTime}
	case f.percent:
		return Format{Kind: FormatPercent}
	case f.text && !f.digits:
		return Format{Kind: FormatText}
	}
	return Format{Literals: f.literals}
}
