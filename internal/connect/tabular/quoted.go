package tabular

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// quotedRow reads a row whose first physical line holds a quote; it may go on over several lines. found is false when the
// row is blank or a comment.
func (s *scanner) quotedRow() (row Row, found bool, err error) {
	row.Line = s.line
	parse := quoteParser{s: s}
	switch err := parse.run(); {
	case err == errUnclosed:
		return row, true, s.giveUp(parse.column(), parse.at)
	case err != nil:
		return row, true, err
	}
	raw := s.buf[s.pos : s.pos+parse.rowEnd]
	row.Repairs = parse.repairs
	s.cutSpans(raw, &row.Repairs)
	lines := parse.lines + 1
	if lines > 1 && s.width > 0 && len(s.cells) != s.width && s.swallowed(raw) {
		return row, true, s.giveUp(parse.opened, parse.next)
	}
	comment := s.isComment(raw)
	s.consume(parse.next, lines)
	if comment {
		return row, false, nil
	}
	found, err = s.finish(&row)
	return row, found || err != nil, err
}

// cutSpans turns the spans of the row's bytes into cells.
func (s *scanner) cutSpans(raw []byte, repairs *Repair) {
	var broken Repair
	text, cells := s.text(raw, &broken), s.cells[:0]
	if broken != 0 {
		*repairs |= broken
		text = string(raw) // spans count the bytes before their repair
	}
	for _, span := range s.spans {
		cell := text[span.start:span.end]
		if broken != 0 {
			cell = repairText(cell, s.fallbackTable(raw))
		}
		if span.escaped {
			cell = s.unescape(cell)
		}
		cells = append(cells, cell)
	}
	s.cells = cells
}

