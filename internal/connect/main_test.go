package connect_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"zveno.dev/zveno/internal/connect"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
)

// TestMain lets property tests, each of whose checks is several imports, make fewer of them than usual; -rapid.checks
// goes before it.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", "25"); err != nil {
		panic(err)
	}
	dbtest.Main(m)
}

// shared is a folder of the public test data; the test is skipped where it is absent.
func shared(t testing.TB, parts ...string) string {
	t.Helper()
	root := os.Getenv("ZVENO_SHARED")
	if root == "" {
		dir, err := os.Getwd()
		if err != nil {
			t.Fatal(err)
		}
		for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
			if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
				root = filepath.Join(filepath.Dir(dir), "shared")
				break
			}
		}
	}
	path := filepath.Join(append([]string{root, "data"}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("public test data are not there (%s): set ZVENO_SHARED to their folder", path)
	}
	return path
}

// imported imports paths and fails the test if that is not possible.
func imported(t testing.TB, d *db.DB, o connect.ImportOptions, paths ...string) connect.Report {
	t.Helper()
	report, err := connect.Import(t.Context(), d, paths, o)
	if err != nil {
		t.Fatalf("import %v: %v\n%+v", paths, err, report)
	}
	return report
}

// scan reads one row.
func scan(t testing.TB, d *db.DB, query string, into ...any) {
	t.Helper()
	err := d.Read(t.Context(), func(tx *db.Tx) error { return tx.QueryRow(t.Context(), query).Scan(into...) })
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

func count(t testing.TB, d *db.DB, query string) int64 {
	t.Helper()
	var n int64
	scan(t, d, query, &n)
	return n
}

// asText is a value as JSON, for comparisons.
func asText(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(text)
}
