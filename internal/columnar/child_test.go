package columnar

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"zveno.dev/zveno/internal/fault"
)

// Some tests need a second process: one to be killed, one of another user, one with a small disk. It is this test binary,
// started with the name of what to do in childVariable.
const (
	childVariable = "ZVENO_COLUMNAR_CHILD"
	dirVariable   = "ZVENO_COLUMNAR_DIR"
)

// children are what the second process can do. Each prints lines for its parent to read.
var children = map[string]func(context.Context, Config) error{
	"hold":    holdOpen,
	"rebuild": rebuildForever,
	"change":  changeForever,
}

func runChild(name string) {
	cfg := Config{Dir: os.Getenv(dirVariable), MemoryMiB: 256, Threads: 2}
	if err := children[name](context.Background(), cfg); err != nil {
		fmt.Println("error", fault.KindOf(err), strings.ReplaceAll(err.Error(), "\n", " "))
		os.Exit(1)
	}
}

// child is a running second process.
type child struct {
	cmd   *exec.Cmd
	stdin io.Closer
	lines *bufio.Scanner
}

// startChild starts a second process that works in dir; it is killed when the test ends.
func startChild(t *testing.T, name, dir string, attributes *syscall.SysProcAttr) *child {
	t.Helper()
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := &child{cmd: exec.Command(executable)}
	c.cmd.Env = append(os.Environ(), childVariable+"="+name, dirVariable+"="+dir)
	c.cmd.SysProcAttr = attributes
	c.cmd.Stderr = t.Output()
	stdout, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if c.stdin, err = c.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Skip("cannot start such a process here:", err)
	}
	c.lines = bufio.NewScanner(stdout)
	t.Cleanup(c.kill)
	return c
}

// line is the next line that the child prints; "" when it has ended.
func (c *child) line() string {
	c.lines.Scan()
	return c.lines.Text()
}

// kill ends the child at once.
func (c *child) kill() {
	c.cmd.Process.Kill() // fails if it has ended, which is as good
	for c.lines.Scan() {
	}
	c.cmd.Wait()
}

func holdOpen(ctx context.Context, cfg Config) error {
	s, err := Open(ctx, cfg, sample)
	if err != nil {
		return err
	}
	fmt.Println("open")
	io.Copy(io.Discard, os.Stdin) // until the parent closes it
	return s.Close()
}

// rebuildForever fills a rebuild until it is killed.
func rebuildForever(ctx context.Context, cfg Config) error {
	s, err := Open(ctx, cfg, sample)
	if err != nil {
		return err
	}
	return s.Rebuild(ctx, func(_ context.Context, l *Loader) (Position, error) {
		for n := 0; ; n++ {
			if err := fillSample(l, 10_000); err != nil {
				return Position{}, err
			}
			fmt.Println("filled", n)
		}
	})
}

// changeForever changes deals, all of them at once, and prints each position that it reached; meanwhile it compacts.
func changeForever(ctx context.Context, cfg Config) error {
	s, err := Open(ctx, cfg, sample)
	if err != nil {
		return err
	}
	go func() {
		for s.engine.compact(ctx, true) == nil {
		}
	}()
	from, _, err := s.Position(ctx)
	if err != nil {
		return err
	}
	for txNo := from.TxNo + 1; ; txNo++ {
		if err := s.Apply(ctx, Position{Store: feeder, TxNo: txNo}, change(int(txNo), 0, 1, 2, 3, 4)); err != nil {
			return err
		}
		fmt.Println(txNo)
	}
}
