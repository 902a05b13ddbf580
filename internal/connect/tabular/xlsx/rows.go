package xlsx

import (
	"context"
	"fmt"
	"io"
	"strconv"
)

// CellType is how a cell stores its value.
type CellType int

// The types of cells.
const (
	TypeNumber CellType = iota
	TypeText
	TypeBool  // Text is 1 or 0
	TypeError // Text is #REF! and the like
	TypeDate  // Text is an ISO 8601 date and time
)

// Cell is a cell with a value.
type Cell struct {
	Column int // from 0
	Type   CellType
	Text   string
	Format Format
}

// Row is a row with values. Cells is overwritten by the next row.
type Row struct {
	Number  int // from 1
	Cells   []Cell
	TooWide int // column, from 1, of a value beyond the limit of columns; 0 for none
}

// Counts tells what a sheet held besides values, as far as it was read.
type Counts struct {
	Formulas     int // whose cached result was taken
	Uncalculated int // formulas without a cached result
	Errors       int // cells with an error value
	Merged       int // merged ranges
}

// Rows reads a sheet from its first row.
type Rows struct {
	Counts Counts

	book *Book
	part string
	file io.ReadCloser
	tags *tags
	ctx  context.Context
	row  Row
	done bool // all rows are read
}

const mostRows = 1 << 20

// Rows opens a sheet for reading; call Close when done.
func (b *Book) Rows(ctx context.Context, sheet Sheet) (*Rows, error) {
	file, err := sheet.part.Open()
	if err != nil {
		return nil, brokenPart(sheet.part.Name, err)
	}
	return &Rows{book: b, part: sheet.part.Name, file: file, tags: newTags(file, b.limits.TokenBytes), ctx: ctx}, nil
}

// Close ends the reading.
func (r *Rows) Close() error { return r.file.Close() }

// Offset is how many bytes of the sheet's XML were read.
func (r *Rows) Offset() int64 { return r.tags.read }

// Next reads the next row that has a value; io.EOF behind the last one. Only then Counts is complete.
func (r *Rows) Next() (Row, error) {
	for n := 0; ; n++ {
		if n%64 == 0 && r.ctx.Err() != nil {
			return Row{}, r.ctx.Err()
		}
		kind, err := r.tags.next()
		if err == io.EOF {
			if !r.done {
				err = io.ErrUnexpectedEOF
			} else {
				return Row{}, io.EOF
			}
		}
		if err != nil {
			return Row{}, brokenPart(r.part, err)
		}
		switch name := string(r.tags.name); {
		case kind == tokenText:
		case name == "sheetData" && (kind == tokenEnd || r.tags.empty):
			r.done = true
		case kind == tokenEnd:
		case name == "row":
			if err := r.readRow(); err != nil {
				return Row{}, brokenPart(r.part, err)
			}
			if len(r.row.Cells) > 0 || r.row.TooWide > 0 {
				return r.row, nil
			}
		case name == "mergeCell":
			r.Counts.Merged++
		}
	}
}

// readRow reads the cells of a row whose start tag was just read.
func (r *Rows) readRow() error {
	number := r.row.Number + 1
	if text, ok := r.tags.attr("r"); ok {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > mostRows {
			return fmt.Errorf("it has a row with the number %q", text)
		}
		number = n
	}
	r.row = Row{Number: number, Cells: r.row.Cells[:0]}
	if r.tags.empty {
		return nil
	}
	column := -1
	for {
		kind, err := r.tags.next()
		if err != nil {
			return r.tags.unexpected(err)
		}
		switch {
		case kind == tokenStart && string(r.tags.name) == "c":
			if column, err = r.readCell(column + 1); err != nil {
				return fmt.Errorf("row %d: %w", number, err)
			}
		case kind == tokenEnd && string(r.tags.name) == "row":
			return nil
		}
	}
}

// cellStart reads the attributes of a cell's start tag; column is where it stands unless it says so itself.
func (r *Rows) cellStart(column int) (cell Cell, err error) {
	cell.Column = column
	for rest := r.tags.attrs; ; {
		key, value, after, ok := cutAttr(rest)
		if !ok {
			return cell, nil
		}
		switch string(key) {
		case "r":
			if cell.Column = columnOf(value); cell.Column < 0 {
				return cell, fmt.Errorf("a cell stands at %q, which is no place", value)
			}
		case "s":
			style, _ := strconv.Atoi(string(value))
			cell.Format = r.book.format(style)
		case "t":
			cell.Type = typeOf(value)
		}
		rest = after
	}
}

// readCell reads a cell whose start tag was just read and gives its column.
func (r *Rows) readCell(column int) (int, error) {
	cell, err := r.cellStart(column)
	if err != nil {
		return 0, err
	}
	column = cell.Column
	if r.tags.empty {
		return column, nil
	}
	stored, formula, err := r.readValue(&cell)
	if err != nil {
		return 0, err
	}
	switch {
	case formula && !stored:
		r.Counts.Uncalculated++
	case formula:
		r.Counts.Formulas++
	}
	if !stored {
		return column, nil
	}
	if err := r.interpret(&cell); err != nil || cell.Text == "" {
		return column, err
	}
	if column >= r.book.limits.Columns {
		r.row.TooWide = column + 1
		return column, nil
	}
	r.row.Cells = append(r.row.Cells, cell)
	return column, nil
}

// readValue reads the inside of a cell up to its end tag.
func (r *Rows) readValue(cell *Cell) (stored, formula bool, err error) {
	inValue := false
	for {
		kind, err := r.tags.next()
		if err != nil {
			return false, false, r.tags.unexpected(err)
		}
		switch name := string(r.tags.name); {
		case kind == tokenText:
			if inValue {
				cell.Text += r.tags.content()
				if stored = true; len(cell.Text) > r.tags.most {
					return false, false, errTokenTooLong
				}
			}
		case kind == tokenEnd && name == "c":
			return stored, formula, nil
		case name == "v":
			inValue = kind == tokenStart && !r.tags.empty
		case name == "f":
			formula = true
		case kind == tokenStart && name == "is":
			if cell.Text, err = r.tags.richText("is"); err != nil {
				return false, false, err
			}
			stored = true
		}
	}
}

// typeShared is the type of cells that hold the number of a shared text; outside of this file it is TypeText.
const typeShared CellType = -1

// typeOf reads a cell's attribute t.
func typeOf(kind []byte) CellType {
	switch string(kind) {
	case "s":
		return typeShared
	case "str", "inlineStr":
		return TypeText
	case "b":
		return TypeBool
	case "e":
		return TypeError
	case "d":
		return TypeDate
	}
	return TypeNumber
}

// interpret looks up a shared text, counts an error.
func (r *Rows) interpret(cell *Cell) (err error) {
	switch cell.Type {
	case typeShared:
		n, malformed := strconv.Atoi(cell.Text)
		if malformed != nil {
			return errNoString
		}
		cell.Type = TypeText
		cell.Text, err = r.book.strings.at(n)
	case TypeText:
		cell.Text = underscored(cell.Text)
	case TypeError:
		r.Counts.Errors++
	}
	return err
}

// columnOf is the column of a reference such as AB12, from 0; -1 when it is none.
func columnOf(ref []byte) int {
	column, i := 0, 0
	for ; i < len(ref) && i < 4; i++ {
		c := ref[i] &^ 0x20
		if c < 'A' || c > 'Z' {
			break
		}
		column = column*26 + int(c-'A') + 1
	}
	if i == 0 || i > 3 || i == len(ref) || column > 16384 {
		return -1
	}
	return column - 1
}
