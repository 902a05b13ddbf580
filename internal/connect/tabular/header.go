package tabular

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"zveno.dev/zveno/internal/fault"
)

// detectHeader finds the header among the first rows, below titles and above data, and names the columns.
func (t *Table) detectHeader(rows []sampleRow) error {
	width, _ := commonWidth(rows)
	if width > t.limits.Columns {
		return fault.New(fault.Invalid, "tabular: open %s: line %d: more than %d columns", t.Path, rows[0].line, t.limits.Columns)
	}
	at := 0
	switch asked := t.Format.Header; {
	case asked == NoHeader:
		t.Format.HeaderSure = Asked
		at = firstDataRow(rows, t.Format.Comment)
	case asked > 0:
		t.Format.HeaderSure = Asked
		for at < len(rows) && rows[at].line < int64(asked) {
			at++
		}
		if at == len(rows) {
			return fault.InvalidField("header", "line %d is not within the first %d rows of %s", asked, len(rows), t.Path)
		}
	default:
		at = findHeader(rows, width, t.Format.Comment)
		t.Format.Header = int(rows[at].line)
		t.Format.HeaderSure = headerEvidence(rows[at].cells, rows[at+1:])
		if t.Format.HeaderSure < 0 {
			t.Format.Header, t.Format.HeaderSure = NoHeader, Likely
		}
	}
	if t.Format.Header == NoHeader {
		t.Format.dataLine = rows[at].line
		t.Notes = append(t.Notes, note("no_header"))
		for _, row := range rows[at:] {
			width = max(width, len(row.cells))
		}
		t.nameColumns(make([]string, numberedWidth(rows[at:], width)))
	} else {
		t.Format.dataLine = rows[at].after
		if above := rows[at].line - 1; above > 0 {
			t.Notes = append(t.Notes, note("header_line", rows[at].line, above))
		}
		named := t.dropNameless(rows[at].cells, rows[at+1:])
		if slices.ContainsFunc(named, isBlank) && t.Format.HeaderSure == Certain {
			t.Format.HeaderSure = Likely
		}
		t.nameColumns(named)
	}
	if len(t.Header) > t.limits.Columns {
		return fault.New(fault.Invalid, "tabular: open %s: line %d: more than %d columns", t.Path, rows[at].line, t.limits.Columns)
	}
	return nil
}

// firstDataRow is the first row that is no comment.
func firstDataRow(rows []sampleRow, comment byte) int {
	for i, row := range rows {
		if comment == 0 || row.cells[0] == "" || row.cells[0][0] != comment {
			return i
		}
	}
	return 0
}

// numberedWidth is how many columns a table without header has: as many as most rows, more when the first row has more.
func numberedWidth(rows []sampleRow, widest int) int {
	common, _ := commonWidth(rows)
	return min(widest, max(common, len(rows[0].cells)))
}

// findHeader is the first row that is filled like a header: most of the table's columns are there and half of them are not
// blank. Titles and remarks above a table fill one or two cells.
func findHeader(rows []sampleRow, width int, comment byte) int {
	fullest, most := firstDataRow(rows, comment), 0
	for i, row := range rows {
		if comment != 0 && strings.HasPrefix(row.cells[0], string(comment)) && len(row.cells) != width || isRemark(rows, i) {
			continue
		}
		filled := filledCells(row.cells)
		if 10*len(row.cells) >= 6*width && 2*filled >= min(len(row.cells), width) && (width == 1 || filled > 1) {
			return i
		}
		if filled > most {
			fullest, most = i, filled
		}
	}
	return fullest
}

// isRemark reports a row above a table such as "Exported by:,Anna,": not all of its cells are filled, and the first ends
// with a colon, or there are two at most and a blank line follows.
func isRemark(rows []sampleRow, i int) bool {
	row := rows[i]
	filled := filledCells(row.cells)
	if i+1 == len(rows) || filled == len(row.cells) {
		return false
	}
	return strings.HasSuffix(strings.TrimSpace(row.cells[0]), ":") || filled <= 2 && rows[i+1].line > row.after
}

func filledCells(cells []string) (filled int) {
	for _, cell := range cells {
		if !isBlank(cell) {
			filled++
		}
	}
	return filled
}

