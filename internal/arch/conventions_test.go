package arch

import "testing"

func TestDocs(t *testing.T) { report(t, "not documented", checkDocs(project(t))) }

func TestDocsCatch(t *testing.T) {
	const doc = "// Package crm is.\npackage crm\n"
	try(t, checkDocs, []sample{
		{"documented", map[string]string{
			"internal/crm/doc.go": doc,
			"internal/crm/a.go": "package crm\n\n// A is.\ntype A struct{}\n\n// F does.\nfunc (A) F() {}\n\nfunc (b) F() {}\n\n" +
				"// Colours.\nconst (\n\tRed = 1\n\tBlue = 2\n)\n\nvar X = 1 // the x\n",
			"internal/crm/a_test.go": "package crm\n\nfunc TestX(t T) {}\n",
			"cmd/zveno/doc.go":       "// Command zveno is.\npackage main\n\nfunc Run() {}\n",
		}, nil},
		{"no doc.go", map[string]string{"internal/crm/a.go": doc}, []string{"internal/crm: the package has no doc.go"}},
		{"empty doc.go", map[string]string{"internal/crm/doc.go": "package crm\n"}, []string{"internal/crm: the package has no doc.go"}},
		{"no comment", map[string]string{
			"internal/crm/doc.go": doc,
			"internal/crm/a.go":   "package crm\n\ntype A[T any] struct{}\n\nfunc (*A[T]) F() {}\n\nfunc G() {}\n\nconst Red = 1\n\n// Types.\ntype (\n\tB int\n)\n",
		}, []string{"internal/crm/a.go:3: A is", "internal/crm/a.go:5: F is", "internal/crm/a.go:7: G is", "internal/crm/a.go:9: Red is", "internal/crm/a.go:13: B is"}},
	})
}

func TestCalls(t *testing.T) { report(t, "calls that do not belong there", checkCalls(project(t))) }

func TestCallsCatch(t *testing.T) {
	try(t, checkCalls, []sample{
		{"allowed", map[string]string{
			"internal/value/id.go":         "package value\n\nfunc NewID() { panic(1) }\n\nfunc MustX() { panic(1) }\n",
			"internal/db/a.go":             "package db\n\nfunc init() {}\n",
			"internal/db/a_test.go":        "package db\n\nfunc f(t T) { t.Skip(`no server`); t.Skipf(`no %s`, x); panic(1) }\n",
			"internal/db/dbtest/dbtest.go": "package dbtest\n\nfunc Main() { os.Exit(1) }\n",
			"cmd/zveno/main.go":            "package main\n\nfunc main() { os.Exit(run()) }\n",
		}, nil},
		{"not allowed", map[string]string{
			"internal/crm/a.go":      "package crm\n\nfunc init() {}\n\nfunc f() {\n\tpanic(1)\n\tos.Exit(1)\n\tlog.Fatalf(``)\n}\n\nvar x = func() { panic(1) }\n",
			"internal/crm/a_test.go": "package crm\n\nfunc f(t T) {\n\tt.Skip()\n\tt.SkipNow()\n}\n",
		}, []string{
			"internal/crm/a.go:3: init", "internal/crm/a.go:6: panic", "internal/crm/a.go:7: os.Exit", "internal/crm/a.go:8: log.Fatalf", "internal/crm/a.go:11: panic",
			"internal/crm/a_test.go:4: a skip", "internal/crm/a_test.go:5: a skip",
		}},
	})
}
