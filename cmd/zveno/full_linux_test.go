package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// smallDisk mounts a disk in memory, which only root may, and gives its folder with a function that changes its size.
func smallDisk(t *testing.T, size string) (dir string, resize func(size string)) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("a small disk cannot be mounted, which only root may: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir, func(size string) {
		t.Helper()
		if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT, "size="+size); err != nil {
			t.Fatal(err)
		}
	}
}

// TestImportOnAFullDisk fills the disk in the middle of an import: while rows are written, and while their indexes are
// made. With more room the import goes on, and ends as one without the interruption.
func TestImportOnAFullDisk(t *testing.T) {
	const rows = 30_000
	file := dealsCSV(t, t.TempDir(), rows)
	reference := []string{"--data", t.TempDir()}
	ok(t, with(reference, "import", file)...)
	dir, resize := smallDisk(t, "12m")
	flags := []string{"--data", dir}
	for _, size := range []string{"20m", "28m", ""} {
		code, _, stderr := cli(t, with(flags, "import", file)...)
		if code == exitOK {
			t.Fatal("the import fits the disk")
		}
		if !strings.Contains(stderr, "full") || !strings.Contains(stderr, "free some space") {
			t.Errorf("the import says %q", stderr)
		}
		resize("400m") // verify needs room for the analytical tables
		ok(t, with(flags, "verify")...)
		dropAnalytics(t, dir)
		if size != "" {
			resize(size)
		}
	}
	ok(t, with(flags, "import", file)...)
	ok(t, with(flags, "verify")...)
	for _, metric := range []string{"won", "won_count", "lost_count", "open_pipeline", "cycle"} {
		want, got := ok(t, with(reference, "metric", metric, "--format", "csv")...), ok(t, with(flags, "metric", metric, "--format", "csv")...)
		if got != want {
			t.Errorf("%s is %q after the disk was full, and %q without", metric, got, want)
		}
	}
}

// dropAnalytics deletes the analytical tables, which come back when they are needed.
func dropAnalytics(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "analytics*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if err := os.RemoveAll(file); err != nil {
			t.Fatal(err)
		}
	}
}
