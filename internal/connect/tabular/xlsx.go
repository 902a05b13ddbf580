package tabular

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"zveno.dev/zveno/internal/connect/tabular/xlsx"
	"zveno.dev/zveno/internal/fault"
)

// surveyBytes is the XML of a sheet up to which it is read to its end on opening, so that its notes are complete.
const surveyBytes = 16 << 20

// openWorkbook makes a table of each sheet that has values. A file on disk is read in place.
func (s *Set) openWorkbook(ctx context.Context, src source, archive *zip.Reader) error {
	if src.size > s.limits.WorkbookBytes {
		return fault.New(fault.Invalid, "tabular: open %s: the workbook is larger than %d bytes: save the sheet as CSV", src.path, s.limits.WorkbookBytes)
	}
	if err := checkZip(archive, src.path, s.limits, s.limits.SheetBytes); err != nil {
		return err
	}
	book, err := xlsx.Open(archive, xlsx.Limits{TokenBytes: s.limits.LineBytes, Columns: s.limits.Columns})
	if err != nil {
		return workbookFault(src.path, err)
	}
	s.closers = append(s.closers, book)
	var tables []*Table
	for _, sheet := range book.Sheets {
		table, err := openSheet(ctx, src, book, sheet, Format{})
		switch {
		case errors.Is(err, errNoRows):
			s.Skipped = append(s.Skipped, Skipped{Path: sheetPath(src, sheet), Reason: "is an empty sheet"})
		case err != nil:
			return err
		default:
			tables = append(tables, table)
		}
	}
	if len(tables) == 0 {
		return fault.New(fault.Invalid, "tabular: open %s: no sheet of the workbook has a value", src.path)
	}
	if len(tables) > 1 {
		for _, table := range tables {
			table.Name = table.sheet
		}
	}
	s.Tables = append(s.Tables, tables...)
	return nil
}

// openPackedWorkbook puts a workbook that is inside of a zip on disk, since its parts are read in any order.
func (s *Set) openPackedWorkbook(ctx context.Context, src source) error {
	if src.size > s.limits.WorkbookBytes {
		return fault.New(fault.Invalid, "tabular: open %s: the workbook is larger than %d bytes: save the sheet as CSV", src.path, s.limits.WorkbookBytes)
	}
	copied, err := copyAside(ctx, src)
	if err != nil {
		return err
	}
	s.closers = append(s.closers, removal(copied))
	archive, closer, err := openZip(copied, src.path)
	if err != nil {
		return err
	}
	s.closers = append([]io.Closer{closer}, s.closers...) // closed before its file is removed
	switch {
	case isWorkbook(archive):
		return s.openWorkbook(ctx, src, archive)
	case isOpenDocument(archive):
		return fault.New(fault.Invalid, "tabular: open %s: it %s", src.path, adviceODS)
	}
	return fault.New(fault.Invalid, "tabular: open %s: it is a zip inside of a zip: unpack the outer one first", src.path)
}

// copyAside copies a source into a temporary file and gives its name.
func copyAside(ctx context.Context, src source) (string, error) {
	in, err := src.open()
	if err != nil {
		return "", err
	}
	defer in.Close()
	out, err := os.CreateTemp("", "zveno-workbook-*.xlsx")
	if err != nil {
		return "", fmt.Errorf("tabular: copy %s: %w", src.path, err)
	}
	_, err = io.Copy(out, &counter{ctx: ctx, in: io.LimitReader(in, src.size), path: src.path})
	if err = errors.Join(err, out.Close()); err != nil {
		os.Remove(out.Name())
		return "", fmt.Errorf("tabular: copy %s: %w", src.path, err)
	}
	return out.Name(), nil
}

// removal removes a temporary file when closed.
type removal string

func (r removal) Close() error { return os.Remove(string(r)) }

func sheetPath(src source, sheet xlsx.Sheet) string { return src.path + "[" + sheet.Name + "]" }

// workbookFault explains why a workbook cannot be read. Whatever its parts say is the file's fault, the disk's is not.
func workbookFault(path string, err error) error {
	_, system := errors.AsType[*os.PathError](err)
	switch {
	case errors.Is(err, xlsx.ErrBinary):
		return fault.New(fault.Invalid, "tabular: open %s: it is a binary workbook (.xlsb): save it as .xlsx or CSV", path)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case system:
		return fmt.Errorf("tabular: read %s: %w", path, err)
	}
	return fault.New(fault.Invalid, "tabular: read %s: %w; the workbook is damaged: open it in a spreadsheet program and save it again", path, err)
}

