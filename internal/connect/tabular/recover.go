package tabular

import (
	"bytes"
	"errors"
	"fmt"
)

// errUnclosed says that a quote was opened and that its end is not to be found.
var errUnclosed = errors.New("quote not closed")

// giveUp reports the row at pos as broken by an unclosed quote and goes on with its second physical line. Up to the line
// that the search for the closing quote reached, quoted cells must now end on their own line: the search has shown that no
// cell over several lines ends before, and so no part of the file is searched twice.
func (s *scanner) giveUp(column, reached int) error {
	_, next, err := s.lineEnd(0)
	if err != nil {
		return err
	}
	searched := s.buf[s.pos:min(s.end, s.pos+reached)]
	lineStart := bytes.LastIndexByte(searched, s.format.lineEnd) + 1
	s.lonely = max(s.lonely, s.before+int64(s.pos+lineStart))
	failure := s.rowError(s.line, column, RowUnclosedQuote,
		"a quote is opened here and not closed: close it, or write a quote that is part of the text twice")
	s.consume(next, 1)
	return failure
}

// alone reports whether quoted cells must end on the line on which they begin.
func (s *scanner) alone() bool { return s.before+int64(s.pos) < s.lonely }

// swallowed reports whether one of the later physical lines of a row with the wrong number of cells is a plausible row by
// itself: then the row has swallowed it through an unclosed quote.
func (s *scanner) swallowed(raw []byte) bool {
	if s.width < 2 {
		return false
	}
	for {
		i := bytes.IndexByte(raw, s.format.lineEnd)
		if i < 0 {
			return false
		}
		raw = raw[i+1:]
		line := raw
		if end := bytes.IndexByte(raw, s.format.lineEnd); end >= 0 {
			line = raw[:end]
		}
		if bytes.Count(line, []byte{s.format.Delimiter}) == s.width-1 {
			return true
		}
	}
}

func (s *scanner) rowError(line int64, column int, code, reason string) *RowError {
	return &RowError{Path: s.path, Line: line, Column: column, Code: code, Reason: reason}
}

// widthError is the error of a row with more cells than the header.
func (s *scanner) widthError(line int64, cells int) error {
	if cells > s.limits.Columns {
		return s.rowError(line, s.limits.Columns, RowTooManyCells, fmt.Sprintf("the row has more than %d cells", s.limits.Columns))
	}
	return s.rowError(line, s.width+1, RowTooManyCells, fmt.Sprintf(
		"the row has %d cells, the table has %d columns: put quotes around cells that hold a %s", cells, s.width, delimiterName(s.format.Delimiter)))
}
