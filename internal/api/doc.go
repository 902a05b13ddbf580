// Package api is what programs talk to: REST under /api/v1, described by an OpenAPI document that is made from the same
// dictionary of objects (crm.Objects) as screens and import. It calls the functions that the pages call, within the rows
// that the person of a token sees, and answers errors as problem+json that names the field.
package api
