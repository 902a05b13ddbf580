package search

import "testing"

// WordsOf, Forms and QueryWords are for tests from outside.
var (
	WordsOf    = wordsOf
	Forms      = forms
	QueryWords = queryWords
	Key        = key
	Phone      = phoneWords
)

// ReadOnly bounds what lookups read until a test ends, so that small data takes each way.
func ReadOnly(t *testing.T, rare, few, latest, own int) {
	before := reads
	reads = bounds{rare: rare, few: few, latest: latest, manyLatest: latest, own: own}
	t.Cleanup(func() { reads = before })
}
