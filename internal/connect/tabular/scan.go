package tabular

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// scanner cuts UTF-8 text into rows of cells. It reads ahead no further than the row needs, up to limits.LineBytes, so
// that it can go back to the second line of a row whose quotes turn out to be broken.
type scanner struct {
	in     io.Reader
	path   string
	format Format
	limits Limits
	width  int   // cells of the header; 0 accepts any number
	line   int64 // physical line at pos

	buf      []byte
	pos, end int   // the text not yet consumed is buf[pos:end]
	before   int64 // bytes of text before buf[0]
	eof      bool
	failed   error // what ended the reading, to be told once the buffer is used up

	lonely   int64 // up to this offset of the text quoted cells must end on their own line, see recover.go
	cells    []string
	spans    []span
	fallback *charmap.Charmap
}

// span is a cell's place in its row's bytes.
type span struct {
	start, end int
	escaped    bool // holds doubled quotes or backslashes to undo
}

const bufferBytes = 256 << 10

var errTooLong = errors.New("line too long")

func newScanner(in io.Reader, path string, format Format, limits Limits, width int) *scanner {
	return &scanner{
		in: in, path: path, format: format, limits: limits, width: width, line: 1,
		buf: make([]byte, min(bufferBytes, limits.LineBytes+2)),
	}
}

// fill reads more text behind what is there. It returns errTooLong when the row has reached its limit, io.EOF at the end.
func (s *scanner) fill() error {
	if s.eof {
		return cmpErr(s.failed, io.EOF)
	}
	if s.pos > 0 && s.end == len(s.buf) {
		copy(s.buf, s.buf[s.pos:s.end])
		s.before += int64(s.pos)
		s.end -= s.pos
		s.pos = 0
	}
	if s.end == len(s.buf) {
		most := s.limits.LineBytes + 2
		if len(s.buf) >= most {
			return errTooLong
		}
		s.buf = append(s.buf, make([]byte, min(len(s.buf), most-len(s.buf)))...)
	}
	for range 100 {
		n, err := s.in.Read(s.buf[s.end:])
		s.end += n
		if err != nil {
			s.eof = true
			if err != io.EOF {
				s.failed = err
			}
		}
		if n > 0 {
			return nil
		}
		if err != nil {
			return cmpErr(s.failed, io.EOF)
		}
	}
	s.eof, s.failed = true, io.ErrNoProgress
	return s.failed
}

