package crm_test

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/value"
)

// indexed lists what filters find of a record, as "field text number".
func indexed(t testing.TB, d *db.DB, id value.ID) (lines []string) {
	t.Helper()
	read(t, d, func(tx *db.Tx) error {
		rows, err := tx.Query(t.Context(), `SELECT f.name, v.text_folded, v.number FROM crm_field_values v JOIN crm_fields f ON f.id = v.field_id
			WHERE v.record_id = $1 ORDER BY f.name`, id)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var name string
			var text sql.NullString
			var number sql.NullFloat64
			if err := rows.Scan(&name, &text, &number); err != nil {
				return err
			}
			line := name
			if text.Valid {
				line += " " + text.String
			}
			if number.Valid {
				line += fmt.Sprintf(" %g", number.Float64)
			}
			lines = append(lines, line)
		}
		return rows.Err()
	})
	return lines
}

func TestCustomValuesAreIndexedAsTheyAreNow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		accountFields(t, d)
		campaign := makeRecord(t, d, "campaign", map[string]any{"name": "C"})
		id, other := value.NewID(), makeRecord(t, d, "account", map[string]any{"name": "B"})
		step := func(c crm.Change, want ...string) {
			t.Helper()
			c.ID = id
			if _, err := try(t, d, "account", c); err != nil {
				t.Fatal(err)
			}
			if got := indexed(t, d, id); !slices.Equal(got, want) {
				t.Errorf("indexed %q, want %q", got, want)
			}
		}
		step(crm.Change{New: true, At: 10, Set: map[string]any{"name": "A"}, Custom: map[string]any{
			"my_text": " Ёлка  А", "my_bool": true, "my_money": value.Money{Minor: 150, Currency: "USD"}, "my_day": value.Day(7), "my_reference": campaign, "my_number": 0.25,
		}}, "my_bool 1", "my_day 7", "my_money usd 150", "my_number 0.25", "my_reference "+campaign.String(), "my_text елка а")
		step(crm.Change{At: 20, Custom: map[string]any{"my_text": nil, "my_bool": false, "my_money": nil, "my_day": nil, "my_reference": nil}},
			"my_bool 0", "my_number 0.25")
		step(crm.Change{At: 15, Custom: map[string]any{"my_text": "of the past", "my_number": 4.0, "my_instant": value.Instant(9)}},
			"my_bool 0", "my_instant 9", "my_number 4")
		step(crm.Change{Custom: map[string]any{"my_text": strings.Repeat("ё", 2000)}},
			"my_bool 0", "my_instant 9", "my_number 4", "my_text "+strings.Repeat("е", 250))
		deleted := true
		step(crm.Change{Deleted: &deleted}, "my_bool 0", "my_instant 9", "my_number 4", "my_text "+strings.Repeat("е", 250))
		if got := indexed(t, d, other); len(got) != 0 {
			t.Errorf("another record has %q", got)
		}
	})
}

func TestIndexedTextIsCutBetweenLetters(t *testing.T) {
	d := dbtest.SQLite(t)
	accountFields(t, d)
	id := makeRecord(t, d, "account", map[string]any{"name": "A"})
	if _, err := try(t, d, "account", crm.Change{ID: id, Custom: map[string]any{"my_text": "x" + strings.Repeat("я", 2000)}}); err != nil {
		t.Fatal(err)
	}
	if got := indexed(t, d, id); !utf8.ValidString(got[0]) || len(got[0]) != len("my_text ")+499 {
		t.Errorf("indexed %d bytes: %q", len(got[0]), got)
	}
}

func TestRefreshFieldValuesRepairs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		accountFields(t, d)
		var ids []value.ID
		var changes []crm.Change
		for i := range 850 {
			ids = append(ids, value.NewID())
			changes = append(changes, crm.Change{ID: ids[i], New: true, Set: map[string]any{"name": "A"}, Custom: map[string]any{"my_integer": i}})
		}
		if _, err := try(t, d, "account", changes...); err != nil {
			t.Fatal(err)
		}
		write(t, d, func(tx *db.Tx) error {
			if _, err := tx.Exec(t.Context(), `UPDATE crm_field_values SET number = -1`); err != nil {
				return err
			}
			return crm.RefreshFieldValues(t.Context(), tx, object(t, "account"), ids)
		})
		for i, id := range ids {
			if got, want := indexed(t, d, id), fmt.Sprintf("my_integer %d", i); !slices.Equal(got, []string{want}) {
				t.Fatalf("record %d: %q", i, got)
			}
		}
	})
}
