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
func ReadOnly(t *testing.T, candidates, rare, own int) {
	before := reads
	reads.candidates, reads.rare, reads.own = candidates, rare, own
	t.Cleanup(func() { reads = before })
}
