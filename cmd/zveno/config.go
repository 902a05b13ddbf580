package main

import (
	"context"
	"fmt"
	"log/slog"

	"zveno.dev/zveno/internal/columnar"
	"zveno.dev/zveno/internal/crm/projection"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
)

// common are the settings of every command. A flag wins over an environment variable, which wins over zveno.toml.
type common struct {
	Data      string         `help:"Folder of the embedded database and of the analytical tables (default ${default})." default:"./zveno-data" env:"ZVENO_DATA" placeholder:"DIR"`
	Database  string         `help:"postgres://… to use PostgreSQL; empty = the embedded database in the data folder." env:"ZVENO_DATABASE" placeholder:"URL"`
	Analytics string         `help:"Where metrics are computed: duckdb (a file in the data folder), or postgres (the database of --database)." enum:"duckdb,postgres" default:"duckdb" env:"ZVENO_ANALYTICS"`
	MaxUpload int64          `help:"Largest upload on the import page, in MiB (default ${default})." default:"1024" env:"ZVENO_MAX_UPLOAD" placeholder:"MIB"`
	Proxies   trustedProxies `name:"trusted-proxy" help:"Addresses and networks of proxies that are believed when they name the client (X-Forwarded-For, Forwarded)." env:"ZVENO_TRUSTED_PROXY" placeholder:"CIDR,…"`
	Config    string         `help:"Settings file (default ${default})." default:"zveno.toml" env:"ZVENO_CONFIG" placeholder:"FILE"`
	LogFormat string         `help:"Form of the log on standard error: text or json." enum:"text,json" default:"text" env:"ZVENO_LOG_FORMAT"`
	LogLevel  string         `help:"Least important log entries shown: debug, info, warn or error." enum:"debug,info,warn,error" default:"warn" env:"ZVENO_LOG_LEVEL"`
}

func (c *common) logger(s *streams) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.LogLevel)) // the enum allows valid names only
	options := &slog.HandlerOptions{Level: level}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(s.err, options))
	}
	return slog.New(slog.NewTextHandler(s.err, options))
}

// open opens the database and brings its schema up to date.
func (c *common) open(ctx context.Context, s *streams) (*db.DB, error) {
	d, err := db.Open(ctx, c.dbConfig(s))
	if err != nil {
		return nil, err
	}
	if _, err := d.Migrate(ctx); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

func (c *common) dbConfig(s *streams) db.Config {
	return db.Config{Dir: c.Data, URL: c.Database, Log: c.logger(s)}
}

// openProjection opens the analytical tables, without bringing them up to date.
func (c *common) openProjection(ctx context.Context, d *db.DB, s *streams) (*projection.Projection, error) {
	cfg := columnar.Config{Dir: c.Data, Log: c.logger(s)}
	if c.Analytics == "postgres" {
		if c.Database == "" {
			return nil, fault.New(fault.Invalid, "--analytics postgres needs --database postgres://…")
		}
		cfg.PostgresURL = c.Database
	}
	return projection.Open(ctx, d, cfg)
}

type migrateCommand struct{}

func (migrateCommand) Run(ctx context.Context, c *common, s *streams) error {
	d, err := db.Open(ctx, c.dbConfig(s))
	if err != nil {
		return err
	}
	defer d.Close()
	applied, err := d.Migrate(ctx)
	if err != nil {
		return err
	}
	current, _, err := d.SchemaVersion(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "The schema is at version %d; %d migrations were applied now.\n", current, applied)
	return err
}
