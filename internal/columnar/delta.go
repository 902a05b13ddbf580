package columnar

import (
	"database/sql/driver"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Delta is a change of the tables. What Delete names goes before what Insert brings comes.
type Delta struct {
	From    Position           // at which it was made; nothing is applied when the tables are elsewhere. Zero = anywhere
	Delete  map[string][]int32 // table → values of its key whose rows go
	Insert  map[string][][]any // table → rows, as Appender.Append takes them
	Replace map[string][][]any // table → all its rows from now on
}

// check finds what does not fit the schema, before anything is touched.
func (d Delta) check(s Schema) error {
	for name := range d.Delete {
		t, err := s.table(name)
		if err != nil {
			return err
		}
		if t.Key == "" {
			return fmt.Errorf("%s has no key to delete by: replace it whole", name)
		}
	}
	for _, part := range []map[string][][]any{d.Insert, d.Replace} {
		for name, rows := range part {
			t, err := s.table(name)
			if err != nil {
				return err
			}
			encoded := make([]driver.Value, len(t.Columns))
			for _, row := range rows {
				if err := t.encode(encoded, row); err != nil {
					return err
				}
			}
		}
	}
	for name := range d.Replace {
		if len(d.Insert[name])+len(d.Delete[name]) > 0 {
			return fmt.Errorf("%s is both replaced and changed", name)
		}
	}
	return nil
}

// deleteBatch is how many keys one statement names.
const deleteBatch = 10_000

// deletes are the statements that make room for the new rows.
func (d Delta) deletes(s Schema) []string {
	var statements []string
	for _, name := range slices.Sorted(maps.Keys(d.Delete)) {
		t, _ := s.table(name)
		keys := slices.Sorted(slices.Values(d.Delete[name]))
		for batch := range slices.Chunk(slices.Compact(keys), deleteBatch) {
			statements = append(statements, "DELETE FROM "+name+" WHERE "+t.Key+" IN ("+joinKeys(batch)+")")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.Replace)) {
		statements = append(statements, "DELETE FROM "+name)
	}
	return statements
}

func joinKeys(keys []int32) string {
	var list strings.Builder
	for i, key := range keys {
		if i > 0 {
			list.WriteByte(',')
		}
		list.WriteString(strconv.Itoa(int(key)))
	}
	return list.String()
}

// inserts gives each table with new rows to write, in a fixed order.
func (d Delta) inserts(s Schema, write func(Table, [][]any) error) error {
	for _, part := range []map[string][][]any{d.Insert, d.Replace} {
		for _, name := range slices.Sorted(maps.Keys(part)) {
			if len(part[name]) == 0 {
				continue
			}
			t, _ := s.table(name)
			if err := write(t, part[name]); err != nil {
				return fmt.Errorf("insert into %s: %w", name, err)
			}
		}
	}
	return nil
}

// size is the number of rows that the change adds or may leave as gaps. Replaced tables are small and do not count.
func (d Delta) size() int64 {
	var n int
	for _, keys := range d.Delete {
		n += len(keys)
	}
	for _, rows := range d.Insert {
		n += len(rows)
	}
	return int64(n)
}
