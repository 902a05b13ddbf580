package arch

import "testing"

func TestTexts(t *testing.T) {
	report(t, "text that may not stand in the project", checkTexts(project(t)))
}

func TestTextsCatch(t *testing.T) {
	slash, to := "/", "TO"
	try(t, checkTexts, []sample{
		{"fine", map[string]string{
			"README.md":                  "see https://example.com" + slash + "work/ and ./work/, bench" + slash + "tmp",
			"internal/db/a_test.go":      `const dir = "` + slash + `tmp/x"`,
			"go.sum":                     "registry.npmjs" + ".org",
			"internal/web/a.min.js":      to + "DO",
			"internal/web/assets/a.go":   "package assets // " + to + "DOS\n\nconst none = \"XXX\" // ISO 4217",
			"internal/connect/a.json":    `{"` + to + `DO": "task"}`,
			"internal/crm/testdata/a.js": slash + "tmp",
		}, nil},
		{"paths", map[string]string{
			"internal/db/a.go":      "package db\n\nconst dir = \"" + slash + "work/main\"\n",
			"internal/db/b.go":      "package db\n\nconst dir = `" + slash + "tmp`\n",
			"internal/db/b_test.go": "package db\n\nconst dir = `" + slash + "home/anna`\n",
			"docs/a.md":             slash + "farm/x",
		}, []string{"docs/a.md:1: /" + "farm/: a path", "internal/db/a.go:3: \"" + slash + "work/: a path", "internal/db/b.go:3: `/" + "tmp: a path", "internal/db/b_test.go:3: `" + slash + "home/: a path"}},
		{"hosts", map[string]string{"Makefile": "a:\n\tcurl https://proxy" + ".golang.org/x\n"}, []string{"Makefile:2: proxy"}},
		{"markers", map[string]string{"internal/db/a.go": "package db\n\n// " + to + "DO later\n// X" + "XX\nvar a = 1 // Anna: " + to + "DO(anna) later\n"},
			[]string{"internal/db/a.go:3: // " + to + "DO: a left-over", "internal/db/a.go:4: // X" + "XX: a left-over", "internal/db/a.go:5: " + to + "DO(: a left-over"}},
	})
}
