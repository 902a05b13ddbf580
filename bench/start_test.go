package bench

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"zveno.dev/zveno/internal/db"
)

// BenchmarkStart starts the server on the filled store and waits until it is ready.
func BenchmarkStart(b *testing.B) {
	d := generated(b, db.Config{Dir: storeDir()})
	p := openProjection(b, d, analyticsConfig())
	if err := p.Refresh(b.Context()); err != nil {
		b.Fatal(err)
	}
	if err := p.Close(); err != nil { // the server opens the tables itself
		b.Fatal(err)
	}
	b.Run("readyz", func(b *testing.B) {
		var times []time.Duration
		for range 5 {
			times = append(times, startOnce(b))
		}
		figure("start on a filled store to /readyz", "≤ 1 s", "median %.2f s, worst %.2f s", percentile(times, 0.5).Seconds(), percentile(times, 1).Seconds())
	})
}

func startOnce(b *testing.B) time.Duration {
	address := freeAddress(b)
	command := exec.CommandContext(context.Background(), *binary, "--data", storeDir(), "serve", "--addr", address)
	command.Stdout, command.Stderr = io.Discard, os.Stderr
	began := time.Now()
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() {
		command.Process.Signal(syscall.SIGTERM)
		var exit *exec.ExitError
		if err := command.Wait(); err != nil && !errors.As(err, &exit) {
			b.Fatal(err)
		}
	}()
	for time.Since(began) < time.Minute {
		response, err := http.Get("http://" + address + "/readyz")
		if err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return time.Since(began)
			}
		}
		time.Sleep(2 * time.Millisecond)
	}
	b.Fatal("the server did not become ready within a minute")
	return 0
}

// freeAddress is an address that nobody listens on at the moment.
func freeAddress(b *testing.B) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}
