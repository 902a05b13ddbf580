package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zveno.dev/zveno/internal/db/dbtest"
)

// asProgram makes the test binary behave as zveno itself, so that tests can start and kill real processes.
const asProgram = "ZVENO_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	dbtest.Main(m)
}

// cli runs a command in this process and gives its exit code and what it printed.
func cli(t testing.TB, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(context.Background(), args, &out, &err)
	return code, out.String(), err.String()
}

// ok runs a command that must succeed.
func ok(t testing.TB, args ...string) string {
	t.Helper()
	code, out, problem := cli(t, args...)
	if code != exitOK {
		t.Fatalf("zveno %s: exit code %d: %s%s", strings.Join(args, " "), code, out, problem)
	}
	return out
}

// engines gives the flags that choose each engine, with a folder of its own.
func engines(t *testing.T, fn func(t *testing.T, flags []string)) {
	t.Run("sqlite", func(t *testing.T) { fn(t, []string{"--data", t.TempDir()}) })
	t.Run("postgres", func(t *testing.T) {
		fn(t, []string{"--data", t.TempDir(), "--database", dbtest.EmptyPostgresConfig(t).URL})
	})
}

func with(flags []string, args ...string) []string {
	return append(append([]string{}, args...), flags...)
}

// dealsCSV writes a small export: n deals, of which every third is won and every fourth of the others lost.
func dealsCSV(t testing.TB, dir string, n int) string {
	var text strings.Builder
	text.WriteString("Id,Name,StageName,Amount,CloseDate,CreatedDate,IsClosed,IsWon,OwnerId\n")
	for i := range n {
		stage, closed, won := "Prospecting", "FALSE", "FALSE"
		switch {
		case i%3 == 0:
			stage, closed, won = "Closed Won", "TRUE", "TRUE"
		case i%4 == 0:
			stage, closed = "Closed Lost", "TRUE"
		}
		fmt.Fprintf(&text, "006A%014d,Deal %d,%s,%d.50,2026-03-%02d,2026-01-%02d,%s,%s,005A%d\n", i, i, stage, 100+i, i%28+1, i%28+1, closed, won, i%7)
	}
	path := filepath.Join(dir, "Opportunity.csv")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestImportMetricWaterfallVerifyUndo(t *testing.T) {
	engines(t, func(t *testing.T, flags []string) {
		file := dealsCSV(t, t.TempDir(), 120)
		var report struct {
			ID     string `json:"id"`
			Tables []struct{ Created int64 }
		}
		if err := json.Unmarshal([]byte(ok(t, with(flags, "import", file, "--format", "json")...)), &report); err != nil {
			t.Fatal(err)
		}
		if len(report.Tables) != 1 || report.Tables[0].Created != 120 {
			t.Fatalf("report: %+v", report)
		}
		if got := ok(t, with(flags, "metric", "won_count", "--format", "csv")...); got != "value,n\n40,40\n" {
			t.Errorf("won: %q", got)
		}
		if got := ok(t, with(flags, "metric", "won_count", "--as-of", "2026-01-15", "--format", "csv")...); got != "value,n\n0,0\n" {
			t.Errorf("won as of a day before: %q", got)
		}
		if got := ok(t, with(flags, "metric", "won_count", "--rows", "--format", "csv")...); strings.Count(got, "\n") != 41 {
			t.Errorf("rows: %q", got)
		}
		flow := ok(t, with(flags, "waterfall", "--from", "2026-02-28", "--to", "2026-03-31", "--format", "csv")...)
		if !strings.Contains(flow, "won,") {
			t.Errorf("waterfall: %q", flow)
		}
		ok(t, with(flags, "verify")...)
		ok(t, with(flags, "import", "--undo", report.ID)...)
		if got := ok(t, with(flags, "metric", "won_count", "--format", "csv")...); got != "value,n\n0,0\n" {
			t.Errorf("won after undo: %q", got)
		}
		ok(t, with(flags, "verify")...)
	})
}

func TestExitCodesAndMessages(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct {
		args   []string
		code   int
		stderr string
	}{
		"help":            {[]string{"--help"}, exitOK, ""},
		"help of command": {[]string{"metric", "--help"}, exitOK, ""},
		"unknown command": {[]string{"frobnicate"}, exitUsage, "unexpected argument frobnicate"},
		"unknown flag":    {[]string{"serve", "--port", "1"}, exitUsage, "--port"},
		"unknown metric":  {[]string{"metric", "win_rat", "--data", dir}, exitFailure, "there is no metric \"win_rat\""},
		"bad filter":      {[]string{"metric", "won", "--where", "region ==", "--data", dir}, exitFailure, "where"},
		"unknown field":   {[]string{"metric", "won", "--where", `planet == "Mars"`, "--data", dir}, exitFailure, `there is no field "planet"`},
		"bad day":         {[]string{"metric", "won", "--as-of", "31.12.2025", "--data", dir}, exitFailure, "as-of"},
		"bad dimension":   {[]string{"metric", "won", "--by", "colour", "--data", dir}, exitFailure, "colour"},
		"missing file":    {[]string{"import", filepath.Join(dir, "none.csv"), "--data", dir}, exitFailure, "none.csv"},
		"nothing to do":   {[]string{"import", "--data", dir}, exitFailure, "at least one"},
		"bad settings":    {[]string{"settings", "--currency", "EURO", "--data", dir}, exitFailure, "EURO"},
	} {
		t.Run(name, func(t *testing.T) {
			code, _, stderr := cli(t, c.args...)
			if code != c.code || !strings.Contains(stderr, c.stderr) {
				t.Errorf("exit code %d, expected %d: %s", code, c.code, stderr)
			}
		})
	}
}

func TestSettingsComeFromFlagEnvironmentFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "zveno.toml")
	if err := os.WriteFile(file, []byte("format = \"json\"\ndata = \""+filepath.Join(dir, "from-file")+"\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	isJSON := func(args ...string) bool {
		return strings.HasPrefix(ok(t, append(args, "settings", "--config", file)...), "{")
	}
	if !isJSON() {
		t.Error("the file was not used")
	}
	if _, err := os.Stat(filepath.Join(dir, "from-file", "zveno.db")); err != nil {
		t.Error("the data folder of the file was not used:", err)
	}
	t.Setenv("ZVENO_FORMAT", "csv")
	if isJSON() {
		t.Error("the environment does not win over the file")
	}
	if out := ok(t, "settings", "--config", file, "--format", "table"); !strings.HasPrefix(out, "setting ") {
		t.Errorf("the flag does not win over the environment: %q", out)
	}
}

