package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"zveno.dev/zveno/internal/api"
	"zveno.dev/zveno/internal/columnar"
	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/crm/projection"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/identity"
)

// contract sends requests that the OpenAPI document describes, and others, and holds the answers against it.
type contract struct {
	*world
	validator
	operations []operation
	token      string
	ids        []string            // of records of several objects
	made       map[string][]string // IDs of records that requests made, by path
}

func newContract(t *testing.T, d *db.DB) *contract {
	w := newWorld(t, d)
	p, err := projection.Open(t.Context(), d, columnar.Config{Dir: t.TempDir(), Log: dbtest.Log(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	c := &contract{world: w, made: map[string][]string{}}
	w.role("all", identity.ReachAll, identity.ReachAll, identity.Capabilities...)
	anna := w.login("anna", "all")
	c.token = w.token(anna)
	open, won, lost := w.stages()
	w.write(func(tx *db.Tx) error {
		for _, f := range []crm.Field{{Name: "fee", Kind: crm.Money}, {Name: "signed", Kind: crm.Day}, {Name: "size", Kind: crm.Choice, Choices: []string{"small", "large"}},
			{Name: "ext", Kind: crm.Text}, {Name: "helper", Kind: crm.Reference, Ref: "person"}, {Name: "hot", Kind: crm.Bool}, {Name: "seats", Kind: crm.Integer}} {
			if _, err := crm.DefineField(t.Context(), tx, crm.CustomField{Object: "deal", Field: f}); err != nil {
				return err
			}
		}
		return nil
	})
	account := w.record("account", map[string]any{"name": "Acme", "annual_revenue": int64(5), "currency": "JPY"})
	deal := w.record("deal", map[string]any{"name": "Deal", "stage": open, "account": account, "owner": anna, "amount": int64(100), "currency": "USD"})
	bob := w.record("person", map[string]any{"name": "Bob"}) // whom the test may delete, unlike its own person
	c.ids = []string{bob.String(), open.String(), won.String(), lost.String(), account.String(), deal.String()}
	if err := p.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.handler = api.New(api.Config{DB: d, Projection: p, Log: dbtest.Log(t), Version: "test", RequestsPS: 1e6})
	c.operations, c.schemas = w.document(c.token)
	slices.SortStableFunc(c.operations, func(a, b operation) int { return strings.Compare(b.Method, a.Method) }) // changes first, deletions last
	return c
}

func TestAnswersKeepTheContract(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newContract(t, d)
		statuses := map[int]int{}
		for _, op := range c.operations {
			t.Run(op.ID, func(t *testing.T) {
				c.t = t
				rapid.Check(t, func(r *rapid.T) { statuses[c.try(r, op)]++ })
			})
		}
		t.Logf("answers by status: %v", statuses)
		for _, status := range []int{200, 201, 204, 400, 404, 412, 415, 422, 428} {
			if statuses[status] == 0 {
				t.Errorf("no request was answered with %d: the test does not reach it", status)
			}
		}
	})
}

// try makes one request of an operation and checks the answer.
func (c *contract) try(r *rapid.T, op operation) int {
	path := "/api/v1" + op.Path
	query := url.Values{}
	request := httptest.NewRequestWithContext(c.t.Context(), op.Method, "/", nil)
	for _, p := range op.Parameters {
		often := p.Name == "If-Match" && rapid.IntRange(0, 5).Draw(r, "with If-Match") > 0
		if !p.Required && !often && (p.Name == "If-Match" || rapid.IntRange(0, 3).Draw(r, "with "+p.Name) > 0) {
			continue
		}
		text := c.parameter(r, op, p)
		switch p.In {
		case "path":
			path = strings.ReplaceAll(path, "{"+p.Name+"}", url.PathEscape(text))
		case "query":
			query.Add(p.Name, text)
		case "header":
			request.Header.Set(p.Name, text)
		}
	}
	if rapid.IntRange(0, 19).Draw(r, "unknown parameter") == 0 {
		query.Set("colour", "red")
	}
	body, contentType := c.body(r, op)
	full := path
	if len(query) > 0 {
		full += "?" + query.Encode()
	}
	sent := httptest.NewRequestWithContext(c.t.Context(), op.Method, full, bytes.NewReader(body))
	sent.Header = request.Header
	sent.Header.Set("Authorization", "Bearer "+c.token)
	if contentType != "" {
		sent.Header.Set("Content-Type", contentType)
	}
	answer := c.serve(sent)
	problem := c.broken(op, answer)
	if problem != "" {
		r.Fatalf("%s %s\n%v\n%s\nis answered with %d\n%s\n%s", op.Method, full, sent.Header, body, answer.status, answer.text, problem)
	}
	if id, made := answer.body["id"].(string); made && id != "" && answer.status == 201 {
		c.made[op.Path] = append(c.made[op.Path], id)
	}
	return answer.status
}

// broken says what of an answer the document does not allow.
func (c *contract) broken(op operation, answer response) string {
	described, ok := op.Responses[fmt.Sprint(answer.status)]
	if !ok || answer.status >= 500 {
		return "the status is not described, or says that the server failed"
	}
	if len(described.Content) == 0 {
		if answer.text != "" {
			return "there should be no body"
		}
		return ""
	}
	contentType := answer.header.Get("Content-Type")
	media, ok := described.Content[contentType]
	if !ok {
		return "the content type is " + contentType
	}
	if wrong := c.check(media.Schema, map[string]any(answer.body), "body"); len(wrong) > 0 {
		return strings.Join(wrong, "\n")
	}
	return ""
}

// parameter draws the text of a parameter, mostly a sensible one.
func (c *contract) parameter(r *rapid.T, op operation, p parameter) string {
	sensible := map[string][]string{
		"If-Match": {"*", `"1"`, `"2"`, `W/"1"`}, "sort": {"name", "-created", "amount", "changed"}, "cursor": {""}, "fields": {"name", "name,owner"},
		"filter":  {"created:from:2020-01-01", "text:contains:a", "owner:empty", "name:filled", "changed:to:2030-01-01T00:00:00Z"},
		"as_of":   {"2026-01-01", "2030-01-01", "2026-01-01T10:00:00Z"},
		"from":    {"2025-01-01", "2026-02-01"},
		"to":      {"2026-06-30", "2030-01-01"},
		"period":  {"2026", "2026-Q1", "2026-12"},
		"by":      {"stage", "owner,month", "region"},
		"where":   {"amount >= 1000", `region == "West"`, "true"},
		"version": {"0", "1"},
		"names":   {"true", "false"}, "gross": {"true", "false"}, "q": {"acme", "де", "a b"},
		"Idempotency-Key": {"k1", "k2", "k3"}, "X-Change-Reason": {"because"},
	}
	list := sensible[p.Name]
	if p.Name == "id" {
		path, _, _ := strings.Cut(op.Path, "/{")
		if list = c.made[path]; len(list) == 0 {
			list = c.ids
		}
		if p.Schema["format"] != "uuid" {
			list = []string{"open_pipeline", "win_rate", "sales_velocity", "average_deal"}
		}
	}
	if enum, ok := p.Schema["enum"].([]any); ok {
		for _, v := range enum {
			list = append(list, v.(string))
		}
	}
	if p.Schema["type"] == "integer" {
		list = append(list, "1", "5")
	}
	if len(list) == 0 || rapid.IntRange(0, 9).Draw(r, "odd "+p.Name) == 0 {
		// An address cannot hold an empty part, and a header no NUL.
		if p.In == "query" && rapid.IntRange(0, 4).Draw(r, "zero "+p.Name) == 0 {
			return "a\x00b"
		}
		return rapid.SampledFrom([]string{"x", "\xff", "0", "-1", "99999999999999999999", "я", "a:b:c", "'; DROP", "%", "0195e3a0-7c2b-7d4e-8f10-112233445566", "1e9", "true"}).Draw(r, p.Name)
	}
	return rapid.SampledFrom(list).Draw(r, p.Name)
}

// body draws a body from its schema, which now and then is broken.
func (c *contract) body(r *rapid.T, op operation) (body []byte, contentType string) {
	if _, form := op.RequestBody.Content["multipart/form-data"]; form {
		return c.form(r)
	}
	media, ok := op.RequestBody.Content["application/json"]
	if !ok {
		return nil, ""
	}
	if rapid.IntRange(0, 9).Draw(r, "broken body") == 0 {
		return []byte(rapid.SampledFrom([]string{"", "{", "[]", "null", `"x"`, "{}", `{"records": []}`, `{"records": 1}`, "{} {}", "\xff"}).Draw(r, "body")), "application/json"
	}
	body, err := json.Marshal(c.value(r, media.Schema, "body"))
	if err != nil {
		r.Fatal(err)
	}
	return body, rapid.SampledFrom([]string{"application/json", "application/json", "application/json; charset=utf-8", "", "text/plain"}).Draw(r, "type")
}

func (c *contract) form(r *rapid.T) ([]byte, string) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for range rapid.IntRange(0, 2).Draw(r, "files") {
		name := rapid.SampledFrom([]string{"deals.csv", "accounts.csv", "../evil.csv", ".hidden", "x.bin"}).Draw(r, "file")
		part, err := form.CreateFormFile("file", name)
		if err != nil {
			r.Fatal(err)
		}
		fmt.Fprint(part, rapid.SampledFrom([]string{"", "Account ID,Account Name\n1,Acme\n", "a,b\n", "\x00\x01", "Opportunity Name,Stage,Amount\nBig,Open,5\n"}).Draw(r, "content"))
	}
	for _, name := range []string{"dry_run", "custom_fields", "source", "currency", "date_order", "mapping", "answers"} {
		if rapid.IntRange(0, 4).Draw(r, "with "+name) == 0 {
			form.WriteField(name, rapid.SampledFrom([]string{"true", "", "EUR", "dmy", "{}", "[]", "x", "\xff"}).Draw(r, name))
		}
	}
	if rapid.IntRange(0, 4).Draw(r, "dry") > 0 {
		form.WriteField("dry_run", "true")
	}
	form.Close()
	return body.Bytes(), rapid.SampledFrom([]string{form.FormDataContentType(), form.FormDataContentType(), form.FormDataContentType(), "application/json", "multipart/form-data"}).Draw(r, "type")
}

