package arch

import "testing"

func TestSQLBuilding(t *testing.T) {
	report(t, "SQL put together from other things than constants", checkSQLBuilding(project(t)))
}

func TestSQLBuildingCatch(t *testing.T) {
	function := func(body string) map[string]string {
		return map[string]string{"internal/crm/deal_store.go": "package crm\n\nconst columns = `id, name`\n\nfunc f(in string, n int) {\n" + body + "\n}\n"}
	}
	const line6 = "internal/crm/deal_store.go:6: SQL is put together with "
	try(t, checkSQLBuilding, []sample{
		{"constants", function("_ = `SELECT ` + columns + ` FROM crm_deals WHERE id = $1`"), nil},
		{"numbers and placeholders", function("_ = fmt.Sprintf(`SELECT id FROM crm_deals LIMIT %d`, n) + ` OFFSET ` + strconv.Itoa(n) + fmt.Sprint(int64(n))\n" +
			"_ = `SELECT id FROM crm_deals WHERE id IN (` + placeholders(1, n) + `)`"), nil},
		{"variable of constants", function("q := `SELECT id FROM crm_deals`\nif n > 0 {\n\tq += ` WHERE a = $1`\n}\n_ = q + ` ORDER BY id`"), nil},
		{"loop over constants", function("for _, table := range []string{`crm_deals`, `crm_leads`} {\n\t_ = `SELECT id FROM ` + table\n}\n" +
			"for table, n := range map[string]int{`crm_deals`: 1} {\n\t_ = `SELECT id FROM ` + table\n}"), nil},
		{"loop over other things", function("for _, table := range []string{`crm_deals`, in} {\n\t_ = `SELECT id FROM ` + table\n}\n" +
			"for _, leads := range tables() {\n\t_ = `SELECT id FROM ` + leads\n}"),
			[]string{"internal/crm/deal_store.go:7: SQL is put together with table:", "internal/crm/deal_store.go:10: SQL is put together with leads:"}},
		{"variable of the package", map[string]string{"internal/crm/a.go": "package crm\n\nvar all = `SELECT ` + `id`\n\nfunc f() { _ = all + ` FROM crm_deals LIMIT ` + most }\n\n" +
			"var most = fmt.Sprintf(`%d`, 1)\n"}, nil},
		{"variable of the package, made of other things", map[string]string{"internal/crm/a.go": "package crm\n\nvar all = table()\n\nfunc f() { _ = `SELECT id FROM ` + all }\n"},
			[]string{"internal/crm/a.go:5: SQL is put together with all:"}},
		{"variable of itself", function("q, n := `a = $1`, 1\nq, n = q+` AND b = $2`, 2\n_ = `SELECT id FROM crm_deals WHERE ` + q"), nil},
		{"several in one statement", function("_ = `SELECT ` + in + ` FROM ` + table()"), []string{line6 + "in and table():"}},
		{"the engine's words", function("_ = `SELECT id FROM crm_deals ` + tx.Dialect().ForUpdate"), nil},
		{"not SQL", function("_ = `Hello ` + in"), nil},
		{"printed", function("_ = `SELECT id FROM crm_deals LIMIT ` + fmt.Sprint(in)"), []string{line6 + "fmt.Sprint(in):"}},
		{"sum", function("_ = `SELECT id FROM ` + in"), []string{line6 + "in:"}},
		{"sum with +=", function("q := `SELECT id FROM crm_deals`\nq += ` WHERE ` + in"),
			[]string{"internal/crm/deal_store.go:7: SQL is put together with in:"}},
		{"format", function("_ = fmt.Sprintf(`SELECT id FROM crm_deals WHERE %s = %d`, in, n)"), []string{line6 + "in:"}},
		{"format by number", function("_ = fmt.Sprintf(`SELECT id FROM crm_deals WHERE %[2]s = %[1]d`, n, in)"), []string{line6 + "in:"}},
		{"writer", function("fmt.Fprintf(w, `SELECT id FROM crm_deals ORDER BY %s`, strings.Join(in, `,`))"), []string{line6 + "strings.Join("}},
		{"variable of other things", function("q := `id`\nif n > 0 {\n\tq = in\n}\n_ = `SELECT id FROM crm_deals ORDER BY ` + q"),
			[]string{"internal/crm/deal_store.go:10: SQL is put together with q:"}},
		{"table of a bulk insert", function("db.BulkInsert(ctx, tx, in, nil, nil, ``)"), []string{line6 + "in:"}},
		{"said what it is", function("_ = `SELECT id FROM ` + in // sql: a table from the dictionary"), nil},
		{"said nothing", function("_ = `SELECT id FROM ` + in // sql:"), []string{line6}},
		{"value in quotes", function("_ = `SELECT id FROM crm_deals WHERE name = '` + in + `'`"),
			[]string{"internal/crm/deal_store.go:6: a value is written between quotes"}},
		{"composer's value in quotes", map[string]string{"internal/metric/a.go": "package metric\n\nfunc f(in string) {\n_ = `SELECT id FROM t WHERE a = '` + in + `'`\n}\n"},
			[]string{"internal/metric/a.go:4: a value is written between quotes"}},
		{"said on the function", map[string]string{"internal/crm/a.go": "package crm\n\n// f does.\n//\n// sql: columns from the dictionary\nfunc f(in string) {\n\n" +
			"\n_ = `SELECT ` + in + ` FROM crm_deals`\n}\n"}, nil},
		{"composers", map[string]string{"internal/db/history/a.go": "package history\n\nfunc f(in string) {\n_ = `SELECT id FROM ` + in\n}\n"}, nil},
	})
}
