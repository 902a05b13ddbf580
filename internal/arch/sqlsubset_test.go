package arch

import "testing"

func TestSQLSubset(t *testing.T) {
	report(t, "SQL that not all engines read alike", checkSQLSubset(project(t)))
}

func TestSQLSubsetCatch(t *testing.T) {
	goFile := func(body string) string { return "package p\n\n" + body + "\n" }
	const place = "internal/crm/deal_store.go"
	try(t, checkSQLSubset, []sample{
		{"portable", map[string]string{place: goFile("const q = `SELECT id, coalesce(name, 'now() :: ?') -- why? now()\n" +
			"FROM crm_deals WHERE (name, id) > ($1, $2) AND owner_id IS NOT DISTINCT FROM $3 ORDER BY name NULLS LAST LIMIT $4`")}, nil},
		{"not SQL", map[string]string{place: goFile(`const a, b, c = "Is this a question? now() :: then", "time::x", "select one from these?"`)}, nil},
		{"in a test", map[string]string{"internal/crm/deal_test.go": goFile("const q = `SELECT now()`")}, nil},
		{"line of a long statement", map[string]string{place: goFile("const q = `SELECT id\n\tFROM crm_deals\n\tWHERE name ILIKE $1`")},
			[]string{place + ":5: ILIKE is not in the SQL"}},
		{"line of a sum", map[string]string{place: goFile("const q = `SELECT id ` +\n\t`FROM crm_deals ` +\n\t`WHERE closed_at > now()`")},
			[]string{place + ":5: now( is not in the SQL"}},
		{"piece", map[string]string{place: goFile(`func f() string { q := ""; q += " AND amount::text = $1"; return q }`)},
			[]string{place + ":3: :: is not"}},
		{"small letters in a call", map[string]string{place: goFile(`func f(tx T) { tx.Query(ctx, "select id from crm_deals where id = ?", 1) }`)},
			[]string{place + ":3: ? is not"}},
		{"through a constant", map[string]string{place: goFile("const fold = `lower(name)`\n\nfunc f() string { return `SELECT ` + fold + ` FROM crm_deals` }")},
			[]string{place + ":5: lower( is not"}},
		{"format", map[string]string{place: goFile("func f() string { return fmt.Sprintf(`SELECT id FROM crm_deals WHERE x = ANY(%s)`, y) }")},
			[]string{place + ":3: ANY(\uFFFC is not"}},
		{"upsert of one engine", map[string]string{place: goFile("const q = `INSERT OR REPLACE INTO crm_deals (id) VALUES ($1)`")},
			[]string{place + ":3: INSERT OR is not"}},
		{"percentile outside analysis", map[string]string{place: goFile("const q = `SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x) FROM crm_deals`")},
			[]string{place + ":3: percentile_cont( is not"}},
		{"migration", map[string]string{"internal/db/migrations/00001_crm.sql": "-- +goose Up\nCREATE TABLE crm_deals (\n  id SERIAL,\n  at TIMESTAMPTZ\n);"},
			[]string{"internal/db/migrations/00001_crm.sql:3: SERIAL is not", "internal/db/migrations/00001_crm.sql:4: TIMESTAMPTZ is not"}},
		{"one engine's file", map[string]string{
			"internal/db/sqlite.go":         goFile("const q = `PRAGMA optimize`"),
			"internal/columnar/duckdb.go":   goFile("const q = `SELECT * EXCLUDE (id) FROM t QUALIFY true`"),
			"internal/crm/deal_postgres.go": goFile("const q = `SELECT id FROM crm_deals FOR UPDATE`")},
			[]string{"internal/crm/deal_postgres.go:3: FOR UPDATE is not"}},
		{"analysis", map[string]string{
			"internal/metric/compile.go":       goFile("const q = `SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x), GREATEST(a, b) FROM t`"),
			"internal/metric/rank.go":          goFile("const q = `SELECT a // b FROM t QUALIFY row_number() OVER () = 1`"),
			"internal/crm/deals_projection.go": goFile("const q = `SELECT a FROM t GROUP BY ALL`")},
			[]string{"internal/crm/deals_projection.go:3: GROUP BY ALL", "internal/metric/rank.go:3: // is not", "internal/metric/rank.go:3: QUALIFY is not"}},
	})
}
