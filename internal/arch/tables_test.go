package arch

import "testing"

func TestTableOwners(t *testing.T) {
	report(t, "tables written by others than their package", checkTableOwners(project(t)))
}

func TestTableOwnersCatch(t *testing.T) {
	statement := func(text string) string {
		return "package p\n\nconst table = `crm_deals`\n\nfunc f(tx T, in string) {\n\ttx.Exec(ctx, " + text + ")\n}\n"
	}
	try(t, checkTableOwners, []sample{
		{"own tables", map[string]string{
			"internal/crm/a.go":        statement("`INSERT INTO crm_deals (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET id = $1`"),
			"internal/crm/b.go":        statement("`UPDATE ` + table + ` SET a = $1`"),
			"internal/quality/a.go":    statement("`SELECT id FROM crm_deals`"),
			"internal/db/history/a.go": statement("`DELETE FROM ` + in"),
			"internal/columnar/a.go":   statement("`CREATE TABLE deal_stays (id UUID)`"),
		}, nil},
		{"another's tables", map[string]string{
			"internal/quality/a.go": statement("`DELETE FROM crm_deals WHERE id = $1`"),
			"internal/quality/b.go": statement("`WITH x AS (SELECT 1)\n\t\tUPDATE crm_deals SET a = $1`"),
			"internal/quality/c.go": "package p\n\nfunc f() { db.BulkInsert(ctx, tx, `crm_deals`, nil, nil, ``) }\n",
			"cmd/zveno/main.go":     statement("`CREATE TABLE IF NOT EXISTS crm_deals (id UUID)`"),
		}, []string{
			"cmd/zveno/main.go:6: package cmd writes table crm_deals",
			"internal/quality/a.go:6: package quality writes table crm_deals",
			"internal/quality/b.go:7: package quality writes table crm_deals",
			"internal/quality/c.go:3: package quality writes table crm_deals",
		}},
		{"name not known", map[string]string{"internal/crm/a.go": statement("`UPDATE ` + in + ` SET a = $1`")},
			[]string{"internal/crm/a.go:6: the name of the table written here is not a constant"}},
		{"migrations", map[string]string{
			"internal/db/migrations/1.sql":  "CREATE TABLE crm_deals (id UUID);\nCREATE INDEX i ON crm_deals (id);\nCREATE TABLE deals (id UUID);\nCREATE TABLE misc_deals (id UUID);",
			"internal/crm/migrations/1.sql": "ALTER TABLE crm_deals ADD COLUMN a TEXT;\n\nDROP TABLE IF EXISTS comp_plans;",
		}, []string{
			"internal/crm/migrations/1.sql:3: table comp_plans belongs to package comp",
			"internal/db/migrations/1.sql:3: table deals carries no package's name",
			"internal/db/migrations/1.sql:4: table misc_deals carries no package's name",
		}},
	})
}
