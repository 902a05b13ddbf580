package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/web/webtest"
)

func TestPagesWaitForTheNumbers(t *testing.T) {
	s := webtest.ServeUnprepared(t, dbtest.SQLite(t), time.Now)
	client := s.Client(t, "owner")
	for _, path := range []string{"/", "/metrics/won", "/waterfall"} {
		status, header, body := get(t, client, s.URL+path)
		if status != http.StatusServiceUnavailable || header.Get("Retry-After") == "" {
			t.Errorf("%s: %d, Retry-After %q", path, status, header.Get("Retry-After"))
		}
		for _, want := range []string{"The numbers are being prepared", `hx-get="/numbers/ready"`, `class="z-sidebar"`} {
			if !strings.Contains(body, want) {
				t.Errorf("%s lacks %s", path, want)
			}
		}
	}
	if status, header, _ := get(t, client, s.URL+"/numbers/ready"); status != http.StatusNoContent || header.Get("HX-Refresh") != "" {
		t.Errorf("before: %d %v", status, header)
	}
	s.Refresh(t)
	if status, header, _ := get(t, client, s.URL+"/numbers/ready"); status != http.StatusNoContent || header.Get("HX-Refresh") != "true" {
		t.Errorf("afterwards: %d %v", status, header)
	}
	if status, _, body := get(t, client, s.URL+"/"); status != http.StatusOK || strings.Contains(body, "/numbers/ready") {
		t.Errorf("afterwards home: %d", status)
	}
}
