package value_test

import (
	"encoding/json"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"zveno.dev/zveno/internal/value"
)

func anyID() *rapid.Generator[value.ID] {
	return rapid.Custom(func(t *rapid.T) value.ID {
		ms := rapid.Int64Range(0, 1<<48-1).Draw(t, "ms")
		return value.SeededID(ms, rapid.Uint16Range(0, 4095).Draw(t, "counter"), rapid.Uint64().Draw(t, "random"))
	})
}

func TestIDsSortInTheOrderOfMinting(t *testing.T) {
	const workers, each = 4, 10_000 // more than the counter holds in a millisecond
	minted := make([][]value.ID, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for range each {
				minted[w] = append(minted[w], value.NewID())
			}
		})
	}
	wg.Wait()
	seen := map[value.ID]bool{}
	for _, ids := range minted {
		if !slices.IsSortedFunc(ids, func(a, b value.ID) int { return slices.Compare(a[:], b[:]) }) {
			t.Error("a worker's IDs do not ascend")
		}
		for _, id := range ids {
			if seen[id] {
				t.Fatalf("%s was minted twice", id)
			}
			seen[id] = true
			if id[6]>>4 != 7 || id[8]>>6 != 2 {
				t.Fatalf("%s is not a UUID of version 7", id)
			}
		}
	}
}

func TestNewIDCarriesTheTime(t *testing.T) {
	before := time.Now().UnixMilli()
	id := value.NewID()
	var ms int64
	for _, b := range id[:6] {
		ms = ms<<8 | int64(b)
	}
	// The minter may have run ahead of the clock when other tests minted more than 4,096 in a millisecond.
	if ms < before || ms > time.Now().UnixMilli()+1000 {
		t.Errorf("%s says %d ms, the clock said %d", id, ms, before)
	}
}

func TestSeededIDsSortBySeed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ms, counter := rapid.Int64Range(0, 1<<47).Draw(t, "ms"), rapid.Uint16Range(0, 4094).Draw(t, "counter")
		first := value.SeededID(ms, counter, rapid.Uint64().Draw(t, "a"))
		for _, later := range []value.ID{value.SeededID(ms, counter+1, 0), value.SeededID(ms+1, 0, 0)} {
			if slices.Compare(first[:], later[:]) >= 0 {
				t.Fatalf("%s does not sort before %s", first, later)
			}
		}
	})
}

func TestIDTextRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := anyID().Draw(t, "id")
		parsed, err := value.ParseID(id.String())
		if err != nil || parsed != id {
			t.Fatalf("ParseID(%s) = %s, %v", id, parsed, err)
		}
		type holder struct{ ID, None value.ID }
		text, err := json.Marshal(holder{ID: id})
		if err != nil {
			t.Fatal(err)
		}
		var back holder
		if err := json.Unmarshal(text, &back); err != nil || back != (holder{ID: id}) {
			t.Fatalf("%s came back as %+v, %v", text, back, err)
		}
	})
}

func TestParseIDRefuses(t *testing.T) {
	for _, text := range []string{
		"", "x", "0198c5b0-7a3c-7000-8000-00000000000", "0198c5b0-7a3c-7000-8000-0000000000000", "0198c5b0x7a3c-7000-8000-000000000000",
		"0198c5b0-7a3c-7000-8000-00000000000g", "0198c5b07a3c-7000-8000-000000000000-", "{198c5b0-7a3c-7000-8000-00000000000}",
	} {
		if id, err := value.ParseID(text); err == nil {
			t.Errorf("ParseID(%q) = %s", text, id)
		}
	}
}

func FuzzParseID(f *testing.F) {
	f.Add("0198c5b0-7a3c-7000-8000-000000000000")
	f.Fuzz(func(t *testing.T, text string) {
		id, err := value.ParseID(text)
		if err != nil || id.IsZero() {
			return
		}
		if again, err := value.ParseID(id.String()); err != nil || again != id {
			t.Errorf("%q reads as %s, which reads as %s, %v", text, id, again, err)
		}
	})
}

func TestIDScansWhatDriversReturn(t *testing.T) {
	want := value.NewID()
	for _, src := range []any{want[:], string(want[:]), want.String(), []byte(want.String())} {
		var got value.ID
		if err := got.Scan(src); err != nil || got != want {
			t.Errorf("Scan(%T %q) = %s, %v", src, src, got, err)
		}
	}
	var id value.ID
	for _, src := range []any{7, "short", []byte{1, 2, 3}} {
		if err := id.Scan(src); err == nil {
			t.Errorf("Scan(%T %v) succeeded", src, src)
		}
	}
}
