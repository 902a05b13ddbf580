package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/web/webtest"
)

// anyDeal is the address of an open deal.
func (v visitor) anyDeal() string {
	v.t.Helper()
	_, body := v.get("/pipeline")
	return firstLink(v.t, body, "/deals/")
}

// lastAudit is the newest entry of the audit log.
func lastAudit(t *testing.T, s *webtest.Server) (entry identity.AuditRecord) {
	t.Helper()
	err := s.DB.Read(t.Context(), func(tx *db.Tx) error {
		entries, err := identity.ListAudit(t.Context(), tx, identity.AuditQuery{Limit: 1})
		if len(entries) == 1 {
			entry = entries[0]
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return entry
}

func TestEditAndUndo(t *testing.T) {
	s := webtest.Serve(t, 200)
	v := newVisitor(t, s, "owner")
	deal := v.anyDeal()
	_, body := v.get(deal + "?edit=1")
	form := inputs(t, body, deal)
	form.Set("amount", "12,345.60")
	form.Set("reason", "the customer wants more")
	if status, header, body := v.send(deal, form); status != http.StatusSeeOther || header.Get("Location") != deal {
		t.Fatalf("save: %d %s", status, complaint(body))
	}
	if e := lastAudit(t, s); e.Action != "deal.edit" || !strings.Contains(string(e.Detail), `"amount"`) || strings.Contains(string(e.Detail), "owner") {
		t.Errorf("audited as %s %s, want an edit of the amount alone", e.Action, e.Detail)
	}
	_, body = v.get(deal)
	if !strings.Contains(body, "12,345.60") || !strings.Contains(body, "the customer wants more") {
		t.Error("the page shows neither the new amount nor why it changed")
	}
	if status, _, body := v.send(deal, form); status != http.StatusConflict || !strings.Contains(body, "Meanwhile Kim owner changed this record") {
		t.Errorf("saving an old form: status %d, want a conflict that names who was faster", status)
	}
	if status, header, body := v.send(deal+"/undo", inputs(t, body, deal+"/undo")); status != http.StatusSeeOther || header.Get("Location") != deal {
		t.Fatalf("undo: %d %s", status, complaint(body))
	}
	if _, body = v.get(deal); strings.Contains(strings.SplitN(body, `id="history"`, 2)[0], "12,345.60") {
		t.Error("the amount is not what it was before")
	}
}

func TestWrongFieldsAreNamed(t *testing.T) {
	s := webtest.Serve(t, 200)
	v := newVisitor(t, s, "owner")
	deal := v.anyDeal()
	_, body := v.get(deal + "?edit=1")
	form := inputs(t, body, deal)
	for name, text := range map[string]string{"amount": "a lot", "probability": "120", "close": "soon", "account": "Nobody & Sons", "name": " "} {
		changed := url.Values{}
		for key := range form {
			changed.Set(key, form.Get(key))
		}
		changed.Set(name, text)
		status, _, body := v.send(deal, changed)
		if status != http.StatusUnprocessableEntity || !strings.Contains(body, `id="form-errors"`) || !strings.Contains(body, `href="#field-`+name+`"`) {
			t.Errorf("%s = %q: status %d, want 422 with a summary that leads to the field", name, text, status)
		}
	}
}

func TestNewRecords(t *testing.T) {
	s := webtest.Serve(t, 200)
	v := newVisitor(t, s, "owner")
	_, body := v.get("/accounts/new")
	form := inputs(t, body, "/accounts")
	if status, _, _ := v.send("/accounts", form); status != http.StatusUnprocessableEntity {
		t.Errorf("an account without a name: status %d", status)
	}
	form.Set("name", "Ромашка и партнёры")
	status, header, _ := v.send("/accounts", form)
	if status != http.StatusSeeOther {
		t.Fatalf("a new account: status %d", status)
	}
	if status, body := v.get(header.Get("Location")); status != http.StatusOK || !strings.Contains(body, "Ромашка и партнёры") {
		t.Errorf("the new account's page: status %d", status)
	}
}

func TestMoves(t *testing.T) {
	s := webtest.Serve(t, 200)
	v := newVisitor(t, s, "owner")
	_, body := v.get("/pipeline/board")
	deal := firstLink(t, body, "/deals/")
	form := inputs(t, body, deal+"/move")
	stages := regexp.MustCompile(`name="stage" value="([0-9a-f-]{36})"`).FindAllStringSubmatch(strings.SplitN(body, deal+"/move", 2)[1], -1)
	form.Set("stage", stages[0][1])
	if status, header, body := v.send(deal+"/move", form); status != http.StatusSeeOther || header.Get("Location") != "/pipeline/board" {
		t.Fatalf("move: %d %s", status, complaint(body))
	}
	if e := lastAudit(t, s); e.Action != "deal.move" {
		t.Errorf("audited as %s", e.Action)
	}
	form.Set("stage", stages[1][1])
	if status, _, body := v.send(deal+"/move", form); status != http.StatusConflict || !strings.Contains(body, "Somebody was faster") {
		t.Errorf("moving what has moved since: status %d, want a conflict that says so", status)
	}
	lost := regexp.MustCompile(`href="(/deals/[0-9a-f-]{36}/move\?[^"]*)"`).FindStringSubmatch(body)
	if status, body := v.get(strings.ReplaceAll(lost[1], "&amp;", "&")); status != http.StatusOK || !strings.Contains(body, `name="lost_reason"`) {
		t.Errorf("moving to a lost stage: status %d, want a form that asks why", status)
	}
}

func TestViews(t *testing.T) {
	s := webtest.Serve(t, 50)
	owner, rep := newVisitor(t, s, "owner"), newVisitor(t, s, "rep")
	own := url.Values{"page": {"/accounts"}, "query": {"sort=-name&cursor=abc"}, "name": {"By <b>name</b>"}}
	status, header, _ := owner.send("/views", own)
	if status != http.StatusSeeOther || header.Get("Location") != "/accounts?sort=-name" {
		t.Fatalf("saving a view: %d %s", status, header.Get("Location"))
	}
	if _, body := owner.get("/accounts?sort=-name"); !strings.Contains(body, "By &lt;b&gt;name&lt;/b&gt;") {
		t.Error("the view is not offered, or its name is not escaped")
	}
	if _, body := rep.get("/accounts"); strings.Contains(body, "name&lt;/b&gt;") {
		t.Error("somebody else sees a view that is not shared")
	}
	own.Set("shared", "1")
	if status, _, _ := rep.send("/views", own); status != http.StatusForbidden {
		t.Errorf("a rep shares a view: status %d", status)
	}
	owner.send("/views", own)
	_, body := rep.get("/accounts")
	if !strings.Contains(body, "name&lt;/b&gt;") || strings.Contains(body, "/delete") {
		t.Error("a shared view is not offered, or can be deleted by others")
	}
	_, body = owner.get("/accounts")
	action := regexp.MustCompile(`/views/[0-9a-f-]{36}/delete`).FindString(body)
	if status, _, _ := rep.send(action, nil); status != http.StatusNotFound {
		t.Errorf("deleting somebody else's view: status %d", status)
	}
	if status, _, _ := owner.send(action, nil); status != http.StatusSeeOther {
		t.Errorf("deleting a view: status %d", status)
	}
	for name, form := range map[string]url.Values{"page": {"page": {"https://elsewhere.example"}, "name": {"x"}}, "name": {"page": {"/accounts"}, "name": {""}}} {
		if status, _, _ := owner.send("/views", form); status != http.StatusUnprocessableEntity {
			t.Errorf("a view with a wrong %s: status %d", name, status)
		}
	}
}
