package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zveno.dev/zveno/internal/api"
	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

const (
	apiReaders  = 16              // connections that read single records
	apiReadTime = 2 * time.Second // of each measurement
	apiBulks    = 10              // bulk requests of each measurement
	apiBulkSize = 1000            // records in each
	apiRounds   = 3               // the best of so many counts
)

// apiPeer is a server that keeps deals, and how it is asked.
type apiPeer struct {
	name        string
	token       string
	read        func(id string) string                // address of a deal
	bulk        string                                // address for many
	create      func(n int) any                       // body that makes n deals
	update      func(ids []string) any                // body that changes them
	created     func(answer []byte) ([]string, error) // their IDs
	client      *http.Client
	ids         []string
	reads       float64 // a second
	made, moved float64 // records a second
}

// BenchmarkAPI reads single deals and writes them by the thousand, and does the same with PocketBase where it can be built.
// Both servers are processes of their own, and the client runs beside them, on the same processors.
func BenchmarkAPI(b *testing.B) {
	ours := newZvenoPeer(b)
	peers := []*apiPeer{ours}
	theirs := newPocketBasePeer(b)
	if theirs != nil {
		peers = append(peers, theirs)
	}
	for range apiRounds {
		for _, p := range peers {
			p.writeMany(b)
			p.readMany(b)
		}
	}
	figure("API: single deal read, 16 connections, SQLite", "≥ 3,000 requests/s", "%.0f requests/s", ours.reads)
	figure("API: bulk of 1,000 new deals, SQLite", "≥ 10,000 records/s", "%.0f records/s", ours.made)
	figure("API: bulk of 1,000 changed deals, SQLite", "≥ 10,000 records/s", "%.0f records/s", ours.moved)
	if theirs != nil {
		figure("the same with PocketBase", "not slower", "%.0f requests/s, %.0f and %.0f records/s: we are %.1f, %.1f and %.1f times as fast",
			theirs.reads, theirs.made, theirs.moved, ours.reads/theirs.reads, ours.made/theirs.made, ours.moved/theirs.moved)
	}
}

// serveAPI is the setting that makes this program a server of the API, so that both servers are processes of their own.
const serveAPI = "ZVENO_BENCH_SERVE_API"

// TestServeAPI serves an empty database with one person, who may do all that an operations manager does, and a stage. It is
// for BenchmarkAPI, which ends it.
func TestServeAPI(t *testing.T) {
	dir := os.Getenv(serveAPI)
	if dir == "" {
		t.Skip("this is the server of BenchmarkAPI, not a test")
	}
	ctx := t.Context()
	d := dbtest.Open(t, db.Config{Dir: dir})
	if _, err := d.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	var secret string
	var person value.ID
	stage, pipeline := value.NewID(), value.NewID()
	err := d.Write(ctx, db.TxInfo{Actor: value.System("bench"), Source: "bench"}, func(tx *db.Tx) (err error) {
		if secret, person, err = benchToken(ctx, tx); err != nil {
			return err
		}
		_, err = crm.Apply(ctx, tx, crm.ObjectNamed("pipeline"), []crm.Change{{ID: pipeline, New: true, Set: map[string]any{"name": "Sales"}}})
		if err != nil {
			return err
		}
		_, err = crm.Apply(ctx, tx, crm.ObjectNamed("stage"), []crm.Change{{ID: stage, New: true, Set: map[string]any{"name": "Open", "pipeline": pipeline}}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("\nready", secret, stage, person, listener.Addr())
	http.Serve(listener, api.New(api.Config{DB: d, Log: dbtest.Log(t), Version: "bench", RequestsPS: 1e6}))
}

// start runs a server that says "ready" with so many words, and gives them. It is killed when the benchmark ends.
func start(b *testing.B, run *exec.Cmd, words int) []string {
	run.Stderr = os.Stderr
	output, err := run.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := run.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		run.Process.Kill()
		run.Wait()
	})
	for lines := bufio.NewScanner(output); lines.Scan(); {
		if said := strings.Fields(lines.Text()); len(said) == words+1 && said[0] == "ready" {
			go io.Copy(io.Discard, output)
			return said[1:]
		}
	}
	b.Fatalf("%s ended before it was ready", run.Path)
	return nil
}

// newZvenoPeer starts our server.
func newZvenoPeer(b *testing.B) *apiPeer {
	program, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	run := exec.CommandContext(b.Context(), program, "-test.run=^TestServeAPI$", "-test.timeout=1h")
	run.Env = append(os.Environ(), serveAPI+"="+b.TempDir())
	said := start(b, run, 4)
	stage, person, base := said[1], said[2], "http://"+said[3]+"/api/v1/deals"
	deal := func(i int) map[string]any {
		return map[string]any{"name": fmt.Sprint("Deal ", i), "stage": stage, "owner": person, "amount": i, "currency": "USD", "close": "2026-12-31", "source": "Web"}
	}
	return &apiPeer{name: "Zveno", token: said[0], client: benchClient(),
		read: func(id string) string { return base + "/" + id },
		bulk: base + "/bulk",
		create: func(n int) any {
			records := make([]any, n)
			for i := range records {
				records[i] = deal(i)
			}
			return map[string]any{"records": records}
		},
		update: func(ids []string) any {
			records := make([]any, len(ids))
			for i, id := range ids {
				records[i] = map[string]any{"id": id, "amount": rand.IntN(1e6), "currency": "USD", "source": fmt.Sprint("Web ", rand.IntN(1e6))}
			}
			return map[string]any{"records": records}
		},
		created: func(answer []byte) (ids []string, err error) {
			var made api.BulkResult
			err = json.Unmarshal(answer, &made)
			for _, r := range made.Results {
				ids = append(ids, r.ID.String())
			}
			return ids, err
		}}
}

// benchToken makes a person who is an operations manager, with a token.
func benchToken(ctx context.Context, tx *db.Tx) (secret string, person value.ID, err error) {
	l, err := identity.CreateLogin(ctx, tx, identity.LoginNew{Name: "Anna", Email: "anna@example.com", Role: "operations", Password: "correct horse"})
	if err != nil {
		return "", value.ID{}, err
	}
	a, err := identity.LoadAccess(ctx, tx, l.Person)
	if err != nil {
		return "", value.ID{}, err
	}
	_, secret, err = identity.CreateToken(ctx, tx, a, identity.TokenNew{Name: "bench", Capabilities: a.Role.Capabilities,
		ExpiresAt: value.InstantOf(time.Now().Add(time.Hour))})
	return secret, l.Person, err
}

func benchClient() *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: apiReaders}}
}

