package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"zveno.dev/zveno/internal/api"
	"zveno.dev/zveno/internal/crm/projection"
	"zveno.dev/zveno/internal/crm/search"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web"
)

const (
	shutdownTime = 10 * time.Second // for requests under way when the server stops
	readTime     = 30 * time.Second
)

type serveCommand struct {
	Addr string `help:"Address to listen on (default ${default})." default:"127.0.0.1:8080" env:"ZVENO_ADDR" placeholder:"HOST:PORT"`
}

func (sc *serveCommand) Run(ctx context.Context, c *common, s *streams) error {
	d, err := c.open(ctx, s)
	if err != nil {
		return err
	}
	defer d.Close()
	token, err := setupToken(ctx, d)
	if err != nil {
		return err
	}
	return c.serve(ctx, s, d, sc.Addr, func(base string) {
		fmt.Fprintln(s.out, "Zveno is at", base)
		if token != "" {
			fmt.Fprintf(s.out, "First run: sign up as the owner at %s/setup?token=%s (works once, for a day)\n", base, token)
		}
	})
}

// setupToken makes a set-up link when nobody can sign in yet.
func setupToken(ctx context.Context, d *db.DB) (token string, err error) {
	err = d.Write(ctx, db.TxInfo{Actor: value.System("server"), Source: "server"}, func(tx *db.Tx) error {
		needed, err := identity.NeedsSetup(ctx, tx)
		if err != nil || !needed {
			return err
		}
		token, err = identity.CreateSetupToken(ctx, tx)
		return err
	})
	return token, err
}

// serve runs the server until ctx ends, then lets requests finish. started is called with the base address.
func (c *common) serve(ctx context.Context, s *streams, d *db.DB, address string, started func(base string)) error {
	log := c.logger(s)
	if err := checkAlone(ctx, c.Data); err != nil {
		return err
	}
	p, err := c.openProjection(ctx, d, s)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	var following sync.WaitGroup
	following.Go(func() { p.Follow(ctx) })
	following.Go(func() { search.Follow(ctx, d, log) })
	defer func() {
		stop()
		following.Wait()
		p.Close()
	}()
	if err := serveControl(ctx, c.Data, d, p); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fault.New(fault.Unavailable, "cannot listen on %s: %w; choose another address with --addr", address, err)
	}
	server := &http.Server{Handler: newSite(ctx, c, d, p, log), ReadHeaderTimeout: readTime, ReadTimeout: readTime, IdleTimeout: 2 * time.Minute,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	started("http://" + listener.Addr().String())
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	ending, cancel := context.WithTimeout(context.Background(), shutdownTime)
	defer cancel()
	if err := server.Shutdown(ending); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("stop: %w", err)
	}
	return nil
}

// newSite is everything that the server answers: pages, health, and figures for Prometheus.
func newSite(ctx context.Context, c *common, d *db.DB, p *projection.Projection, log *slog.Logger) http.Handler {
	registry := prometheus.NewRegistry()
	var requests atomic.Int64
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "zveno_http_requests_total", Help: "Requests answered."}, func() float64 { return float64(requests.Load()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "zveno_projection_lag_transactions", Help: "Transactions that metrics do not include yet; -1 = unknown."},
			func() float64 { return lag(d, p) }),
	)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if _, err := d.Position(r.Context()); err != nil {
			log.Error("not ready", "error", err)
			http.Error(w, "the database does not answer", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ready")
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	mux.Handle("/api/", api.New(api.Config{DB: d, Projection: p, Log: log, Version: version}))
	mux.Handle("/", web.New(web.Config{DB: d, Projection: p, Log: log, Version: version, Stopping: ctx.Done(),
		Uploads: filepath.Join(c.Data, "uploads"), MaxUpload: c.MaxUpload << 20}))
	return c.Proxies.resolve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		mux.ServeHTTP(w, r)
	}))
}

func lag(d *db.DB, p *projection.Projection) float64 {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	at, built, err := p.Store().Position(ctx)
	here, hereErr := d.Position(ctx)
	if err != nil || hereErr != nil || !built {
		return -1
	}
	return float64(here - at.TxNo)
}