func TestUsersAndBackup(t *testing.T) {
	engines(t, func(t *testing.T, flags []string) {
		ok(t, with(flags, "user", "add", "maria@example.com", "--name", "Мария", "--role", "analyst")...)
		if out := ok(t, with(flags, "user", "list")...); !strings.Contains(out, "maria@example.com") || !strings.Contains(out, "analyst") {
			t.Errorf("list: %q", out)
		}
		if code, _, stderr := cli(t, with(flags, "user", "add", "maria@example.com", "--name", "Мария")...); code != exitFailure {
			t.Errorf("second login for one address: %d %s", code, stderr)
		}
		ok(t, with(flags, "user", "disable", "maria@example.com")...)
		backup := filepath.Join(t.TempDir(), "backup")
		ok(t, with(flags, "backup", backup)...)
		restored := []string{"--data", t.TempDir()} // always into the embedded database: a backup fits both engines
		ok(t, with(restored, "restore", backup)...)
		if out := ok(t, with(restored, "user", "list", "--format", "csv")...); !strings.Contains(out, "maria@example.com") || !strings.Contains(out, "true") {
			t.Errorf("restored: %q", out)
		}
		if code, _, stderr := cli(t, with(restored, "restore", backup)...); code != exitFailure || !strings.Contains(stderr, "empty") {
			t.Errorf("restore over data: %d %s", code, stderr)
		}
	})
}

func TestDemoShowsItsFacts(t *testing.T) {
	dir := t.TempDir()
	ok(t, "demo", "--deals", "300", "--no-serve", "--data", dir)
	var facts []struct{ Kind, En, Ru string }
	if err := json.Unmarshal([]byte(ok(t, "demo", "--facts", "--data", dir)), &facts); err != nil || len(facts) < 5 {
		t.Fatalf("%d facts, %v", len(facts), err)
	}
	ok(t, "demo", "--no-serve", "--data", dir) // again: keeps the company
	logins := ok(t, "user", "list", "--data", dir)
	for _, role := range []string{"owner", "operations", "manager", "rep"} {
		if !strings.Contains(logins, role) {
			t.Errorf("nobody signs in as %s:\n%s", role, logins)
		}
	}
	if out := ok(t, "metric", "open_pipeline_count", "--format", "csv", "--data", dir); strings.HasPrefix(out, "value,n\n0") {
		t.Errorf("the sample company has no open deals: %q", out)
	}
	ok(t, "verify", "--data", dir)
}