// ask makes a request that has to succeed.
func (p *apiPeer) ask(method, address string, body []byte) ([]byte, error) {
	r, err := http.NewRequest(method, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+p.token)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	response, err := p.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s: %s: %.500s", method, address, response.Status, answer)
	}
	return answer, err
}

// writeMany makes deals, and then changes them.
func (p *apiPeer) writeMany(b *testing.B) {
	var fresh []string
	p.made = max(p.made, p.sendBulks(b, func(int) any { return p.create(apiBulkSize) }, func(answer []byte) error {
		ids, err := p.created(answer)
		fresh = append(fresh, ids...)
		return err
	}))
	if len(fresh) != apiBulks*apiBulkSize {
		b.Fatalf("%s made %d deals of %d", p.name, len(fresh), apiBulks*apiBulkSize)
	}
	p.ids = append(p.ids, fresh...)
	change := func(i int) any { return p.update(fresh[i*apiBulkSize : (i+1)*apiBulkSize]) }
	p.moved = max(p.moved, p.sendBulks(b, change, func([]byte) error { return nil }))
}

// sendBulks sends bodies one after the other, and gives how many records that were a second. Bodies are made beforehand.
func (p *apiPeer) sendBulks(b *testing.B, body func(i int) any, done func(answer []byte) error) float64 {
	bodies := make([][]byte, apiBulks)
	for i := range bodies {
		document, err := json.Marshal(body(i))
		if err != nil {
			b.Fatal(err)
		}
		bodies[i] = document
	}
	answers := make([][]byte, apiBulks)
	began := time.Now()
	for i := range bodies {
		var err error
		if answers[i], err = p.ask(http.MethodPost, p.bulk, bodies[i]); err != nil {
			b.Fatal(err)
		}
	}
	took := time.Since(began)
	for _, answer := range answers {
		if err := done(answer); err != nil {
			b.Fatal(err)
		}
	}
	return apiBulks * apiBulkSize / took.Seconds()
}

// readMany reads deals from several connections for a while.
func (p *apiPeer) readMany(b *testing.B) {
	var count atomic.Int64
	var failed atomic.Value
	var group sync.WaitGroup
	began := time.Now()
	for range apiReaders {
		group.Go(func() {
			for time.Since(began) < apiReadTime {
				if _, err := p.ask(http.MethodGet, p.read(p.ids[rand.IntN(len(p.ids))]), nil); err != nil {
					failed.Store(err)
					return
				}
				count.Add(1)
			}
		})
	}
	group.Wait()
	if err := failed.Load(); err != nil {
		b.Fatal(err)
	}
	p.reads = max(p.reads, float64(count.Load())/time.Since(began).Seconds())
}
