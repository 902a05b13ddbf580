package search

import "testing"

// WordsOf, Forms and QueryWords are for tests from outside.
var (
	WordsOf    = wordsOf
	Forms      = forms
	QueryWords = queryWords
	Key        = key
	Phone      = phoneWords
	Latin      = latin
)

// ReadOnly bounds what lookups read until a test ends, so that small data takes each way.
func ReadOnly(t *testing.T, candidates, rare, own int) {
	before := reads
	reads.candidates, reads.rare, reads.own = candidates, rare, own
	t.Cleanup(func() { reads = before })
}

// ReadAtMost bounds lookups to n records, and to n entries of a word, until a test ends, as if every word were on very many.
func ReadAtMost(t *testing.T, n int) {
	before := reads
	reads = bounds{postings: n, candidates: n, latest: n, rare: 1, own: 0}
	t.Cleanup(func() { reads = before })
}
