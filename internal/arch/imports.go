package arch

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// thirdParty lists which package may import which modules; nothing is inherited by packages below. A new line here is a
// decision: write down in docs/decisions/ what the module does for us, what was weighed against it and what it costs.
var thirdParty = map[string][]string{
	"cmd/zveno":                {"github.com/alecthomas/kong", "github.com/BurntSushi/toml", "github.com/prometheus/client_golang"},
	"internal/value":           {"golang.org/x/text"},
	"internal/i18n":            {"golang.org/x/text"},
	"internal/db":              {"modernc.org/sqlite", "modernc.org/libc", "github.com/jackc/pgx/v5", "github.com/pressly/goose/v3"},
	"internal/db/dbtest":       {"github.com/jackc/pgx/v5"},
	"internal/identity":        {"golang.org/x/crypto"},
	"internal/columnar":        {"github.com/duckdb/duckdb-go/v2", "github.com/jackc/pgx/v5"},
	"internal/metric":          {"github.com/google/cel-go"},
	"internal/crm/projection":  {"golang.org/x/sync"},
	"internal/connect/tabular": {"github.com/xuri/excelize/v2", "golang.org/x/text"},
	"internal/web":             {"maragu.dev/gomponents", "github.com/xuri/excelize/v2"},
	"internal/web/ui":          {"maragu.dev/gomponents"},
	"internal/api":             {"github.com/danielgtaylor/huma/v2"},
}

// inAnyTest lists the modules that tests may import everywhere, besides what their package may.
var inAnyTest = []string{"pgregory.net/rapid", "github.com/chromedp/chromedp", "github.com/chromedp/cdproto"}

func checkImports(t *tree) []finding {
	var findings []finding
	t.goFiles(true, func(p *goPackage, f *goFile) {
		if place(p.dir).free {
			return
		}
		allowed := thirdParty[p.dir]
		if f.test || isTestHelper(p.dir) {
			allowed = slices.Concat(allowed, inAnyTest)
		}
		for _, spec := range f.syntax.Imports {
			imported, _ := strconv.Unquote(spec.Path.Value)
			if isStandard(imported) || within(imported, module) ||
				slices.ContainsFunc(allowed, func(m string) bool { return within(imported, m) }) {
				continue
			}
			findings = append(findings, f.at(spec.Pos(), "%s may not import %s (allowed: %s): use what is there, or add it to "+
				"thirdParty in internal/arch/imports.go together with an entry in docs/decisions/", p.dir, imported, orNothing(allowed)))
		}
	})
	return sorted(findings)
}

// checkAllowed finds what the list allows to packages that are there but do not use it.
func checkAllowed(t *tree) []finding {
	var findings []finding
	for _, dir := range slices.Sorted(maps.Keys(thirdParty)) {
		p := t.packageAt(dir)
		if p == nil {
			continue
		}
		for _, m := range thirdParty[dir] {
			if !p.imports(m) {
				findings = append(findings, finding{dir, 0, "does not import " + m +
					" that it may import: take the line out of thirdParty in internal/arch/imports.go"})
			}
		}
	}
	return findings
}

func (p *goPackage) imports(m string) bool {
	for _, f := range p.files {
		for _, spec := range f.syntax.Imports {
			if imported, _ := strconv.Unquote(spec.Path.Value); within(imported, m) {
				return true
			}
		}
	}
	return false
}

// isStandard reports whether a package comes with Go. C code ("C") does not.
func isStandard(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return !strings.Contains(first, ".") && imported != "C"
}

func within(imported, module string) bool {
	return imported == module || strings.HasPrefix(imported, module+"/")
}

func orNothing(list []string) string {
	if len(list) == 0 {
		return "nothing"
	}
	return strings.Join(list, ", ")
}
