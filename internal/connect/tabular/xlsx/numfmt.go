package xlsx

import (
	"strings"
	"unicode/utf8"
)

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
	word                                       string // literal characters one behind the other: \р\у\б
}

func (f *formatReader) read(code string) {
	defer f.endWord()
	for code != "" && code[0] != ';' {
		before := len(f.word)
		size := f.take(code)
		if len(f.word) == before {
			f.endWord()
		}
		code = code[min(size, len(code)):]
	}
}

func (f *formatReader) endWord() {
	if f.word != "" {
		f.literals = append(f.literals, f.word)
		f.word = ""
	}
}

// take reads one token and gives its length.
func (f *formatReader) take(code string) (size int) {
	switch code[0] {
	case '"':
		inside, _, _ := strings.Cut(code[1:], `"`)
		f.word += inside
		return len(inside) + 2
	case '[':
		inside, _, _ := strings.Cut(code[1:], "]")
		f.bracket(inside)
		return len(inside) + 2
	case '\\':
		return 1 + f.literal(code[1:])
	case '_', '*':
		_, size := utf8.DecodeRuneInString(code[1:])
		return 1 + size
	case '%':
		f.percent = true
	case '@':
		f.text = true
	case '0', '#', '?':
		f.digits = true
	case 'G', 'g', 'E', 'e', 'A', 'a':
		return f.wordOf(code)
	default:
		if code[0] >= utf8.RuneSelf || code[0] == '$' {
			return f.literal(code)
		}
		f.letter(code[0] | 0x20)
	}
	return 1
}

// wordOf reads General, E+00, AM/PM and A/P; other than that, g and e are the era and its year.
func (f *formatReader) wordOf(code string) (size int) {
	for _, word := range []string{"General", "E+", "E-", "AM/PM", "A/P"} {
		if len(code) < len(word) || !strings.EqualFold(code[:len(word)], word) {
			continue
		}
		if word[0] == 'A' {
			f.clock = true
		} else {
			f.digits = true
		}
		return len(word)
	}
	f.day = f.day || code[0]|0x20 != 'a'
	return 1
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
func (f *formatReader) literal(code string) (size int) {
	_, size = utf8.DecodeRuneInString(code)
	f.word += code[:size]
	return size
}

// bracket reads [$€-407], [h] and passes over colours, conditions and locales.
func (f *formatReader) bracket(inside string) {
	if currency, ok := strings.CutPrefix(inside, "$"); ok {
		currency, _, _ = strings.Cut(currency, "-")
		if f.endWord(); currency != "" {
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
