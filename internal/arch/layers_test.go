package arch

import "testing"

func TestLayers(t *testing.T) { report(t, "imports that break the layers", checkLayers(project(t))) }

func TestLayersCatch(t *testing.T) {
	importing := func(pkg string, paths ...string) string {
		text := "package " + pkg + "\n\nimport (\n"
		for _, p := range paths {
			text += "\t_ \"" + p + "\"\n"
		}
		return text + ")\n"
	}
	const in = module + "/internal/"
	try(t, checkLayers, []sample{
		{"downwards", map[string]string{
			"cmd/zveno/main.go":     importing("main", in+"web", in+"crm", in+"value"),
			"internal/crm/deal.go":  importing("crm", in+"db", in+"value", "fmt"),
			"bench/load.go":         importing("main", in+"web"),
			"internal/web/page.go":  importing("web", in+"web/ui", in+"crm"),
			"internal/web/ui/ui.go": importing("ui", in+"i18n"),
		}, nil},
		{"upwards", map[string]string{"internal/db/open.go": importing("db", in+"value", in+"crm")},
			[]string{"internal/db/open.go:5: db (layer 1) must not import crm (layer 3)"}},
		{"upwards from a sub-package", map[string]string{"internal/db/history/a.go": importing("history", in+"db", in+"crm")},
			[]string{"internal/db/history/a.go:5: db (layer 1) must not import crm"}},
		{"neighbour", map[string]string{"internal/quality/rule.go": importing("quality", in+"connect")},
			[]string{"internal/quality/rule.go:4: quality and connect are neighbours in layer 4"}},
		{"neighbour's sub-package", map[string]string{"internal/quality/rule.go": importing("quality", in+"connect/tabular")},
			[]string{"internal/quality/rule.go:4: quality and connect are neighbours"}},
		{"test may use a neighbour, not what is above", map[string]string{
			"internal/quality/rule_test.go": importing("quality", in+"connect", in+"db/dbtest", in+"forecast")},
			[]string{"internal/quality/rule_test.go:6: quality (layer 4) must not import forecast (layer 5)"}},
		{"test help in the product", map[string]string{"internal/crm/deal.go": importing("crm", in+"db/dbtest")},
			[]string{"internal/crm/deal.go:4: internal/db/dbtest helps tests"}},
		{"free folder imported", map[string]string{"internal/crm/deal.go": importing("crm", module+"/bench")},
			[]string{"internal/crm/deal.go:4: bench stands outside the layers"}},
		{"unknown package", map[string]string{"internal/misc/misc.go": importing("misc", in+"web"), "lib/a.go": "package lib\n"},
			[]string{"internal/misc: this package is in no layer", "lib: this package is in no layer"}},
	})
}
