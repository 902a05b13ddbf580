package columnar

import (
	"database/sql/driver"
	"fmt"
	"strings"
)

// Rows collects rows of one table, column by column, which is how DuckDB takes them. A row is made by one call for each
// column, in their order, and then End:
//
//	rows.Int(dealKey)
//	rows.Big(amountMinor)
//	rows.End()
//
// A value of another type than its column, or a row of another length, is remembered as an error that whoever takes the
// rows reports.
type Rows struct {
	table   Table
	columns []cells
	next    int // column of the next value
	n       int // complete rows
	err     error
}

// cells are the values of one column; only the slice of its type is used. A NULL has the zero value there.
type cells struct {
	kind    Type
	smalls  []int16
	ints    []int32
	bigs    []int64
	doubles []float64
	texts   []string
	bools   []bool
	nulls   []int // rows, ascending
}

// NewRows makes an empty collection for a table.
func NewRows(t Table) *Rows {
	r := &Rows{table: t, columns: make([]cells, len(t.Columns))}
	for i, c := range t.Columns {
		r.columns[i].kind = c.Type
	}
	return r
}

// Len is the number of complete rows.
func (r *Rows) Len() int { return r.n }

// Small adds a value to the row.
func (r *Rows) Small(v int16) {
	if c := r.cell(Small); c != nil {
		c.smalls = append(c.smalls, v)
	}
}

// Int adds a value to the row.
func (r *Rows) Int(v int32) {
	if c := r.cell(Int); c != nil {
		c.ints = append(c.ints, v)
	}
}

// Big adds a value to the row.
func (r *Rows) Big(v int64) {
	if c := r.cell(Big); c != nil {
		c.bigs = append(c.bigs, v)
	}
}

// Double adds a value to the row.
func (r *Rows) Double(v float64) {
	if c := r.cell(Double); c != nil {
		c.doubles = append(c.doubles, v)
	}
}

// Bool adds a value to the row.
func (r *Rows) Bool(v bool) {
	if c := r.cell(Bool); c != nil {
		c.bools = append(c.bools, v)
	}
}

// Text adds a value to the row. Bytes that are not text (not UTF-8, or zero) become U+FFFD.
func (r *Rows) Text(v string) {
	if c := r.cell(Text); c != nil {
		c.texts = append(c.texts, storableText(v))
	}
}

// Null adds an empty value to the row.
func (r *Rows) Null() {
	if r.next >= len(r.columns) || r.table.Columns[r.next].Name == r.table.Key {
		r.misfit("NULL")
		return
	}
	c := &r.columns[r.next]
	c.nulls = append(c.nulls, r.n)
	switch c.kind {
	case Small:
		r.Small(0)
	case Int:
		r.Int(0)
	case Big:
		r.Big(0)
	case Double:
		r.Double(0)
	case Bool:
		r.Bool(false)
	case Text:
		r.Text("")
	}
}

// End completes the row.
func (r *Rows) End() {
	if r.next != len(r.columns) && r.err == nil {
		r.err = fmt.Errorf("%s: a row of %d values for %d columns", r.table.Name, r.next, len(r.columns))
	}
	r.next = 0
	r.n++
}

// Reset forgets all rows and keeps their memory.
func (r *Rows) Reset() {
	r.next, r.n, r.err = 0, 0, nil
	for i := range r.columns {
		c := &r.columns[i]
		clear(c.texts) // lets go of them
		*c = cells{c.kind, c.smalls[:0], c.ints[:0], c.bigs[:0], c.doubles[:0], c.texts[:0], c.bools[:0], c.nulls[:0]}
	}
}

// cell is the column that the next value goes to, or nil if its type is not kind.
func (r *Rows) cell(kind Type) *cells {
	if r.next >= len(r.columns) || r.columns[r.next].kind != kind {
		r.misfit(kind.String())
		return nil
	}
	r.next++
	return &r.columns[r.next-1]
}

func (r *Rows) misfit(what string) {
	switch {
	case r.err != nil:
	case r.next >= len(r.columns):
		r.err = fmt.Errorf("%s: a row of more values than its %d columns", r.table.Name, len(r.columns))
	default:
		c := r.table.Columns[r.next]
		r.err = fmt.Errorf("%s.%s is %s and cannot hold %s", r.table.Name, c.Name, c.Type, what)
	}
}

// Values gives the rows as a Delta takes them.
func (r *Rows) Values() ([][]any, error) {
	if r.err != nil {
		return nil, r.err
	}
	rows := make([][]any, r.n)
	cells := make([]any, r.n*len(r.columns))
	for i := range rows {
		rows[i] = cells[i*len(r.columns) : (i+1)*len(r.columns) : (i+1)*len(r.columns)]
	}
	for j := range r.columns {
		c := &r.columns[j]
		for i := range rows {
			rows[i][j] = c.value(i)
		}
		for _, i := range c.nulls {
			rows[i][j] = nil
		}
	}
	return rows, nil
}

func (c *cells) value(row int) any {
	switch c.kind {
	case Small:
		return c.smalls[row]
	case Int:
		return c.ints[row]
	case Big:
		return c.bigs[row]
	case Double:
		return c.doubles[row]
	case Bool:
		return c.bools[row]
	default:
		return c.texts[row]
	}
}

// Sum adds up what the whole numbers of a column leave when divided by the modulus, each truncated towards zero. NULL and
// columns that hold no whole numbers count nothing.
func (r *Rows) Sum(column string, modulus int64) (sum int64) {
	for j, c := range r.table.Columns {
		if c.Name != column {
			continue
		}
		for _, v := range r.columns[j].smalls {
			sum += int64(v) % modulus
		}
		for _, v := range r.columns[j].ints {
			sum += int64(v) % modulus
		}
		for _, v := range r.columns[j].bigs {
			sum += v % modulus
		}
	}
	return sum
}

// add adds a row of boxed values.
func (r *Rows) add(row []any) error {
	encoded := make([]driver.Value, len(r.columns))
	if err := r.table.encode(encoded, row); err != nil {
		return err
	}
	for _, v := range encoded {
		switch v := v.(type) {
		case nil:
			r.Null()
		case int16:
			r.Small(v)
		case int32:
			r.Int(v)
		case int64:
			r.Big(v)
		case float64:
			r.Double(v)
		case bool:
			r.Bool(v)
		case string:
			r.Text(v)
		}
	}
	r.End()
	return r.err
}

// storableText is the text as both engines take it.
func storableText(text string) string {
	if storable(text) {
		return text
	}
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\ufffd"), "\x00", "\ufffd")
}
