package db

import (
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

var everyType = tableShape{Name: "every", Columns: []columnShape{
	{"id", typeUUID}, {"text", typeText}, {"n", typeBigint}, {"ok", typeBoolean}, {"x", typeDouble},
}}

func encodeRow(row []any) (b []byte, err error) {
	for i, column := range everyType.Columns {
		if b, err = appendValue(b, column.Type, row[i]); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func TestRowsSurviveEncoding(t *testing.T) {
	orNull := func(g *rapid.Generator[any]) *rapid.Generator[any] { return rapid.OneOf(g, rapid.Just[any](nil)) }
	generators := []*rapid.Generator[any]{
		orNull(rapid.SliceOfN(rapid.Byte(), 16, 16).AsAny()), orNull(rapid.String().AsAny()), orNull(rapid.Int64().AsAny()),
		orNull(rapid.Bool().AsAny()), orNull(rapid.Float64().AsAny()),
	}
	rapid.Check(t, func(r *rapid.T) {
		row := make([]any, len(generators))
		for i, g := range generators {
			row[i] = g.Draw(r, everyType.Columns[i].Name)
		}
		encoded, err := encodeRow(row)
		if err != nil {
			r.Fatal(err)
		}
		tail := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(r, "tail")
		got := make([]any, len(row))
		rest, err := everyType.readRow(append(encoded, tail...), got)
		if err != nil || len(rest) != len(tail) || !reflect.DeepEqual(got, row) {
			r.Fatalf("read %v and %d bytes more, error %v; want %v and %d", got, len(rest), err, row, len(tail))
		}
	})
}

func TestEveryCutRowIsDamaged(t *testing.T) {
	encoded, err := encodeRow([]any{make([]byte, 16), "text", int64(math.MinInt64), true, 0.5})
	if err != nil {
		t.Fatal(err)
	}
	for n := range encoded {
		if _, err := everyType.readRow(encoded[:n], make([]any, 5)); err == nil {
			t.Errorf("the first %d of %d bytes were read as a row", n, len(encoded))
		}
	}
}

func TestWrongTypesAreRefused(t *testing.T) {
	for kind, wrong := range map[columnType]any{typeUUID: int64(1), typeText: 1.5, typeBigint: "1", typeBoolean: int64(2), typeDouble: "x"} {
		if _, err := appendValue(nil, kind, wrong); err == nil {
			t.Errorf("%v was encoded as %s", wrong, kind)
		}
	}
}

func FuzzReadRow(f *testing.F) {
	good, err := encodeRow([]any{make([]byte, 16), "text", int64(-7), true, 0.5})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte{0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		row := make([]any, 5)
		rest, err := everyType.readRow(b, row)
		if err != nil {
			return
		}
		again, err := encodeRow(row)
		if err != nil || len(again) > len(b)-len(rest) {
			t.Errorf("%v was read from %d bytes, but is %d long, error %v", row, len(b)-len(rest), len(again), err)
		}
	})
}
