package arch

import "testing"

func TestImports(t *testing.T) { report(t, "imports that are not allowed", checkImports(project(t))) }

func TestImportsCatch(t *testing.T) {
	try(t, checkImports, []sample{
		{"allowed", map[string]string{
			"internal/db/open.go":      "package db\n\nimport _ \"modernc.org/sqlite\"\nimport _ \"database/sql\"\n",
			"internal/db/open_test.go": "package db\n\nimport _ \"pgregory.net/rapid\"\n",
			"internal/crm/deal.go":     "package crm\n\nimport _ \"" + module + "/internal/db\"\n",
			"bench/main.go":            "package main\n\nimport _ \"example.com/anything\"\n",
		}, nil},
		{"another package's module", map[string]string{"internal/crm/deal.go": "package crm\n\nimport _ \"modernc.org/sqlite\"\n"},
			[]string{"internal/crm/deal.go:3: internal/crm may not import modernc.org/sqlite (allowed: nothing)"}},
		{"not inherited", map[string]string{"internal/db/history/a.go": "package history\n\nimport _ \"modernc.org/sqlite/lib\"\n"},
			[]string{"internal/db/history/a.go:3: internal/db/history may not import modernc.org/sqlite/lib"}},
		{"similar name", map[string]string{"internal/db/a.go": "package db\n\nimport _ \"modernc.org/sqlite2\"\n"},
			[]string{"internal/db/a.go:3: internal/db may not import modernc.org/sqlite2"}},
		{"test module in the product", map[string]string{"internal/db/a.go": "package db\n\nimport _ \"pgregory.net/rapid\"\n"},
			[]string{"internal/db/a.go:3: internal/db may not import pgregory.net/rapid"}},
		{"C code", map[string]string{"internal/db/a.go": "package db\n\nimport \"C\"\n"},
			[]string{"internal/db/a.go:3: internal/db may not import C"}},
	})
}

func TestAllowedImportsAreUsed(t *testing.T) {
	report(t, "allowed, but not used", checkAllowed(project(t)))
}

func TestAllowedImportsCatch(t *testing.T) {
	try(t, checkAllowed, []sample{
		{"used", map[string]string{"internal/value/a.go": "package value\n\nimport _ \"golang.org/x/text/currency\"\n"}, nil},
		{"not used", map[string]string{"internal/value/a.go": "package value\n"},
			[]string{"internal/value: does not import golang.org/x/text that it may import"}},
	})
}
