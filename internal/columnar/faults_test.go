package columnar

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"zveno.dev/zveno/internal/fault"
)

func TestUnusableFileStartsOver(t *testing.T) {
	overwrite := func(offset int64, content string) func(string) error {
		return func(path string) error {
			f, err := os.OpenFile(path, os.O_RDWR, 0)
			if err != nil {
				return err
			}
			_, err = f.WriteAt([]byte(content), offset)
			return errors.Join(err, f.Close())
		}
	}
	for name, spoil := range map[string]func(path string) error{
		"missing": os.Remove,
		"empty":   func(path string) error { return os.Truncate(path, 0) },
		"text": func(path string) error {
			return os.WriteFile(path, []byte(strings.Repeat("not a database\n", 9999)), 0o600)
		},
		"cut off":         func(path string) error { return os.Truncate(path, 100_000) },
		"header":          overwrite(0, "\xff\xff\xff\xff"),
		"other DuckDB":    overwrite(12, "\xe7\x03"),
		"both roots":      overwrite(4096, strings.Repeat("\xaa", 8192)),
		"all after roots": overwrite(12288, strings.Repeat("\xaa", 1<<20)),
	} {
		t.Run(name, func(t *testing.T) {
			cfg := duckConfig(t)
			s := open(t, cfg, sample)
			rebuild(t, s, 10, 50_000)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if err := spoil(numberedPath(cfg.Dir, 2)); err != nil {
				t.Fatal(err)
			}
			s = open(t, cfg, sample)
			mustPosition(t, s, 0)
			rebuild(t, s, 11, 5)
			mustPosition(t, s, 11)
			if got := ask(t, s, countVisits); got != "10" {
				t.Errorf("%s visits, want 10", got)
			}
		})
	}
}

func TestTornLogIsLeftOut(t *testing.T) {
	cfg := duckConfig(t)
	s := open(t, cfg, sample)
	rebuild(t, s, 10, 5)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(numberedPath(cfg.Dir, 2)+".wal", []byte(strings.Repeat("\x11\x07", 5000)), 0o600); err != nil {
		t.Fatal(err)
	}
	s = open(t, cfg, sample)
	if p, ok, err := s.Position(t.Context()); err != nil || ok && p.TxNo != 10 {
		t.Errorf("position %v, %v, %v, want transaction 10 or none", p, ok, err)
	}
}

func TestDamageInUseAsksForRebuild(t *testing.T) {
	cfg := duckConfig(t)
	s := open(t, cfg, sample)
	rebuild(t, s, 10, 400_000)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, cfg, sample)
	mustPosition(t, s, 10)
	content, err := os.ReadFile(numberedPath(cfg.Dir, 2))
	if err != nil {
		t.Fatal(err)
	}
	for i := 12288; i < len(content); i++ {
		content[i] ^= 0x55
	}
	if err := os.WriteFile(numberedPath(cfg.Dir, 2), content, 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := tryAsk(t.Context(), s, `SELECT sum(weight), max(reason) FROM visits`); err == nil {
		t.Fatalf("a query of a damaged file answers %s", got)
	}
	mustPosition(t, s, 0)
	if _, err := s.Query(t.Context(), countVisits); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("query of damaged tables: %v, want unavailable", err)
	}
	rebuild(t, s, 11, 5)
	if got := ask(t, s, countVisits); got != "10" {
		t.Errorf("%s visits after rebuilding, want 10", got)
	}
}

