package search

import (
	"slices"
	"strings"
	"unicode"

	"zveno.dev/zveno/internal/value"
)

const (
	maxWord       = 40 // letters of a word that count
	maxWords      = 60 // words of one record
	maxQueryWords = 8
)

// wordsOf splits text into folded words: runs of letters and digits. An apostrophe within a word is no part of it, so that
// "O'Brien" and "Solov'ev" are one word.
func wordsOf(text string) []string {
	var words []string
	var word []rune
	flush := func() {
		if len(word) > 0 {
			words = append(words, string(word[:min(len(word), maxWord)]))
		}
		word = word[:0]
	}
	for _, r := range value.Fold(text) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			word = append(word, r)
		case strings.ContainsRune("'’ʼ`", r) && len(word) > 0:
		default:
			flush()
		}
	}
	flush()
	return words
}

// forms are the ways in which a folded word is stored and looked for: as it is, transliterated, and by its key. A word of
// a query finds one of a record if a form of the former begins a form of the latter.
func forms(word string) []string {
	forms := []string{word}
	for _, form := range []string{latin(word), key(word)} {
		if form != "" && !slices.Contains(forms, form) {
			forms = append(forms, form)
		}
	}
	return forms
}

// phoneWords are the words by which a telephone number is found: its digits with and without the code of the country.
func phoneWords(number string) []string {
	digits := phoneDigits(number)
	switch {
	case digits == "":
		return nil
	case len(digits) > nationalDigits:
		return []string{digits, digits[len(digits)-nationalDigits:]}
	}
	return []string{digits}
}

const nationalDigits = 10 // of a number without the code of its country, in Russia and North America

// phoneDigits writes the number as it is dialled from abroad, where that can be told.
func phoneDigits(number string) string {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, number)
	digits = digits[:min(len(digits), maxWord)]
	if len(digits) == nationalDigits+1 && digits[0] == '8' {
		return "7" + digits[1:]
	}
	return digits
}

// minPhoneDigits is from how many digits on a query of digits and their usual separators is taken for one number.
const minPhoneDigits = 7

// queryWords splits what is searched for into the forms of its words.
func queryWords(text string) [][]string {
	words := wordsOf(text)
	if strings.Trim(text, "0123456789 +-().") == "" {
		if digits := phoneDigits(text); len(digits) >= minPhoneDigits || digits != "" && strings.Contains(text, "+") {
			words = []string{digits}
		}
	}
	var query [][]string
	for _, word := range words[:min(len(words), maxQueryWords)] {
		query = append(query, forms(word))
	}
	return query
}
