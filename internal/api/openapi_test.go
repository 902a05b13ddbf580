package api_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
)

func TestDocumentHoldsTogether(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	operations, schemas := w.document("")
	answer := w.want(200, "", "GET", "/api/v1/openapi.json", nil)
	if answer.body["openapi"] != "3.1.0" {
		t.Errorf("version %v", answer.body["openapi"])
	}
	for _, ref := range regexp.MustCompile(`"\$ref":"([^"]+)"`).FindAllStringSubmatch(answer.text, -1) {
		if _, ok := schemas[strings.TrimPrefix(ref[1], "#/components/schemas/")]; !ok {
			t.Errorf("%s leads nowhere", ref[1])
		}
	}
	seen := map[string]bool{}
	for _, op := range operations {
		if seen[op.ID] || op.ID == "" || op.Description == "" {
			t.Errorf("%s %s: operation ID %q is there twice, or something is empty", op.Method, op.Path, op.ID)
		}
		seen[op.ID] = true
		for _, status := range []string{"401", "403", "422", "429"} {
			if _, ok := op.Responses[status]; !ok {
				t.Errorf("%s does not describe %s", op.ID, status)
			}
		}
	}
	for _, o := range crm.Objects {
		wanted := []string{"list-" + o.Plural, "get-" + o.Name, "history-of-" + o.Name}
		if o.Name != "person" && o.Name != "team" {
			wanted = append(wanted, "create-"+o.Name, "update-"+o.Name, "delete-"+o.Name, "bulk-upsert-"+o.Plural)
		}
		for _, id := range wanted {
			if id = strings.ReplaceAll(id, "_", "-"); !seen[id] {
				t.Errorf("there is no operation %s", id)
			}
		}
	}
}

func TestDocumentHasCustomFieldsForTokens(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	token := w.token(w.login("anna", "operations"))
	w.write(func(tx *db.Tx) error {
		_, err := crm.DefineField(t.Context(), tx, crm.CustomField{Object: "deal", Field: crm.Field{Name: "secret_margin", Kind: crm.Number, Label: crm.Label{En: "Margin"}}})
		return err
	})
	if public := w.want(200, "", "GET", "/api/v1/openapi.json", nil); strings.Contains(public.text, "secret_margin") {
		t.Error("whoever asks is told the company's custom fields")
	}
	_, schemas := w.document(token)
	for _, name := range []string{"Deal", "DealInput"} {
		custom := schemas[name].(map[string]any)["properties"].(map[string]any)["custom"].(map[string]any)
		field, _ := custom["properties"].(map[string]any)["secret_margin"].(map[string]any)
		if !slices.Contains(types(field), "number") || field["description"] != "Margin" {
			t.Errorf("%s has the custom field %v", name, field)
		}
	}
	w.want(401, "zveno_x", "GET", "/api/v1/openapi.json", nil)
}

func TestDocsPageLoadsNothingFromElsewhere(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	page := w.want(200, "", "GET", "/api/docs", nil)
	if !strings.HasPrefix(page.header.Get("Content-Type"), "text/html") || !strings.Contains(page.header.Get("Content-Security-Policy"), "default-src 'none'; style-src 'self'") {
		t.Errorf("headers %v", page.header)
	}
	for _, unwanted := range []string{"<script", "style=", "src=", " onclick", "//cdn", "<style"} {
		if strings.Contains(page.text, unwanted) {
			t.Errorf("the page has %s", unwanted)
		}
	}
	for _, wanted := range []string{"/api/v1/deals/{id}/move", "If-Match", `id="schema-DealInput"`, `href="/api/docs/style.css"`} {
		if !strings.Contains(page.text, wanted) {
			t.Errorf("the page lacks %s", wanted)
		}
	}
	for _, link := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(page.text, -1) {
		if !strings.Contains(page.text, `id="`+link[1]+`"`) {
			t.Errorf("a link leads to #%s, which is not there", link[1])
		}
	}
	if style := w.want(200, "", "GET", "/api/docs/style.css", nil); !strings.HasPrefix(style.header.Get("Content-Type"), "text/css") {
		t.Errorf("style sheet: %v", style.header)
	}
}
