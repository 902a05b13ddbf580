package api_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/value"
)

func TestRecordLifeCycle(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		anna := w.login("anna", "operations")
		open, won, _ := w.stages()
		w.write(func(tx *db.Tx) error {
			_, err := crm.DefineField(t.Context(), tx, crm.CustomField{Object: "deal", Field: crm.Field{Name: "fee", Kind: crm.Money}})
			return err
		})
		token := w.token(anna)
		made := w.want(201, token, "POST", "/api/v1/deals", map[string]any{"name": `A "big" one`, "stage": open, "amount": 1000.5, "currency": "EUR",
			"close": "2026-03-31", "custom": map[string]any{"fee": map[string]any{"amount": 12, "currency": "JPY"}}}, "X-Change-Reason", "trade fair")
		id := made.body["id"].(string)
		if made.header.Get("Location") != "/api/v1/deals/"+id || made.header.Get("ETag") != `"1"` || made.body["owner"] != anna.String() {
			t.Errorf("made %v, headers %v", made.body, made.header)
		}
		got := w.want(200, token, "GET", "/api/v1/deals/"+id, nil)
		if got.body["name"] != `A "big" one` || got.body["amount"] != 1000.5 || got.body["close"] != "2026-03-31" || got.body["lost_reason"] != nil ||
			fmt.Sprint(got.body["custom"]) != "map[fee:map[amount:12 currency:JPY]]" {
			t.Errorf("got %s", got.text)
		}
		w.want(428, token, "PATCH", "/api/v1/deals/"+id, `{"amount": 1}`)
		changed := w.want(200, token, "PATCH", "/api/v1/deals/"+id, `{"amount": "2000", "source": "fair"}`, "If-Match", `"1"`)
		if changed.body["amount"] != 2000.0 || changed.header.Get("ETag") != `"2"` {
			t.Errorf("changed %s", changed.text)
		}
		w.want(412, token, "PATCH", "/api/v1/deals/"+id, `{"amount": 1}`, "If-Match", `"1"`)
		moved := w.want(200, token, "POST", "/api/v1/deals/"+id+"/move", map[string]any{"stage": won, "close": "2026-03-30"})
		if moved.body["stage"] != won.String() || moved.body["close"] != "2026-03-30" {
			t.Errorf("moved %s", moved.text)
		}
		told := w.want(200, token, "GET", "/api/v1/deals/"+id+"/history", nil).data()
		if len(told) != 3 || told[2]["created"] != true || told[2]["reason"] != "trade fair" || told[0]["source"] != "api" || told[0]["actor"] != "anna" {
			t.Errorf("history %v", told)
		}
		w.want(412, token, "DELETE", "/api/v1/deals/"+id, nil, "If-Match", `"1"`)
		w.want(204, token, "DELETE", "/api/v1/deals/"+id, nil, "If-Match", "*")
		w.want(404, token, "GET", "/api/v1/deals/"+id, nil)
		w.want(404, token, "PATCH", "/api/v1/deals/"+id, `{"amount": 1}`, "If-Match", "*")
		past := w.want(200, token, "GET", "/api/v1/deals/"+id+"?as_of="+made.body["changed_at"].(string), nil)
		if past.body["amount"] != 1000.5 {
			t.Errorf("as of its beginning: %s", past.text)
		}
	})
}

