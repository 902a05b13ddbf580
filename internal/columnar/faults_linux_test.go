package columnar

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"zveno.dev/zveno/internal/fault"
)

func init() {
	children["open"] = openAsOther
	children["diskfull"] = fillDisk
}

func TestUnwritableFolder(t *testing.T) {
	dir, err := os.MkdirTemp("", "zvcol") // one that other users can enter
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	line := startChild(t, "open", dir, nil).line()
	if !strings.HasPrefix(line, "error unavailable") || !strings.Contains(line, "cannot be written") {
		t.Errorf("open in a read-only folder: %s", line)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), Config{Dir: file}, sample); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("open with a file for a folder: %v, want unavailable", err)
	}
}

// openAsOther opens the folder as a user that may do little.
func openAsOther(ctx context.Context, cfg Config) error {
	if os.Geteuid() == 0 {
		if err := syscall.Setuid(65534); err != nil {
			return err
		}
	}
	s, err := Open(ctx, cfg, sample)
	if err != nil {
		return err
	}
	return s.Close()
}

// TestDiskFull gives a process a small disk of its own, mounted where no other process sees it.
func TestDiskFull(t *testing.T) {
	attributes := &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}}
	c := startChild(t, "diskfull", t.TempDir(), attributes)
	line := c.line()
	if strings.HasPrefix(line, "cannot mount") {
		t.Skip(line)
	}
	if !strings.HasPrefix(line, "unavailable") || !strings.Contains(line, "disk") || !strings.Contains(line, "full") {
		t.Errorf("rebuild on a full disk: %s", line)
	}
	if line := c.line(); line != "10 visits at 10" {
		t.Errorf("afterwards: %s, want the old tables", line)
	}
	if line := c.line(); line != "14 visits at 11" {
		t.Errorf("after a small rebuild: %s", line)
	}
}

func fillDisk(ctx context.Context, cfg Config) error {
	if err := syscall.Mount("tmpfs", cfg.Dir, "tmpfs", 0, "size=4m"); err != nil {
		fmt.Println("cannot mount a small disk:", err)
		return nil
	}
	s, err := Open(ctx, cfg, sample)
	if err != nil {
		return err
	}
	defer s.Close()
	for _, step := range []struct {
		deals int
		txNo  int64
	}{{5, 10}, {5_000_000, 12}, {7, 11}} {
		err := s.Rebuild(ctx, func(_ context.Context, l *Loader) (Position, error) {
			return Position{Store: feeder, TxNo: step.txNo}, fillSample(l, step.deals)
		})
		if step.txNo == 12 {
			fmt.Println(fault.KindOf(err), strings.ReplaceAll(fmt.Sprint(err), "\n", " "))
		} else if err != nil {
			return err
		}
		if step.txNo == 10 {
			continue
		}
		count, err := tryAsk(ctx, s, countVisits)
		p, _, _ := s.Position(ctx)
		if err != nil {
			return err
		}
		fmt.Println(count, "visits at", p.TxNo)
	}
	return nil
}
