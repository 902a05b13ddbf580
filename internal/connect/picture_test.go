package connect_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/value"
)

// picture is what is believed now of all records, one line for each version, in which IDs are replaced by what the source
// or people call the records and the instants of recording by a word: two stores that say the same have the same picture.
func picture(t testing.TB, d *db.DB) string {
	t.Helper()
	var lines []string
	err := d.Read(t.Context(), func(tx *db.Tx) error {
		labels, err := labelRecords(t, tx)
		if err != nil {
			return err
		}
		recorded, err := recordings(t, tx)
		if err != nil {
			return err
		}
		for _, o := range crm.Objects {
			ids, err := readAll(t, tx, `SELECT id FROM `+o.Table.Current+` ORDER BY id`)
			if err != nil {
				return err
			}
			for _, id := range ids {
				chain, err := history.Chain(t.Context(), tx, o.Table, id, value.Forever-1)
				if err != nil {
					return err
				}
				for _, v := range chain {
					lines = append(lines, draw(o, v, labels, recorded))
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func draw(o *crm.Object, v history.Version, labels map[value.ID]string, recorded map[value.Instant]bool) string {
	since := v.ValidFrom.String()
	if recorded[v.ValidFrom] {
		since = "recording"
	}
	line := fmt.Sprintf("%s %s since %s derived %v deleted %v:", o.Name, labels[v.ID], since, v.Derived, v.Deleted)
	for i, f := range o.Fields {
		cell := v.Values[i]
		if id, ok := cell.(value.ID); ok {
			cell = labels[id]
		}
		if cell != nil {
			line += fmt.Sprintf(" %s=%v", f.Name, cell)
		}
	}
	return line + fmt.Sprintf(" %v", v.Custom)
}

// labelRecords calls each record by its IDs in the sources or, where it has none, by its name.
func labelRecords(t testing.TB, tx *db.Tx) (map[value.ID]string, error) {
	labels := map[value.ID]string{}
	for _, o := range crm.Objects {
		if o.Field("name") >= 0 {
			if err := label(t, tx, `SELECT id, coalesce(name, '') FROM `+o.Table.Current, labels); err != nil {
				return nil, err
			}
		}
	}
	return labels, label(t, tx, `SELECT record_id, external_id FROM connect_links ORDER BY external_id`, labels)
}

func label(t testing.TB, tx *db.Tx, query string, labels map[value.ID]string) error {
	rows, err := tx.Query(t.Context(), query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id value.ID
		var text string
		if err := rows.Scan(&id, &text); err != nil {
			return err
		}
		labels[id] = strings.TrimSuffix(labels[id]+"|"+text, "|")
	}
	return rows.Err()
}

func recordings(t testing.TB, tx *db.Tx) (map[value.Instant]bool, error) {
	rows, err := tx.Query(t.Context(), `SELECT DISTINCT at FROM db_txs`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := map[value.Instant]bool{}
	for rows.Next() {
		var at value.Instant
		if err := rows.Scan(&at); err != nil {
			return nil, err
		}
		found[at] = true
	}
	return found, rows.Err()
}

func readAll(t testing.TB, tx *db.Tx, query string) ([]value.ID, error) {
	rows, err := tx.Query(t.Context(), query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []value.ID
	for rows.Next() {
		var id value.ID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// dump is every row of every versioned table and every link, as stored.
func dump(t testing.TB, d *db.DB) string {
	t.Helper()
	var all strings.Builder
	err := d.Read(t.Context(), func(tx *db.Tx) error {
		tables := []string{"connect_links ORDER BY source, object, external_id"}
		for _, o := range crm.Objects {
			tables = append(tables, o.Table.Current+" ORDER BY id", o.Table.Versions+" ORDER BY id, no")
		}
		for _, table := range tables {
			if err := dumpTable(t, tx, table, &all); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

func dumpTable(t testing.TB, tx *db.Tx, table string, into *strings.Builder) error {
	rows, err := tx.Query(t.Context(), `SELECT * FROM `+table)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	cells, pointers := make([]any, len(columns)), make([]any, len(columns))
	for i := range cells {
		pointers[i] = &cells[i]
	}
	for rows.Next() {
		if err := rows.Scan(pointers...); err != nil {
			return err
		}
		fmt.Fprintln(into, table, cells)
	}
	return rows.Err()
}

// firstDifference shows where two dumps part.
func firstDifference(a, b string) string {
	left, right := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range max(len(left), len(right)) {
		l, r := "(end)", "(end)"
		if i < len(left) {
			l = left[i]
		}
		if i < len(right) {
			r = right[i]
		}
		if l != r {
			return fmt.Sprintf("line %d:\n  %s\n  %s", i+1, l, r)
		}
	}
	return "none"
}

// requireSound holds all records against the invariants of the record.
func requireSound(t testing.TB, d *db.DB) {
	t.Helper()
	err := d.Read(t.Context(), func(tx *db.Tx) error {
		reports, err := crm.Verify(t.Context(), tx)
		for _, r := range reports {
			for _, c := range r.Checks {
				if c.Violations > 0 {
					t.Errorf("%s: %s: %d violations", r.Object, c.Name, c.Violations)
				}
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
