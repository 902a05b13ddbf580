package web_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/webtest"
)

func TestTooManyAttemptsSayWhenToTryAgain(t *testing.T) {
	s := webtest.Serve(t, 0)
	email := s.Login(t, "owner")
	var status int
	var header http.Header
	var body string
	for attempts := 0; status != http.StatusTooManyRequests; attempts++ {
		if attempts > 10 {
			t.Fatal("ten wrong passwords, and still no limit")
		}
		status, header, body = post(t, stranger(), s.URL+"/sign-in", nil, "email", email, "password", "wrong")
	}
	if wait, err := strconv.Atoi(header.Get("Retry-After")); err != nil || wait < 1 || wait > 180 {
		t.Errorf("Retry-After: %q, want 1 to 180 seconds", header.Get("Retry-After"))
	}
	if !strings.Contains(body, "Too many attempts") {
		t.Errorf("the page does not say why: %.300s", body)
	}
}

func TestADatabaseThatCannotBeWrittenIsNoWrongPassword(t *testing.T) {
	s := webtest.Serve(t, 0)
	email := s.Login(t, "owner")
	s.DB.Write(t.Context(), db.TxInfo{Actor: value.System("test")}, func(tx *db.Tx) error { // the setting stays, whatever becomes of the rest
		_, err := tx.Exec(t.Context(), `PRAGMA query_only = 1`)
		return err
	})
	status, header, body := post(t, stranger(), s.URL+"/sign-in", nil, "email", email, "password", webtest.Password)
	if status != http.StatusServiceUnavailable || header.Get("Retry-After") == "" {
		t.Errorf("sign-in: %d, Retry-After %q", status, header.Get("Retry-After"))
	}
	if !strings.Contains(body, "Try again in a moment") || strings.Contains(body, "Too many attempts") {
		t.Errorf("the page does not ask to try again: %.400s", body)
	}
	if strings.Contains(body, ".db") {
		t.Error("the page tells a stranger where the database is")
	}
}
