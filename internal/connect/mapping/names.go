package mapping

import (
	"strings"
	"unicode"

	"zveno.dev/zveno/internal/value"
)

// looseKey is a name without case, accents, spaces and punctuation: "Close Date", "close_date" and "CloseDate" are one.
func looseKey(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, value.Fold(name))
}

// nameWords are the words of a file's or sheet's name: "hubspot-crm-exports-all-deals-2024-01-31" has six.
func nameWords(name string) []string {
	return strings.FieldsFunc(value.Fold(name), func(r rune) bool { return !unicode.IsLetter(r) })
}

// Lengths of names of custom fields in letters: the most that there may be, and the most that is taken of a header, which
// leaves room for a number behind.
const (
	maxCustomName  = 64
	maxHeaderTaken = 60
)

// customName turns a column's header into the name of a custom field: lower case, words joined by "_". It is "" when the
// header has neither letter nor digit.
func customName(header string) string { return snakeName(header, maxHeaderTaken) }

// isCustomName reports whether a custom field may have the name.
func isCustomName(name string) bool { return name != "" && snakeName(name, maxCustomName) == name }

func snakeName(header string, most int) string {
	words := strings.FieldsFunc(value.Fold(header), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	name := []rune(strings.Join(words, "_"))
	return strings.TrimRight(string(name[:min(len(name), most)]), "_")
}

// matchesName reports whether a table's name fits the pattern of a mapping, in which * stands for any letters and ? for
// one. Case and accents do not count.
func matchesName(pattern, name string) bool {
	p, n := []rune(value.Fold(pattern)), []rune(value.Fold(name))
	pi, ni, star, mark := 0, 0, -1, 0
	for ni < len(n) {
		switch {
		case pi < len(p) && p[pi] == '*':
			star, mark = pi, ni
			pi++
		case pi < len(p) && (p[pi] == '?' || p[pi] == n[ni]):
			pi++
			ni++
		case star >= 0:
			mark++
			pi, ni = star+1, mark
		default:
			return false
		}
	}
	for pi < len(p) && p[pi] == '*' {
		pi++
	}
	return pi == len(p)
}