// headerEvidence weighs whether the candidate names the columns or is data like the rows below it; negative means data.
func headerEvidence(candidate []string, below []sampleRow) Sure {
	names, data := 0.0, 0.0
	for column, cell := range candidate {
		n, d := nameEvidence(column, cell, below[:min(len(below), 50)])
		names, data = names+n, data+d
	}
	switch {
	case data > names:
		return -1
	case data > 0 || names < 1:
		return Guess
	case names < 2:
		return Likely
	}
	return Certain
}

// nameEvidence weighs one cell. A number, date or e-mail address above others of its kind is data; text above numbers, or
// text that is written unlike the texts below it, is a name.
func nameEvidence(column int, cell string, below []sampleRow) (name, data float64) {
	kind := Classify(cell)
	if kind == KindEmpty {
		return 0, 0
	}
	same, other, unlike, repeated := 0, 0, 0, false
	for _, row := range below {
		if column >= len(row.cells) || IsEmpty(row.cells[column]) {
			continue
		}
		value := row.cells[column]
		if Classify(value) == kind {
			same++
		} else {
			other++
		}
		if manner(value) != manner(cell) {
			unlike++
		}
		repeated = repeated || value == cell
	}
	switch {
	case kind == KindText && repeated:
		return 0, 0.5
	case (kind == KindText || kind == KindID) && other > same:
		return 1, 0
	case kind == KindText && unlike > 4*(same+other-unlike):
		return 0.6, 0
	case kind == KindText:
		return 0.2, 0
	case same > 3*other || same+other == 0:
		return 0, 1
	}
	return 0, 0
}

// manner is how a text is written: with blanks, with underscores, beginning with a small letter.
func manner(text string) [3]bool {
	text = strings.TrimSpace(text)
	first, _ := utf8.DecodeRuneInString(text)
	return [3]bool{strings.Contains(text, " "), strings.Contains(text, "_"), unicode.IsLower(first)}
}

// dropNameless leaves out columns at the end that have neither a name nor values in the sample: many programs end every
// row with a delimiter.
func (t *Table) dropNameless(header []string, below []sampleRow) []string {
	width := len(header)
	for width > 1 && isBlank(header[width-1]) && !columnHasContent(below, width-1) {
		width--
	}
	if dropped := len(header) - width; dropped > 0 {
		t.Notes = append(t.Notes, note("columns_dropped", dropped))
	}
	return header[:width]
}

func columnHasContent(rows []sampleRow, column int) bool {
	for _, row := range rows {
		if column < len(row.cells) && !isBlank(row.cells[column]) {
			return true
		}
	}
	return false
}

// nameColumns sets the header: trimmed names, blank ones numbered, repeated ones made distinct.
func (t *Table) nameColumns(header []string) {
	t.Header = make([]string, 0, len(header))
	free := freeNames{taken: map[string]bool{}, next: map[string]int{}}
	for _, cell := range header {
		free.taken[cleanName(cell)] = true
	}
	used := map[string]bool{}
	for i, cell := range header {
		name := cleanName(cell)
		if name == "" {
			name = free.like(fmt.Sprintf("Column %d", i+1))
			if t.Format.Header != NoHeader {
				t.Notes = append(t.Notes, note("header_blank", i+1, name))
			}
		} else if used[name] {
			distinct := free.like(name)
			t.Notes = append(t.Notes, note("header_duplicate", i+1, name, distinct))
			name = distinct
		}
		used[name], free.taken[name] = true, true
		t.Header = append(t.Header, name)
	}
}

// freeNames finds names that are not taken.
type freeNames struct {
	taken map[string]bool
	next  map[string]int // number to try next for a name
}

// like is the name itself, or with the first number that makes it unlike all taken ones.
func (f *freeNames) like(name string) string {
	free := name
	for f.taken[free] {
		f.next[name] = max(f.next[name]+1, 2)
		free = fmt.Sprintf("%s (%d)", name, f.next[name])
	}
	return free
}

// cleanName is a header cell on one line, without blanks around it and without invisible characters.
func cleanName(cell string) string {
	cell = strings.Map(func(r rune) rune {
		switch r {
		case '\ufeff', '\u200b':
			return -1
		}
		return r
	}, cell)
	return strings.Join(strings.Fields(cell), " ")
}
