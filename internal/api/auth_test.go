package api_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"zveno.dev/zveno/internal/api"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

// operation is one of the OpenAPI document.
type operation struct {
	Method, Path string
	ID           string                                            `json:"operationId"`
	Description  string                                            `json:"description"`
	Parameters   []parameter                                       `json:"parameters"`
	RequestBody  struct{ Content map[string]mediaType }            `json:"requestBody"`
	Responses    map[string]struct{ Content map[string]mediaType } `json:"responses"`
}

type parameter struct {
	Name, In string
	Required bool
	Schema   map[string]any
}

type mediaType struct{ Schema map[string]any }

// document is the OpenAPI document as somebody with a token, or nobody, reads it.
func (w *world) document(token string) (operations []operation, schemas map[string]any) {
	w.t.Helper()
	answer := w.want(200, token, "GET", "/api/v1/openapi.json", nil)
	var paths struct {
		Paths map[string]map[string]operation `json:"paths"`
	}
	if err := json.Unmarshal([]byte(answer.text), &paths); err != nil {
		w.t.Fatal(err)
	}
	for path, methods := range paths.Paths {
		for method, op := range methods {
			op.Method, op.Path = strings.ToUpper(method), path
			operations = append(operations, op)
		}
	}
	slices.SortFunc(operations, func(a, b operation) int { return strings.Compare(a.ID, b.ID) })
	return operations, answer.body["components"].(map[string]any)["schemas"].(map[string]any)
}

// address is the operation's address with a record that does not exist.
func (op operation) address() string {
	return api.Prefix + strings.ReplaceAll(op.Path, "{id}", value.NewID().String())
}

func TestEveryOperationNeedsAToken(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		anna := w.login("anna", "operations")
		operations, _ := w.document("")
		if len(operations) < 100 {
			t.Fatalf("%d operations", len(operations))
		}
		_, short := w.newToken(anna, time.Minute)
		revoked, revokedSecret := w.newToken(anna, time.Hour)
		w.want(200, revokedSecret, "GET", "/api/v1/me", nil)
		w.write(func(tx *db.Tx) error {
			return identity.RevokeToken(t.Context(), tx, identity.Access{Person: anna}, revoked.ID)
		})
		w.now = w.now.Add(2 * time.Minute) // what a token may do is remembered for two seconds
		for _, op := range operations {
			for what, token := range map[string]string{"no token": "", "an unknown token": "zveno_x", "an old token": short, "a revoked token": revokedSecret} {
				answer := w.do(token, op.Method, op.address(), nil)
				if answer.status != 401 || answer.header.Get("WWW-Authenticate") == "" || answer.header.Get("Content-Type") != "application/problem+json" {
					t.Errorf("%s with %s: %d %s", op.ID, what, answer.status, answer.text)
				}
			}
		}
		if answer := w.do("", "GET", "/api/v1/me", nil, "Authorization", "Basic eA=="); answer.status != 401 {
			t.Errorf("basic authentication: %d", answer.status)
		}
		if answer := w.do("", "GET", "/api/v1/me", nil, "Cookie", "zveno_session="+w.token(anna)); answer.status != 401 {
			t.Errorf("a cookie: %d", answer.status)
		}
	})
}

func TestEveryOperationNeedsItsCapability(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.role("all", identity.ReachAll, identity.ReachAll, identity.Capabilities...)
	w.role("nothing", identity.ReachAll, identity.ReachAll)
	nobody := w.token(w.login("nobody", "nothing"), identity.TokensOwn)
	boss := w.login("boss", "all")
	limited := w.token(boss, identity.TokensOwn)
	operations, _ := w.document("")
	for _, op := range operations {
		_, needed, found := strings.Cut(op.Description, "Needs the capability `")
		if !found {
			if op.ID != "me" {
				t.Errorf("%s is open to everybody", op.ID)
			}
			continue
		}
		for _, token := range []string{nobody, limited} {
			if answer := w.do(token, op.Method, op.address(), "{}"); answer.status != 403 || answer.header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%s with nothing allowed: %d %s", op.ID, answer.status, answer.text)
			}
		}
		needed = needed[strings.LastIndex(needed, "`, `")+1:]
		word := identity.Capability(strings.Trim(strings.TrimSuffix(needed, "."), "`, "))
		others := slices.DeleteFunc(slices.Clone(identity.Capabilities), func(c identity.Capability) bool { return c == word })
		if answer := w.do(w.token(boss, others...), op.Method, op.address(), "{}"); answer.status != 403 {
			t.Errorf("%s with everything but %s: %d %s", op.ID, word, answer.status, answer.text)
		}
		w.write(func(tx *db.Tx) error { // nobody has more than a hundred tokens
			_, err := tx.Exec(t.Context(), `DELETE FROM identity_tokens WHERE capabilities NOT LIKE 'tokens.own%'`)
			return err
		})
	}
}

func TestRequestsAreLimited(t *testing.T) {
	d := dbtest.SQLite(t)
	w := newWorld(t, d)
	w.handler = api.New(api.Config{DB: d, Log: dbtest.Log(t), Now: func() time.Time { return w.now }, RequestsPS: 5})
	anna := w.login("anna", "operations")
	one, other := w.token(anna), w.token(anna)
	for range 10 {
		w.want(200, one, "GET", "/api/v1/me", nil)
	}
	if refused := w.want(429, one, "GET", "/api/v1/me", nil); refused.header.Get("Retry-After") != "1" || refused.header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("headers %v", refused.header)
	}
	w.want(200, other, "GET", "/api/v1/me", nil)
	w.now = w.now.Add(200 * time.Millisecond)
	w.want(200, one, "GET", "/api/v1/me", nil)
	w.want(429, one, "GET", "/api/v1/me", nil)
}

func TestMeSaysWhatTheTokenMay(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	anna := w.login("anna", "manager")
	me := w.want(200, w.token(anna, identity.RecordsView, identity.MetricsView), "GET", "/api/v1/me", nil).body
	if me["id"] != anna.String() || me["role"] != "manager" || me["sees_all"] != false || len(me["capabilities"].([]any)) != 2 {
		t.Errorf("me %v", me)
	}
}

func TestChangesAreAudited(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	anna := w.login("anna", "operations")
	token := w.token(anna)
	made := w.want(201, token, "POST", "/api/v1/accounts", `{"name": "Acme"}`)
	path := "/api/v1/accounts/" + made.body["id"].(string)
	w.want(200, token, "PATCH", path, `{"city": "Oslo"}`, "If-Match", "*")
	w.want(422, token, "PATCH", path, `{"city": 5}`, "If-Match", "*")
	w.want(200, token, "GET", path, nil)
	w.want(204, token, "DELETE", path, nil, "If-Match", "*")
	w.want(200, token, "POST", "/api/v1/accounts/bulk", `{"records": [{"name": "Other"}]}`)
	var actions []string
	w.write(func(tx *db.Tx) error {
		entries, err := identity.ListAudit(t.Context(), tx, identity.AuditQuery{Person: anna})
		for _, e := range entries {
			if e.Source == "api" && strings.Contains(string(e.Detail), `"token"`) {
				actions = append(actions, e.Action)
			}
		}
		return err
	})
	if want := []string{"account.bulk", "account.delete", "account.update", "account.create"}; !slices.Equal(actions, want) {
		t.Errorf("audited %v, want %v", actions, want)
	}
}
