package search

import "strings"

// latinLetters writes letters that are not among a to z in the usual English transliteration of Russian (BGN), which also
// is what people type who look for them.
var latinLetters = map[rune]string{
	'а': "a", 'б': "b", 'в': "v", 'г': "g", 'д': "d", 'е': "e", 'ж': "zh", 'з': "z", 'и': "i", 'й': "y", 'к': "k", 'л': "l",
	'м': "m", 'н': "n", 'о': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t", 'у': "u", 'ф': "f", 'х': "kh", 'ц': "ts", 'ч': "ch",
	'ш': "sh", 'щ': "shch", 'ъ': "", 'ы': "y", 'ь': "", 'э': "e", 'ю': "yu", 'я': "ya", 'ё': "e",
	'і': "i", 'ї': "yi", 'є': "ye", 'ґ': "g", 'ў': "u",
	'ß': "ss", 'ø': "o", 'ł': "l", 'đ': "d", 'æ': "ae", 'œ': "oe", 'ı': "i",
}

// latin transliterates a folded word, letter by letter: what begins a word begins its transliteration.
func latin(word string) string {
	var text strings.Builder
	for _, r := range word {
		if written, ok := latinLetters[r]; ok {
			text.WriteString(written)
		} else {
			text.WriteRune(r)
		}
	}
	return text.String()
}

// variants makes one of the ways in which transliterations differ: GOST, BGN, passports, and how people write. Where two
// begin at the same letter, the first counts.
var variants = strings.NewReplacer(
	"shch", "sh", "sch", "sh", "shh", "sh", "tch", "ch", "ch", "ch", "kh", "h", "ph", "f", "ck", "k", "tz", "ts", "cz", "ts",
	"x", "ks", "c", "k", "w", "v", "q", "k", "y", "i", "j", "i",
)

// afterI drops what some write between a soft consonant or a vowel and the e or ё that follows.
var afterI = strings.NewReplacer("ie", "e", "io", "e")

// key is the form that all the usual transliterations of a word share: "Юрий", "Yuri", "Iurii" and "Jurij" have one key.
// It does not tell all words apart, and what begins a word need not begin its key.
func key(word string) string {
	return withoutDoubles(afterI.Replace(withoutDoubles(variants.Replace(latin(word)))))
}

// withoutDoubles drops letters, not digits, that repeat the one before.
func withoutDoubles(word string) string {
	var text strings.Builder
	var last rune
	for _, r := range word {
		if r != last || r >= '0' && r <= '9' {
			text.WriteRune(r)
		}
		last = r
	}
	return text.String()
}
