package tabular

import (
	"fmt"
	"strings"
)

// Sure says how well founded a detected property is.
type Sure int

// The degrees, from the weakest. A screen asks about what is only a guess.
const (
	Guess   Sure = iota // nothing speaks against it, little for it
	Likely              // the evidence points to it
	Certain             // the file says so itself, or nothing else fits
	Asked               // the caller said so
)

// String is the degree in lower case.
func (s Sure) String() string { return [...]string{"guess", "likely", "certain", "asked"}[s] }

// Special values of Format's fields.
const (
	NoHeader    = -1   // Format.Header: the first row is already data
	NoQuote     = 0xff // Format.Quote: quotes mean nothing
	NoDelimiter = 0xff // Format.Delimiter: the table has one column
)

// Format is how a text file's bytes become rows. A zero field means "detect"; detection fills it in and says how sure it is.
type Format struct {
	Encoding  Encoding
	Fallback  Encoding // how bytes that are not UTF-8 are read in a file that otherwise is
	BOM       bool     // a byte order mark was there
	Delimiter byte     // ',', ';', tab or '|'; anything below 0x80 when asked; NoDelimiter for none
	Quote     byte     // '"' or '\''; NoQuote for none
	Backslash bool     // \" inside a quoted cell is a quote
	Comment   byte     // lines that start with it and have not the header's number of cells are skipped; 0 for none
	Header    int      // physical line of the header, from 1; NoHeader for none; in a workbook the sheet's row

	EncodingSure, DelimiterSure, HeaderSure Sure

	lineEnd  byte  // '\n' (CRLF included) or '\r'
	dataLine int64 // physical line of the first row after the header
}

// Note is something detected or repaired that a report should mention. Code and Args are for translation; String is
// English.
type Note struct {
	Code string
	Args []any
}

// The codes of notes with their English text; %v stand for Args in order.
var noteTexts = map[string]string{
	"encoding":           "read as %v",
	"encoding_mixed":     "bytes that are not UTF-8 are read as %v",
	"delimiter":          "cells are separated by %v",
	"single_column":      "no delimiter found: read as one column",
	"quote":              "cells are quoted with %v",
	"backslash":          "quotes inside cells are written with a backslash",
	"header_line":        "header is on line %v, %v lines above skipped",
	"no_header":          "no header found: columns are numbered",
	"header_duplicate":   "column %v repeats the name %q: renamed to %q",
	"header_blank":       "column %v has no name: called %q",
	"comments":           "lines that start with %v are comments",
	"columns_dropped":    "%v columns without a name and without values at the end are left out",
	"compressed":         "compressed file although its name does not say so",
	"sheet_hidden":       "hidden sheet",
	"sheet_merged":       "%v merged cells: the value stands in the first cell only",
	"sheet_formulas":     "values of %v formulas taken from the file's cached results",
	"sheet_uncalculated": "%v formulas have no cached result and are read as blank: open and save the file in a spreadsheet program",
	"sheet_1904":         "dates count from 1904",
	"sheet_errors":       "%v cells hold an error value such as #REF! and are read as written",
}

// String is the note in English.
func (n Note) String() string { return fmt.Sprintf(noteTexts[n.Code], n.Args...) }

func note(code string, args ...any) Note { return Note{Code: code, Args: args} }

// delimiterName is a delimiter as a person would call it.
func delimiterName(d byte) string {
	switch d {
	case ',':
		return "comma"
	case ';':
		return "semicolon"
	case '\t':
		return "tab"
	case '|':
		return "vertical bar"
	case NoDelimiter:
		return "nothing"
	}
	return fmt.Sprintf("%q", d)
}

// printable shortens a cell for a message and makes control characters visible.
func printable(cell string) string {
	const most = 40
	runes := []rune(strings.ToValidUTF8(cell[:min(len(cell), most*4)], "\uFFFD"))
	if len(runes) > most {
		return fmt.Sprintf("%q…", string(runes[:most]))
	}
	return fmt.Sprintf("%q", string(runes))
}
