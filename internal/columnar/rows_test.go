package columnar

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

var everyType = Table{Name: "every", Key: "key", Columns: []Column{
	{"key", Int}, {"small", Small}, {"big", Big}, {"double", Double}, {"text", Text}, {"flag", Bool},
}}

// addRandom makes a row of which any value but the key may be NULL.
func addRandom(r *Rows, key int32, random *rand.Rand) {
	r.Int(key)
	for _, add := range []func(){
		func() { r.Small(int16(random.Int32())) },
		func() { r.Big(random.Int64() - random.Int64()) },
		func() { r.Double(random.NormFloat64()) },
		func() { r.Text(texts[random.IntN(len(texts))]) },
		func() { r.Bool(random.IntN(2) == 0) },
	} {
		if random.IntN(5) == 0 {
			r.Null()
		} else {
			add()
		}
	}
	r.End()
}

// TestRowsComeBack loads more rows than a vector takes, in batches of any size, and reads every value again.
func TestRowsComeBack(t *testing.T) {
	each(t, func(t *testing.T, cfg Config) {
		s := open(t, cfg, Schema{Tables: []Table{everyType}})
		random := rand.New(rand.NewPCG(1, 2))
		kept := NewRows(everyType)
		err := s.Rebuild(t.Context(), func(_ context.Context, l *Loader) (Position, error) {
			a, err := l.Appender("every")
			if err != nil {
				return Position{}, err
			}
			for key := range int32(3*loadBatch + 77) {
				seed := random.Uint64()
				addRandom(&a.Rows, key, rand.New(rand.NewPCG(seed, 0)))
				addRandom(kept, key, rand.New(rand.NewPCG(seed, 0)))
				if random.IntN(700) == 0 || key > 5000 { // now and then late, so that batches are larger than a vector
					if err := a.Flush(); err != nil {
						return Position{}, err
					}
				}
			}
			return Position{Store: feeder, TxNo: 1}, a.Close()
		})
		if err != nil {
			t.Fatal(err)
		}
		want, err := kept.Values()
		if err != nil {
			t.Fatal(err)
		}
		rows, err := s.Query(t.Context(), `SELECT key, small, big, double, text, flag FROM every ORDER BY key`)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for i := 0; rows.Next(); i++ {
			got := scanEvery(t, rows)
			if i >= len(want) || !reflect.DeepEqual(got, want[i]) {
				t.Fatalf("row %d came back as %v, want %v", i, got, want[min(i, len(want)-1)])
			}
			if i == len(want)-1 {
				want = nil
			}
		}
		if want != nil {
			t.Error("rows are missing")
		}
	})
}

func scanEvery(t *testing.T, rows *sql.Rows) []any {
	t.Helper()
	var key int32
	var small sql.Null[int16]
	var big sql.Null[int64]
	var double sql.Null[float64]
	var text sql.Null[string]
	var flag sql.Null[bool]
	if err := rows.Scan(&key, &small, &big, &double, &text, &flag); err != nil {
		t.Fatal(err)
	}
	return []any{key, orNil(small), orNil(big), orNil(double), orNil(text), orNil(flag)}
}

func orNil[T any](v sql.Null[T]) any {
	if !v.Valid {
		return nil
	}
	return v.V
}

func TestRowsOfAnotherShapeAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		add  func(r *Rows)
		want string
	}{
		"wrong type": {func(r *Rows) { r.Int(1); r.Big(2); r.End() }, "every.small is SMALLINT and cannot hold BIGINT"},
		"short":      {func(r *Rows) { r.Int(1); r.Small(2); r.End() }, "a row of 2 values for 6 columns"},
		"long": {func(r *Rows) {
			addRandom(r, 1, rand.New(rand.NewPCG(1, 1)))
			r.next = len(r.columns)
			r.Bool(true)
		}, "more values than its 6 columns"},
		"no key": {func(r *Rows) { r.Null() }, "every.key is INTEGER and cannot hold NULL"},
	} {
		r := NewRows(everyType)
		c.add(r)
		if _, err := r.Values(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestSumTruncatesEachValue(t *testing.T) {
	r := NewRows(Table{Name: "t", Columns: []Column{{"a", Big}, {"b", Text}}})
	for _, v := range []int64{-7, 7, 12, 0} {
		r.Big(v)
		r.Text("x")
		r.End()
	}
	r.Null()
	r.Text("x")
	r.End()
	if got := r.Sum("a", 5); got != -2+2+2 {
		t.Errorf("sum is %d, want 2", got)
	}
	if got := r.Sum("b", 5); got != 0 {
		t.Errorf("sum of texts is %d", got)
	}
}
