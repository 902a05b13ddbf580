package api_test

import (
	"bytes"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"zveno.dev/zveno/internal/api"
	"zveno.dev/zveno/internal/columnar"
	"zveno.dev/zveno/internal/crm/projection"
	"zveno.dev/zveno/internal/db/dbtest"
)

// example is a code block of the guide with the statuses that its requests are answered with.
type example struct{ statuses, code string }

var exampleForm = regexp.MustCompile("(?ms)^```bash ([0-9 ]+)\n(.*?)^```$")

func guideExamples(t *testing.T) []example {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "api.md"))
	if err != nil {
		t.Fatal(err)
	}
	var examples []example
	for _, match := range exampleForm.FindAllStringSubmatch(string(text), -1) {
		examples = append(examples, example{match[1], match[2]})
	}
	if len(examples) < 10 {
		t.Fatalf("the guide has %d examples", len(examples))
	}
	return examples
}

// TestGuideExamplesRun runs the examples of docs/api.md, one after the other, in one shell.
func TestGuideExamplesRun(t *testing.T) {
	for _, program := range []string{"bash", "curl"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed: the examples of docs/api.md were not run", program)
		}
	}
	d := dbtest.SQLite(t)
	w := newWorld(t, d)
	token := w.token(w.login("anna", "operations"))
	w.stages()
	p, err := projection.Open(t.Context(), d, columnar.Config{Dir: t.TempDir(), Log: dbtest.Log(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := p.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(api.New(api.Config{DB: d, Projection: p, Log: dbtest.Log(t), Version: "test"}))
	defer server.Close()

	examples := guideExamples(t)
	script := "set -euo pipefail\ncurl() { command curl -w '%{stderr}%{http_code}\\n' \"$@\"; echo; }\n"
	for _, e := range examples {
		script += "echo '== next' >&2\n" + e.code
	}
	run := exec.CommandContext(t.Context(), "bash", "-c", script)
	run.Dir = t.TempDir()
	run.Env = append(os.Environ(), "ZVENO="+server.URL+"/api/v1", "TOKEN="+token, "no_proxy=127.0.0.1")
	var output, statuses bytes.Buffer
	run.Stdout, run.Stderr = &output, &statuses
	if err := run.Run(); err != nil {
		t.Fatalf("%v\n%s\n%s", err, statuses.String(), output.String())
	}
	parts := strings.Split(statuses.String(), "== next\n")[1:]
	for i, e := range examples {
		if got := strings.Join(strings.Fields(parts[i]), " "); got != e.statuses {
			t.Errorf("example\n%s\nis answered with %s, the guide says %s", e.code, got, e.statuses)
		}
	}
	if t.Failed() {
		t.Log(output.String())
	}
}