func TestOldFilesGo(t *testing.T) {
	cfg := duckConfig(t)
	s := open(t, cfg, sample)
	rebuild(t, s, 10, 5)
	rebuild(t, s, 11, 5)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, left := range []string{numberedPath(cfg.Dir, 1), numberedPath(cfg.Dir, 1) + ".wal", numberedPath(cfg.Dir, 7)} {
		if err := os.WriteFile(left, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s = open(t, cfg, sample)
	mustPosition(t, s, 11)
	if got := fileNames(t, cfg.Dir); got != "analytics-3.duckdb" {
		t.Errorf("files: %s, want analytics-3.duckdb alone", got)
	}
}

func TestAnyFolderName(t *testing.T) {
	for _, name := range []string{"it's", "50% off", "данные #1; DROP"} {
		cfg := duckConfig(t)
		cfg.Dir = filepath.Join(cfg.Dir, name, "deep")
		s := open(t, cfg, sample)
		rebuild(t, s, 10, 5)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if got := fileNames(t, cfg.Dir); got != "analytics-2.duckdb" {
			t.Errorf("%s: files %s", name, got)
		}
	}
	if _, err := Open(t.Context(), Config{Dir: filepath.Join(t.TempDir(), "what?")}, sample); fault.KindOf(err) != fault.Invalid {
		t.Errorf("open in a folder with a question mark: %v, want invalid", err)
	}
}

func TestNoWayOutOfTheFile(t *testing.T) {
	cfg := duckConfig(t)
	s := open(t, cfg, sample)
	rebuild(t, s, 10, 5)
	secret := filepath.Join(t.TempDir(), "secret.csv")
	if err := os.WriteFile(secret, []byte("a,b\n1,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"SELECT * FROM read_csv('" + secret + "')",
		"SELECT * FROM '" + secret + "'",
		"COPY visits TO '" + secret + ".out'",
		"ATTACH '" + secret + ".duckdb' AS other",
		"INSTALL httpfs",
		"LOAD httpfs",
		"SET GLOBAL enable_external_access = true",
		"SET GLOBAL memory_limit = '100GB'",
	} {
		if got, err := tryAsk(t.Context(), s, text); err == nil {
			t.Errorf("%s answers %q", text, got)
		}
	}
	mustPosition(t, s, 10)
}

func TestHeldByAnotherProcess(t *testing.T) {
	cfg := duckConfig(t)
	holder := startChild(t, "hold", cfg.Dir, nil)
	if line := holder.line(); line != "open" {
		t.Fatalf("the other process: %s", line)
	}
	_, err := Open(t.Context(), cfg, sample)
	if pid := strconv.Itoa(holder.cmd.Process.Pid); fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), pid) {
		t.Errorf("open: %v, want unavailable with process %s", err, pid)
	}
	holder.stdin.Close()
	holder.line()
	open(t, cfg, sample)
}

func TestHeldByThisProcess(t *testing.T) {
	cfg := duckConfig(t)
	s := open(t, cfg, sample)
	rebuild(t, s, 10, 5)
	if _, err := Open(t.Context(), cfg, sample); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("open twice: %v, want unavailable", err)
	}
	mustPosition(t, s, 10)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	mustPosition(t, open(t, cfg, sample), 10)
}

func TestKilledRebuildKeepsTheOld(t *testing.T) {
	cfg := duckConfig(t)
	s := open(t, cfg, sample)
	rebuild(t, s, 10, 5)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		victim := startChild(t, "rebuild", cfg.Dir, nil)
		for range 5 {
			if line := victim.line(); !strings.HasPrefix(line, "filled") {
				t.Fatalf("the other process: %s", line)
			}
		}
		victim.kill()
		s = open(t, cfg, sample)
		mustPosition(t, s, 10)
		if got := ask(t, s, countVisits); got != "10" {
			t.Errorf("%s visits, want 10 as before", got)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestKilledChangesAreWhole(t *testing.T) {
	cfg := duckConfig(t)
	s := open(t, cfg, sample)
	rebuild(t, s, 10, 2000)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for round := range 5 {
		victim := startChild(t, "change", cfg.Dir, nil)
		acknowledged := int64(0)
		for range 10 + 10*round {
			line := victim.line()
			txNo, err := strconv.ParseInt(line, 10, 64)
			if err != nil {
				t.Fatalf("the other process: %s", line)
			}
			acknowledged = txNo
		}
		victim.kill()
		s = open(t, cfg, sample)
		p, ok, err := s.Position(t.Context())
		if err != nil || !ok || p.TxNo < acknowledged {
			t.Fatalf("position %v, %v, %v after transaction %d was acknowledged", p, ok, err, acknowledged)
		}
		if got, want := ask(t, s, `SELECT count(*), min(entered_us), max(entered_us) FROM visits WHERE stage_no >= 10`), fmt.Sprintf("15|%d|%d", p.TxNo, p.TxNo); got != want {
			t.Errorf("changed visits %s, want %s", got, want)
		}
		if got := ask(t, s, countVisits); got != strconv.Itoa(2*2000-10+15) {
			t.Errorf("%s visits", got)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCancelledRebuild(t *testing.T) {
	each(t, func(t *testing.T, cfg Config) {
		s := open(t, cfg, sample)
		rebuild(t, s, 10, 5)
		ctx, cancel := context.WithCancel(t.Context())
		err := s.Rebuild(ctx, func(ctx context.Context, l *Loader) (Position, error) {
			time.AfterFunc(10*time.Millisecond, cancel)
			for ctx.Err() == nil {
				if err := fillSample(l, 1000); err != nil {
					return Position{}, err
				}
			}
			return Position{Store: feeder, TxNo: 11}, ctx.Err()
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("rebuild: %v, want it cancelled", err)
		}
		mustPosition(t, s, 10)
		if got := ask(t, s, countVisits); got != "10" {
			t.Errorf("%s visits, want 10 as before", got)
		}
		rebuild(t, s, 12, 6)
	})
}
