package i18n

import (
	"math"
	"strconv"
	"strings"
)

// Signs that keep figures together and legible.
const (
	noBreak   = "\u00a0" // between digits and their unit
	minusSign = "\u2212"
)

// Number writes a whole number with groups of digits: 1,234 or 1 234.
func Number(lang Lang, n int64) string {
	return signed(n < 0, group(lang, strconv.FormatUint(magnitude(n), 10)))
}

// Decimal writes a number with that many decimals, rounded half away from zero: 1,234.5 or 1 234,5. What is not a number
// is written as a dash.
func Decimal(lang Lang, x float64, digits int) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return "—"
	}
	scale := math.Pow10(digits)
	if scaled := x * scale; math.Abs(scaled) < 1<<53 {
		x = math.Round(scaled) / scale
	}
	whole, fraction, _ := strings.Cut(strconv.FormatFloat(math.Abs(x), 'f', digits, 64), ".")
	return signed(x < 0, joinFraction(lang, group(lang, whole), fraction))
}

// Percent writes a share of one: 12.5% or 12,5 %.
func Percent(lang Lang, share float64, digits int) string {
	text := Decimal(lang, share*100, digits)
	if text == "—" {
		return text
	}
	if lang == Russian {
		return text + noBreak + "%"
	}
	return text + "%"
}

// Compact writes a number in at most three or four digits: 12.3K or 12,3 тыс.
func Compact(lang Lang, x float64) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return "—"
	}
	size, step := math.Abs(x), 0
	for size >= 999.5 && step < len(steps[lang])-1 {
		size /= 1000
		step++
	}
	digits := 0
	if step > 0 && size < 99.95 {
		digits = 1
	}
	text := Decimal(lang, size, digits)
	text = strings.TrimSuffix(strings.TrimSuffix(text, ".0"), ",0")
	return signed(x < 0 && text != "0", text+steps[lang][step])
}

// steps are the units of thousands, millions and so on, as the language abbreviates them.
var steps = map[Lang][]string{
	English: {"", "K", "M", "B", "T"},
	Russian: {"", noBreak + "тыс.", noBreak + "млн", noBreak + "млрд", noBreak + "трлн"},
}

// group separates thousands. Russian keeps four digits together only in prose; in figures that stand below each other it
// separates them too.
func group(lang Lang, digits string) string {
	separator := ","
	if lang == Russian {
		separator = noBreak
	}
	first := len(digits) % 3
	if first == 0 {
		first = min(3, len(digits))
	}
	var b strings.Builder
	b.WriteString(digits[:first])
	for i := first; i < len(digits); i += 3 {
		b.WriteString(separator)
		b.WriteString(digits[i : i+3])
	}
	return b.String()
}

func joinFraction(lang Lang, whole, fraction string) string {
	if fraction == "" {
		return whole
	}
	if lang == Russian {
		return whole + "," + fraction
	}
	return whole + "." + fraction
}

func signed(negative bool, text string) string {
	if negative {
		return minusSign + text
	}
	return text
}
