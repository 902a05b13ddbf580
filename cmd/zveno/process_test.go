package main

import (
	"bufio"
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// program starts zveno as a process of its own.
func program(t testing.TB, args ...string) *exec.Cmd {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(context.Background(), binary, args...)
	command.Env = append(os.Environ(), asProgram+"=1")
	command.Stderr = t.Output()
	return command
}

// TestKilledImportLeavesASoundStore kills imports at random moments. After each, the store must be sound; after the last
// one, running the import once more finishes it as if nothing had happened.
func TestKilledImportLeavesASoundStore(t *testing.T) {
	const kills, rows = 20, 5_000
	engines(t, func(t *testing.T, flags []string) {
		file := dealsCSV(t, t.TempDir(), rows)
		began := time.Now()
		reference := []string{"--data", t.TempDir()}
		ok(t, with(reference, "import", file)...)
		whole := time.Since(began)
		for range kills {
			command := program(t, with(flags, "import", file)...)
			if err := command.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(rand.Int64N(int64(whole))))
			command.Process.Kill()
			command.Wait() // killed, or done before
			ok(t, with(flags, "verify")...)
		}
		ok(t, with(flags, "import", file)...)
		for _, metric := range []string{"won", "won_count", "lost_count", "open_pipeline", "cycle"} {
			want, got := ok(t, with(reference, "metric", metric, "--format", "csv")...), ok(t, with(flags, "metric", metric, "--format", "csv")...)
			if got != want {
				t.Errorf("%s is %q after the kills, and %q without", metric, got, want)
			}
		}
	})
}

func TestServeAnswersAndStops(t *testing.T) {
	dir := t.TempDir()
	command := program(t, "serve", "--addr", "127.0.0.1:0", "--data", dir)
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	printed := bufio.NewScanner(out)
	printed.Scan()
	base := strings.TrimPrefix(printed.Text(), "Zveno is at ")
	printed.Scan()
	_, setup, found := strings.Cut(printed.Text(), base)
	if !found || !strings.HasPrefix(setup, "/setup?token=") {
		t.Fatalf("no set-up link in %q", printed.Text())
	}
	setup, _, _ = strings.Cut(setup, " ")
	for path, want := range map[string]string{"/healthz": "ok", "/readyz": "ready", "/metrics": "zveno_http_requests_total", "/": "Zveno", setup: "<form"} {
		if body := get(t, base+path); !strings.Contains(body, want) {
			t.Errorf("%s answers %.200q", path, body)
		}
	}
	// The command line asks the running server, which alone has the analytical tables open.
	file := dealsCSV(t, t.TempDir(), 30)
	ok(t, "import", file, "--data", dir)
	if got := ok(t, "metric", "won_count", "--format", "csv", "--data", dir); got != "value,n\n10,10\n" {
		t.Errorf("metric while serving: %q", got)
	}
	if code, _, stderr := cli(t, "serve", "--addr", "127.0.0.1:0", "--data", dir); code != exitFailure {
		t.Errorf("a second server on the folder: %d %s", code, stderr)
	}
	ok(t, "backup", filepath.Join(t.TempDir(), "backup"), "--data", dir)
	command.Process.Signal(syscall.SIGTERM)
	if err := command.Wait(); err != nil {
		t.Errorf("stopping: %v", err)
	}
}

func get(t *testing.T, address string) string {
	t.Helper()
	response, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
