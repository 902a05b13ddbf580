package dbtest

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"zveno.dev/zveno/internal/db"
)

// Main runs a package's tests and afterwards takes down what they shared. Each package whose tests use this one has
//
//	func TestMain(m *testing.M) { dbtest.Main(m) }
func Main(m *testing.M) {
	shared.ready = true
	code := m.Run()
	shared.takeDown()
	os.Exit(code)
}

// Each runs fn as one subtest per engine, each time with a migrated, empty database that is closed afterwards.
func Each(t *testing.T, fn func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Run(db.SQLite, func(t *testing.T) { fn(t, SQLite(t)) })
	t.Run(db.Postgres, func(t *testing.T) { fn(t, Postgres(t)) })
}

// EachConfig is Each for tests that open the database themselves, perhaps several times.
func EachConfig(t *testing.T, fn func(t *testing.T, cfg db.Config)) {
	t.Helper()
	t.Run(db.SQLite, func(t *testing.T) { fn(t, SQLiteConfig(t)) })
	t.Run(db.Postgres, func(t *testing.T) { fn(t, PostgresConfig(t)) })
}

// SQLite opens a migrated, empty SQLite database.
func SQLite(t testing.TB) *db.DB { return Open(t, SQLiteConfig(t)) }

// Postgres opens a migrated, empty PostgreSQL database; see PostgresConfig.
func Postgres(t testing.TB) *db.DB { return Open(t, PostgresConfig(t)) }

// Open opens a database and closes it when the test ends.
func Open(t testing.TB, cfg db.Config) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// SQLiteConfig is a folder with a migrated, empty SQLite database.
func SQLiteConfig(t testing.TB) db.Config {
	t.Helper()
	content, err := sqliteTemplate()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "zveno.db"), content, 0o600); err != nil {
		t.Fatal(err)
	}
	return db.Config{Dir: dir, Log: Log(t)}
}

// Log is a logger that writes to the test's output.
func Log(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// sqliteTemplate is the content of a migrated file.
var sqliteTemplate = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "zveno-sqlite-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := migrate(db.Config{Dir: dir, Log: slog.New(slog.DiscardHandler)}); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(dir, "zveno.db"))
})

// migrate makes a migrated database, all of it in its main file.
func migrate(cfg db.Config) error {
	ctx := context.Background()
	d, err := db.Open(ctx, cfg)
	if err != nil {
		return fmt.Errorf("dbtest: make template: %w", err)
	}
	_, err = d.Migrate(ctx)
	if closeErr := d.Close(); err == nil {
		err = closeErr // the last connection to close empties SQLite's log into the file
	}
	if err != nil {
		return fmt.Errorf("dbtest: make template: %w", err)
	}
	return nil
}
