package tabular

import (
	"bytes"
	"io"
	"regexp"
)

// sampleRow is a row of the beginning, before its header is known.
type sampleRow struct {
	line  int64 // physical line on which it starts
	after int64 // physical line behind it
	cells []string
	stray bool // it has quotes that do not fit
}

const mostSampleRows = 200

// sampleRows cuts the beginning into rows. A row broken at the sample's end is left out.
func sampleRows(text []byte, whole bool, format Format, limits Limits) []sampleRow {
	scan := newScanner(bytes.NewReader(text), "", format, limits, 0)
	if _, size := separatorLine(text); size > 0 {
		_ = scan.skipLines(1)
	}
	var rows []sampleRow
	for len(rows) < mostSampleRows {
		row, err := scan.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			if len(rows) > 0 {
				rows[len(rows)-1].stray = true
			}
			continue
		}
		rows = append(rows, sampleRow{
			line: row.Line, after: scan.line, cells: append([]string(nil), row.Cells...), stray: row.Repairs&StrayQuote != 0,
		})
	}
	return rows
}

// detectLineEnd tells files whose lines end with CR alone from all others.
func (f *Format) detectLineEnd(text []byte) {
	newlines := bytes.Count(text, []byte{'\n'})
	pairs := bytes.Count(text, []byte("\r\n"))
	f.lineEnd = '\n'
	if bytes.Count(text, []byte{'\r'})-pairs > newlines {
		f.lineEnd = '\r'
	}
}

var separatorForm = regexp.MustCompile(`^"?sep=(.)"?\r?[\r\n]`)

// separatorLine reads the first line "sep=;" that spreadsheet programs understand; size is 0 when there is none.
func separatorLine(text []byte) (delimiter byte, size int) {
	match := separatorForm.FindSubmatch(text[:min(len(text), 16)])
	if match == nil || match[1][0] >= 0x80 {
		return 0, 0
	}
	return match[1][0], len(match[0])
}

// detectDelimiter finds delimiter and quoting: the ones with which the sample's rows have the same number of cells.
func (f *Format) detectDelimiter(text []byte, limits Limits, tabs bool) {
	f.detectQuote(text)
	if f.Delimiter != 0 {
		f.DelimiterSure = Asked
		return
	}
	if delimiter, size := separatorLine(text); size > 0 {
		f.Delimiter, f.DelimiterSure = delimiter, Certain
		return
	}
	best, second := 0.0, 0.0
	f.Delimiter, f.DelimiterSure = NoDelimiter, Guess
	for _, candidate := range []byte{',', ';', '\t', '|'} {
		try := *f
		try.Delimiter = candidate
		score := delimiterScore(sampleRows(text, false, try, limits))
		if candidate == '\t' && tabs && score > 0 {
			score += 0.5
		}
		switch {
		case score > best:
			best, second = score, best
			f.Delimiter, f.DelimiterSure = candidate, Likely
		case score > second:
			second = score
		}
	}
	if best > 0.9 && second < best/2 {
		f.DelimiterSure = Certain
	}
}

// delimiterScore is the share of rows that have the most frequent number of cells (2 or more), a little more for more
// cells, less for quotes that do not fit; 0 when the delimiter does not occur or only stands inside of numbers.
func delimiterScore(rows []sampleRow) float64 {
	width, same := commonWidth(rows)
	if width < 2 || insideNumbers(rows, width) {
		return 0
	}
	stray := 0
	for _, row := range rows {
		if row.stray {
			stray++
		}
	}
	share := float64(same) / float64(len(rows))
	return max(0.01, share*(1+0.02*float64(min(width, 25)))-float64(stray)/float64(len(rows)))
}

// commonWidth is the most frequent number of cells, the larger of equals, and how many rows have it.
func commonWidth(rows []sampleRow) (width, same int) {
	counts := map[int]int{}
	for _, row := range rows {
		counts[len(row.cells)]++
	}
	for w, n := range counts {
		if n > same || n == same && w > width {
			width, same = w, n
		}
	}
	return width, same
}

var allDigits = regexp.MustCompile(`^\s*-?\d+\s*$`)

// insideNumbers reports whether the delimiter only ever splits two runs of digits: "12,50" in a single column of prices.
func insideNumbers(rows []sampleRow, width int) bool {
	if width != 2 || len(rows) < 2 || len(rows[0].cells) != 1 {
		return false
	}
	for _, row := range rows[1:] {
		for _, cell := range row.cells {
			if !allDigits.MatchString(cell) {
				return false
			}
		}
	}
	return true
}

var (
	singleQuoted = regexp.MustCompile(`(?:^|[,;\t|\r\n])'[^'\r\n]*'(?:$|[,;\t|\r\n])`)
	slashQuote   = regexp.MustCompile(`[^\\]\\"[^",;\t|\r\n]`)
)

// detectQuote finds the quote character and whether backslashes escape it.
func (f *Format) detectQuote(text []byte) {
	if f.Quote != 0 {
		return
	}
	f.Quote = '"'
	if bytes.IndexByte(text, '"') >= 0 {
		f.Backslash = f.Backslash || slashQuote.Match(text)
		return
	}
	lines := bytes.Count(text, []byte{f.lineEnd})
	if found := len(singleQuoted.FindAllIndex(text, lines+1)); found > 1 && found >= lines {
		f.Quote = '\''
	}
}

// detectComment finds lines of comment among the rows.
func (f *Format) detectComment(rows []sampleRow) {
	if f.Comment != 0 {
		return
	}
	width, _ := commonWidth(rows)
	found := false
	for _, row := range rows {
		if len(row.cells[0]) > 0 && row.cells[0][0] == '#' {
			if len(row.cells) == width {
				return
			}
			found = true
		}
	}
	if found {
		f.Comment = '#'
	}
}

// textNotes tells what was detected beyond the usual.
func (f Format) textNotes() []Note {
	var notes []Note
	switch {
	case f.Delimiter == NoDelimiter:
		notes = append(notes, note("single_column"))
	case f.Delimiter != ',':
		notes = append(notes, note("delimiter", delimiterName(f.Delimiter)))
	}
	if f.Quote != '"' && f.Quote != NoQuote {
		notes = append(notes, note("quote", string(f.Quote)))
	}
	if f.Backslash {
		notes = append(notes, note("backslash"))
	}
	if f.Comment != 0 {
		notes = append(notes, note("comments", string(f.Comment)))
	}
	if f.Fallback != "" {
		notes = append(notes, note("encoding_mixed", string(f.Fallback)))
	}
	return notes
}
