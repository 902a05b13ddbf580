package mapping

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestSimilar(t *testing.T) {
	products := []string{"GTX Basic", "GTX Pro", "GTX Plus Basic", "GTX Plus Pro", "MG Special", "MG Advanced", "GTK 500", "GTK 300"}
	cases := []struct {
		key        string
		candidates []string
		want       []string
	}{
		{"GTXPro", products, []string{"GTX Pro"}},
		{"gtx-pro", products, []string{"GTX Pro"}},
		{"GTX Bsaic", products, []string{"GTX Basic"}},
		{"GTK 400", products, nil}, // another number is another product
		{"Anna", products, nil},
		{"ООО «Северный Ветер»", []string{"ооо северный ветер", "ООО Южный Ветер"}, []string{"ооо северный ветер"}},
		{"Орёл", []string{"Орел"}, []string{"Орел"}},
		{"MG Advancd", products, []string{"MG Advanced"}},
		{"Southwind Ltd", []string{"Northwind Ltd"}, nil},
		{"Sorthwind Ltd", []string{"Northwind Ltd"}, []string{"Northwind Ltd"}},
		{"", products, nil},
		{"—", products, nil},
		{"amnt", []string{"amount", "name"}, nil}, // two letters of four are too many
		{"amout", []string{"amount", "name"}, []string{"amount"}},
		{"Close Dat", []string{"Close Date", "Close Date", "close_date"}, []string{"Close Date", "close_date"}},
	}
	for _, c := range cases {
		if got := Similar(c.key, c.candidates); !slices.Equal(got, c.want) {
			t.Errorf("%q: %q, want %q", c.key, got, c.want)
		}
	}
}

// plainDistance is the textbook recursion, to compare the table of distance with.
func plainDistance(a, b []rune) int {
	switch {
	case len(a) == 0:
		return len(b)
	case len(b) == 0:
		return len(a)
	}
	replace := 1
	if a[0] == b[0] {
		replace = 0
	}
	best := min(plainDistance(a[1:], b)+1, plainDistance(a, b[1:])+1, plainDistance(a[1:], b[1:])+replace)
	if len(a) > 1 && len(b) > 1 && a[0] == b[1] && a[1] == b[0] {
		best = min(best, plainDistance(a[2:], b[2:])+1)
	}
	return best
}

func TestDistance(t *testing.T) {
	letters := rapid.SliceOfN(rapid.SampledFrom([]rune("abcж")), 0, 6)
	rapid.Check(t, func(t *rapid.T) {
		a, b := letters.Draw(t, "a"), letters.Draw(t, "b")
		limit := rapid.IntRange(0, 4).Draw(t, "limit")
		if len(a) == 0 {
			return
		}
		want := min(plainDistance(a, b), limit+1)
		if got := min(distance(a, b, limit), limit+1); got != want {
			t.Fatalf("%q and %q within %d: %d, want %d", string(a), string(b), limit, got, want)
		}
	})
}

// Case, spaces and punctuation never keep a name from being found.
func TestSimilarFindsSpellings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.StringMatching(`[a-zа-я0-9]{1,8}`), 1, 4).Draw(t, "words")
		name := strings.Join(words, " ")
		key := strings.ToUpper(strings.Join(words, rapid.SampledFrom([]string{"", "-", "_", " / "}).Draw(t, "joint")))
		if got := Similar(key, []string{"something else altogether", name}); !slices.Equal(got, []string{name}) {
			t.Fatalf("%q for %q: %q", key, name, got)
		}
	})
}
