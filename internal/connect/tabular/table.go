package tabular

import (
	"context"
	"fmt"
	"iter"
	"strings"
)

// Table is one file, or one sheet of a workbook, ready to be read any number of times.
type Table struct {
	Name   string   // the file's base name without extension, or the sheet's name when a workbook has several
	Path   string   // for messages: "export.zip/deals.csv", "Book1.xlsx[Deals]"
	Format Format   // as detected; Reformat changes it
	Header []string // trimmed, never blank, all different
	Notes  []Note   // what was detected or repaired while opening
	Size   int64    // the end of Row.Offset, for progress; 0 when unknown

	sheet    string // of a workbook
	limits   Limits
	each     func(ctx context.Context, t *Table, yield func(Row, error) bool) []Note // gives what the whole pass found out
	reformat func(ctx context.Context, t *Table, asked Format) (*Table, error)
}

// Row is one row of a table. Cells belongs to the iteration and is overwritten by its next step (the strings in it are
// not): copy the slice to keep it.
type Row struct {
	Line    int64    // physical line on which the row starts, from 1; in a workbook the sheet's row
	Cells   []string // as many as Table.Header; not trimmed
	Offset  int64    // how far the reading is, on the scale of Table.Size
	Repairs Repair   // what was done to make the row readable
}

// Repair is a set of repairs made to a row.
type Repair uint8

// The repairs.
const (
	Padded     Repair = 1 << iota // it had fewer cells than the header: blank ones were added
	StrayQuote                    // a quote inside a quoted cell was not doubled; it was kept as text
	Redecoded                     // bytes outside the file's encoding were read in the fallback encoding
	NulRemoved                    // zero bytes were left out
)

// RowError is the error of one row. Reading goes on behind it.
type RowError struct {
	Path   string
	Line   int64  // physical line on which the row starts
	Column int    // number of the cell, from 1; 0 when it is about the whole row
	Code   string // one of the Row… codes, for translation
	Reason string // in English, with what to do
}

// The codes of row errors.
const (
	RowTooManyCells  = "too_many_cells"
	RowUnclosedQuote = "unclosed_quote"
	RowBrokenQuotes  = "broken_quotes"
	RowTooLong       = "too_long"
)

// Error says file, line, column and reason.
func (e *RowError) Error() string {
	if e.Column > 0 {
		return fmt.Sprintf("%s: line %d, column %d: %s", e.Path, e.Line, e.Column, e.Reason)
	}
	return fmt.Sprintf("%s: line %d: %s", e.Path, e.Line, e.Reason)
}

// Rows streams the table's rows, re-opening the file. A *RowError is the error of one row, and the iteration goes on
// behind it; any other error ends it. Rows in which every cell is blank are left out.
func (t *Table) Rows(ctx context.Context) iter.Seq2[Row, error] { return t.RowsFrom(ctx, 0) }

// RowsFrom is Rows without its first skip steps; rows and row errors count alike, so that an interrupted import goes on
// where it stopped.
func (t *Table) RowsFrom(ctx context.Context, skip int64) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		var step int64
		t.each(ctx, t, func(row Row, err error) bool {
			step++
			if step%1024 == 0 && ctx.Err() != nil {
				yield(Row{}, ctx.Err())
				return false
			}
			if step <= skip && (err == nil || isRowError(err)) {
				return true
			}
			return yield(row, err)
		})
	}
}

// Reformat reads the table's beginning again with the fields of asked that are not zero taken as given and the rest
// detected anew.
func (t *Table) Reformat(ctx context.Context, asked Format) (*Table, error) {
	return t.reformat(ctx, t, asked)
}

func isRowError(err error) bool {
	_, ok := err.(*RowError)
	return ok
}

// fit brings a row to the header's width: blank cells are added to a shorter row and blank extra cells cut off a longer
// one. ok is false when cells with content would be lost; blank is true when nothing stands in the row.
func fit(cells []string, width int) (fitted []string, repairs Repair, blank, ok bool) {
	used := len(cells)
	for used > 0 && isBlank(cells[used-1]) {
		used--
	}
	switch {
	case used == 0:
		return cells, 0, true, true
	case used > width:
		return cells, 0, false, false
	case len(cells) > width:
		return cells[:width], 0, false, true
	case len(cells) < width:
		for len(cells) < width {
			cells = append(cells, "")
		}
		return cells, Padded, false, true
	}
	return cells, 0, false, true
}

func isBlank(cell string) bool {
	return cell == "" || (cell[0] <= ' ' || cell[0] >= 0x80) && strings.TrimSpace(cell) == ""
}