func TestBadBodiesNameTheField(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	open, _, _ := w.stages()
	token := w.token(w.login("anna", "operations"))
	for body, want := range map[string]string{
		`{`:                           "400 body",
		`[]`:                          "400 body",
		``:                            "400 ",
		`{"name": "a"}{}`:             "400 body",
		`{"name": 1, "stage": "$"}`:   "422 body.name",
		`{"stage": "$"}`:              "422 body.name",
		`{"name": "a"}`:               "422 body.stage",
		`{"name": "a", "stage": "x"}`: "422 body.stage",
		`{"name": "a", "stage": "$", "amount": 1}`:                                       "422 body.currency",
		`{"name": "a", "stage": "$", "amount": true, "currency": "EUR"}`:                 "422 body.amount",
		`{"name": "a", "stage": "$", "amount": 1e300, "currency": "EUR"}`:                "422 body.amount",
		`{"name": "a", "stage": "$", "amount": 1, "currency": "euro"}`:                   "422 body.currency",
		`{"name": "a", "stage": "$", "close": "31.03.2026"}`:                             "422 body.close",
		`{"name": "a", "stage": "$", "probability": 2}`:                                  "422 body.probability",
		`{"name": "a", "stage": "$", "forecast_category": "sure"}`:                       "422 body.forecast_category",
		`{"name": "a", "stage": "$", "colour": "red"}`:                                   "422 body.colour",
		`{"name": "a", "stage": "$", "custom": {"colour": "red"}}`:                       "422 body.custom.colour",
		`{"name": "a", "stage": "$", "custom": []}`:                                      "422 body.custom",
		`{"name": "a", "stage": "$", "account": "0195e3a0-7c2b-7d4e-8f10-112233445566"}`: "422 body.account",
		`{"name": "a\u0000", "stage": "$"}`:                                              "422 body.name",
	} {
		answer := w.do(token, "POST", "/api/v1/deals", strings.ReplaceAll(body, "$", open.String()))
		got := fmt.Sprint(answer.status, " ", strings.Join(answer.locations(), " "))
		if got != want || answer.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %s, want %s\n%s", body, got, want, answer.text)
		}
	}
	for path, want := range map[string]string{
		"deals?limit=0":                          "422 query.limit",
		"deals?limit=201":                        "422 query.limit",
		"deals?limit=x":                          "422 query.limit",
		"deals?sort=colour":                      "422 query.sort",
		"deals?cursor=abc":                       "422 query.cursor",
		"deals?filter=amount":                    "422 query.filter",
		"deals?filter=amount:is:1":               "422 query.filter.amount",
		"deals?filter=colour:is:red":             "422 query.filter.colour",
		"deals?filter=close:from:yesterday":      "422 query.filter.close",
		"deals?fields=colour":                    "422 query.fields",
		"deals?page=2":                           "422 query.page",
		"deals/x":                                "422 path.id",
		"deals/" + open.String() + "?as_of=soon": "422 query.as_of",
		"deals/" + open.String():                 "404 ",
		"nothing":                                "404 ",
	} {
		answer := w.do(token, "GET", "/api/v1/"+path, nil)
		got := fmt.Sprint(answer.status, " ", strings.Join(answer.locations(), " "))
		if got != want || answer.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %s, want %s\n%s", path, got, want, answer.text)
		}
	}
	if answer := w.do(token, "PUT", "/api/v1/deals", "{}"); answer.status != 405 || answer.header.Get("Allow") != "GET, POST" {
		t.Errorf("PUT: %d, Allow %q", answer.status, answer.header.Get("Allow"))
	}
}

func TestPagesHoldEachRecordOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		token := w.token(w.login("anna", "operations"))
		var all []string
		for i := range 23 {
			all = append(all, w.record("account", map[string]any{"name": fmt.Sprint("Account ", i%5), "employees": int64(i % 3)}).String())
		}
		slices.Sort(all)
		for _, sort := range []string{"", "name", "-name", "employees", "-created", "domain"} {
			var seen []string
			path := "/api/v1/accounts?limit=4&fields=name&sort=" + sort
			for cursor := ""; ; {
				page := w.want(200, token, "GET", path+"&cursor="+cursor, nil)
				for _, r := range page.data() {
					seen = append(seen, r["id"].(string))
					if _, has := r["employees"]; has || r["name"] == nil {
						t.Fatalf("only the name was asked for: %v", r)
					}
				}
				next, more := page.body["next"].(string)
				if !more {
					break
				}
				cursor = next
			}
			slices.Sort(seen)
			if !slices.Equal(seen, all) {
				t.Errorf("sorted by %q: %d records on the pages, want %d, each once", sort, len(seen), len(all))
			}
		}
		filtered := w.want(200, token, "GET", "/api/v1/accounts?filter=name:is:Account%201&filter=name:is:Account%202&filter=employees:to:0", nil)
		if got := filtered.body["total"]; got != 3.0 {
			t.Errorf("filtered: %v of 3", got)
		}
	})
}

func TestRepeatedRequestsAreDoneOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		anna := w.login("anna", "operations")
		token := w.token(anna)
		body := `{"name": "Acme"}`
		first := w.want(201, token, "POST", "/api/v1/accounts", body, "Idempotency-Key", "k1")
		again := w.want(201, token, "POST", "/api/v1/accounts", body, "Idempotency-Key", "k1")
		if first.text != again.text || again.header.Get("Location") != first.header.Get("Location") || again.header.Get("ETag") != first.header.Get("ETag") {
			t.Errorf("again %s, first %s", again.text, first.text)
		}
		other := w.want(422, token, "POST", "/api/v1/accounts", `{"name": "Other"}`, "Idempotency-Key", "k1")
		if !slices.Equal(other.locations(), []string{"header.Idempotency-Key"}) {
			t.Errorf("another body: %s", other.text)
		}
		w.want(201, w.token(anna), "POST", "/api/v1/accounts", `{"name": "Other"}`, "Idempotency-Key", "k1") // another token's key
		w.want(422, token, "POST", "/api/v1/accounts", `{}`, "Idempotency-Key", "k2")
		w.want(201, token, "POST", "/api/v1/accounts", `{"name": "Third"}`, "Idempotency-Key", "k2") // what failed can be mended
		w.write(func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE api_idempotency SET created_at = created_at - $1`, int64(25*3600*1e6))
			return err
		})
		later := w.want(201, token, "POST", "/api/v1/accounts", body, "Idempotency-Key", "k1")
		if later.body["id"] == first.body["id"] {
			t.Error("a key lasts longer than a day")
		}
		if total := w.want(200, token, "GET", "/api/v1/accounts", nil).body["total"]; total != 4.0 {
			t.Errorf("%v accounts, want 4", total)
		}
	})
}

// TestRepeatedAtTheSameTime sends one request from several connections at once.
func TestRepeatedAtTheSameTime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		token := w.token(w.login("anna", "operations"))
		var group sync.WaitGroup
		answers := make([]response, 8)
		for i := range answers {
			group.Go(func() {
				answers[i] = w.do(token, "POST", "/api/v1/accounts", `{"name": "Acme"}`, "Idempotency-Key", "k")
			})
		}
		group.Wait()
		made := map[any]bool{}
		for _, a := range answers {
			switch a.status {
			case 201:
				made[a.body["id"]] = true
			case 409: // another one was first: to be sent again
			default:
				t.Errorf("%d %s", a.status, a.text)
			}
		}
		if total := w.want(200, token, "GET", "/api/v1/accounts", nil).body["total"]; len(made) != 1 || total != 1.0 {
			t.Errorf("answers name %d accounts, and there are %v: want one", len(made), total)
		}
	})
}

func TestFixedMembersAreNoFields(t *testing.T) {
	for _, o := range crm.Objects {
		for _, name := range []string{"id", "version", "created_at", "changed_at", "custom", "key", "records"} {
			if o.Field(name) >= 0 {
				t.Errorf("%s has a field %s, which records in the API have for something else", o.Name, name)
			}
		}
	}
}

func TestBulkUpsert(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		token := w.token(w.login("anna", "operations"))
		open, won, _ := w.stages()
		made := w.want(200, token, "POST", "/api/v1/deals/bulk", map[string]any{"records": []any{
			map[string]any{"name": "One", "stage": open, "amount": 1, "currency": "USD"},
			map[string]any{"name": "Two", "stage": open},
		}})
		if made.body["created"] != 2.0 {
			t.Fatalf("made %s", made.text)
		}
		ids := resultIDs(made)
		done := w.want(200, token, "POST", "/api/v1/deals/bulk", map[string]any{"key": "name", "records": []any{
			map[string]any{"id": ids[0], "amount": 5, "name": "One more"},
			map[string]any{"name": "Two", "stage": won},
			map[string]any{"name": "Three", "stage": open},
		}})
		if done.body["created"] != 1.0 || done.body["updated"] != 2.0 || resultIDs(done)[1] != ids[1] {
			t.Fatalf("done %s", done.text)
		}
		if two := w.want(200, token, "GET", "/api/v1/deals/"+ids[1], nil); two.body["close"] == nil || two.body["stage"] != won.String() {
			t.Errorf("a deal that is won has a close day: %s", two.text)
		}
		same := w.want(200, token, "POST", "/api/v1/deals/bulk", map[string]any{"records": []any{map[string]any{"id": ids[0], "amount": 5}}})
		if same.body["unchanged"] != 1.0 {
			t.Errorf("the same again: %s", same.text)
		}
		bad := w.want(422, token, "POST", "/api/v1/deals/bulk", map[string]any{"records": []any{
			map[string]any{"name": "Four", "stage": open},
			map[string]any{"name": "", "stage": open, "close": "soon"},
			map[string]any{"id": value.NewID(), "name": "x"},
			map[string]any{"id": ids[0], "custom": map[string]any{"x": 1}},
			map[string]any{"id": ids[0]},
		}})
		want := []string{"body.records[2].id", "body.records[1].close", "body.records[3].custom.x", "body.records[4].id"}
		if got := bad.locations(); !slices.Equal(got, want) {
			t.Errorf("wrong are %v, want %v\n%s", got, want, bad.text)
		}
		if total := w.want(200, token, "GET", "/api/v1/deals", nil).body["total"]; total != 3.0 {
			t.Errorf("%v deals, want 3: a request that is wrong keeps nothing", total)
		}
	})
}

func resultIDs(r response) []string {
	var ids []string
	for _, item := range r.body["results"].([]any) {
		ids = append(ids, item.(map[string]any)["id"].(string))
	}
	return ids
}
