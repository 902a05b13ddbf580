package main

import (
	"context"
	"embed"
	"errors"
	"html/template"
	"log/slog"
	"net"
	"net/http"

	"zveno.dev/zveno/internal/crm/projection"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/metric"
	"zveno.dev/zveno/internal/value"
)

//go:embed pages
var pageFiles embed.FS

var pageTemplates = template.Must(template.ParseFS(pageFiles, "pages/*.html"))

// pages are the few pages that there are until the web application comes: an overview and the set-up form.
type pages struct {
	db         *db.DB
	projection *projection.Projection
	log        *slog.Logger
}

func (p pages) register(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", p.overview)
	mux.HandleFunc("GET /setup", p.setupForm)
	mux.HandleFunc("POST /setup", p.setUp)
	mux.HandleFunc("GET /style.css", func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, pageFiles, "pages/style.css") })
}

// figure is one number of the overview.
type figure struct{ Name, Value string }

// overview shows headline numbers of the whole company only to requests from this machine: there is no sign-in yet.
func (p pages) overview(w http.ResponseWriter, r *http.Request) {
	if !fromHere(r) {
		p.render(w, "overview.html", http.StatusForbidden, struct {
			Figures []figure
			Problem string
		}{Problem: "Numbers are shown only on the machine that Zveno runs on, until there is a sign-in."})
		return
	}
	figures, err := p.figures(r.Context())
	data := struct {
		Figures []figure
		Problem string
	}{Figures: figures}
	if err != nil {
		data.Problem = err.Error()
	}
	p.render(w, "overview.html", http.StatusOK, data)
}

// fromHere reports whether the request comes from this machine, directly.
func fromHere(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	address := net.ParseIP(host)
	return err == nil && address != nil && address.IsLoopback() && r.Header.Get("X-Forwarded-For") == "" && r.Header.Get("Forwarded") == ""
}

func (p pages) figures(ctx context.Context) ([]figure, error) {
	var figures []figure
	for _, id := range []string{"open_pipeline", "open_pipeline_count", "win_rate_closed", "cycle", "deal_size"} {
		a, err := askNow(ctx, p.projection, id)
		if err != nil {
			return nil, err
		}
		if len(a.Cells) == 0 {
			continue
		}
		figures = append(figures, figure{a.Name.En, spoken(a.Cells[0].Value, a.Unit, a.Currency)})
	}
	return figures, nil
}

// askNow answers from the tables as they are, without waiting for them to be brought up to date.
func askNow(ctx context.Context, p *projection.Projection, id string) (metric.Result, error) {
	catalog, err := p.Catalog()
	if err != nil {
		return metric.Result{}, err
	}
	q, err := question{Metric: id}.query(p.Settings())
	if err != nil {
		return metric.Result{}, err
	}
	return catalog.Compute(ctx, p.Store(), id, 0, q)
}

// setupPage is the data of the set-up form.
type setupPage struct {
	Token, Name, Email string
	Wrong              map[string]string
	Problem            string
	Done               bool
}

func (p pages) setupForm(w http.ResponseWriter, r *http.Request) {
	p.render(w, "setup.html", http.StatusOK, setupPage{Token: r.URL.Query().Get("token")})
}

func (p pages) setUp(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	page := setupPage{Token: r.PostFormValue("token"), Name: r.PostFormValue("name"), Email: r.PostFormValue("email"), Wrong: map[string]string{}}
	in := identity.LoginNew{Name: page.Name, Email: page.Email, Password: r.PostFormValue("password")}
	err := p.db.Write(r.Context(), db.TxInfo{Actor: value.System("set-up"), Source: "server"}, func(tx *db.Tx) error {
		_, err := identity.SetUp(r.Context(), tx, page.Token, in)
		return err
	})
	status := http.StatusOK
	if err != nil {
		status = http.StatusUnprocessableEntity
		for _, f := range fault.FieldsOf(err) {
			page.Wrong[f.Name] = f.Message
		}
		if len(page.Wrong) == 0 {
			page.Problem = p.explain(err)
		}
	}
	page.Done = err == nil
	p.render(w, "setup.html", status, page)
}

// explain is what a visitor is told of an error; what went wrong inside is for the log.
func (p pages) explain(err error) string {
	if fault.KindOf(err) == fault.Internal && !errors.Is(err, context.Canceled) {
		p.log.Error("request failed", "error", err)
		return "Something went wrong on the server; its log says what."
	}
	return err.Error()
}

func (p pages) render(w http.ResponseWriter, name string, status int, data any) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if err := pageTemplates.ExecuteTemplate(w, name, data); err != nil {
		p.log.Error("page", "name", name, "error", err)
	}
}
