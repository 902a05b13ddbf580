package api_test

import (
	"bytes"
	"mime/multipart"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/identity"
)

// upload sends files, by name, with fields of the form.
func (w *world) upload(token string, files, fields map[string]string) response {
	w.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, text := range files {
		part, err := form.CreateFormFile("file", name)
		if err != nil {
			w.t.Fatal(err)
		}
		part.Write([]byte(text))
	}
	for name, text := range fields {
		form.WriteField(name, text)
	}
	form.Close()
	r := httptest.NewRequestWithContext(w.t.Context(), "POST", "/api/v1/imports", &body)
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", form.FormDataContentType())
	return w.serve(r)
}

const accountsFile = "Account ID,Account Name,Billing City\n001,Acme,Oslo\n002,Ромашка,Москва\n"

func TestImportAndUndo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		anna := w.login("anna", "operations")
		token := w.token(anna)
		files := map[string]string{"accounts.csv": accountsFile}
		if dry := w.upload(token, files, map[string]string{"dry_run": "true"}); dry.status != 201 {
			t.Fatalf("dry run: %d %s", dry.status, dry.text)
		}
		if total := w.want(200, token, "GET", "/api/v1/accounts", nil).body["total"]; total != 0.0 {
			t.Errorf("a dry run keeps %v accounts", total)
		}
		done := w.upload(token, files, nil)
		if done.status != 201 {
			t.Fatalf("import: %d %s", done.status, done.text)
		}
		if total := w.want(200, token, "GET", "/api/v1/accounts", nil).body["total"]; total != 2.0 {
			t.Errorf("%v accounts, want 2", total)
		}
		listed := w.want(200, token, "GET", "/api/v1/imports", nil).data()
		if len(listed) != 1 || listed[0]["id"] != done.body["id"] || listed[0]["actor"] != "anna" || listed[0]["state"] != "done" {
			t.Errorf("listed %v", listed)
		}
		undo := "/api/v1/imports/" + done.body["id"].(string) + "/undo"
		if undone := w.want(200, token, "POST", undo, nil); undone.body["deleted"] != 2.0 {
			t.Errorf("undone %s", undone.text)
		}
		w.want(422, token, "POST", undo, nil)
		if total := w.want(200, token, "GET", "/api/v1/accounts", nil).body["total"]; total != 0.0 {
			t.Errorf("%v accounts after the import was undone", total)
		}
		var actions []string
		w.write(func(tx *db.Tx) error {
			entries, err := identity.ListAudit(t.Context(), tx, identity.AuditQuery{Person: anna, Object: "import"})
			for _, e := range entries {
				actions = append(actions, e.Action)
			}
			return err
		})
		if want := []string{"import.undo", "import"}; !slices.Equal(actions, want) {
			t.Errorf("audited %v, want %v", actions, want)
		}
	})
}

// TestUploadsStayInTheirFolder sends files whose names lead elsewhere. Without the guard they would be written there.
func TestUploadsStayInTheirFolder(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	token := w.token(w.login("anna", "operations"))
	outside := t.TempDir()
	t.Setenv("TMPDIR", t.TempDir())
	for _, name := range []string{
		filepath.Join(outside, "evil.csv"), "../evil.csv", "../../../../../../../../.." + filepath.Join(outside, "evil.csv"), `..\evil.csv`, "..", ".evil.csv", "a\x00.csv",
	} {
		w.upload(token, map[string]string{name: accountsFile}, map[string]string{"dry_run": "true"})
	}
	for _, folder := range []string{outside, os.TempDir(), filepath.Dir(os.TempDir())} {
		entries, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if !e.IsDir() || folder == os.TempDir() {
				t.Errorf("an upload left %s in %s", e.Name(), folder)
			}
		}
	}
	twice := w.do(token, "POST", "/api/v1/imports", "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\na\r\n--x\r\n"+
		"Content-Disposition: form-data; name=\"file\"; filename=\"b/a.csv\"\r\n\r\na\r\n--x--\r\n", "Content-Type", "multipart/form-data; boundary=x")
	if twice.status != 422 || !slices.Equal(twice.locations(), []string{"body.file"}) {
		t.Errorf("the same name twice: %d %s", twice.status, twice.text)
	}
}

func TestImportAsksFirst(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	token := w.token(w.login("anna", "operations"))
	answer := w.upload(token, map[string]string{"deals.csv": "Deal name,Stage,Close date,Amount\nOne,Open,03/04/2026,10\nTwo,Open,05/06/2026,20\n"}, nil)
	if answer.status != 422 || !slices.Contains(answer.locations(), "body.answers") {
		t.Errorf("dates that can be read in two ways: %d %s", answer.status, answer.text)
	}
	w.want(415, token, "POST", "/api/v1/imports", "{}")
	if answer := w.upload(token, nil, nil); answer.status != 422 || !slices.Equal(answer.locations(), []string{"body.file"}) {
		t.Errorf("no file: %d %s", answer.status, answer.text)
	}
}
