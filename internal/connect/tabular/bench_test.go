//go:build unix

package tabular

import (
	"bufio"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// writeDeals writes an export of deals as CRM systems write them: quoted says that every cell is quoted.
func writeDeals(b *testing.B, rows int, quoted bool) (path string, size int64) {
	b.Helper()
	path = filepath.Join(b.TempDir(), "deals.csv")
	file, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	out := bufio.NewWriterSize(file, 1<<20)
	random := rand.New(rand.NewPCG(1, 2))
	write := func(cells ...string) {
		for i, cell := range cells {
			if i > 0 {
				out.WriteByte(',')
			}
			if quoted || strings.ContainsAny(cell, ",\"\n") {
				cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
			}
			out.WriteString(cell)
		}
		out.WriteString("\r\n")
	}
	write("Id", "Name", "Account Name", "Stage", "Amount", "Currency", "Close Date", "Created Date", "Owner Email", "Probability", "Next Step", "Is Won", "Описание")
	stages := []string{"Prospecting", "Qualification", "Negotiation/Review", "Closed Won", "Closed Lost"}
	for i := range rows {
		description := ""
		switch i % 5 {
		case 0:
			description = "Клиент просит скидку, ждём решения"
		case 1:
			description = "Call back in March"
		}
		write(fmt.Sprintf("006bm00000%08dAA", i), fmt.Sprintf("Deal %d for generators", i), fmt.Sprintf("Account %d, Inc.", random.IntN(5000)),
			stages[random.IntN(len(stages))], fmt.Sprintf("%d.%02d", random.IntN(500_000), random.IntN(100)), "USD",
			fmt.Sprintf("%d/%d/%d", 1+random.IntN(12), 1+random.IntN(28), 2020+random.IntN(7)),
			fmt.Sprintf("2026-%02d-%02dT%02d:%02d:00.000Z", 1+random.IntN(12), 1+random.IntN(28), random.IntN(24), random.IntN(60)),
			fmt.Sprintf("rep%d@example.com", random.IntN(40)), fmt.Sprint(10*random.IntN(11)), "", "FALSE", description)
	}
	if err := out.Flush(); err != nil {
		b.Fatal(err)
	}
	info, err := file.Stat()
	if err != nil {
		b.Fatal(err)
	}
	return path, info.Size()
}

// readStandard reads the file with encoding/csv, for comparison.
func readStandard(b *testing.B, path string) (rows int) {
	file, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	reader := csv.NewReader(file)
	reader.ReuseRecord = true
	for {
		_, err := reader.Read()
		if err == io.EOF {
			return rows - 1
		}
		if err != nil {
			b.Fatal(err)
		}
		rows++
	}
}

// cpuTime is the processor time that this process has used: what others do on the machine does not count.
func cpuTime(b *testing.B) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// benchmarkPass reports MB for each second of processor time, and how many times encoding/csv's speed at reading the same
// file in the same run that is.
func benchmarkPass(b *testing.B, path string, size int64, pass func()) {
	b.SetBytes(size)
	var ours, standard time.Duration
	for b.Loop() {
		start := cpuTime(b)
		pass()
		ours += cpuTime(b) - start
		b.StopTimer()
		start = cpuTime(b)
		readStandard(b, path)
		standard += cpuTime(b) - start
		b.StartTimer()
	}
	b.ReportMetric(float64(size)*float64(b.N)/1e6/ours.Seconds(), "MB/cpu-s")
	b.ReportMetric(float64(standard)/float64(ours), "x_encoding/csv")
}

func benchmarkRows(b *testing.B, quoted bool) {
	path, size := writeDeals(b, 200_000, quoted)
	table := openOne(b, path)
	benchmarkPass(b, path, size, func() {
		for _, err := range table.Rows(context.Background()) {
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkRows(b *testing.B)       { benchmarkRows(b, false) }
func BenchmarkRowsQuoted(b *testing.B) { benchmarkRows(b, true) }

func BenchmarkProfile(b *testing.B) {
	path, size := writeDeals(b, 200_000, false)
	table := openOne(b, path)
	benchmarkPass(b, path, size, func() {
		if _, err := Profile(context.Background(), table); err != nil {
			b.Fatal(err)
		}
	})
}

// BenchmarkSheet reports rows for each second of processor time, and how many times excelize's speed that is.
func BenchmarkSheet(b *testing.B) {
	const rows = 20_000
	path := writeBook(b, rows)
	table := openOne(b, path)
	b.SetBytes(table.Size)
	var ours, theirs time.Duration
	for b.Loop() {
		start := cpuTime(b)
		for _, err := range table.Rows(context.Background()) {
			if err != nil {
				b.Fatal(err)
			}
		}
		ours += cpuTime(b) - start
		b.StopTimer()
		start = cpuTime(b)
		readExcelize(b, path)
		theirs += cpuTime(b) - start
		b.StartTimer()
	}
	b.ReportMetric(rows*float64(b.N)/ours.Seconds(), "rows/cpu-s")
	b.ReportMetric(float64(theirs)/float64(ours), "x_excelize")
}

// readExcelize reads the workbook's rows with excelize, values as stored, which is its fastest way.
func readExcelize(b *testing.B, path string) {
	f, err := excelize.OpenFile(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	rows, err := f.Rows("Sheet1")
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		if _, err := rows.Columns(excelize.Options{RawCellValue: true}); err != nil {
			b.Fatal(err)
		}
	}
}
