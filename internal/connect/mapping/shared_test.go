package mapping

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"zveno.dev/zveno/internal/connect/tabular"
)

// sharedFolder is a folder of the data shared between projects; the test is skipped where it is absent.
func sharedFolder(t testing.TB, parts ...string) string {
	t.Helper()
	root := os.Getenv("ZVENO_SHARED")
	if root == "" {
		dir, err := os.Getwd()
		if err != nil {
			t.Fatal(err)
		}
		for {
			if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
				break
			}
			if filepath.Dir(dir) == dir {
				t.Skip("no go.mod above the test: set ZVENO_SHARED to the shared data")
			}
			dir = filepath.Dir(dir)
		}
		root = filepath.Join(filepath.Dir(dir), "shared")
	}
	folder := filepath.Join(append([]string{root}, parts...)...)
	if _, err := os.Stat(folder); err != nil {
		t.Skipf("shared data is absent (set ZVENO_SHARED): %v", err)
	}
	return folder
}

// describeAll opens files or folders and describes their tables.
func describeAll(t testing.TB, paths ...string) []Described {
	t.Helper()
	set, err := tabular.Open(context.Background(), paths, tabular.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { set.Close() })
	tables := make([]Described, len(set.Tables))
	for i, table := range set.Tables {
		profile, err := tabular.Profile(context.Background(), table)
		if err != nil {
			t.Fatal(err)
		}
		tables[i] = Described{Name: table.Name, Header: table.Header, Columns: profile.Columns}
	}
	return tables
}
