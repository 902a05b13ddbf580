package mapping

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// Bounds of Similar: a longer name is compared by its beginning, and no more candidates than that are looked at.
const (
	similarLetters    = 80
	similarCandidates = 50_000
	similarAnswers    = 5
)

// Similar gives the candidates that key probably means, most similar first, at most five: first those that are equal but
// for case, accents, spaces and punctuation ("GTXPro" and "GTX Pro"), then those a few letters away (one in four, at most
// three; only one when the first letters differ, since people slip later in a word). Names whose digits differ are never
// similar: "MG 300" is not a slip of "MG 500". Candidates beyond the first 50,000 are not looked at.
func Similar(key string, candidates []string) []string {
	type found struct {
		name     string
		distance int
	}
	wanted := similarKey(key)
	if len(wanted) == 0 {
		return nil
	}
	limit := min(3, len(wanted)/4)
	digits := digitsOf(wanted)
	var all []found
	for _, name := range candidates[:min(len(candidates), similarCandidates)] {
		other := similarKey(name)
		if len(other) == 0 || max(len(other), len(wanted))-min(len(other), len(wanted)) > limit || digitsOf(other) != digits {
			continue
		}
		if d := distance(wanted, other, limit); d <= limit && (d <= 1 || wanted[0] == other[0]) {
			all = append(all, found{name, d})
		}
	}
	slices.SortFunc(all, func(a, b found) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), strings.Compare(a.name, b.name))
	})
	var names []string
	for _, f := range all {
		if len(names) < similarAnswers && !slices.Contains(names, f.name) {
			names = append(names, f.name)
		}
	}
	return names
}

func similarKey(name string) []rune {
	letters := []rune(looseKey(name[:min(len(name), 4*similarLetters)]))
	return letters[:min(len(letters), similarLetters)]
}

func digitsOf(name []rune) string {
	var digits strings.Builder
	for _, r := range name {
		if unicode.IsDigit(r) {
			digits.WriteRune(r)
		}
	}
	return digits.String()
}

// distance is the number of letters to insert, remove, replace or swap with their neighbour to turn a into b; limit+1 as
// soon as it is more than limit.
func distance(a, b []rune, limit int) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range a {
		row[0] = i + 1
		least := row[0]
		for j := range b {
			step := 1
			if a[i] == b[j] {
				step = 0
			}
			row[j+1] = min(last[j]+step, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
			least = min(least, row[j+1])
		}
		if least > limit {
			return limit + 1
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
