package api_test

import (
	"net/http/httptest"
	"testing"

	"zveno.dev/zveno/internal/db/dbtest"
)

// BenchmarkGetRecord reads one deal, without the network.
func BenchmarkGetRecord(b *testing.B) {
	w := newWorld(b, dbtest.SQLite(b))
	token := w.token(w.login("anna", "operations"))
	open, _, _ := w.stages()
	id := w.record("deal", map[string]any{"name": "Deal", "stage": open, "amount": int64(100), "currency": "USD"})
	w.want(200, token, "GET", "/api/v1/deals/"+id.String(), nil)
	r := httptest.NewRequestWithContext(b.Context(), "GET", "/api/v1/deals/"+id.String(), nil)
	r.Header.Set("Authorization", "Bearer "+token)
	for b.Loop() {
		w.handler.ServeHTTP(httptest.NewRecorder(), r)
	}
}