func cmpErr(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// lineEnd finds the end of the physical line that holds the byte at offset from (counted from pos): end is where its
// terminator begins, next where the following line does. At the end of the text both are its length.
func (s *scanner) lineEnd(from int) (end, next int, err error) {
	for searched := from; ; {
		data := s.buf[s.pos:s.end]
		if i := bytes.IndexByte(data[searched:], s.format.lineEnd); i >= 0 {
			end, next = searched+i, searched+i+1
			if s.format.lineEnd == '\n' && end > from && data[end-1] == '\r' {
				end--
			}
			return end, next, nil
		}
		searched = len(data)
		switch err := s.fill(); {
		case err == io.EOF:
			return searched, searched, nil
		case err != nil:
			return 0, 0, err
		}
	}
}

// consume moves behind n bytes that hold so many line ends.
func (s *scanner) consume(n int, lines int64) {
	s.pos += n
	s.line += lines
	if s.pos == s.end && s.pos > 0 {
		s.before += int64(s.pos)
		s.pos, s.end = 0, 0
	}
}

// next reads one row. A *RowError is about one row and more may follow; any other error ends the text, io.EOF regularly.
// Rows without content and comments are passed over.
func (s *scanner) next() (Row, error) {
	for {
		end, next, err := s.lineEnd(0)
		switch {
		case err == errTooLong:
			return Row{}, s.skipLong()
		case err != nil:
			return Row{}, err
		case next == 0:
			return Row{}, cmpErr(s.failed, io.EOF)
		}
		line := s.buf[s.pos : s.pos+end]
		if s.format.Quote != NoQuote && bytes.IndexByte(line, s.format.Quote) >= 0 {
			row, found, err := s.quotedRow()
			if found || err != nil {
				return row, err
			}
			continue
		}
		row := Row{Line: s.line}
		s.splitPlain(s.text(line, &row.Repairs))
		comment := s.isComment(line)
		s.consume(next, 1)
		if comment {
			continue
		}
		if found, err := s.finish(&row); found {
			return row, err
		}
	}
}

// splitPlain cuts a row without quotes.
func (s *scanner) splitPlain(line string) {
	cells, delimiter := s.cells[:0], s.format.Delimiter
	for len(cells) < s.limits.Columns {
		i := strings.IndexByte(line, delimiter)
		if i < 0 {
			break
		}
		cells = append(cells, line[:i])
		line = line[i+1:]
	}
	s.cells = append(cells, line)
}

// text copies bytes of the buffer out of it, repairing what is not text.
func (s *scanner) text(raw []byte, repairs *Repair) string {
	nul := bytes.IndexByte(raw, 0) >= 0
	valid := utf8.Valid(raw)
	if !nul && valid {
		return string(raw)
	}
	if nul {
		*repairs |= NulRemoved
	}
	if !valid {
		*repairs |= Redecoded
	}
	return repairText(string(raw), s.fallbackTable(raw))
}

// fallbackTable is the encoding of bytes that are not UTF-8; when detection saw none, the first row that has some decides.
func (s *scanner) fallbackTable(row []byte) *charmap.Charmap {
	if s.fallback == nil {
		name := s.format.Fallback
		if name == "" {
			name = guessTable(withoutUTF8([][]byte{row}), Windows1252)
		}
		table, err := name.table()
		if err != nil {
			table = charmap.Windows1252
		}
		s.fallback = table
	}
	return s.fallback
}

// isComment reports whether the row in s.cells, which begins with line, is a comment.
func (s *scanner) isComment(line []byte) bool {
	return s.format.Comment != 0 && len(line) > 0 && line[0] == s.format.Comment && (s.width == 0 || len(s.cells) != s.width)
}

// finish brings the row in s.cells to the header's width; found is false when nothing stands in it.
func (s *scanner) finish(row *Row) (found bool, err error) {
	if s.width == 0 {
		row.Cells = s.cells
		_, _, blank, _ := fit(s.cells, len(s.cells))
		return !blank, nil
	}
	if len(s.cells) == s.width && s.cells[0] != "" {
		row.Cells = s.cells
		return !isBlank(s.cells[0]) || s.anyContent(), nil
	}
	cells, repairs, blank, ok := fit(s.cells, s.width)
	if blank {
		return false, nil
	}
	if !ok {
		return true, s.widthError(row.Line, len(s.cells))
	}
	s.cells, row.Cells = cells, cells
	row.Repairs |= repairs
	if row.Repairs&Padded != 0 && row.Repairs&StrayQuote != 0 {
		return true, s.rowError(row.Line, 0, RowBrokenQuotes, "quotes inside of a cell are not doubled and cells are missing: write each quote inside of a quoted cell twice")
	}
	return true, nil
}

func (s *scanner) anyContent() bool {
	_, _, blank, _ := fit(s.cells, s.width)
	return !blank
}

// skipLong passes over a physical line that is longer than the limit without keeping it.
func (s *scanner) skipLong() error {
	failure := s.rowError(s.line, 0, RowTooLong, tooLongReason(s.limits.LineBytes))
	for {
		data := s.buf[s.pos:s.end]
		if i := bytes.IndexByte(data, s.format.lineEnd); i >= 0 {
			s.consume(i+1, 1)
			return failure
		}
		s.consume(len(data), 0)
		if err := s.fill(); err == io.EOF {
			return failure
		} else if err != nil {
			return err
		}
	}
}

// skipLines passes over physical lines without looking at them.
func (s *scanner) skipLines(n int64) error {
	for ; n > 0; n-- {
		_, next, err := s.lineEnd(0)
		if err == errTooLong {
			_ = s.skipLong()
			continue
		}
		if err != nil {
			return err
		}
		s.consume(next, 1)
	}
	return nil
}
