package main

import (
	"bytes"
	"context"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"syscall"

	"zveno.dev/zveno/internal/crm/projection"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/metric"
)

// The server holds the analytical tables open, and DuckDB lets no second process in. It therefore answers questions of
// the command line over a socket in the data folder, which only the folder's owner may enter.

const socketName = "zveno.sock"

// maxQuestion bounds a question, in bytes.
const maxQuestion = 64 << 10

// refusal is how a fault crosses the socket.
type refusal struct {
	Kind    fault.Kind `json:"kind"`
	Message string     `json:"message"`
}

// ask puts a question to the running server, or answers it here when none runs.
func (c *common) ask(ctx context.Context, s *streams, q question) (answer, error) {
	a, err := askServer(ctx, filepath.Join(c.Data, socketName), q)
	if !errors.Is(err, errNoServer) {
		return a, err
	}
	d, err := c.open(ctx, s)
	if err != nil {
		return answer{}, err
	}
	defer d.Close()
	p, err := c.openProjection(ctx, d, s)
	if err != nil {
		return answer{}, err
	}
	defer p.Close()
	return ask(ctx, d, p, q)
}

var errNoServer = errors.New("no server is running")

func askServer(ctx context.Context, socket string, q question) (answer, error) {
	client := http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}}
	body, err := json.Marshal(q)
	if err != nil {
		return answer{}, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://zveno/ask", bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	response, err := client.Do(request)
	if errors.Is(err, syscall.EINVAL) {
		return answer{}, fault.New(fault.Unavailable, "the path of the data folder is too long for a socket: choose a shorter --data folder")
	}
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) {
		return answer{}, errNoServer
	}
	if err != nil {
		return answer{}, fmt.Errorf("ask the running server: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		var r refusal
		if err := json.NewDecoder(response.Body).Decode(&r); err != nil {
			return answer{}, fmt.Errorf("ask the running server: status %s", response.Status)
		}
		return answer{}, fault.New(r.Kind, "%s", r.Message)
	}
	var a answer
	err = gob.NewDecoder(response.Body).Decode(&a) // JSON would lose which numbers are exact
	a.restoreEmpty()
	return a, err
}

// restoreEmpty makes the empty lists that were lost on the way.
func (a *answer) restoreEmpty() {
	if a.Result != nil && a.Result.Cells == nil {
		a.Result.Cells = []metric.Cell{}
	}
	if a.Result != nil && a.Result.By == nil {
		a.Result.By = []string{}
	}
	if a.Waterfall != nil && a.Waterfall.By == nil {
		a.Waterfall.By = []string{}
	}
	if a.Listed && a.Rows == nil {
		a.Rows = []metric.Row{}
	}
}

// checkAlone refuses to serve a folder that another process serves.
func checkAlone(ctx context.Context, dir string) error {
	_, err := askServer(ctx, filepath.Join(dir, socketName), question{Metric: "none"})
	switch {
	case errors.Is(err, errNoServer):
		return nil
	case fault.KindOf(err) == fault.Internal: // no answer, but not because nobody is there
		return err
	}
	return fault.New(fault.Conflict, "another zveno serves the folder %s: stop it first, or use another --data folder", dir)
}

// serveControl answers questions on the socket until ctx ends.
func serveControl(ctx context.Context, dir string, d *db.DB, p *projection.Projection) error {
	socket := filepath.Join(dir, socketName)
	if err := os.Remove(socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove the socket of an earlier run: %w", err)
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", socket, err)
	}
	if err := os.Chmod(socket, 0o600); err != nil {
		return fmt.Errorf("protect %s: %w", socket, err)
	}
	server := &http.Server{ReadHeaderTimeout: shutdownTime, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answerQuestion(w, r, d, p)
	})}
	go func() {
		<-ctx.Done()
		server.Close()
	}()
	go server.Serve(listener) // ends with ErrServerClosed
	return nil
}

func answerQuestion(w http.ResponseWriter, r *http.Request, d *db.DB, p *projection.Projection) {
	var q question
	var a answer
	err := json.NewDecoder(io.LimitReader(r.Body, maxQuestion)).Decode(&q)
	if err != nil {
		err = fault.New(fault.Invalid, "the question cannot be read: %w", err)
	} else {
		a, err = ask(r.Context(), d, p, q)
	}
	if err != nil {
		w.WriteHeader(http.StatusUnprocessableEntity)
		json.NewEncoder(w).Encode(refusal{fault.KindOf(err), err.Error()})
		return
	}
	gob.NewEncoder(w).Encode(a)
}
