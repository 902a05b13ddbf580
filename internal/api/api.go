package api

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"zveno.dev/zveno/internal/crm/projection"
	"zveno.dev/zveno/internal/db"
)

// Prefix is where the operations are.
const Prefix = "/api/v1"

// Config is what the API stands on.
type Config struct {
	DB         *db.DB
	Projection *projection.Projection // where metrics are computed; nil = there are none
	Log        *slog.Logger
	Version    string           // of the program
	Now        func() time.Time // nil = time.Now
	RequestsPS float64          // requests a second that each token may make; 0 = 200
}

// Bounds of what one request may send, in bytes.
const (
	maxBody   = 8 << 20
	maxUpload = 2 << 30
)

// server answers the requests of programs.
type server struct {
	Config
	mux      *http.ServeMux
	api      huma.API
	accesses accessCache
	rates    rateLimits
}

// New gives the handler of everything below /api: the operations under Prefix, and their description at /api/docs.
func New(cfg Config) http.Handler {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.RequestsPS == 0 {
		cfg.RequestsPS = 200
	}
	s := &server{Config: cfg, mux: http.NewServeMux()}
	s.api = humago.NewWithPrefix(s.mux, Prefix, s.describe())
	s.recordOperations()
	s.companyOperations()
	outer := http.NewServeMux()
	outer.HandleFunc("GET "+Prefix+"/openapi.json", s.showDocument)
	outer.Handle("GET /api/docs", docsPage(s.api.OpenAPI()))
	outer.Handle("GET /api/docs/style.css", docsStyle())
	outer.HandleFunc("/", s.serve)
	return s.guard(outer)
}

// describe is the part of the OpenAPI document that is about the API as a whole.
func (s *server) describe() huma.Config {
	registry := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	registerTypes(registry)
	document := &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info:    &huma.Info{Title: "Zveno", Version: s.Version, Description: introduction},
		Components: &huma.Components{Schemas: registry, SecuritySchemes: map[string]*huma.SecurityScheme{
			"token": {Type: "http", Scheme: "bearer", Description: "An API token, made under Settings › API tokens."},
		}},
		Security: []map[string][]string{{"token": {}}},
	}
	return huma.Config{OpenAPI: document, Formats: huma.DefaultFormats, DefaultFormat: "application/json", RejectUnknownQueryParameters: true}
}

const introduction = `Zveno's records, metrics and imports for programs. Every request carries an API token: ` +
	"`Authorization: Bearer zveno_…`" + `. A token acts for a person, within some of the person's capabilities, and sees the rows that the
person sees: any other row does not exist for it (404).

Amounts are decimal numbers in the record's currency; days are 2026-03-31; instants are RFC 3339. Errors are
application/problem+json (RFC 9457), and ` + "`errors[].location`" + ` names the value that is wrong.`