// value draws a value of a schema; about one in thirty is of another type.
func (c *contract) value(r *rapid.T, schema map[string]any, at string) any {
	schema = c.resolve(schema)
	if rapid.IntRange(0, 29).Draw(r, "odd "+at) == 0 {
		return rapid.SampledFrom([]any{nil, true, -1.5, 1e300, "", "я\"\u2028", "2026-02-30", []any{1}, map[string]any{"a": 1}}).Draw(r, at)
	}
	if enum, ok := schema["enum"].([]any); ok {
		return rapid.SampledFrom(enum).Draw(r, at)
	}
	list := types(schema)
	if len(list) == 0 {
		return nil
	}
	switch list[0] {
	case "string":
		return c.text(r, schema, at)
	case "integer":
		return rapid.Int64Range(-5, 100000).Draw(r, at)
	case "number":
		return rapid.SampledFrom([]float64{0, 0.5, 1, 1000.25, 99999999}).Draw(r, at)
	case "boolean":
		return rapid.Bool().Draw(r, at)
	case "array":
		return []any{c.value(r, schema["items"].(map[string]any), at+"[]")}
	}
	object := map[string]any{}
	properties, _ := schema["properties"].(map[string]any)
	required, _ := schema["required"].([]any)
	names := make([]string, 0, len(properties))
	for name := range properties {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		often := slices.Contains(required, any(name)) || slices.Contains([]string{"name", "last_name", "stage", "currency", "kind"}, name)
		if often || rapid.IntRange(0, 3).Draw(r, "with "+name) == 0 && name != "key" {
			object[name] = c.value(r, properties[name].(map[string]any), at+"."+name)
		}
	}
	return object
}

func (c *contract) text(r *rapid.T, schema map[string]any, at string) string {
	switch schema["format"] {
	case "uuid":
		return rapid.SampledFrom(c.ids).Draw(r, at)
	case "date":
		return rapid.SampledFrom([]string{"2026-01-31", "1999-12-31"}).Draw(r, at)
	case "date-time":
		return rapid.SampledFrom([]string{"2026-01-31T10:00:00Z", "1999-12-31T23:59:59.123456+03:00"}).Draw(r, at)
	}
	if strings.HasSuffix(at, "currency") {
		return rapid.SampledFrom([]string{"USD", "EUR", "JPY"}).Draw(r, at)
	}
	return rapid.SampledFrom([]string{"Acme", "Ромашка", `<b>"x"</b>`, "=1+1"}).Draw(r, at)
}
