package demo

import (
	"strings"
	"unicode"
)

// person is a name with what a mailbox can be called after.
type person struct{ first, last string }

func (p person) full() string { return p.first + " " + p.last }

// mailbox is "first.last" in Latin letters.
func (p person) mailbox() string { return latin(p.first) + "." + latin(p.last) }

// somebody draws a name of a people.
func (d dice) somebody(of *people) person {
	if d.chance(0.5) {
		return person{pick(d, of.men), pick(d, of.families)}
	}
	p := person{pick(d, of.women), pick(d, of.families)}
	if of.feminine {
		p.last = feminineFamily(p.last)
	}
	return p
}

// translit spells letters beyond ASCII in Latin ones, as passports and mailboxes do.
var translit = map[rune]string{
	'а': "a", 'б': "b", 'в': "v", 'г': "g", 'д': "d", 'е': "e", 'ё': "e", 'ж': "zh", 'з': "z", 'и': "i", 'й': "y", 'к': "k",
	'л': "l", 'м': "m", 'н': "n", 'о': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t", 'у': "u", 'ф': "f", 'х': "kh", 'ц': "ts",
	'ч': "ch", 'ш': "sh", 'щ': "shch", 'ъ': "", 'ы': "y", 'ь': "", 'э': "e", 'ю': "yu", 'я': "ya",
	'ä': "ae", 'ö': "oe", 'ü': "ue", 'ß': "ss", 'å': "a", 'é': "e", 'è': "e", 'ê': "e", 'î': "i", 'ï': "i", 'ç': "c", 'ô': "o",
}

// latin is text in lower-case Latin letters and digits, other signs as single hyphens.
func latin(text string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(text) {
		spelled, known := translit[r]
		switch {
		case known:
			b.WriteString(spelled)
		case r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.Trim(b.String(), "-")
}

// latinTitle is the Latin spelling of a name, each word with a capital: "Ромашка Логистика" → "Romashka Logistika".
func latinTitle(text string) string {
	words := strings.Fields(text)
	for i, word := range words {
		spelled := latin(word)
		words[i] = strings.ToUpper(spelled[:1]) + spelled[1:]
	}
	return strings.Join(words, " ")
}
