// Package tabular turns the files that people export (CSV and its relatives, XLSX, folders and zips of them) into tables
// of text cells, detecting encoding, delimiter, quoting, header and the meaning of columns, and saying what it detected.
//
// It has its own scanner instead of encoding/csv, because a broken row must cost one row and not the file: an unclosed
// quote is given up at the next plausible row, every row knows its physical line, cells may hold backslash escapes and
// stray quotes, rows may end with CR alone, and the memory for one row is bounded. Values are never guessed row by row:
// Profile decides date order and decimal sign over a whole column, says so when nothing decides, and the cell parsers
// take the decision as an argument.
package tabular
