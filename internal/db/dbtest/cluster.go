package dbtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Cluster is a PostgreSQL server of a test's own, in a temporary folder, reached by a Unix socket.
type Cluster struct {
	bin      string // folder of initdb and postgres
	dir      string
	settings []string
	process  *exec.Cmd
	exited   chan struct{} // closed when process has ended
}

// startTimeout bounds how long a server may take to come up, also after a crash.
const startTimeout = 60 * time.Second

// NewCluster starts a server that syncs every commit to the disk, and removes it when the test ends. settings are like
// "max_connections=5". Without PostgreSQL on the machine the test is skipped, as in PostgresConfig.
func NewCluster(t testing.TB, settings ...string) *Cluster {
	t.Helper()
	requireBinaries(t)
	c, err := startCluster(os.TempDir(), settings...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.remove)
	return c
}

// URL is the address of a database in the cluster. The database "postgres" is there from the beginning.
func (c *Cluster) URL(database string) string {
	return "postgres://zveno@/" + database + "?host=" + url.QueryEscape(c.dir) + "&port=5432"
}

// Start starts the server again after Stop or Crash.
func (c *Cluster) Start() error {
	for deadline := time.Now().Add(startTimeout); ; time.Sleep(50 * time.Millisecond) {
		if err := c.start(); err != nil {
			return err
		}
		err := c.waitReady(deadline)
		// After a crash, processes that the server had started may need a moment to notice.
		if err == nil || !strings.Contains(err.Error(), "pre-existing shared memory") || time.Now().After(deadline) {
			return err
		}
	}
}

// Stop shuts the server down, breaking its connections.
func (c *Cluster) Stop() error {
	if err := c.process.Process.Signal(syscall.SIGINT); err != nil {
		return fmt.Errorf("dbtest: stop PostgreSQL: %w", err)
	}
	<-c.exited
	return nil
}

// Crash kills the server without giving it a chance to save anything.
func (c *Cluster) Crash() error {
	if err := c.process.Process.Kill(); err != nil {
		return fmt.Errorf("dbtest: kill PostgreSQL: %w", err)
	}
	<-c.exited
	return nil
}

func (c *Cluster) remove() {
	if c.process != nil {
		c.process.Process.Signal(syscall.SIGQUIT) // fails if it has ended, which is as good
		<-c.exited
	}
	os.RemoveAll(c.dir)
}

// startCluster makes and starts a server in a new folder under parent.
func startCluster(parent string, settings ...string) (*Cluster, error) {
	bin, err := findBinaries()
	if err != nil {
		return nil, err
	}
	removeAbandoned(parent)
	dir, err := os.MkdirTemp(parent, fmt.Sprintf("zvpg%d-", os.Getpid())) // short: a socket's path has at most 107 bytes
	if err != nil {
		return nil, err
	}
	c := &Cluster{bin: bin, dir: dir, settings: settings}
	if err := c.init(); err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	if err := c.Start(); err != nil {
		c.remove()
		return nil, err
	}
	return c, nil
}

// removeAbandoned removes what test processes that were killed have left.
func removeAbandoned(parent string) {
	folders, _ := filepath.Glob(filepath.Join(parent, "zvpg*-*"))
	for _, folder := range folders {
		var pid int
		fmt.Sscanf(filepath.Base(folder), "zvpg%d-", &pid)
		info, err := os.Stat(folder)
		if err == nil && pid > 0 && time.Since(info.ModTime()) > time.Hour && !isRunning(pid) {
			os.RemoveAll(folder)
		}
	}
}

func (c *Cluster) init() error {
	if err := giveToServer(c.dir); err != nil {
		return fmt.Errorf("dbtest: give %s to PostgreSQL's user: %w", c.dir, err)
	}
	cmd := exec.Command(filepath.Join(c.bin, "initdb"), "--pgdata", filepath.Join(c.dir, "data"), "--username=zveno", "--auth=trust",
		"--locale=C", "--encoding=UTF8", "--no-sync", "--no-instructions")
	cmd.Dir, cmd.SysProcAttr = c.dir, serverAttributes()
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("dbtest: initdb: %w\n%s", err, output)
	}
	return nil
}

// start runs the server as a child that the system ends with this process. The system watches the thread that started
// it, so that thread stays until the server has ended.
func (c *Cluster) start() error {
	settings := append([]string{"listen_addresses=", "port=5432", "unix_socket_directories=" + c.dir, "max_connections=100",
		"shared_buffers=64MB", "dynamic_shared_memory_type=mmap", "logging_collector=off"}, c.settings...)
	args := []string{"-D", filepath.Join(c.dir, "data")}
	for _, s := range settings {
		args = append(args, "-c", s)
	}
	log, err := os.Create(c.logFile())
	if err != nil {
		return err
	}
	defer log.Close()
	c.process = exec.Command(filepath.Join(c.bin, "postgres"), args...)
	c.process.Dir, c.process.SysProcAttr = c.dir, serverAttributes()
	c.process.Stdout, c.process.Stderr = log, log
	c.exited = make(chan struct{})
	started := make(chan error)
	go func(process *exec.Cmd, exited chan struct{}) {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(exited)
		err := process.Start()
		started <- err
		if err == nil {
			process.Wait() // how it ended is in its log
		}
	}(c.process, c.exited)
	return <-started
}

func (c *Cluster) logFile() string { return filepath.Join(c.dir, "log") }

func (c *Cluster) waitReady(deadline time.Time) error {
	for ; ; time.Sleep(20 * time.Millisecond) {
		conn, err := pgx.Connect(context.Background(), c.URL("postgres"))
		if err == nil {
			return conn.Close(context.Background())
		}
		select {
		case <-c.exited:
			err = errors.New("it ended at once")
		default:
			if time.Now().Before(deadline) {
				continue
			}
		}
		log, _ := os.ReadFile(c.logFile())
		return fmt.Errorf("dbtest: PostgreSQL does not start: %w\n%s", err, bytes.TrimSpace(log))
	}
}

// findBinaries is the folder with PostgreSQL's programs: on the PATH, or the newest where distributions put them.
func findBinaries() (string, error) {
	folders := filepath.SplitList(os.Getenv("PATH"))
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin"} {
		found, _ := filepath.Glob(pattern)
		slices.Reverse(found)
		folders = append(folders, found...)
	}
	for _, folder := range folders {
		initdb, err := filepath.EvalSymlinks(filepath.Join(folder, "initdb"))
		if err != nil {
			continue
		}
		if _, err := os.Stat(filepath.Join(filepath.Dir(initdb), "postgres")); err == nil {
			return filepath.Dir(initdb), nil
		}
	}
	return "", errors.New("PostgreSQL is not installed, so this ran on SQLite only: apt-get install postgresql (or brew install postgresql)")
}
