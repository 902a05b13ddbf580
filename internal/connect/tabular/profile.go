package tabular

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// TableProfile is what a full pass over a table found.
type TableProfile struct {
	Columns     []ColumnProfile // as many as Table.Header
	Rows        int64           // that could be read
	Broken      int64           // that could not
	FirstBroken []*RowError     // up to 20 of them
	Repaired    []RepairCount
	Notes       []Note // what the pass found out that Table.Notes does not have
}

// RepairCount tells how many rows had a repair.
type RepairCount struct {
	Repair    Repair
	Rows      int64
	FirstLine int64
}

// Count is a text and how often it occurred.
type Count struct {
	Text string
	N    int64
}

// Example is a cell and its line.
type Example struct {
	Text string
	Line int64
}

const (
	mostBroken   = 20
	mostDistinct = 200 // different values of a column that are kept
	mostMarks    = 20  // different currencies, zones or empty markers of a column that are kept
	mostExamples = 3
	longestKept  = 200 // bytes of a value that is kept as distinct or example
)

// Profile reads the whole table once and says for each column what its cells are. Rows that cannot be read are counted.
func Profile(ctx context.Context, t *Table) (TableProfile, error) {
	profile := TableProfile{}
	columns := make([]columnState, len(t.Header))
	var failure error
	step := 0
	profile.Notes = t.each(ctx, t, func(row Row, err error) bool {
		if step++; step%1024 == 0 && ctx.Err() != nil {
			failure = ctx.Err()
			return false
		}
		if rowError, ok := err.(*RowError); ok {
			if profile.Broken++; len(profile.FirstBroken) < mostBroken {
				profile.FirstBroken = append(profile.FirstBroken, rowError)
			}
			return true
		}
		if failure = err; err != nil {
			return false
		}
		profile.Rows++
		if row.Repairs != 0 {
			profile.countRepairs(row)
		}
		for i := range columns {
			columns[i].add(row.Cells[i], row.Line)
		}
		return true
	})
	if failure != nil {
		return TableProfile{}, failure
	}
	for i := range columns {
		profile.Columns = append(profile.Columns, columns[i].finish(t.Header[i], i))
	}
	profile.hintOrders()
	profile.Notes = slices.DeleteFunc(profile.Notes, func(n Note) bool {
		return slices.ContainsFunc(t.Notes, func(known Note) bool { return known.String() == n.String() })
	})
	return profile, nil
}

func (p *TableProfile) countRepairs(row Row) {
	for repair := Padded; repair <= NulRemoved; repair <<= 1 {
		if row.Repairs&repair == 0 {
			continue
		}
		i := slices.IndexFunc(p.Repaired, func(c RepairCount) bool { return c.Repair == repair })
		if i < 0 {
			p.Repaired = append(p.Repaired, RepairCount{Repair: repair, FirstLine: row.Line})
			i = len(p.Repaired) - 1
		}
		p.Repaired[i].Rows++
	}
}

// hintOrders proposes for columns whose date order nothing decides the order that the table's other columns have, if
// they agree.
func (p *TableProfile) hintOrders() {
	hint := OrderUnknown
	for _, column := range p.Columns {
		switch order := column.Dates.Order; {
		case order != OrderDMY && order != OrderMDY || column.Dates.ByConvention:
		case hint == OrderUnknown:
			hint = order
		case hint != order:
			return
		}
	}
	for i := range p.Columns {
		if p.Columns[i].Dates.Ambiguous {
			p.Columns[i].Dates.Hint = hint
		}
	}
}

// counts counts texts, up to a number of different ones.
type counts struct {
	n    map[string]*int64
	more bool // there were more different ones than are kept
}

// add counts a text. Once there are too many different ones it only remembers so.
func (c *counts) add(text string, most int) {
	if c.more {
		return
	}
	if n := c.n[text]; n != nil {
		*n++
		return
	}
	if len(c.n) >= most || len(text) > longestKept {
		c.n, c.more = nil, true
		return
	}
	if c.n == nil {
		c.n = map[string]*int64{}
	}
	n := int64(1)
	c.n[strings.Clone(text)] = &n
}

// list is the texts, most frequent first.
func (c *counts) list() []Count {
	list := make([]Count, 0, len(c.n))
	for text, n := range c.n {
		list = append(list, Count{text, *n})
	}
	return byFrequency(list)
}

func byFrequency(list []Count) []Count {
	slices.SortFunc(list, func(a, b Count) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Text, b.Text)) })
	return list
}

// distinctValues are a column's different values as long as they are few, with what each is: most columns repeat theirs,
// and a value need not be classified twice.
type distinctValues struct {
	known map[string]*knownValue
	more  bool // there are too many
}

type knownValue struct {
	n        int64
	kind     Kind
	evidence evidence
}

// add counts a value; nil once there are too many different ones.
func (d *distinctValues) add(text string) *knownValue {
	if d.more {
		return nil
	}
	if value := d.known[text]; value != nil {
		value.n++
		return value
	}
	if len(d.known) >= mostDistinct || len(text) > longestKept {
		d.known, d.more = nil, true
		return nil
	}
	if d.known == nil {
		d.known = map[string]*knownValue{}
	}
	text = strings.Clone(text)
	value := &knownValue{n: 1}
	value.kind = value.evidence.classify(text)
	d.known[text] = value
	return value
}

// list is the values, most frequent first.
func (d *distinctValues) list() []Count {
	list := make([]Count, 0, len(d.known))
	for text, value := range d.known {
		list = append(list, Count{text, value.n})
	}
	return byFrequency(list)
}