var errNoRows = errors.New("no rows")

// openSheet detects a sheet's header from its first rows.
func openSheet(ctx context.Context, src source, book *xlsx.Book, sheet xlsx.Sheet, asked Format) (*Table, error) {
	rows, err := book.Rows(ctx, sheet)
	if err != nil {
		return nil, workbookFault(sheetPath(src, sheet), err)
	}
	defer rows.Close()
	table := &Table{Name: src.base, Path: sheetPath(src, sheet), sheet: sheet.Name, Size: sheet.Bytes, limits: src.limit, Format: asked}
	var sample []sampleRow
	for {
		row, err := rows.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, workbookFault(table.Path, err)
		}
		if len(sample) < mostSampleRows {
			if cells := sheetCells(nil, row, book.Date1904); !allBlank(cells) {
				sample = append(sample, sampleRow{line: int64(row.Number), after: int64(row.Number) + 1, cells: cells})
			}
		} else if sheet.Bytes > surveyBytes {
			break
		}
	}
	if len(sample) == 0 {
		return nil, errNoRows
	}
	if sheet.Hidden {
		table.Notes = append(table.Notes, note("sheet_hidden"))
	}
	if book.Date1904 {
		table.Notes = append(table.Notes, note("sheet_1904"))
	}
	table.Notes = append(table.Notes, countNotes(rows.Counts)...)
	if err := table.detectHeader(sample); err != nil {
		return nil, err
	}
	table.widenSheet(sample)
	table.each = func(ctx context.Context, t *Table, yield func(Row, error) bool) []Note {
		return t.eachSheetRow(ctx, book, sheet, yield)
	}
	table.reformat = func(ctx context.Context, t *Table, asked Format) (*Table, error) {
		again, err := openSheet(ctx, src, book, sheet, asked)
		if err == nil {
			again.Name = t.Name
		}
		return again, err
	}
	return table, nil
}

// countNotes tells what of a sheet does not survive in a table.
func countNotes(counts xlsx.Counts) []Note {
	var notes []Note
	for _, count := range []struct {
		code string
		n    int
	}{
		{"sheet_formulas", counts.Formulas}, {"sheet_uncalculated", counts.Uncalculated},
		{"sheet_errors", counts.Errors}, {"sheet_merged", counts.Merged},
	} {
		if count.n > 0 {
			notes = append(notes, note(count.code, count.n))
		}
	}
	return notes
}

// widenSheet adds columns for values to the right of the header when most rows have them.
func (t *Table) widenSheet(sample []sampleRow) {
	width, same := commonWidth(sample)
	if width <= len(t.Header) || 2*same < len(sample) {
		return
	}
	names := append([]string(nil), t.Header...)
	t.nameColumns(append(names, make([]string, width-len(names))...))
}

// eachSheetRow streams the rows of a sheet.
func (t *Table) eachSheetRow(ctx context.Context, book *xlsx.Book, sheet xlsx.Sheet, yield func(Row, error) bool) []Note {
	rows, err := book.Rows(ctx, sheet)
	if err != nil {
		yield(Row{}, workbookFault(t.Path, err))
		return nil
	}
	defer rows.Close()
	var cells []string
	for {
		stored, err := rows.Next()
		if err == io.EOF {
			return countNotes(rows.Counts)
		}
		if err != nil {
			yield(Row{}, workbookFault(t.Path, err))
			return nil
		}
		if int64(stored.Number) < t.Format.dataLine {
			continue
		}
		cells = sheetCells(cells[:0], stored, book.Date1904)
		fitted, _, blank, ok := fit(cells, len(t.Header))
		if blank && stored.TooWide == 0 {
			continue
		}
		row := Row{Line: int64(stored.Number), Cells: fitted, Offset: rows.Offset()}
		if !ok || stored.TooWide > 0 {
			err = t.tooWide(row.Line, max(len(cells), stored.TooWide))
		}
		if cells = fitted; !yield(row, err) {
			return nil
		}
	}
}

func (t *Table) tooWide(line int64, cells int) error {
	return &RowError{Path: t.Path, Line: line, Column: cells, Code: RowTooManyCells, Reason: fmt.Sprintf(
		"the row has a value in column %d, the table has %d columns: give that column a name in the header", cells, len(t.Header))}
}
