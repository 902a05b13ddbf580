package api

import (
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"zveno.dev/zveno/internal/identity"
)

// companyOperations registers what is not about the records of one object.
func (s *server) companyOperations() {
	get := func(id, path, summary, description, tag string, errors ...int) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodGet, Path: path, Summary: summary, Description: description, Tags: []string{tag}, Errors: errors}
	}
	sees, measures := []identity.Capability{identity.RecordsView}, []identity.Capability{identity.MetricsView}
	missing := http.StatusNotFound
	handle(s, get("me", "/me", "Who the token acts for", "The person, what the token may do, and the company's settings.", "me"), nil, s.showMe)
	handle(s, get("search", "/search", "Search", "Accounts, deals, contacts, leads, people and products of which each word begins a word, in either script.", "search"), sees, s.search)

	handle(s, get("list-metrics", "/metrics", "List metrics", "The definitions of all metrics.", "metrics"), measures, s.listMetrics)
	handle(s, get("get-metric", "/metrics/{id}", "Compute a metric", "A number for a period or an instant, cut by dimensions, within the rows that you see. "+
		"Records that were changed a moment ago may be missing for about a second.", "metrics", missing), measures, s.showMetric)
	handle(s, get("get-metric-rows", "/metrics/{id}/rows", "List the deals behind a metric", "What the number of the same question is made of, largest value first.", "metrics", missing),
		measures, s.listMetricRows)
	handle(s, get("get-waterfall", "/waterfall", "Compute a waterfall", "How the open pipeline changed between two instants.", "metrics"), measures, s.showWaterfall)
	handle(s, get("get-waterfall-rows", "/waterfall/rows", "List the deals of a line", "What one line of the same waterfall is made of, largest amount first.", "metrics"),
		measures, s.listWaterfallRows)

	imports := []identity.Capability{identity.Import}
	handle(s, get("list-imports", "/imports", "List imports", "What was imported, the latest first.", "imports"), imports, s.listImports)
	handle(s, huma.Operation{OperationID: "import", Method: http.MethodPost, Path: "/imports", Summary: "Import files", Tags: []string{"imports"},
		DefaultStatus: http.StatusCreated, BodyReadTimeout: -1 * time.Second, MaxBodyBytes: maxUpload,
		Errors:      []int{http.StatusConflict},
		Description: "Import CSV, XLSX, JSON or ZIP files, and answer with what became of each row when it is done. The same files again change nothing.",
		RequestBody: importBody()}, imports, s.importFiles)
	handle(s, huma.Operation{OperationID: "undo-import", Method: http.MethodPost, Path: "/imports/{id}/undo", Summary: "Undo an import", Tags: []string{"imports"},
		Errors: []int{missing, http.StatusConflict}, Description: "Take back what an import did. Records that were changed since are left alone and listed."}, imports, s.undoImport)
}
