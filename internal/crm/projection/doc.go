// Package projection shapes the record's history for analysis. Every version of a deal becomes one interval row, and from
// the chain of a deal follow its stays in stages and its closed spells, so that a metric filters and adds up and never
// has to reconstruct history. All rows carry integer keys instead of IDs and words; the small tables stage, person, team,
// product, account and word lead back to them.
//
// One rule holds for every table: a row is in force at T when valid_from <= T < valid_to. What is projected is what is
// believed now; superseded versions stay in the system of record.
package projection
