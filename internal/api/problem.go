package api

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
)

// problem is an error as RFC 9457 has it, with the values that are wrong.
type problem = huma.ErrorModel

var statuses = map[fault.Kind]int{
	fault.Invalid:     http.StatusUnprocessableEntity,
	fault.NotFound:    http.StatusNotFound,
	fault.Forbidden:   http.StatusForbidden,
	fault.Conflict:    http.StatusConflict,
	fault.Unavailable: http.StatusServiceUnavailable,
	fault.Internal:    http.StatusInternalServerError,
}

// located is an error whose wrong values are at known places of the request.
type located struct {
	error
	place func(field string) string
}

func (l *located) Unwrap() error { return l.error }

// inPart says in which part of the request the values are that an error names: "body", "query".
func inPart(part string, err error) error {
	return at(err, func(field string) string { return part + "." + field })
}

// at says for each wrong value of an error where it is.
func at(err error, place func(field string) string) error {
	if err == nil {
		return nil
	}
	return &located{err, place}
}

// problemOf is how an error is answered, and with which headers. What went wrong inside is for the log; whoever asked gets
// the number under which it is there.
func (s *server) problemOf(ctx context.Context, err error) (*problem, http.Header) {
	headers := http.Header{}
	if limited, ok := errors.AsType[*tooManyRequests](err); ok {
		headers.Set("Retry-After", strconv.Itoa(int(math.Ceil(limited.wait.Seconds()))))
		return newProblem(http.StatusTooManyRequests, limited.Error()), headers
	}
	if p, ok := errors.AsType[*problem](err); ok {
		return p, headers
	}
	kind := fault.KindOf(err)
	status, known := statuses[kind]
	if !known {
		kind, status = fault.Internal, http.StatusInternalServerError
	}
	switch {
	case kind == fault.Internal && ctx.Err() == nil:
		id, _ := ctx.Value(requestIDKey{}).(string)
		s.Log.Error("API request failed", "request", id, "error", err)
		return newProblem(status, "something went wrong inside: the log has more under "+id), headers
	case kind == fault.Internal:
		return newProblem(status, "the request was given up"), headers
	case kind == fault.Unavailable:
		s.Log.Warn("API request not possible", "error", err)
		headers.Set("Retry-After", "1")
	case errors.Is(err, errNoToken) || errors.Is(err, identity.ErrBadToken):
		status = http.StatusUnauthorized
		headers.Set("WWW-Authenticate", `Bearer realm="Zveno"`)
	}
	f, _ := errors.AsType[*fault.Error](err)
	p := newProblem(status, f.Error())
	place := func(field string) string { return field }
	if l, ok := errors.AsType[*located](err); ok {
		place = l.place
	}
	for _, field := range fault.FieldsOf(err) {
		p.Errors = append(p.Errors, &huma.ErrorDetail{Location: place(field.Name), Message: field.Message})
	}
	return p, headers
}

func newProblem(status int, detail string) *problem {
	return &problem{Status: status, Title: http.StatusText(status), Detail: detail}
}

// refuse answers a request that reaches no operation.
func (s *server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	p, headers := s.problemOf(r.Context(), err)
	for name, values := range headers {
		w.Header()[name] = values
	}
	writeProblem(w, p)
}

func writeProblem(w http.ResponseWriter, p *problem) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	json.NewEncoder(w).Encode(p) // whoever asked may be gone
}

// badBody says that a body cannot be read.
type badBody struct{ message string }

// Error is what is wrong.
func (b *badBody) Error() string { return b.message }

// ErrorDetail is the same, with its place.
func (b *badBody) ErrorDetail() *huma.ErrorDetail {
	return &huma.ErrorDetail{Location: "body", Message: b.message}
}
