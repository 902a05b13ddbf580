package dbtest

import (
	"database/sql"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"zveno.dev/zveno/internal/db"
)

const templateName = "zveno_template"

// shared is the cluster of this test process, started by the first test that needs it.
var shared sharedCluster

type sharedCluster struct {
	ready     bool // Main runs the tests
	once      sync.Once
	cluster   *Cluster
	admin     *sql.DB
	err       error
	databases atomic.Int64
}

// PostgresConfig is a migrated, empty PostgreSQL database, dropped when the test ends. Without PostgreSQL on the machine the
// test is skipped, or fails if ZVENO_REQUIRE_POSTGRES=1.
func PostgresConfig(t testing.TB) db.Config {
	t.Helper()
	return createDatabase(t, templateName)
}

// EmptyPostgresConfig is a PostgreSQL database without any table; otherwise like PostgresConfig.
func EmptyPostgresConfig(t testing.TB) db.Config {
	t.Helper()
	return createDatabase(t, "template0")
}

func createDatabase(t testing.TB, template string) db.Config {
	t.Helper()
	requireBinaries(t)
	if !shared.ready {
		t.Fatal("dbtest: the package's tests need func TestMain(m *testing.M) { dbtest.Main(m) }, which stops PostgreSQL afterwards")
	}
	if shared.once.Do(shared.start); shared.err != nil {
		t.Fatal(shared.err)
	}
	name := fmt.Sprintf("zveno_%d", shared.databases.Add(1))
	if _, err := shared.admin.ExecContext(t.Context(), "CREATE DATABASE "+name+" TEMPLATE "+template); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := shared.admin.Exec("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return db.Config{URL: shared.cluster.URL(name), Log: Log(t)}
}

// requireBinaries skips or fails a test where PostgreSQL is not installed.
func requireBinaries(t testing.TB) {
	t.Helper()
	if _, err := findBinaries(); err != nil {
		if os.Getenv("ZVENO_REQUIRE_POSTGRES") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
}

func (s *sharedCluster) start() {
	if s.cluster, s.err = startCluster(fastFolder(), "fsync=off", "synchronous_commit=off", "full_page_writes=off",
		"wal_level=minimal", "max_wal_senders=0", "max_wal_size=128MB", "autovacuum=off"); s.err != nil {
		return
	}
	if s.admin, s.err = sql.Open("pgx", s.cluster.URL("postgres")); s.err != nil {
		return
	}
	if _, s.err = s.admin.Exec("CREATE DATABASE " + templateName); s.err != nil {
		return
	}
	s.err = migrate(db.Config{URL: s.cluster.URL(templateName), Log: slog.New(slog.DiscardHandler)})
}

func (s *sharedCluster) takeDown() {
	if s.admin != nil {
		s.admin.Close()
	}
	if s.cluster != nil {
		s.cluster.remove()
	}
}
