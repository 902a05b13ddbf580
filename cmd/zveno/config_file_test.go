package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestUnknownSettingsAreRefusedWithTheirLine(t *testing.T) {
	dir := t.TempDir()
	for text, want := range map[string]string{
		"data = \"x\"\nlog_levl = \"debug\"\n":       `line 2: there is no setting "log_levl"`,
		"# log_levl = 1\n\n  \"log levl\"  = 1\n":    `line 3: there is no setting "log levl"`,
		"data = \"x\"\n\n[server]\nlisten = \"y\"\n": `line 3: there is no setting "server"`,
		"server.listen = \"y\"\n":                    `line 1: there is no setting "server"`,
		"config = \"other.toml\"\n":                  `line 1: there is no setting "config"`,
		"data = \"x\"\ndata = \"y\"\n":               `line`,
		"data = [\n":                                 `line`,
	} {
		file := filepath.Join(dir, "zveno.toml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		code, _, problem := cli(t, "version", "--config", file)
		if code != exitUsage || !strings.Contains(problem, want) || !strings.Contains(problem, file) {
			t.Errorf("%q: exit code %d, %s; want %s", text, code, problem, want)
		}
	}
	file := filepath.Join(dir, "zveno.toml")
	if err := os.WriteFile(file, []byte("log-level = \"debug\"\nlog_format = \"json\"\ncurrency = \"EUR\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ok(t, "version", "--config", file)
	if code, _, problem := cli(t, "version", "--config", filepath.Join(dir, "none.toml")); code != exitUsage || !strings.Contains(problem, "none.toml") {
		t.Errorf("a missing file: exit code %d, %s", code, problem)
	}
}
