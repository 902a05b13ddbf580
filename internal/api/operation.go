package api

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"zveno.dev/zveno/internal/identity"
)

// everyError lists the statuses with which every operation may refuse.
var everyError = []int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusUnprocessableEntity,
	http.StatusTooManyRequests, http.StatusServiceUnavailable}

// handle registers an operation that somebody must be allowed to do.
func handle[I, O any](s *server, op huma.Operation, needs []identity.Capability, fn func(ctx context.Context, v visit, input *I) (*O, error)) {
	op.Errors = append(op.Errors, everyError...)
	op.Middlewares = huma.Middlewares{s.require(needs)}
	if len(needs) > 0 {
		op.Description = appendSentence(op.Description, "Needs the capability "+capabilityNames(needs)+".")
	}
	if op.Method == http.MethodPost || op.Method == http.MethodPatch {
		op.Errors = append(op.Errors, http.StatusRequestTimeout, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
		if op.MaxBodyBytes == 0 {
			op.MaxBodyBytes = maxBody
		}
	}
	huma.Register(s.api, op, func(ctx context.Context, input *I) (*O, error) {
		output, err := fn(ctx, visitOf(ctx), input)
		if err == nil {
			return output, nil
		}
		p, headers := s.problemOf(ctx, err)
		if len(headers) > 0 {
			return nil, huma.ErrorWithHeaders(p, headers)
		}
		return nil, p
	})
	if schema, own := op.Metadata[bodySchema].(string); own {
		op.RequestBody.Content = map[string]*huma.MediaType{"application/json": {Schema: reference(schema)}}
	}
}

// require lets only those through who are allowed to, before anything of the request is looked at, and whose body is of the
// type that the operation reads.
func (s *server) require(needs []identity.Capability) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		if err := visitOf(ctx.Context()).access.Require(needs...); err != nil {
			p, _ := s.problemOf(ctx.Context(), err)
			huma.WriteErr(s.api, ctx, p.Status, p.Detail)
			return
		}
		if body := ctx.Operation().RequestBody; body != nil {
			kind, _, _ := strings.Cut(ctx.Header("Content-Type"), ";")
			if _, reads := body.Content[strings.ToLower(strings.TrimSpace(kind))]; !reads && kind != "" {
				huma.WriteErr(s.api, ctx, http.StatusUnsupportedMediaType, "the body is "+kind+", but must be "+strings.Join(slices.Sorted(maps.Keys(body.Content)), " or "))
				return
			}
		}
		next(ctx)
	}
}

func appendSentence(text, sentence string) string {
	if text == "" {
		return sentence
	}
	return text + " " + sentence
}

func capabilityNames(list []identity.Capability) string {
	text := ""
	for i, c := range list {
		if i > 0 {
			text += ", "
		}
		text += "`" + string(c) + "`"
	}
	return text
}

// answer is the reply of an operation that writes its body itself.
type answer = huma.StreamResponse

// reply is an answer before it is sent; it can be stored and sent again.
type reply struct {
	status   int
	version  int64  // of the record, for the header ETag; 0 = none
	location string // of a new record; "" = none
	body     []byte // JSON; nil = none
}

// send turns a reply into an answer.
func (r reply) send() *answer {
	return &answer{Body: func(ctx huma.Context) {
		if r.version != 0 {
			ctx.SetHeader("ETag", etag(r.version))
		}
		if r.location != "" {
			ctx.SetHeader("Location", r.location)
		}
		if r.body != nil {
			ctx.SetHeader("Content-Type", "application/json")
		}
		ctx.SetStatus(r.status)
		ctx.BodyWriter().Write(r.body) // whoever asked may be gone
	}}
}

func etag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

// answers describes the answer of an operation whose body has a schema of the components.
func answers(status int, description, schema string) map[string]*huma.Response {
	response := &huma.Response{Description: description}
	if schema != "" {
		response.Content = map[string]*huma.MediaType{"application/json": {Schema: reference(schema)}}
	}
	return map[string]*huma.Response{strconv.Itoa(status): response}
}

// reference points to a schema of the components.
func reference(schema string) *huma.Schema {
	return &huma.Schema{Ref: "#/components/schemas/" + schema}
}
