package api

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/netip"
	"runtime/debug"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
)

// policy lets a browser that shows an answer load nothing but the style sheet of the documentation.
const policy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

type requestIDKey struct{}

// guard surrounds everything: answers have security headers and a number under which the log knows them, and what panics
// is answered as an error.
func (s *server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := rand.Text()[:12]
		header := w.Header()
		header.Set("Content-Security-Policy", policy)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cache-Control", "no-store")
		header.Set("X-Request-Id", id)
		ctx := context.WithValue(r.Context(), requestIDKey{}, id)
		if from, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
			ctx = identity.WithAddress(ctx, from.Addr())
		}
		r = r.WithContext(ctx)
		r.Body = http.MaxBytesReader(w, r.Body, maxUpload)
		start := time.Now()
		defer func() {
			if problem := recover(); problem != nil {
				s.Log.Error("API panicked", "request", id, "path", r.URL.Path, "problem", fmt.Sprint(problem), "stack", string(debug.Stack()))
				s.refuse(w, r, fault.New(fault.Internal, "panic"))
			}
		}()
		next.ServeHTTP(w, r)
		s.Log.Debug("API", "request", id, "method", r.Method, "path", r.URL.Path, "ms", time.Since(start).Milliseconds())
	})
}

// serve answers a request of somebody who shows a token that is good, and not used too often.
func (s *server) serve(w http.ResponseWriter, r *http.Request) {
	v, err := s.visit(r)
	if err == nil {
		err = s.rates.take(v.access.Token, s.RequestsPS, s.Now())
	}
	if err == nil {
		err = checkTexts(r)
	}
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	if _, pattern := s.mux.Handler(r); pattern == "" {
		s.refuseUnknown(w, r)
		return
	}
	s.mux.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), visitKey{}, v)))
}

// refuseUnknown answers a request for which there is no operation.
func (s *server) refuseUnknown(w http.ResponseWriter, r *http.Request) {
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodDelete} {
		other := &http.Request{Method: method, URL: r.URL, Host: r.Host}
		if _, pattern := s.mux.Handler(other); strings.HasPrefix(pattern, method) {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 || slices.Contains(allowed, r.Method) {
		s.refuse(w, r, fault.New(fault.NotFound, "there is nothing at %s: the addresses are listed at /api/docs", r.URL.Path))
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	writeProblem(w, &problem{Status: http.StatusMethodNotAllowed, Title: http.StatusText(http.StatusMethodNotAllowed),
		Detail: r.Method + " is not possible here, but " + strings.Join(allowed, ", ")})
}

// checkTexts refuses broken characters in what a request says outside of its body: databases cannot store or compare them.
func checkTexts(r *http.Request) error {
	if strings.ContainsRune(r.URL.RawQuery, '%') || !storable(r.URL.RawQuery) {
		for name, values := range r.URL.Query() {
			if !storable(name) || slices.ContainsFunc(values, func(text string) bool { return !storable(text) }) {
				return inPart("query", fault.InvalidField(strings.ToValidUTF8(name, "\ufffd"), "has broken characters: texts are UTF-8"))
			}
		}
	}
	for name, values := range r.Header {
		if slices.ContainsFunc(values, func(text string) bool { return !storable(text) }) {
			return inPart("header", fault.InvalidField(name, "has broken characters: texts are UTF-8"))
		}
	}
	if !storable(r.URL.Path) {
		return fault.New(fault.NotFound, "there is nothing at this address")
	}
	return nil
}

func storable(text string) bool {
	return utf8.ValidString(text) && strings.IndexByte(text, 0) < 0
}
