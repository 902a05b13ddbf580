package web

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"time"
)

// policy lets the browser load only what this server sends, and nothing that stands inside of a page.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; " +
	"manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// guard surrounds all pages: every answer has security headers, no other site can make a browser change something here, and
// a page that panics is answered as an error.
func (s *Site) guard(next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "This request came from another site and was refused.", http.StatusForbidden)
	}))
	protected := compressed(protection.Handler(next))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := rand.Text()[:12]
		header := w.Header()
		header.Set("Content-Security-Policy", policy)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "same-origin")
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		header.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		header.Set("X-Request-Id", id)
		r = r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id))
		start := time.Now()
		defer func() {
			if problem := recover(); problem != nil {
				if problem == http.ErrAbortHandler {
					panic(problem)
				}
				s.Log.Error("page panicked", "request", id, "path", r.URL.Path, "problem", fmt.Sprint(problem), "stack", string(debug.Stack()))
				s.fail(w, r, s.stranger(r), fmt.Errorf("web: panic: %v", problem))
			}
		}()
		protected.ServeHTTP(w, r)
		if !strings.HasPrefix(r.URL.Path, "/assets/") {
			s.Log.Debug("page", "request", id, "method", r.Method, "path", r.URL.Path, "ms", time.Since(start).Milliseconds())
		}
	})
}

type requestIDKey struct{}

// requestID identifies a request in the log and on error pages.
func requestID(r *http.Request) string {
	id, _ := r.Context().Value(requestIDKey{}).(string)
	return id
}
