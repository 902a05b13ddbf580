package api

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
)

// showDocument answers with the OpenAPI document: to whoever asks, with what every company has; to a token, with the
// company's custom fields.
func (s *server) showDocument(w http.ResponseWriter, r *http.Request) {
	document, err := json.Marshal(s.api.OpenAPI())
	if err == nil {
		document, err = s.withCustomFields(r, document)
	}
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(document) // whoever asked may be gone
}

// withCustomFields puts the schemas of objects that have custom fields into the document, for somebody with a token.
func (s *server) withCustomFields(r *http.Request, document []byte) ([]byte, error) {
	_, err := s.visit(r)
	if errors.Is(err, errNoToken) {
		return document, nil
	}
	if err != nil {
		return nil, err
	}
	schemas := map[string]*huma.Schema{}
	err = s.DB.Read(r.Context(), func(tx *db.Tx) error {
		for _, o := range crm.Objects {
			custom, err := crm.ListFields(r.Context(), tx, o.Name)
			if err != nil {
				return err
			}
			if len(custom) == 0 {
				continue
			}
			for name, schema := range objectSchemas(o, custom) {
				schemas[name] = schema
			}
		}
		return nil
	})
	if err != nil || len(schemas) == 0 {
		return document, err
	}
	var whole map[string]any
	if err := json.Unmarshal(document, &whole); err != nil {
		return nil, fault.New(fault.Internal, "api: read OpenAPI document: %w", err)
	}
	components := whole["components"].(map[string]any)["schemas"].(map[string]any)
	for name, schema := range schemas {
		components[name] = schema
	}
	return json.Marshal(whole)
}
