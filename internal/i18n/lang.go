package i18n

import (
	"slices"

	"golang.org/x/text/language"
)

// Lang is a language that Zveno speaks.
type Lang string

// The languages. English is what is spoken where none was chosen.
const (
	English Lang = "en"
	Russian Lang = "ru"
)

// Langs lists the languages.
var Langs = []Lang{English, Russian}

var tags = map[Lang]language.Tag{English: language.English, Russian: language.Russian}

var matcher = language.NewMatcher([]language.Tag{language.English, language.Russian})

// ParseLang gives the language of a code such as "ru"; ok is false for any other text.
func ParseLang(code string) (lang Lang, ok bool) {
	return Lang(code), slices.Contains(Langs, Lang(code))
}

// ParseAcceptLanguage gives the best language for an Accept-Language header; fallback when the header names none that
// Zveno speaks.
func ParseAcceptLanguage(header string, fallback Lang) Lang {
	wanted, _, err := language.ParseAcceptLanguage(header)
	if err != nil || len(wanted) == 0 {
		return fallback
	}
	_, index, confidence := matcher.Match(wanted...)
	if confidence == language.No {
		return fallback
	}
	return Langs[index]
}

// Name is what the language calls itself.
func (l Lang) Name() string {
	if l == Russian {
		return "Русский"
	}
	return "English"
}
