//go:build unix

package columnar

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"
)

// history is shaped like the versions of deals: eight for each, sixteen columns. benchDeals of them are a million rows.
var history = Schema{Tables: []Table{{Name: "versions", Key: "deal_key", Columns: []Column{
	{"deal_key", Int}, {"version_no", Small}, {"valid_from", Big}, {"valid_to", Big}, {"stage_no", Small}, {"owner_no", Int},
	{"region_no", Small}, {"amount_minor", Big}, {"close_day", Int}, {"status", Small}, {"pipeline_no", Small},
	{"category_no", Small}, {"source_no", Small}, {"product_no", Int}, {"account_key", Int}, {"probability", Double},
}}}}

const (
	benchDeals   = 125_000
	dealVersions = 8
)

// historyWithText is history with two of its numbers as text.
func historyWithText() Schema {
	t := history.Tables[0]
	t.Columns = slices.Clone(t.Columns)
	t.Columns[11], t.Columns[12] = Column{"category", Text}, Column{"source", Text}
	return Schema{Tables: []Table{t}}
}

func version(row []any, deal, no int, text bool) []any {
	h := (uint32(deal)*2654435761 ^ uint32(no)*40503) >> 3
	from := int64(1_400_000_000_000_000) + int64(h%1_000_000)*100_000_000 + int64(no)*7_000_000_000
	row[0], row[1], row[2], row[3] = int32(deal), int16(no), from, from+7_000_000_000
	row[4], row[5], row[6] = int16(no), int32(h%200), int16(h%5)
	row[7], row[8], row[9], row[10] = int64(h%1_000_000)*100, int32(17000+h%2000), int16(h%3), int16(h%2)
	row[11], row[12], row[13], row[14] = int16(h%4), int16(h%9), int32(h%300), int32(deal/3)
	row[15] = float64(h%100) / 100
	if text {
		row[11], row[12] = texts[h%4], texts[h%9]
	}
	return row
}

var texts = []string{"commit", "best case", "pipeline", "omitted", "trade fair in spring", "partner", "web", "outbound call", "рекомендация"}

// load rebuilds s with appenders working at once, each with every n-th stretch of deals.
func load(b *testing.B, s *Store, appenders int, text bool) {
	b.Helper()
	err := s.Rebuild(b.Context(), func(_ context.Context, l *Loader) (Position, error) {
		var work sync.WaitGroup
		errs := make([]error, appenders)
		for n := range appenders {
			work.Go(func() { errs[n] = loadPart(l, benchDeals*n/appenders, benchDeals*(n+1)/appenders, text) })
		}
		work.Wait()
		for _, err := range errs {
			if err != nil {
				return Position{}, err
			}
		}
		return Position{Store: feeder, TxNo: 1}, nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

func loadPart(l *Loader, from, to int, text bool) error {
	a, err := l.Appender("versions")
	if err != nil {
		return err
	}
	defer a.Close()
	row := make([]any, len(history.Tables[0].Columns))
	for deal := from; deal < to; deal++ {
		for no := range dealVersions {
			if err := a.Append(version(row, deal, no, text)); err != nil {
				return err
			}
		}
	}
	return a.Close()
}

func eachBench(b *testing.B, fn func(b *testing.B, cfg Config)) {
	b.Run("duckdb", func(b *testing.B) { fn(b, Config{Dir: b.TempDir()}) })
	b.Run("postgres", func(b *testing.B) { fn(b, postgresConfig(b)) })
}

// measureCPU reports the processor time of an operation besides its duration, which other programs disturb. It does not
// see what a PostgreSQL server does. The function that it returns ends the measurement.
func measureCPU(b *testing.B) (end func()) {
	start := processorTime()
	return func() { b.ReportMetric(float64((processorTime()-start).Microseconds())/1000/float64(b.N), "cpu-ms/op") }
}

func processorTime() time.Duration {
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// BenchmarkRebuild loads a million rows with one and with two appenders of the same table.
func BenchmarkRebuild(b *testing.B) {
	eachBench(b, func(b *testing.B, cfg Config) {
		for _, text := range []bool{false, true} {
			for appenders := 1; appenders <= 2; appenders++ {
				b.Run(fmt.Sprintf("text=%v/appenders=%d", text, appenders), func(b *testing.B) {
					schema := history
					if text {
						schema = historyWithText()
					}
					s := open(b, cfg, schema)
					defer measureCPU(b)()
					for b.Loop() {
						load(b, s, appenders, text)
					}
					b.ReportMetric(float64(b.N*benchDeals*dealVersions)/b.Elapsed().Seconds(), "rows/s")
					if err := s.Close(); err != nil {
						b.Fatal(err)
					}
				})
			}
		}
	})
}

// changed is a delta that gives size deals, spread over all, one version more.
func changed(round, size int) Delta {
	d := Delta{Delete: map[string][]int32{}, Insert: map[string][][]any{}}
	for i := range size {
		deal := (round*size + i) * 104_729 % benchDeals
		d.Delete["versions"] = append(d.Delete["versions"], int32(deal))
		for no := range dealVersions + 1 {
			d.Insert["versions"] = append(d.Insert["versions"], version(make([]any, 16), deal, no, false))
		}
	}
	return d
}

// BenchmarkApply changes one and a hundred deals in one transaction.
func BenchmarkApply(b *testing.B) {
	eachBench(b, func(b *testing.B, cfg Config) {
		s := open(b, cfg, history)
		load(b, s, 2, false)
		round := 1
		for _, size := range []int{1, 100} {
			b.Run(fmt.Sprintf("deals=%d", size), func(b *testing.B) {
				defer measureCPU(b)()
				for b.Loop() {
					if err := s.Apply(b.Context(), Position{Store: feeder, TxNo: int64(round)}, changed(round, size)); err != nil {
						b.Fatal(err)
					}
					round++
				}
			})
		}
	})
}

// BenchmarkScan asks for the pipeline as of a date: of fresh tables, after 1,000 small changes of 5 deals, after a
// checkpoint, and after Compact.
func BenchmarkScan(b *testing.B) {
	s := open(b, Config{Dir: b.TempDir(), Threads: 1}, history)
	load(b, s, 2, false)
	scan := func(state string) {
		b.Run(state, func(b *testing.B) {
			defer measureCPU(b)()
			for b.Loop() {
				if _, err := tryAsk(b.Context(), s, `SELECT stage_no, region_no, count(*), sum(amount_minor * probability) FROM versions
					WHERE valid_from <= $1 AND valid_to > $1 GROUP BY stage_no, region_no`, int64(1_450_000_000_000_000)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	scan("fresh")
	for round := range 1000 {
		if err := s.Apply(b.Context(), Position{Store: feeder, TxNo: int64(round + 1)}, changed(round, 5)); err != nil {
			b.Fatal(err)
		}
	}
	scan("changed")
	duck := s.engine.(*duckStore)
	if err := duck.checkpoint(b.Context(), duck.file); err != nil {
		b.Fatal(err)
	}
	scan("checkpointed")
	start := time.Now()
	if err := s.Compact(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.Logf("compacted in %v", time.Since(start))
	scan("compacted")
}
