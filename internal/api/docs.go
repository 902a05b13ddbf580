package api

import (
	"bytes"
	_ "embed"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
)

var (
	//go:embed docs.html
	docsText string
	//go:embed docs.css
	docsCSS []byte
)

// docsPage shows the OpenAPI document to people. It is drawn once, by the server: it needs no script and nothing from
// elsewhere.
func docsPage(document *huma.OpenAPI) http.Handler {
	draw := sync.OnceValues(func() ([]byte, error) {
		page, err := template.New("docs").Parse(docsText)
		if err != nil {
			return nil, err
		}
		var text bytes.Buffer
		err = page.Execute(&text, newDocs(document))
		return text.Bytes(), err
	})
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		text, err := draw()
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Write(text) // whoever asked may be gone
	})
}

func docsStyle() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		w.Header().Set("Cache-Control", "public, max-age=3600")
		w.Write(docsCSS) // whoever asked may be gone
	})
}

// docs is the document as the page shows it.
type docs struct {
	Version string
	Prefix  string
	Groups  []docsGroup
	Schemas []docsSchema
}

type docsGroup struct {
	Name, Anchor string
	Operations   []docsOperation
}

type docsOperation struct {
	*huma.Operation
	Full       string // path with prefix
	Parameters []*huma.Param
	Body       string // schema of the body
	Answers    []docsAnswer
}

type docsAnswer struct{ Status, Text, Schema string }

type docsSchema struct {
	Name, Text string
	Members    []docsMember
}

type docsMember struct{ Name, Type, Text string }

func newDocs(document *huma.OpenAPI) docs {
	d := docs{Version: document.Info.Version, Prefix: Prefix}
	groups := map[string]*docsGroup{}
	for _, path := range slices.Sorted(maps.Keys(document.Paths)) {
		item := document.Paths[path]
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Patch, item.Delete} {
			if op == nil {
				continue
			}
			name := op.Tags[0]
			if groups[name] == nil {
				groups[name] = &docsGroup{Name: name, Anchor: strings.ReplaceAll(name, " ", "-")}
			}
			groups[name].Operations = append(groups[name].Operations, newDocsOperation(op))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		d.Groups = append(d.Groups, *groups[name])
	}
	schemas := document.Components.Schemas.Map()
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		d.Schemas = append(d.Schemas, newDocsSchema(name, schemas[name]))
	}
	return d
}

func newDocsOperation(op *huma.Operation) docsOperation {
	d := docsOperation{Operation: op, Full: Prefix + op.Path, Parameters: op.Parameters}
	if op.RequestBody != nil {
		d.Body = schemaOf(op.RequestBody.Content)
	}
	for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
		r := op.Responses[status]
		d.Answers = append(d.Answers, docsAnswer{status, r.Description, schemaOf(r.Content)})
	}
	return d
}

// schemaOf is the name of the schema that content has; "" where it is no schema of its own.
func schemaOf(content map[string]*huma.MediaType) string {
	for _, media := range content {
		if media.Schema.Ref != "" {
			return typeName(media.Schema)
		}
	}
	return ""
}

func newDocsSchema(name string, s *huma.Schema) docsSchema {
	d := docsSchema{Name: name, Text: s.Description}
	for _, member := range slices.Sorted(maps.Keys(s.Properties)) {
		p := s.Properties[member]
		d.Members = append(d.Members, docsMember{member, typeName(p), p.Description})
	}
	return d
}

// typeName says of what type values of a schema are.
func typeName(s *huma.Schema) string {
	switch {
	case s == nil:
		return ""
	case s.Ref != "":
		return s.Ref[strings.LastIndex(s.Ref, "/")+1:]
	case s.Type == huma.TypeArray:
		return "list of " + typeName(s.Items)
	case len(s.Enum) > 0:
		var words []string
		for _, v := range s.Enum {
			if text, ok := v.(string); ok {
				words = append(words, text)
			}
		}
		return strings.Join(words, " | ")
	case s.Format != "":
		return s.Type + " (" + s.Format + ")"
	}
	return s.Type
}
