package crm_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/db/history"
)

// The columns that every versioned table has, with their types.
var (
	currentFixed = map[string]string{
		"id": "uuid", "version": "bigint", "created_at": "bigint", "valid_from": "bigint", "tx_no": "bigint", "deleted": "boolean",
		"folded": "text", "custom": "text",
	}
	versionFixed = map[string]string{
		"id": "uuid", "no": "bigint", "valid_from": "bigint", "valid_to": "bigint", "recorded_from": "bigint", "recorded_to": "bigint",
		"tx_no": "bigint", "author_id": "uuid", "derived": "boolean", "deleted": "boolean", "custom": "text",
	}
	columnTypes = map[history.Kind]string{
		history.ID: "uuid", history.Text: "text", history.Integer: "bigint", history.Real: "double precision", history.Bool: "boolean",
	}
)

// described gives the columns that a table of an object must have.
func described(o *crm.Object, fixed map[string]string) map[string]string {
	columns := maps.Clone(fixed)
	for _, c := range o.Table.Columns {
		columns[c.Name] = columnTypes[c.Kind]
	}
	return columns
}

// migrated gives the columns that a table has.
func migrated(t *testing.T, d *db.DB, table string) map[string]string {
	t.Helper()
	query := `SELECT name, type FROM pragma_table_info($1)`
	if d.Dialect().Name == db.Postgres {
		query = `SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1`
	}
	columns := map[string]string{}
	read(t, d, func(tx *db.Tx) error {
		rows, err := tx.Query(t.Context(), query, table)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var name, kind string
			if err := rows.Scan(&name, &kind); err != nil {
				return err
			}
			columns[name] = strings.ToLower(kind)
		}
		return rows.Err()
	})
	return columns
}

// difference lists what two sets of columns do not share.
func difference(want, got map[string]string) (lines []string) {
	for name, kind := range want {
		if got[name] != kind {
			lines = append(lines, fmt.Sprintf("%s is %q, want %s", name, got[name], kind))
		}
	}
	for name, kind := range got {
		if want[name] == "" {
			lines = append(lines, fmt.Sprintf("%s (%s) is not described", name, kind))
		}
	}
	slices.Sort(lines)
	return lines
}

// TestMigrationsHoldWhatTheDictionaryDescribes fails when a field is added without a migration, or the other way round.
func TestMigrationsHoldWhatTheDictionaryDescribes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, o := range crm.Objects {
			for table, fixed := range map[string]map[string]string{o.Table.Current: currentFixed, o.Table.Versions: versionFixed} {
				if lines := difference(described(o, fixed), migrated(t, d, table)); len(lines) > 0 {
					t.Errorf("%s: write a migration: %q", table, lines)
				}
			}
		}
	})
}

// TestAFieldWithoutAMigrationIsFound makes sure that the test above can fail.
func TestAFieldWithoutAMigrationIsFound(t *testing.T) {
	d := dbtest.SQLite(t)
	deal := *object(t, "deal")
	table := *deal.Table
	deal.Table = &table
	table.Columns = append(slices.Clone(table.Columns), history.Column{Name: "margin_minor", Kind: history.Integer})
	if lines := difference(described(&deal, currentFixed), migrated(t, d, table.Current)); len(lines) != 1 {
		t.Errorf("a new field: %q", lines)
	}
	table.Columns = table.Columns[1 : len(table.Columns)-1]
	if lines := difference(described(&deal, currentFixed), migrated(t, d, table.Current)); len(lines) != 1 {
		t.Errorf("a lost field: %q", lines)
	}
}

func TestTheDictionaryIsConsistent(t *testing.T) {
	names, tables := map[string]bool{}, map[string]bool{}
	for _, o := range crm.Objects {
		for _, name := range []string{o.Name, o.Plural} {
			if names[name] {
				t.Errorf("%s names two objects", name)
			}
			names[name] = true
		}
		for _, table := range []string{o.Table.Current, o.Table.Versions} {
			if tables[table] {
				t.Errorf("%s belongs to two objects", table)
			}
			tables[table] = true
		}
		if o.Table.Object != o.Name || len(o.Fields) != len(o.Table.Columns) {
			t.Errorf("%s: its table is that of %s, with %d columns for %d fields", o.Name, o.Table.Object, len(o.Table.Columns), len(o.Fields))
			continue
		}
		checkLabel(t, o.Name, o.Label)
		labels := map[crm.Label]bool{}
		for i, f := range o.Fields {
			what := o.Name + "." + f.Name
			checkField(t, o, i, what)
			checkLabel(t, what, f.Label)
			if labels[f.Label] {
				t.Errorf("%s: %v labels two fields", what, f.Label)
			}
			labels[f.Label] = true
		}
	}
}

func checkField(t *testing.T, o *crm.Object, i int, what string) {
	t.Helper()
	f, column := o.Fields[i], o.Table.Columns[i]
	if f.Column() != column.Name || f.Search != column.Search {
		t.Errorf("%s is kept in column %+v, want %s", what, column, f.Column())
	}
	if o.Field(f.Name) != i {
		t.Errorf("%s is there twice", what)
	}
	if (f.Kind == crm.Reference) != (f.Ref != "") || f.Ref != "" && crm.ObjectNamed(f.Ref) == nil {
		t.Errorf("%s refers to %q", what, f.Ref)
	}
	if (f.Kind == crm.Choice) != (len(f.Choices) > 0) {
		t.Errorf("%s is a %s with choices %v", what, f.Kind, f.Choices)
	}
	if f.Kind == crm.Money && o.Field("currency") < 0 {
		t.Errorf("%s is money, but %s has no currency", what, o.Name)
	}
}

func checkLabel(t *testing.T, what string, l crm.Label) {
	t.Helper()
	russian := strings.ContainsFunc(l.Ru, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) })
	english := strings.ContainsFunc(l.En, func(r rune) bool { return unicode.Is(unicode.Latin, r) })
	if !russian || !english || strings.TrimSpace(l.En) != l.En || strings.TrimSpace(l.Ru) != l.Ru {
		t.Errorf("%s has the labels %q and %q", what, l.En, l.Ru)
	}
}
