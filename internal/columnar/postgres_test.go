package columnar

import (
	"context"
	"database/sql"
	"net/url"
	"strings"
	"testing"

	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/fault"
)

func TestPostgresCrashAsksForRebuild(t *testing.T) {
	cluster := dbtest.NewCluster(t)
	s := open(t, Config{PostgresURL: cluster.URL("postgres"), Log: dbtest.Log(t)}, sample)
	rebuild(t, s, 10, 1000)
	if err := s.Apply(t.Context(), Position{Store: feeder, TxNo: 11}, change(1, 1)); err != nil {
		t.Fatal(err)
	}
	if err := cluster.Crash(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Position(t.Context()); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("position without a server: %v, want unavailable", err)
	}
	if err := cluster.Start(); err != nil {
		t.Fatal(err)
	}
	mustPosition(t, s, 0)
	if _, err := s.Query(t.Context(), countVisits); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("query of tables that a crash emptied: %v, want unavailable", err)
	}
	rebuild(t, s, 12, 5)
	if err := s.Apply(t.Context(), Position{Store: feeder, TxNo: 13}, change(1, 1)); err != nil {
		t.Fatal(err)
	}
	mustPosition(t, s, 13)
}

// Two processes on one database see each other's tables.
func TestPostgresIsShared(t *testing.T) {
	cfg := postgresConfig(t)
	one, two := open(t, cfg, sample), open(t, cfg, sample)
	rebuild(t, one, 10, 5)
	mustPosition(t, two, 10)
	if err := two.Apply(t.Context(), Position{Store: feeder, TxNo: 12}, change(1, 1)); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, one, countVisits); got != "11" {
		t.Errorf("%s visits, want 11", got)
	}
	if err := one.Apply(t.Context(), Position{Store: feeder, TxNo: 11}, Delta{}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("apply behind the other: %v, want conflict", err)
	}
	before, _, err := one.Position(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	err = one.Rebuild(t.Context(), func(_ context.Context, l *Loader) (Position, error) {
		if err := two.Rebuild(t.Context(), nil); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("rebuild beside the other's: %v, want unavailable", err)
		}
		return Position{Store: feeder, TxNo: 13}, fillSample(l, 3)
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := ask(t, two, countVisits); got != "6" {
		t.Errorf("%s visits, want 6", got)
	}
	mustRefuseFrom(t, two, before)
	after, _, err := two.Position(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	rebuild(t, one, after.TxNo, 3) // to the same transaction, but the keys may be other ones
	mustRefuseFrom(t, two, after)
}

// mustRefuseFrom applies what was made for an earlier state of the tables.
func mustRefuseFrom(t *testing.T, s *Store, from Position) {
	t.Helper()
	d := change(1, 1)
	d.From = from
	if err := s.Apply(t.Context(), Position{Store: feeder, TxNo: 99}, d); fault.KindOf(err) != fault.Conflict {
		t.Errorf("apply of a change made before the rebuild: %v, want conflict", err)
	}
}

func TestPostgresLeftoversGo(t *testing.T) {
	cfg := postgresConfig(t)
	admin, err := sql.Open("pgx", cfg.PostgresURL)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	for _, schema := range []string{newSchema, oldSchema} {
		if _, err := admin.Exec("CREATE SCHEMA " + schema + "; CREATE TABLE " + schema + ".visits (a INT)"); err != nil {
			t.Fatal(err)
		}
	}
	s := open(t, cfg, sample)
	mustPosition(t, s, 0)
	rebuild(t, s, 10, 5)
	var left string
	err = admin.QueryRow(`SELECT string_agg(nspname, ' ') FROM pg_namespace WHERE nspname LIKE 'analytics%'`).Scan(&left)
	if err != nil || left != liveSchema {
		t.Errorf("schemas %q, %v, want %s alone", left, err, liveSchema)
	}
}

func TestPostgresQueriesOnlyRead(t *testing.T) {
	s := open(t, postgresConfig(t), sample)
	rebuild(t, s, 10, 5)
	for _, text := range []string{"DELETE FROM visits", "DROP TABLE visits", "CREATE TABLE x (a INT)"} {
		if got, err := tryAsk(t.Context(), s, text); err == nil || !strings.Contains(err.Error(), "read-only transaction") {
			t.Errorf("%s: %q, %v", text, got, err)
		}
	}
}

func TestPostgresRefusals(t *testing.T) {
	if _, err := Open(t.Context(), Config{PostgresURL: "postgres://nobody@/x?host=/nowhere/at/all"}, sample); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("open without a server: %v, want unavailable", err)
	}
	if _, err := Open(t.Context(), Config{PostgresURL: "postgres://a:secret@b:port/c"}, sample); fault.KindOf(err) != fault.Invalid || strings.Contains(err.Error(), "secret") {
		t.Errorf("open with a wrong address: %v, want invalid and no password", err)
	}
	cfg := postgresConfig(t)
	admin, err := sql.Open("pgx", cfg.PostgresURL)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	if _, err := admin.Exec("CREATE ROLE guest LOGIN"); err != nil {
		t.Fatal(err)
	}
	defer admin.Exec("DROP ROLE guest")
	address, err := url.Parse(cfg.PostgresURL)
	if err != nil {
		t.Fatal(err)
	}
	address.User = url.User("guest")
	cfg.PostgresURL = address.String()
	s := open(t, cfg, sample)
	err = s.Rebuild(t.Context(), func(_ context.Context, l *Loader) (Position, error) {
		return Position{Store: feeder, TxNo: 1}, fillSample(l, 1)
	})
	if fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "GRANT CREATE ON DATABASE") {
		t.Errorf("rebuild without the right to: %v", err)
	}
}
