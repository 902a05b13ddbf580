package web_test

import (
	"net/http"
	"net/url"
	"testing"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/webtest"
)

// following is a client that goes where it is sent.
func following(c *http.Client) *http.Client {
	c.CheckRedirect = nil
	return c
}

func sendForm(t *testing.T, c *http.Client, address string, form url.Values) *http.Response {
	t.Helper()
	answer, err := c.PostForm(address, form)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	return answer
}

func fetchText(t *testing.T, c *http.Client, address string) string {
	t.Helper()
	answer, err := c.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	return bodyOf(t, answer)
}

func statusOf(t *testing.T, c *http.Client, address string) int {
	t.Helper()
	answer, err := c.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	return answer.StatusCode
}

func countOf(t *testing.T, s *webtest.Server, query string, args ...any) (n int) {
	t.Helper()
	err := s.DB.Read(t.Context(), func(tx *db.Tx) error { return tx.QueryRow(t.Context(), query, args...).Scan(&n) })
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// oneID is the ID that a query finds, as addresses write it.
func oneID(t *testing.T, s *webtest.Server, query string) string {
	t.Helper()
	var id value.ID
	err := s.DB.Read(t.Context(), func(tx *db.Tx) error { return tx.QueryRow(t.Context(), query).Scan(&id) })
	if err != nil {
		t.Fatal(err)
	}
	return id.String()
}
