package tabular

import (
	"fmt"
	"strings"

	"zveno.dev/zveno/internal/fault"
)

// detectHeader finds the header among the first rows, below titles and above data, and names the columns.
func (t *Table) detectHeader(rows []sampleRow) error {
	width, _ := commonWidth(rows)
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
		t.nameColumns(t.dropNameless(rows[at].cells, rows[at+1:]))
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
		if comment != 0 && strings.HasPrefix(row.cells[0], string(comment)) && len(row.cells) != width {
			continue
		}
		filled := 0
		for _, cell := range row.cells {
			if !isBlank(cell) {
				filled++
			}
		}
		if 10*len(row.cells) >= 6*width && 2*filled >= min(len(row.cells), width) && (width == 1 || filled > 1) {
			return i
		}
		if filled > most {
			fullest, most = i, filled
		}
	}
	return fullest
}

// headerEvidence weighs whether the candidate names the columns or is data like the rows below it; negative means data.
// A number, date or e-mail address above others of its kind is data; text above numbers is a name.
func headerEvidence(candidate []string, below []sampleRow) Sure {
	if len(below) > 50 {
		below = below[:50]
	}
	names, data := 0.0, 0.0
	for column, cell := range candidate {
		kind := Classify(cell)
		if kind == KindEmpty {
			continue
		}
		same, other, repeated := 0, 0, false
		for _, row := range below {
			if column >= len(row.cells) || IsEmpty(row.cells[column]) {
				continue
			}
			if Classify(row.cells[column]) == kind {
				same++
			} else {
				other++
			}
			repeated = repeated || row.cells[column] == cell
		}
		switch {
		case kind == KindText && repeated:
			data += 0.5
		case kind == KindText && other > same:
			names++
		case kind == KindText:
			names += 0.2
		case same > 3*other || same+other == 0:
			data++
		}
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
	taken := map[string]bool{}
	for _, cell := range header {
		taken[cleanName(cell)] = true
	}
	used := map[string]bool{}
	for i, cell := range header {
		name := cleanName(cell)
		if name == "" {
			name = freeName(fmt.Sprintf("Column %d", i+1), taken)
			if t.Format.Header != NoHeader {
				t.Notes = append(t.Notes, note("header_blank", i+1, name))
			}
		} else if used[name] {
			distinct := freeName(name, taken)
			t.Notes = append(t.Notes, note("header_duplicate", i+1, name, distinct))
			name = distinct
		}
		used[name], taken[name] = true, true
		t.Header = append(t.Header, name)
	}
}

// freeName is the name itself, or with the first number that makes it unlike all taken ones.
func freeName(name string, taken map[string]bool) string {
	free := name
	for n := 2; taken[free]; n++ {
		free = fmt.Sprintf("%s (%d)", name, n)
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
