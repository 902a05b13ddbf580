package web

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	g "maragu.dev/gomponents"

	"zveno.dev/zveno/internal/crm/projection"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/web/assets"
	"zveno.dev/zveno/internal/web/ui"
)

// Config is what the pages stand on.
type Config struct {
	DB         *db.DB
	Projection *projection.Projection // where metrics are computed
	Log        *slog.Logger
	Version    string           // of the program
	Now        func() time.Time // nil = time.Now
	Stopping   <-chan struct{}  // closed when the server stops: live connections end then; nil = never
	Uploads    string           // folder for files that are being imported; "" = there is no importing on pages
	MaxUpload  int64            // bytes of one upload; 0 = 1 GiB
}

// Site is the pages of one server.
type Site struct {
	Config
	answers *answers
	jobs    *jobs
}

// New gives the handler of all pages. Health checks and the API are others' business: they stand beside it.
func New(cfg Config) http.Handler {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	s := &Site{Config: cfg, answers: newAnswers(), jobs: newJobs(cfg.Stopping)}
	go assets.Warm()
	mux := http.NewServeMux()
	s.routes(mux)
	return s.guard(mux)
}

// render answers with a page for somebody who is signed in.
func (s *Site) render(w http.ResponseWriter, r *http.Request, v visit, p ui.Page) error {
	p.Nav = navigation(v, r.URL.Path)
	return write(w, http.StatusOK, ui.Document(v.view, p))
}

// write answers with HTML. What cannot be drawn is answered as an error, not as half a page.
func write(w http.ResponseWriter, status int, node g.Node) error {
	var page bytes.Buffer
	if err := node.Render(&page); err != nil {
		return fmt.Errorf("web: draw page: %w", err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write(page.Bytes()) // whoever asked may be gone
	return nil
}
