package tabular

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"

	"zveno.dev/zveno/internal/fault"
)

// memorySource is a file's content in memory.
func memorySource(content []byte, limits Limits) source {
	return source{
		path: "t.csv", base: "t", size: int64(len(content)), limit: limits,
		open:  func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil },
		probe: func(at int64, into []byte) int { return copy(into, content[min(at, int64(len(content))):]) },
	}
}

// FuzzRead opens and reads any bytes as a text file: it must not panic, reading twice and byte by byte must give the same,
// and rows must be of the header's width, valid text and in order.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"id,name\n1,a\n2,\"b\nc\"\n", "sep=;\na;b\n1;2\n", "a|b\r1|2\r", "\xff\xfea\x00;\x00b\x00\n\x00", "# x\na,b\n1,\"c\n2,\"d\",e\n",
		"a\tb\n\\\"\t\"x\\\"y\"\n", "\xef\xbb\xbfid\n\xcf\xf0\xe8\n", "a,b\n\"\"\"x,\"\"\n,\n", "1,2\n3,4,5\n", "a,a,,\n1,2,3,4\x00\n", "PK\x03\x04", "\x1f\x8b\x08",
	} {
		f.Add([]byte(seed))
	}
	limits := Limits{LineBytes: 1024, Columns: 64}.orDefault()
	f.Fuzz(func(t *testing.T, content []byte) {
		table, err := openText(context.Background(), memorySource(content, limits), Format{})
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Fatalf("error of kind %s: %v", fault.KindOf(err), err)
			}
			return
		}
		first, second := readEverything(t, table), readEverything(t, table)
		if !slices.Equal(first, second) {
			t.Fatalf("read %q, then %q", first, second)
		}
		source := memorySource(content, limits)
		source.open = func() (io.ReadCloser, error) {
			return io.NopCloser(iotest.OneByteReader(bytes.NewReader(content))), nil
		}
		again, err := openText(context.Background(), source, Format{})
		if err != nil {
			t.Fatalf("byte by byte: %v", err)
		}
		if pieces := readEverything(t, again); !slices.Equal(first, pieces) {
			t.Fatalf("read %q, byte by byte %q", first, pieces)
		}
		if _, err := Profile(context.Background(), table); err != nil && fault.KindOf(err) != fault.Invalid {
			t.Fatalf("profile: %v", err)
		}
	})
}

// readEverything reads a table to its end and checks each row.
func readEverything(t *testing.T, table *Table) (all []string) {
	if len(table.Header) == 0 || slices.Contains(table.Header, "") {
		t.Fatalf("header %q", table.Header)
	}
	if distinct := slices.Compact(slices.Sorted(slices.Values(table.Header))); len(distinct) != len(table.Header) {
		t.Fatalf("header %q has repeated names", table.Header)
	}
	line := int64(0)
	for row, err := range table.Rows(context.Background()) {
		var rowError *RowError
		switch {
		case errors.As(err, &rowError):
			row.Line = rowError.Line
			all = append(all, rowError.Error())
		case err != nil:
			if fault.KindOf(err) != fault.Invalid {
				t.Fatalf("error of kind %s: %v", fault.KindOf(err), err)
			}
			return append(all, err.Error())
		case len(row.Cells) != len(table.Header):
			t.Fatalf("line %d has %d cells, the header %d", row.Line, len(row.Cells), len(table.Header))
		default:
			text := strings.Join(row.Cells, "\x1f")
			if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
				t.Fatalf("line %d is %q, which is no text", row.Line, text)
			}
			all = append(all, text)
		}
		if row.Line <= line {
			t.Fatalf("line %d comes behind line %d", row.Line, line)
		}
		line = row.Line
	}
	return all
}

// FuzzDate reads any text as a date: what is read must be the same when written plainly and read again, and what is
// ambiguous must be read alike once the order is given.
func FuzzDate(f *testing.F) {
	for _, seed := range []string{"2026-01-31", "31.12.2025", "02/03/26 08:55 PM", "15 января 2026 г. в 10:00", "Mon, 23 Feb 2026 20:55:00 GMT+0300 (x)", "20260131T101112Z", "99/12/31", "янв. 2026", "1-2-3"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		for _, order := range []DateOrder{OrderUnknown, OrderDMY, OrderMDY, OrderYMD} {
			day, err := ParseDay(cell, order)
			if err != nil {
				continue
			}
			if again, err := ParseDay(day.String(), order); err != nil || again != day {
				t.Fatalf("%q is %s, which is %s (%v)", cell, day, again, err)
			}
			instant, err := ParseInstant(cell, order, time.UTC)
			if err != nil {
				t.Fatalf("%q is the day %s, but no instant: %v", cell, day, err)
			}
			if again, err := ParseInstant(instant.String(), order, time.UTC); err != nil || again != instant {
				if year := instant.Time().Year(); year >= 1 && year <= 9999 { // a zone may lead beyond
					t.Fatalf("%q is %s, which is %s (%v)", cell, instant, again, err)
				}
			}
			if kind := Classify(cell); order == OrderUnknown && kind == KindEmpty {
				t.Fatalf("%q is %s and empty", cell, day)
			}
		}
	})
}

// FuzzNumber reads any text as a number and an amount: what is read must be plain, and must not change when read again.
func FuzzNumber(f *testing.F) {
	for _, seed := range []string{"1,234.50", "1.234,5", "(5)", "-$1.2", "1 234,50 ₽", "12,34,567", "1e-5", "50 %", "−5", "US$ .5", "5-"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		for _, decimal := range []Decimal{DecimalUnknown, DecimalPoint, DecimalComma} {
			number, err := ParseNumber(cell, decimal)
			if err == nil {
				if again, err := ParseNumber(number, DecimalPoint); err != nil || again != number {
					t.Fatalf("%q is %q, which is %q (%v)", cell, number, again, err)
				}
				if decimal == DecimalUnknown {
					checkDecided(t, cell, number)
				}
			}
			money, err := ParseMoney(cell, decimal, "EUR")
			if err == nil && money.Minor != math.MinInt64 {
				if again, err := ParseMoney(money.String(), DecimalPoint, ""); err != nil || again != money {
					t.Fatalf("%q is %v, which is %v (%v)", cell, money, again, err)
				}
			}
		}
		Classify(cell)
		IsEmpty(cell)
	})
}

// checkDecided holds a number read without a decimal sign against the readings with one.
func checkDecided(t *testing.T, cell, number string) {
	for _, decimal := range []Decimal{DecimalPoint, DecimalComma} {
		if other, err := ParseNumber(cell, decimal); err == nil && other != number {
			t.Fatalf("%q is %q undecided and %q with a %v", cell, number, other, decimal)
		}
	}
}
