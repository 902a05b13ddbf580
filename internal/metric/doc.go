// Package metric computes numbers from definitions that are data. A definition names a source, says which rows count and
// what is added up, and has a version; a query asks for it as of an instant, for a period, cut by dimensions, filtered and
// within the rows that the asker may see. All of that is compiled into one SQL text that DuckDB and PostgreSQL both run.
// The package knows no domain: sources with their fields, joins and dimensions are handed in.
package metric
