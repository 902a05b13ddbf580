package tabular

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
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

// openOne opens a path that holds one table.
func openOne(t testing.TB, path string) *Table {
	t.Helper()
	set, err := Open(context.Background(), []string{path}, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { set.Close() })
	if len(set.Tables) != 1 {
		t.Fatalf("%s has %d tables, want 1; skipped: %v", path, len(set.Tables), set.Skipped)
	}
	return set.Tables[0]
}

// readAll reads a table's rows and row errors; any other error fails the test.
func readAll(t testing.TB, table *Table) (rows []Row, broken []*RowError) {
	t.Helper()
	for row, err := range table.Rows(context.Background()) {
		if rowError, ok := err.(*RowError); ok {
			broken = append(broken, rowError)
			continue
		}
		if err != nil {
			t.Fatalf("%s: %v", table.Path, err)
		}
		row.Cells = append([]string(nil), row.Cells...)
		rows = append(rows, row)
	}
	return rows, broken
}

func TestCSVSpectrum(t *testing.T) {
	folder := sharedFolder(t, "data", "import_dirty", "csv_spectrum")
	files, err := filepath.Glob(filepath.Join(folder, "csvs", "*.csv"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".csv")
		t.Run(name, func(t *testing.T) {
			answer, err := os.ReadFile(filepath.Join(folder, "json", name+".json"))
			if err != nil {
				t.Fatal(err)
			}
			var want []map[string]string
			if err := json.Unmarshal(answer, &want); err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if name == "newlines_crlf" && !strings.Contains(string(text), "\r\n") {
				text = []byte(strings.ReplaceAll(string(text), "\n", "\r\n")) // a copy that lost its carriage returns
			}
			table := openOne(t, write(t, name+".csv", string(text)))
			rows, broken := readAll(t, table)
			if len(broken) > 0 || len(rows) != len(want) {
				t.Fatalf("%d rows, errors %v; want %d rows", len(rows), broken, len(want))
			}
			for i, row := range rows {
				if len(table.Header) != len(want[i]) {
					t.Errorf("header %q, want the keys of %v", table.Header, want[i])
				}
				for column, key := range table.Header {
					if row.Cells[column] != want[i][key] {
						t.Errorf("row %d, %s: %q, want %q", i+1, key, row.Cells[column], want[i][key])
					}
				}
			}
		})
	}
}

// write puts text into a file of a temporary folder.
func write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
