package arch

import (
	"path"
	"regexp"
	"strings"
)

// ownerless are packages and files that write tables which their callers name, or which nobody else sees: the engine of
// versioned records, bulk insertion (whose callers are checked instead), and the disposable projection.
var ownerless = []string{"internal/db/history", "internal/db/bulk.go", "internal/columnar"}

// writesTable matches what changes a table or its rows, with the table's name.
var writesTable = regexp.MustCompile(`(?i)\b(?:INSERT\s+INTO|DELETE\s+FROM|UPDATE|(?:CREATE|ALTER|DROP)\s+TABLE(?:\s+IF\s+(?:NOT\s+)?EXISTS)?` +
	`|CREATE\s+(?:UNIQUE\s+)?INDEX(?:\s+IF\s+NOT\s+EXISTS)?\s+\w+\s+ON)\s+("?[\w.` + hole + `]+"?)`)

func checkTableOwners(t *tree) []finding {
	var findings []finding
	for _, s := range t.statements() {
		if s.in(ownerless) {
			continue
		}
		owner := place(s.pkg.dir).group
		for table, at := range writtenTables(s.text) {
			switch {
			case strings.Contains(table, hole):
				findings = append(findings, finding{s.file.path, s.line(at),
					"the name of the table written here is not a constant: name it, so that this check can see whose it is, or go through db/history"})
			case !strings.HasPrefix(table, owner+"_"):
				findings = append(findings, finding{s.file.path, s.line(at), "package " + owner + " writes table " + table + ", but may write " + owner +
					"_… only: call a function of the package that owns the table"})
			}
		}
	}
	for name, text := range t.texts {
		if path.Ext(name) != ".sql" || unseenByGo(name) {
			continue
		}
		home := place(path.Dir(name)).group
		for table, at := range writtenTables(text) {
			line := 1 + strings.Count(text[:at], "\n")
			prefix, _, _ := strings.Cut(table, "_")
			owner := place("internal/" + prefix)
			switch {
			case !owner.known || prefix == table:
				findings = append(findings, finding{name, line, "table " + table + " carries no package's name: call it x_… after the package x that writes it"})
			case home != "db" && home != prefix:
				findings = append(findings, finding{name, line, "table " + table + " belongs to package " + prefix + ": change it in that package's migrations"})
			}
		}
	}
	return sorted(findings)
}

// writtenTables yields the tables that SQL changes, and where it names them.
func writtenTables(text string) func(yield func(string, int) bool) {
	return func(yield func(string, int) bool) {
		bare := bareSQL(text)
		for _, at := range writesTable.FindAllStringSubmatchIndex(bare, -1) {
			table := strings.ToLower(strings.Trim(bare[at[2]:at[3]], `"`))
			if table == "set" { // ON CONFLICT … DO UPDATE SET
				continue
			}
			if !yield(table, at[2]) {
				return
			}
		}
	}
}
