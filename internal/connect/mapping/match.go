package mapping

import (
	"fmt"
	"strings"

	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// Matched says which part of a mapping is for which table.
type Matched struct {
	Tables []MatchedTable // one for each table that was described, in their order
	Unused []string       // names of the mapping's tables that fit no table here
}

// MatchedTable is the mapping of one table as it is: columns in the order of its header.
type MatchedTable struct {
	Table          // Object is "" when the table is left out
	Known bool     // the mapping says something about the table
	Extra []string // columns that the mapping does not know; they are left out
}

// Match applies a saved mapping to tables. A table is mapped by the first entry whose name fits and whose columns are all
// there, or else by the first whose name fits. The error is Invalid and lists, for each table, the columns that the mapping
// uses and the table does not have.
func Match(m Mapping, tables []Described) (Matched, error) {
	out := Matched{Tables: make([]MatchedTable, len(tables))}
	used := make([]bool, len(m.Tables))
	var wrong []fault.Field
	for i, t := range tables {
		entry, missing := m.entryFor(t)
		if entry < 0 {
			out.Tables[i] = MatchedTable{Table: Table{Name: t.Name, Shape: Records}, Extra: t.Header}
			continue
		}
		used[entry] = true
		if len(missing) > 0 {
			wrong = append(wrong, fault.Field{
				Name:    t.Name,
				Message: fmt.Sprintf("has no column %s; it has %s", quoted(missing), quoted(t.Header)),
			})
		}
		out.Tables[i] = m.Tables[entry].arrange(t)
	}
	for i, t := range m.Tables {
		if !used[i] {
			out.Unused = append(out.Unused, t.Name)
		}
	}
	if len(wrong) > 0 {
		return Matched{}, &fault.Error{Kind: fault.Invalid, Cause: fmt.Errorf("mapping: match"), Fields: wrong}
	}
	return out, nil
}

// entryFor finds the entry for a table and the columns that it lacks; -1 when no name fits.
func (m Mapping) entryFor(t Described) (entry int, missing []string) {
	entry = -1
	for i, candidate := range m.Tables {
		if !matchesName(candidate.Name, t.Name) {
			continue
		}
		lacking := candidate.missing(t)
		if len(lacking) == 0 {
			return i, nil
		}
		if entry < 0 {
			entry, missing = i, lacking
		}
	}
	return entry, missing
}

// missing lists the columns that the mapping uses and the table does not have.
func (t Table) missing(d Described) []string {
	if t.Object == "" {
		return nil
	}
	has := headerKeys(d.Header)
	var missing []string
	for _, c := range t.Columns {
		if _, ok := has[value.Fold(c.Header)]; c.Target != "" && !ok {
			missing = append(missing, c.Header)
		}
	}
	return missing
}

// arrange brings the mapping of a table into the order of its header.
func (t Table) arrange(d Described) MatchedTable {
	out := MatchedTable{Table: t, Known: true}
	out.Name, out.Columns = d.Name, make([]Column, len(d.Header))
	byKey := map[string]Column{}
	for _, c := range t.Columns {
		if key := value.Fold(c.Header); byKey[key].Target == "" {
			byKey[key] = c
		}
	}
	for i, header := range d.Header {
		c, ok := byKey[value.Fold(header)]
		for _, exact := range t.Columns {
			if exact.Header == header {
				c, ok = exact, true
			}
		}
		if !ok {
			out.Extra = append(out.Extra, header)
		}
		c.Header = header
		out.Columns[i] = c
	}
	return out
}

// headerKeys are the headers by the form in which they are compared: case and accents do not count.
func headerKeys(header []string) map[string]int {
	keys := make(map[string]int, len(header))
	for i, h := range header {
		keys[value.Fold(h)] = i
	}
	return keys
}

// quoted lists at most twenty names.
func quoted(names []string) string {
	const most = 20
	var list []string
	for _, name := range names[:min(len(names), most)] {
		list = append(list, fmt.Sprintf("%q", name))
	}
	if len(names) > most {
		list = append(list, fmt.Sprintf("and %d more", len(names)-most))
	}
	return strings.Join(list, ", ")
}