// unescape undoes doubled quotes and, where the file has them, backslashes before quotes and backslashes.
func (s *scanner) unescape(cell string) string {
	quote := string(s.format.Quote)
	if !s.format.Backslash {
		return strings.ReplaceAll(cell, quote+quote, quote)
	}
	return strings.NewReplacer(quote+quote, quote, `\`+quote, quote, `\\`, `\`).Replace(cell)
}

// quoteParser finds the cells of one row with quotes. Offsets count from the row's start, s.pos.
type quoteParser struct {
	s       *scanner
	at      int   // where it is
	lineEnd int   // end of the physical line that holds at
	next    int   // start of the following physical line
	rowEnd  int   // end of the row without its line end
	lines   int64 // line ends inside of quoted cells
	opened  int   // number of the last cell, from 1, that was quoted and went over a line end
	repairs Repair
}

// run parses the row into s.spans. It returns errUnclosed when a quote was opened whose end is not to be found; at then
// tells how far the search went.
func (p *quoteParser) run() (err error) {
	s := p.s
	s.spans = s.spans[:0]
	if p.lineEnd, p.next, err = s.lineEnd(0); err != nil {
		return err
	}
	for {
		start := p.at
		for start < p.lineEnd && s.isPad(s.buf[s.pos+start]) {
			start++
		}
		switch {
		case start == p.lineEnd || s.buf[s.pos+start] != s.format.Quote:
			p.plain()
		case !p.simple(start + 1):
			p.at = start + 1
			if err := p.quoted(); err != nil {
				return err
			}
		}
		if p.at >= p.lineEnd || len(s.spans) > s.limits.Columns {
			p.rowEnd = p.lineEnd
			return nil
		}
		p.at++ // the delimiter
	}
}

// plain takes a cell without quotes from at.
func (p *quoteParser) plain() {
	s := p.s
	i := bytes.IndexByte(s.buf[s.pos+p.at:s.pos+p.lineEnd], s.format.Delimiter)
	if i < 0 {
		i = p.lineEnd - p.at
	}
	s.spans = append(s.spans, span{start: p.at, end: p.at + i})
	p.at += i
}

// simple takes a quoted cell that starts behind its opening quote at start if it is of the commonest kind: on one line,
// with nothing to unescape. quoted would give the same.
func (p *quoteParser) simple(start int) bool {
	s := p.s
	line := s.buf[s.pos+start : s.pos+p.lineEnd]
	i := bytes.IndexByte(line, s.format.Quote)
	if i < 0 || s.format.Backslash || i+1 < len(line) && line[i+1] != s.format.Delimiter {
		return false
	}
	s.spans = append(s.spans, span{start: start, end: start + i})
	p.at = start + i + 1
	return true
}

// isPad reports a blank that may stand between a delimiter and a quote.
func (s *scanner) isPad(b byte) bool { return (b == ' ' || b == '\t') && b != s.format.Delimiter }

func (p *quoteParser) column() int { return len(p.s.spans) + 1 }

// quoted parses a quoted cell from behind its opening quote and leaves at on the delimiter or line end behind it.
func (p *quoteParser) quoted() error {
	s := p.s
	cell := span{start: p.at}
	for {
		i, err := p.findQuote(&cell)
		if err != nil {
			return err
		}
		after, err := p.byteAt(i + 1)
		if err != nil {
			return err
		}
		if after == s.format.Quote {
			cell.escaped = true
			p.at = i + 2
			continue
		}
		if p.endsCell(i + 1) {
			cell.end = i
			return p.close(cell, i+1)
		}
		if p.crossed(i) && p.opensCell(cell.start, i) {
			p.at = i
			return errUnclosed // a quote opens a cell on a later line; inside of a cell it would be doubled
		}
		p.repairs |= StrayQuote
		p.at = i + 1
	}
}

// findQuote is the place of the next quote that no backslash escapes.
func (p *quoteParser) findQuote(cell *span) (int, error) {
	s := p.s
	for {
		limit := s.end - s.pos
		if s.alone() {
			limit = p.lineEnd
		}
		rest := s.buf[s.pos+min(p.at, limit) : s.pos+limit]
		quote, slash := bytes.IndexByte(rest, s.format.Quote), -1
		if s.format.Backslash {
			slash = bytes.IndexByte(rest, '\\')
		}
		switch {
		case quote >= 0 && (slash < 0 || slash > quote):
			return p.at + quote, nil
		case slash >= 0 && slash+1 < len(rest):
			cell.escaped = true
			p.at += slash + 2
			continue
		case slash >= 0:
			p.at += slash // what it escapes is not read yet
		default:
			p.at += len(rest)
		}
		if s.alone() {
			return 0, errUnclosed
		}
		switch err := s.fill(); {
		case err == io.EOF || err == errTooLong:
			return 0, errUnclosed
		case err != nil:
			return 0, err
		}
	}
}

// byteAt is the byte at offset i, 0 at the end of the text or of what a row may hold.
func (p *quoteParser) byteAt(i int) (byte, error) {
	s := p.s
	for s.pos+i >= s.end {
		switch err := s.fill(); {
		case err == io.EOF || err == errTooLong:
			return 0, nil
		case err != nil:
			return 0, err
		}
	}
	return s.buf[s.pos+i], nil
}

// endsCell reports whether a cell can end at offset i: a delimiter, a line end or the end of the text follows, blanks
// aside.
func (p *quoteParser) endsCell(i int) bool {
	s := p.s
	for {
		b, err := p.byteAt(i)
		switch {
		case err != nil:
			return true
		case b == s.format.Delimiter || b == s.format.lineEnd:
			return true
		case b == 0 && s.pos+i >= s.end:
			return true
		case b == '\r' && s.format.lineEnd == '\n':
			after, _ := p.byteAt(i + 1)
			return after == '\n' || s.pos+i+1 >= s.end
		case !s.isPad(b):
			return false
		}
		i++
	}
}

// crossed reports whether the row has gone on to another physical line before offset i.
func (p *quoteParser) crossed(i int) bool { return i >= p.next }

// opensCell reports whether the quote at offset i stands where a cell begins.
func (p *quoteParser) opensCell(start, i int) bool {
	s := p.s
	for i--; i >= start; i-- {
		b := s.buf[s.pos+i]
		if b == s.format.Delimiter || b == s.format.lineEnd {
			return true
		}
		if !s.isPad(b) {
			return false
		}
	}
	return false
}

// close ends a quoted cell whose closing quote stands before offset i.
func (p *quoteParser) close(cell span, i int) (err error) {
	s := p.s
	if p.crossed(cell.end) {
		p.lines += int64(bytes.Count(s.buf[s.pos+p.next-1:s.pos+cell.end], []byte{s.format.lineEnd}))
		p.opened = p.column()
		if p.lineEnd, p.next, err = s.lineEnd(i); err != nil {
			if err == errTooLong {
				return errUnclosed
			}
			return err
		}
	}
	s.spans = append(s.spans, cell)
	for i < p.lineEnd && s.buf[s.pos+i] != s.format.Delimiter {
		i++
	}
	p.at = i
	return nil
}

func tooLongReason(limit int) string {
	return fmt.Sprintf("the row is longer than %d bytes: the file has no line ends where they are expected, or a cell holds a whole document", limit)
}
