package value

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold brings text into the form in which it is searched and sorted: without case, accents and runs of spaces. Engines
// fold differently (SQLite's lower() leaves Cyrillic alone), so stored keys and search terms are both folded here.
// ё folds to е; й stays, since it is a letter of its own.
func Fold(text string) string {
	if folded, ok := foldPlain(text); ok {
		return folded
	}
	return foldAny(text)
}

// foldAny takes letters apart from their accents.
func foldAny(text string) string {
	text = strings.ToValidUTF8(text, "\ufffd") // package norm leaves alone what stands behind broken bytes
	folded := make([]rune, 0, len(text))
	space := false
	for _, r := range norm.NFD.String(text) {
		switch {
		case r == breve && !space && len(folded) > 0 && folded[len(folded)-1] == 'и':
			folded[len(folded)-1] = 'й'
		case unicode.Is(unicode.Mn, r):
		case unicode.IsSpace(r):
			space = len(folded) > 0
		default:
			if space {
				folded = append(folded, ' ')
				space = false
			}
			folded = append(folded, unicode.ToLower(r))
		}
	}
	return string(folded)
}

// breve is the mark that makes й out of и when letters are taken apart.
const breve = '\u0306'

// foldPlain is the short way for text in ASCII and Russian letters, most of what an import reads.
func foldPlain(text string) (folded string, ok bool) {
	spaces, yo := false, false
	last := ' '
	for _, r := range text {
		switch {
		case r <= ' ':
			spaces = spaces || r < ' ' || last == ' '
		case r < 0x80, r >= 'А' && r <= 'я', r == '«', r == '»', r == '№', r == '—':
		case r == 'ё', r == 'Ё':
			yo = true
		default:
			return "", false
		}
		last = r
	}
	folded = strings.ToLower(text)
	if yo {
		folded = strings.ReplaceAll(folded, "ё", "е")
	}
	if spaces || last == ' ' {
		folded = strings.Join(strings.Fields(folded), " ")
	}
	return folded, true
}
