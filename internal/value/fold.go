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
	if plain, ok := foldASCII(text); ok {
		return plain
	}
	var folded strings.Builder
	folded.Grow(len(text))
	space := false
	for _, r := range norm.NFD.String(strings.ReplaceAll(strings.ReplaceAll(text, "й", "\ue001"), "Й", "\ue001")) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case unicode.IsSpace(r):
			space = folded.Len() > 0
		default:
			if space {
				folded.WriteByte(' ')
				space = false
			}
			if r == '\ue001' {
				r = 'й'
			}
			folded.WriteRune(unicode.ToLower(r))
		}
	}
	return folded.String()
}

// foldASCII is the short way for text without letters beyond ASCII, most of what an import reads.
func foldASCII(text string) (string, bool) {
	spaces := false
	for i := range len(text) {
		c := text[i]
		if c >= 0x80 {
			return "", false
		}
		spaces = spaces || c < ' ' || c == ' ' && (i == 0 || i+1 == len(text) || text[i+1] == ' ')
	}
	lower := strings.ToLower(text)
	if spaces {
		lower = strings.Join(strings.Fields(lower), " ")
	}
	return lower, true
}
