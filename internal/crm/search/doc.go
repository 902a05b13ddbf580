// Package search finds records by words of their names, addresses, codes and telephone numbers, in whichever of the two
// scripts they are written and searched for. Its index is two tables that follow the change feed (see Follow): crm_words
// leads from a word, or from words that follow one another, to records, and crm_searched has what the former says of each
// record, in the order of their last changes. Words are looked up in the first; where they are on very many records, their
// sequence tells which are meant, and the second tells which changed last.
package search
