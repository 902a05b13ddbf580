package bench

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// PocketBase is compared with, and no part of Zveno: its program is built in a module of its own, outside of this one.
const pocketBaseVersion = "v0.36.8" // the last that Go 1.26 builds

//go:embed peers/pocketbase/main.go.txt
var pocketBaseProgram string

// newPocketBasePeer builds and starts PocketBase with the same collections; nil, and a line that says so, where that is not
// possible.
func newPocketBasePeer(b *testing.B) *apiPeer {
	program, err := buildPocketBase(b)
	if err != nil {
		figure("comparison with PocketBase", "", "left out: it cannot be built here: %v", err)
		return nil
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	run := exec.CommandContext(b.Context(), program, "serve", "--http", address, "--dir", b.TempDir())
	said := start(b, run, 3)
	waitFor(b, address)
	return pocketBasePeer("http://"+address, said[0], said[1], said[2])
}

// pocketBasePeer says how PocketBase is asked for what the API of Zveno does.
func pocketBasePeer(base, token, stage, user string) *apiPeer {
	const path = "/api/collections/deals/records"
	batch := func(requests []any) any { return map[string]any{"requests": requests} }
	return &apiPeer{name: "PocketBase", token: token, client: benchClient(),
		read: func(id string) string { return base + path + "/" + id },
		bulk: base + "/api/batch",
		create: func(n int) any {
			requests := make([]any, n)
			for i := range requests {
				requests[i] = map[string]any{"method": "POST", "url": path, "body": map[string]any{"name": fmt.Sprint("Deal ", i), "stage": stage, "owner": user,
					"amount": i, "currency": "USD", "close": "2026-12-31", "source": "Web"}}
			}
			return batch(requests)
		},
		update: func(ids []string) any {
			requests := make([]any, len(ids))
			for i, id := range ids {
				requests[i] = map[string]any{"method": "PATCH", "url": path + "/" + id, "body": map[string]any{"amount": rand.IntN(1e6), "currency": "USD",
					"source": fmt.Sprint("Web ", rand.IntN(1e6))}}
			}
			return batch(requests)
		},
		created: func(answer []byte) (ids []string, err error) {
			var made []struct {
				Body struct {
					ID string `json:"id"`
				} `json:"body"`
			}
			err = json.Unmarshal(answer, &made)
			for _, r := range made {
				ids = append(ids, r.Body.ID)
			}
			return ids, err
		}}
}

// buildPocketBase builds the program, once for all runs that use the same folder.
func buildPocketBase(b *testing.B) (string, error) {
	dir, err := filepath.Abs(filepath.Join(*folder, "pocketbase-"+pocketBaseVersion))
	if err != nil {
		return "", err
	}
	program := filepath.Join(dir, "pocketbase")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	for name, text := range map[string]string{"main.go": pocketBaseProgram, "go.mod": "module pocketbase\n\ngo 1.26.0\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return "", err
		}
	}
	for _, step := range [][]string{{"get", "github.com/pocketbase/pocketbase@" + pocketBaseVersion}, {"mod", "tidy"}, {"build", "-o", program, "."}} {
		run := exec.CommandContext(b.Context(), "go", step...)
		run.Dir = dir
		run.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "CGO_ENABLED=0", "GOWORK=off")
		if output, err := run.CombinedOutput(); err != nil {
			return "", fmt.Errorf("go %s: %w: %s", strings.Join(step, " "), err, lastLine(output))
		}
	}
	return program, nil
}

func lastLine(output []byte) string {
	lines := strings.Split(strings.TrimSpace(string(output)), "\n")
	return lines[len(lines)-1]
}

// waitFor waits until somebody listens at an address.
func waitFor(b *testing.B, address string) {
	for range 200 {
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.Fatalf("nobody listens at %s", address)
}
