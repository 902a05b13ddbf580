package bench

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

var (
	users   = flag.Int("users", 50, "people who use the pages at once")
	seconds = flag.Int("seconds", 60, "how long they do")
)

const (
	pageDeals = 100_000
	thinkTime = time.Second
)

// BenchmarkPages lets people of four roles click through the pages of a company with 100,000 deals, wherever the links of a
// page lead them, with a second to think after each.
func BenchmarkPages(b *testing.B) {
	dir := filepath.Join(*folder, fmt.Sprintf("pages-%d", pageDeals))
	run(b, *binary, "--data", dir, "demo", "--deals", fmt.Sprint(pageDeals), "--no-serve")
	note := readNote(b, filepath.Join(dir, "demo.json"))
	address := freeAddress(b)
	server := serveOn(b, dir, address)
	var people []*http.Client
	for _, email := range append([]string{note.Email}, note.emails()...) {
		people = append(people, signIn(b, "http://"+address, email, note.Password))
	}
	l := &load{base: "http://" + address, times: map[string][]time.Duration{}}
	for _, c := range people { // once, so that what follows is what a running server does
		for _, path := range l.visit(c, "/") {
			l.visit(c, path)
		}
	}
	l.reset()
	l.run(people)
	var all []time.Duration
	for _, times := range l.times {
		all = append(all, times...)
	}
	figure(fmt.Sprintf("pages at %d deals, %d users", pageDeals, *users), "p99 ≤ 150 ms, no error", "p50 %.0f ms, p99 %.0f ms, %d pages, %d errors",
		ms(percentile(all, 0.5)), ms(percentile(all, 0.99)), len(all), len(l.errors))
	figure("server memory meanwhile", "≤ 600 MiB", "%d MiB at most", memoryPeak(b, server.Process.Pid)>>20)
	for _, kind := range slices.Sorted(maps.Keys(l.times)) {
		times := l.times[kind]
		fmt.Printf("  %-40s n %5d  p50 %6.0f ms  p99 %6.0f ms\n", kind, len(times), ms(percentile(times, 0.5)), ms(percentile(times, 0.99)))
	}
	for _, problem := range l.errors[:min(10, len(l.errors))] {
		fmt.Println("  error:", problem)
	}
}

type note struct {
	Email, Password string
	Others          []struct{ Email string }
}

func (n note) emails() []string {
	var emails []string
	for _, other := range n.Others {
		emails = append(emails, other.Email)
	}
	return emails
}

func readNote(b *testing.B, path string) (n note) {
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, &n)
	}
	if err != nil {
		b.Fatal(err)
	}
	return n
}

func run(b *testing.B, name string, args ...string) {
	if out, err := exec.CommandContext(b.Context(), name, args...).CombinedOutput(); err != nil {
		b.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

// serveOn starts the server and waits until it shows pages with numbers.
func serveOn(b *testing.B, dir, address string) *exec.Cmd {
	command := exec.CommandContext(context.Background(), *binary, "--data", dir, "serve", "--addr", address)
	command.Stderr = os.Stderr
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		command.Process.Signal(syscall.SIGTERM)
		var exit *exec.ExitError
		if err := command.Wait(); err != nil && !errors.As(err, &exit) {
			b.Error(err)
		}
	})
	for began := time.Now(); time.Since(began) < 2*time.Minute; time.Sleep(50 * time.Millisecond) {
		response, err := http.Get("http://" + address + "/metrics")
		if err != nil {
			continue
		}
		text, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err == nil && strings.Contains(string(text), "\nzveno_projection_lag_transactions 0\n") {
			return command
		}
	}
	b.Fatal("the server did not become ready within two minutes")
	return nil
}

func signIn(b *testing.B, base, email, password string) *http.Client {
	jar, _ := cookiejar.New(nil)
	client := &http.Client{Jar: jar, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	response, err := client.PostForm(base+"/sign-in", url.Values{"email": {email}, "password": {password}})
	if err != nil {
		b.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK || response.Request.URL.Path == "/sign-in" {
		b.Fatalf("%s cannot sign in: %s at %s", email, response.Status, response.Request.URL)
	}
	return client
}

// load is what people do and how long they wait.
type load struct {
	base string

	mu     sync.Mutex
	times  map[string][]time.Duration // by kind of page
	errors []string
}

func (l *load) reset() { l.times, l.errors = map[string][]time.Duration{}, nil }

func (l *load) run(people []*http.Client) {
	end := time.Now().Add(time.Duration(*seconds) * time.Second)
	var group sync.WaitGroup
	for n := range *users {
		group.Go(func() {
			random := rand.New(rand.NewPCG(uint64(n), 7))
			time.Sleep(time.Duration(random.Int64N(int64(thinkTime)))) // nobody begins at the same moment
			for path := "/"; time.Now().Before(end); time.Sleep(thinkTime) {
				links := l.visit(people[n%len(people)], path)
				path = "/"
				if len(links) > 0 {
					path = links[random.IntN(len(links))]
				}
			}
		})
	}
	group.Wait()
}

// left out are files to download, forms to sign out, streams, and links that change something.
var (
	link    = regexp.MustCompile(`href="(/[^"#]*)"`)
	leftOut = regexp.MustCompile(`^/(assets|sign-out|events|api)|format=`)
	number  = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}|\?.*`)
)

// visit loads a page and gives the links on it.
func (l *load) visit(client *http.Client, path string) (links []string) {
	began := time.Now()
	response, err := client.Get(l.base + path)
	var text []byte
	if err == nil {
		text, err = io.ReadAll(response.Body)
		response.Body.Close()
	}
	took := time.Since(began)
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case err != nil:
		l.errors = append(l.errors, err.Error())
		return nil
	case response.StatusCode >= 400:
		l.errors = append(l.errors, response.Status+" "+path)
		return nil
	}
	kind := number.ReplaceAllString(path, "*")
	l.times[kind] = append(l.times[kind], took)
	for _, match := range link.FindAllStringSubmatch(string(text), -1) {
		if to := strings.ReplaceAll(match[1], "&amp;", "&"); !leftOut.MatchString(to) {
			links = append(links, to)
		}
	}
	return links
}

// memoryPeak is the most memory that a process ever held, in bytes.
func memoryPeak(b *testing.B, pid int) (peak int64) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Skip("no /proc on this system: memory cannot be read")
	}
	for line := range strings.Lines(string(status)) {
		if _, err := fmt.Sscanf(line, "VmHWM: %d kB", &peak); err == nil {
			return peak << 10
		}
	}
	return 0
}
