package search

import (
	"strings"
	"unicode"

	"zveno.dev/zveno/internal/value"
)

const (
	maxWord       = 40 // letters of a word that count
	maxWords      = 30 // words of one record
	maxQueryWords = 12
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

// forms are the ways in which a folded word is looked for: transliterated, and by its key, if that differs. A word of a
// query finds one of a record if a form of the former begins a form of the latter; they are the same word if their keys
// are. A sign that has no transliteration stands for itself.
func forms(word string) []string {
	written := latin(word)
	if written == "" {
		return []string{word}
	}
	if k := key(word); k != "" && k != written {
		return []string{written, k}
	}
	return []string{written}
}

// wholeForm is the form by which whole words are compared.
func wholeForm(forms []string) string { return forms[len(forms)-1] }

const (
	phraseMark = "." // between the words of a phrase, none of which contains it
	maxPhrase  = 100 // letters of a phrase that count
)

// phrase writes words, each of which is given by its forms, as one. It begins with the phrase of its first words.
func phrase(words [][]string) string {
	var text []rune
	for i, forms := range words {
		if len(text) >= maxPhrase {
			break
		}
		if i > 0 {
			text = append(text, []rune(phraseMark)...)
		}
		text = append(text, []rune(forms[0])...)
	}
	return string(text[:min(len(text), maxPhrase)])
}

// indexed are the words under which a record is found whose texts have some words, given by their forms: the key of each,
// and each with what follows it, so that names are found as they are typed, however common each word of them is.
func indexed(words [][]string) []string {
	var entries []string
	for i, forms := range words {
		entries = append(entries, phrase(words[i:]), wholeForm(forms))
	}
	return entries
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
