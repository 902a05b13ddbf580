package connect_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"zveno.dev/zveno/internal/connect"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
)

// BenchmarkImportDeals imports a file of deals with their accounts, owners and products into an empty store, detection of
// everything included. ZVENO_BENCH_ROWS sets the number of deals.
func BenchmarkImportDeals(b *testing.B) {
	b.Run(db.SQLite, func(b *testing.B) { benchmarkImport(b, dbtest.SQLite) })
	b.Run(db.Postgres, func(b *testing.B) { benchmarkImport(b, dbtest.Postgres) })
}

func benchmarkImport(b *testing.B, open func(testing.TB) *db.DB) {
	rows := 200_000
	if n, err := strconv.Atoi(os.Getenv("ZVENO_BENCH_ROWS")); err == nil {
		rows = n
	}
	folder := b.TempDir()
	writeDeals(b, folder, rows)
	for b.Loop() {
		b.StopTimer()
		d := open(b)
		b.StartTimer()
		start := time.Now()
		report := imported(b, d, connect.ImportOptions{}, folder)
		took := time.Since(start)
		if got := report.Totals(); got.Rejected > 0 || got.Created < int64(rows) {
			b.Fatalf("%+v %+v", got, report.Rejections)
		}
		b.ReportMetric(float64(report.Totals().Read)/took.Seconds(), "rows/s")
		start = time.Now()
		again := imported(b, d, connect.ImportOptions{}, folder)
		b.ReportMetric(float64(again.Totals().Read)/time.Since(start).Seconds(), "rows/s-again")
		if got := again.Totals(); got.Unchanged != got.Read {
			b.Fatalf("second import: %+v", got)
		}
		start = time.Now()
		again = imported(b, d, connect.ImportOptions{DateOrder: "ymd"}, folder) // as if every row had changed
		b.ReportMetric(float64(again.Totals().Read)/time.Since(start).Seconds(), "rows/s-compared")
		if got := again.Totals(); got.Unchanged != got.Read {
			b.Fatalf("third import: %+v", got)
		}
	}
	b.ReportMetric(float64(peakRSS(b))/(1<<20), "peak-MiB")
}

// peakRSS is the most memory that this process ever held, in bytes.
func peakRSS(tb testing.TB) int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		tb.Skip("no /proc on this system: peak memory cannot be read")
	}
	for line := range strings.Lines(string(status)) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "VmHWM:" {
			kb, _ := strconv.ParseInt(fields[1], 10, 64)
			return kb << 10
		}
	}
	return 0
}

// writeDeals writes accounts.csv, products.csv and deals.csv with made-up companies.
func writeDeals(tb testing.TB, folder string, deals int) {
	random := rand.New(rand.NewPCG(1, 2))
	accounts := max(10, deals/100)
	write(tb, folder, "accounts.csv", func(w *bufio.Writer) {
		fmt.Fprintln(w, "Account ID,Account Name,Industry,Employees")
		for i := range accounts {
			fmt.Fprintf(w, "A%06d,Company %d Ltd,Industry %d,%d\n", i, i, i%12, 10+i%5000)
		}
	})
	write(tb, folder, "products.csv", func(w *bufio.Writer) {
		fmt.Fprintln(w, "Product Name,Product Family,List Price")
		for i := range 40 {
			fmt.Fprintf(w, "Product %d,Family %d,%d.00\n", i, i%4, 100+i*10)
		}
	})
	stages := []string{"Prospecting", "Qualification", "Proposal", "Negotiation", "Closed Won", "Closed Lost"}
	write(tb, folder, "deals.csv", func(w *bufio.Writer) {
		fmt.Fprintln(w, "Deal ID,Deal Name,Account Name,Deal Owner,Product,Stage,Amount,Created Date,Close Date,Lead Source")
		for i := range deals {
			created := time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, random.IntN(1000))
			fmt.Fprintf(w, "D%08d,Deal number %d,Company %d Ltd,Owner %d,Product %d,%s,%d.%02d,%s,%s,Web\n",
				i, i, random.IntN(accounts), random.IntN(60), random.IntN(40), stages[random.IntN(len(stages))],
				random.IntN(100_000), random.IntN(100), created.Format(time.DateOnly), created.AddDate(0, 0, 1+random.IntN(200)).Format(time.DateOnly))
		}
	})
}

func write(tb testing.TB, folder, name string, content func(*bufio.Writer)) {
	tb.Helper()
	f, err := os.Create(filepath.Join(folder, name))
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	content(w)
	if err := w.Flush(); err != nil {
		tb.Fatal(err)
	}
}
