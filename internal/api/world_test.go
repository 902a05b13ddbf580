package api_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"zveno.dev/zveno/internal/api"
	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

const password = "correct horse"

// world is an API over a database, with a clock that tests set.
type world struct {
	t       testing.TB
	db      *db.DB
	handler http.Handler
	now     time.Time
}

func newWorld(t testing.TB, d *db.DB) *world {
	w := &world{t: t, db: d, now: time.Now()}
	w.handler = api.New(api.Config{DB: d, Log: dbtest.Log(t), Version: "test", Now: func() time.Time { return w.now }, RequestsPS: 1e6})
	return w
}

// write runs a transaction that has to succeed.
func (w *world) write(fn func(tx *db.Tx) error) {
	w.t.Helper()
	if err := w.db.Write(w.t.Context(), db.TxInfo{Actor: value.System("test"), Source: "test"}, fn); err != nil {
		w.t.Fatal(err)
	}
}

// login makes somebody who signs in.
func (w *world) login(name, role string) (person value.ID) {
	w.t.Helper()
	w.write(func(tx *db.Tx) error {
		l, err := identity.CreateLogin(w.t.Context(), tx, identity.LoginNew{Name: name, Email: name + "@example.com", Role: role, Password: password})
		person = l.Person
		return err
	})
	return person
}

// token makes a token of somebody for everything that they may do, or some of it, that lasts a day.
func (w *world) token(person value.ID, capabilities ...identity.Capability) string {
	w.t.Helper()
	_, secret := w.newToken(person, 24*time.Hour, capabilities...)
	return secret
}

func (w *world) newToken(person value.ID, life time.Duration, capabilities ...identity.Capability) (token identity.Token, secret string) {
	w.t.Helper()
	w.write(func(tx *db.Tx) error {
		a, err := identity.LoadAccess(w.t.Context(), tx, person)
		if err != nil {
			return err
		}
		if len(capabilities) == 0 {
			capabilities = a.Role.Capabilities
		}
		token, secret, err = identity.CreateToken(w.t.Context(), tx, a, identity.TokenNew{Name: "test", Capabilities: capabilities,
			ExpiresAt: value.InstantOf(w.now.Add(life))})
		return err
	})
	return token, secret
}

// role makes a role of the company's own that has tokens.
func (w *world) role(name string, reach, editReach identity.Reach, capabilities ...identity.Capability) {
	w.t.Helper()
	w.write(func(tx *db.Tx) error {
		_, err := tx.Exec(w.t.Context(), `INSERT INTO identity_roles (name, label_en, label_ru, capabilities, reach, edit_reach) VALUES ($1, $1, $1, $2, $3, $4)`,
			name, strings.Join(append(names(capabilities), string(identity.TokensOwn)), " "), string(reach), string(editReach))
		return err
	})
}

func names(capabilities []identity.Capability) []string {
	var list []string
	for _, c := range capabilities {
		list = append(list, string(c))
	}
	return list
}

// record makes a record behind the API's back.
func (w *world) record(object string, set map[string]any) value.ID {
	w.t.Helper()
	id := value.NewID()
	w.write(func(tx *db.Tx) error {
		_, err := crm.Apply(w.t.Context(), tx, crm.ObjectNamed(object), []crm.Change{{ID: id, New: true, Set: set}})
		return err
	})
	return id
}

// stages makes a pipeline with an open, a won and a lost stage.
func (w *world) stages() (open, won, lost value.ID) {
	w.t.Helper()
	pipeline := w.record("pipeline", map[string]any{"name": "Sales"})
	stage := func(name, outcome string) value.ID {
		return w.record("stage", map[string]any{"pipeline": pipeline, "name": name, "outcome": outcome})
	}
	return stage("Open", "open"), stage("Won", "won"), stage("Lost", "lost")
}

// response is an answer as tests look at it.
type response struct {
	status int
	header http.Header
	text   string
	body   map[string]any
}

// do makes a request; body is JSON text, or a value that becomes it. headers are pairs.
func (w *world) do(token, method, path string, body any, headers ...string) response {
	w.t.Helper()
	var reader io.Reader
	switch body := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(body)
	default:
		document, err := json.Marshal(body)
		if err != nil {
			w.t.Fatal(err)
		}
		reader = bytes.NewReader(document)
	}
	r := httptest.NewRequestWithContext(w.t.Context(), method, path, reader)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return w.serve(r)
}

func (w *world) serve(r *http.Request) response {
	w.t.Helper()
	recorder := httptest.NewRecorder()
	w.handler.ServeHTTP(recorder, r)
	answer := response{status: recorder.Code, header: recorder.Header(), text: recorder.Body.String()}
	if strings.Contains(recorder.Header().Get("Content-Type"), "json") {
		if err := json.Unmarshal(recorder.Body.Bytes(), &answer.body); err != nil {
			w.t.Fatalf("%s %s answers with broken JSON: %v\n%s", r.Method, r.URL, err, answer.text)
		}
	}
	return answer
}

// want makes a request that has to be answered with a status.
func (w *world) want(status int, token, method, path string, body any, headers ...string) response {
	w.t.Helper()
	answer := w.do(token, method, path, body, headers...)
	if answer.status != status {
		w.t.Fatalf("%s %s: %d, want %d\n%s", method, path, answer.status, status, answer.text)
	}
	return answer
}

// data is the list of an answer.
func (r response) data() []map[string]any {
	list, _ := r.body["data"].([]any)
	records := make([]map[string]any, len(list))
	for i, item := range list {
		records[i], _ = item.(map[string]any)
	}
	return records
}

// locations lists the places of the wrong values that a problem names.
func (r response) locations() []string {
	list, _ := r.body["errors"].([]any)
	var places []string
	for _, item := range list {
		place, _ := item.(map[string]any)["location"].(string)
		places = append(places, place)
	}
	return places
}
