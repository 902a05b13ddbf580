package i18n

import (
	"fmt"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/feature/plural"
)

// T gives the text for key, with pairs of a name and a value filled in for {name}: T(lang, "list.found", "n", 5). Whole
// numbers are written as the language does. The first whole number among the values chooses the plural form. A key that
// has no text comes back itself, so that it shows on the page.
func T(lang Lang, key string, args ...any) string {
	t, ok := catalogs[lang][key]
	if !ok {
		return key
	}
	words := t.plain
	if t.forms != nil {
		words = t.form(lang, args)
	}
	if len(args) == 0 || !strings.Contains(words, "{") {
		return words
	}
	pairs := make([]string, 0, len(args))
	for i := 0; i+1 < len(args); i += 2 {
		pairs = append(pairs, "{"+fmt.Sprint(args[i])+"}", filled(lang, args[i+1]))
	}
	return strings.NewReplacer(pairs...).Replace(words)
}

// form chooses among plural forms by the first whole number of args; without one, the form for fractions.
func (t text) form(lang Lang, args []any) string {
	form := plural.Other
	for i := 1; i < len(args); i += 2 {
		if n, whole := wholeNumber(args[i]); whole {
			form = plural.Cardinal.MatchPlural(tags[lang], int(magnitude(n)%10_000_000), 0, 0, 0, 0)
			break
		}
	}
	if words, ok := t.forms[form]; ok {
		return words
	}
	if words, ok := t.forms[plural.Other]; ok {
		return words
	}
	return t.forms[plural.Many]
}

func filled(lang Lang, v any) string {
	if n, whole := wholeNumber(v); whole {
		return Number(lang, n)
	}
	return fmt.Sprint(v)
}

// wholeNumber gives the value of any integer type.
func wholeNumber(v any) (int64, bool) {
	r := reflect.ValueOf(v)
	if !r.CanInt() {
		return 0, false
	}
	return r.Int(), true
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

// LowerFirst makes the first letter small, for a name inside a sentence.
func LowerFirst(text string) string {
	if text == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToLower(first)) + text[size:]
}
