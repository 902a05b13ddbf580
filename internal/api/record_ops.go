package api

import (
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/identity"
)

// recordOperations registers what can be done with the records of every object.
func (s *server) recordOperations() {
	for _, o := range crm.Objects {
		schemas := s.api.OpenAPI().Components.Schemas.Map()
		for name, schema := range objectSchemas(o, nil) {
			schemas[name] = schema
		}
		s.readOperations(o)
		if _, written := editing[o.Name]; written {
			s.writeOperations(o)
		}
	}
	s.moveOperation()
}

// named makes the names of an object's operation: "list-deals", "List deals".
func named(o *crm.Object, verb string, many bool, op huma.Operation) huma.Operation {
	noun := o.Name
	if many {
		noun = o.Plural
	}
	op.OperationID = verb + "-" + strings.ReplaceAll(noun, "_", "-")
	op.Summary = strings.ToUpper(verb[:1]) + verb[1:] + " " + strings.ReplaceAll(noun, "_", " ")
	op.Tags = []string{strings.ReplaceAll(o.Plural, "_", " ")}
	op.Path = "/" + o.Plural + op.Path
	return op
}

func (s *server) readOperations(o *crm.Object) {
	views := []identity.Capability{identity.RecordsView}
	handle(s, named(o, "list", true, huma.Operation{
		Method: http.MethodGet, Description: "A page of those that you see, as they are now.",
		Responses: answers(http.StatusOK, "A page", pageSchema(o)),
	}), views, s.listRecords(o))
	handle(s, named(o, "get", false, huma.Operation{
		Method: http.MethodGet, Path: "/{id}", Description: "One, as it is now or as it was.", Errors: []int{http.StatusNotFound},
		Responses: answers(http.StatusOK, "The record; its ETag is its version", recordSchema(o)),
	}), views, s.getRecord(o))
	op := named(o, "history-of", false, huma.Operation{
		Method: http.MethodGet, Path: "/{id}/history", Errors: []int{http.StatusNotFound},
		Description: "Every change ever recorded, the latest first: what it altered, who recorded it, when, through what and why.",
	})
	op.Summary = o.Label.En + " history"
	handle(s, op, views, s.showHistory(o))
}

func (s *server) writeOperations(o *crm.Object) {
	needs := editCapabilities(o)
	handle(s, withBody(inputSchema(o), named(o, "create", false, huma.Operation{
		Method: http.MethodPost, Errors: []int{http.StatusConflict},
		Description: "Make one. Where it has an owner and none is given, it is yours.",
		Responses:   answers(http.StatusCreated, "The new record", recordSchema(o)),
	})), needs, s.createRecord(o))
	handle(s, withBody(inputSchema(o), named(o, "update", false, huma.Operation{
		Method: http.MethodPatch, Path: "/{id}",
		Errors:      []int{http.StatusNotFound, http.StatusConflict, http.StatusPreconditionFailed, http.StatusPreconditionRequired},
		Description: "Change the fields that are given, from now on.",
		Responses:   answers(http.StatusOK, "The record as it is now", recordSchema(o)),
	})), needs, s.updateRecord(o))
	handle(s, named(o, "delete", false, huma.Operation{
		Method: http.MethodDelete, Path: "/{id}", DefaultStatus: http.StatusNoContent,
		Errors:      []int{http.StatusNotFound, http.StatusConflict, http.StatusPreconditionFailed, http.StatusPreconditionRequired},
		Description: "It ceases to exist from now on; its history stays.",
		Responses:   answers(http.StatusNoContent, "It is deleted", ""),
	}), append([]identity.Capability{identity.RecordsDelete}, needs...), s.deleteRecord(o))
	handle(s, withBody(bulkSchema(o), named(o, "bulk-upsert", true, huma.Operation{
		Method: http.MethodPost, Path: "/bulk", Errors: []int{http.StatusConflict},
		Description: "Make or change up to 1,000 in one transaction: if one is wrong, nothing is kept, and `errors` names every wrong value.",
		Responses:   answers(http.StatusOK, "What became of each, in the order of the request", "BulkResult"),
	})), needs, s.bulkUpsert(o))
}

// withBody gives an operation a JSON body that the handler reads itself.
func withBody(schema string, op huma.Operation) huma.Operation {
	op.SkipValidateBody = true
	op.RequestBody = &huma.RequestBody{Required: true}
	op.Metadata = map[string]any{bodySchema: schema}
	return op
}

// bodySchema is the metadata that names the schema of a body.
const bodySchema = "body"
