package arch

import "testing"

func TestCatalogs(t *testing.T) {
	tree := project(t)
	if len(tree.catalogs()) == 0 {
		t.Skip("internal/i18n holds no catalogs (en.json, ru.json) to compare")
	}
	report(t, "catalogs that differ between languages", checkCatalogs(tree))
}

func TestCatalogsCatch(t *testing.T) {
	const en, ru = "internal/i18n/texts/en.json", "internal/i18n/texts/ru.json"
	try(t, checkCatalogs, []sample{
		{"alike", map[string]string{
			en: `{"deal": {"won": "{who} won %d%%", "count": {"one": "one deal", "other": "{n} deals"}}}`,
			ru: `{"deal.won": "%d%%: {who}", "deal": {"count": {"one": "{n} сделка", "few": "{n} сделки", "many": "{n} сделок", "other": "{n} сделки"}}}`,
		}, nil},
		{"language missing", map[string]string{en: `{}`}, []string{"internal/i18n/texts: there is no ru.json"}},
		{"not JSON", map[string]string{en: `{`, ru: `{}`}, []string{en + ": is not a catalog"}},
		{"key missing", map[string]string{en: `{"a": "x"}`, ru: `{"b": "x"}`}, []string{en + ": has no text b", ru + ": has no text a"}},
		{"form missing", map[string]string{en: `{"a": {"one": "x", "other": "x"}}`, ru: `{"a": {"one": "x", "many": "x"}}`},
			[]string{ru + ": a has no form few"}},
		{"other placeholder", map[string]string{en: `{"a": "{name}"}`, ru: `{"a": "{nmae}"}`}, []string{ru + ": a fills in “{nmae}”, but “{name}” in en.json"}},
	})
}
