package bench

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"zveno.dev/zveno/internal/db/dbtest"
)

var (
	deals  = flag.Int("deals", 1_000_000, "deals of the generated company; a deal has about 8 versions")
	folder = flag.String("folder", "out", "folder for the generated databases, kept for the next run")
	repeat = flag.Int("repeat", 7, "runs of each query; the median counts")
	binary = flag.String("binary", filepath.Join("..", "bin", "zveno"), "the program, for figures of whole processes")
)

func TestMain(m *testing.M) {
	flag.Parse()
	fmt.Printf("%s, %d processors, %d deals\n", runtime.Version(), runtime.NumCPU(), *deals)
	dbtest.Main(m)
}

// figure prints one line: what, the bar, what was measured.
func figure(what, bar, format string, args ...any) {
	fmt.Printf("\n%-58s %-22s %s\n", what, bar, fmt.Sprintf(format, args...))
}

// median of the durations of n runs.
func median(b *testing.B, n int, run func() error) time.Duration {
	b.Helper()
	times := make([]time.Duration, n)
	for i := range times {
		began := time.Now()
		if err := run(); err != nil {
			b.Fatal(err)
		}
		times[i] = time.Since(began)
	}
	return percentile(times, 0.5)
}

// percentile of durations, 0 to 1.
func percentile(times []time.Duration, p float64) time.Duration {
	slices.Sort(times)
	return times[int(p*float64(len(times)-1))]
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// shared is the folder of the public data sets; the benchmark is skipped where there is none.
func shared(b *testing.B, path ...string) string {
	root := os.Getenv("ZVENO_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "shared")
	}
	full := filepath.Join(append([]string{root}, path...)...)
	if _, err := os.Stat(full); err != nil {
		b.Skipf("the public data set is not at %s", full)
	}
	return full
}
