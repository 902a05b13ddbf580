package columnar

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/duckdb/duckdb-go/v2"

	"zveno.dev/zveno/internal/fault"
)

// Files are numbered: analytics-1.duckdb, analytics-2.duckdb … A rebuild fills the next number while the present one
// answers queries. A file is complete once its state row is committed, so no renaming is needed, and a process that holds
// both keeps every other out. The highest complete number is the one to use; whatever else is there is left over from a
// process that died.

const (
	filePrefix = "analytics-"
	fileSuffix = ".duckdb"
)

// claimed holds the folders that this process has open: DuckDB keeps out other processes only.
var claimed struct {
	sync.Mutex
	dirs map[string]bool
}

// claimDir makes the folder and keeps it from being opened a second time until release is called.
func claimDir(dir string) (release func(), err error) {
	if strings.Contains(dir, "?") {
		return nil, fault.New(fault.Invalid, "the folder %s has a question mark in its name, which DuckDB cannot open: choose another", dir)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fault.New(fault.Unavailable, "the folder %s cannot be made: %w", dir, err)
	}
	real, err := filepath.EvalSymlinks(dir)
	if err == nil {
		real, err = filepath.Abs(real)
	}
	if err != nil {
		return nil, fault.New(fault.Unavailable, "the folder %s cannot be found: %w", dir, err)
	}
	claimed.Lock()
	defer claimed.Unlock()
	if claimed.dirs[real] {
		return nil, fault.New(fault.Unavailable, "this process has the analytical tables in %s open already", dir)
	}
	if claimed.dirs == nil {
		claimed.dirs = map[string]bool{}
	}
	claimed.dirs[real] = true
	return func() {
		claimed.Lock()
		defer claimed.Unlock()
		delete(claimed.dirs, real)
	}, nil
}

// openNewest opens the newest complete file, or a new empty one, and removes all others.
func openNewest(ctx context.Context, cfg Config, schema Schema) (*duckFile, error) {
	numbers, err := listNumbers(cfg.Dir)
	if err != nil {
		return nil, err
	}
	highest := 0
	for i, number := range slices.Backward(numbers) {
		highest = max(highest, number)
		file, err := openComplete(ctx, cfg, schema, numberedPath(cfg.Dir, number))
		if err != nil {
			return nil, err
		}
		if file != nil {
			removeOthers(cfg, numbers[:i])
			return file, nil
		}
	}
	return createFile(ctx, cfg, schema, highest+1)
}

// openComplete opens a file if it is complete and of this schema. If it is not, it is removed and the result is nil.
func openComplete(ctx context.Context, cfg Config, schema Schema, path string) (*duckFile, error) {
	file, err := attachDuckDB(ctx, cfg, schema, path)
	reason := "it is unfinished, or of another version of Zveno"
	if err == nil {
		var ok bool
		if _, ok, err = file.position(ctx); ok {
			return file, os.RemoveAll(path + tempSuffix) // of a process that was killed
		}
		err = errors.Join(err, file.close())
	}
	if err != nil {
		if explained := explainDuckDB(err, path); fault.KindOf(explained) == fault.Unavailable || ctx.Err() != nil {
			return nil, explained
		}
		reason = err.Error()
	}
	cfg.Log.Warn("analytical tables cannot be used and are removed, to be rebuilt", "file", path, "reason", reason)
	if err := removeDuckDB(path); err != nil {
		return nil, fault.New(fault.Unavailable, "%s cannot be used (%s) and not be removed either: %w", path, reason, err)
	}
	return nil, nil
}

// pathAfter is the free path of the file that follows the one at path, which this process holds.
func pathAfter(cfg Config, path string) (string, error) {
	number, ok := fileNumber(filepath.Base(path))
	if !ok {
		return "", fmt.Errorf("%s has no number", path)
	}
	next := numberedPath(cfg.Dir, number+1)
	if err := removeDuckDB(next); err != nil {
		return "", fault.New(fault.Unavailable, "what is left over from an earlier rebuild cannot be removed: %w", err)
	}
	return next, nil
}

func createFile(ctx context.Context, cfg Config, schema Schema, number int) (*duckFile, error) {
	path := numberedPath(cfg.Dir, number)
	file, err := attachDuckDB(ctx, cfg, schema, path)
	if err != nil {
		return nil, explainDuckDB(err, path)
	}
	if err := file.create(ctx); err != nil {
		return nil, errors.Join(explainDuckDB(err, path), file.close(), file.remove())
	}
	return file, nil
}

func removeOthers(cfg Config, numbers []int) {
	for _, number := range numbers {
		if err := removeDuckDB(numberedPath(cfg.Dir, number)); err != nil {
			cfg.Log.Warn("cannot remove replaced analytical tables", "error", err)
		}
	}
}

func numberedPath(dir string, number int) string {
	return filepath.Join(dir, filePrefix+strconv.Itoa(number)+fileSuffix)
}

// listNumbers finds the files in dir, in ascending order.
func listNumbers(dir string) ([]int, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "the folder %s cannot be read: %w", dir, err)
	}
	var numbers []int
	for _, entry := range entries {
		if number, ok := fileNumber(entry.Name()); ok {
			numbers = append(numbers, number)
		}
	}
	slices.Sort(numbers)
	return numbers, nil
}

func fileNumber(name string) (int, bool) {
	digits, ok := strings.CutPrefix(name, filePrefix)
	if !ok {
		return 0, false
	}
	if digits, ok = strings.CutSuffix(digits, fileSuffix); !ok {
		return 0, false
	}
	number, err := strconv.Atoi(digits)
	return number, err == nil && number > 0
}

// isDamage reports whether an error means that the file, or what DuckDB holds of it in memory, cannot be trusted any more.
func isDamage(err error) bool {
	e, ok := errors.AsType[*duckdb.Error](err)
	if !ok || fault.KindOf(explainDuckDB(err, "")) == fault.Unavailable {
		return false
	}
	switch e.Type {
	case duckdb.ErrorTypeFatal, duckdb.ErrorTypeInternal, duckdb.ErrorTypeSerialization, duckdb.ErrorTypeIO:
		return true
	}
	return false
}
