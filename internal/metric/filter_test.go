package metric

import (
	"strings"
	"testing"
	"time"

	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// testSource has a field of each type.
func testSource() Source {
	return Source{
		Table: "facts", Record: "f.record", Day: "f.day", Month: "f.month", At: "{t}", Joins: map[string]string{"o": "JOIN span o ON o.key = f.owner_key"},
		Fields: map[string]Field{
			"region": {Type: FieldWord, SQL: "o.region_key", Join: "o", Lookup: Lookup{Table: "word", Text: "text"}},
			"amount": {Type: FieldMoney, SQL: "f.amount"},
			"chance": {Type: FieldNumber, SQL: "f.chance"},
			"close":  {Type: FieldDay, SQL: "f.day"},
			"open":   {Type: FieldBool, SQL: "f.open"},
			"won":    {Type: FieldBool, SQL: "f.outcome", Codes: []int16{1}},
			"lost":   {Type: FieldBool, SQL: "f.outcome", Codes: []int16{2, 3}},
		},
	}
}

func testBuilder() *builder {
	q := Query{Currency: "USD", Now: 1, Scope: Scope{All: true}, Calendar: value.Calendar{StartMonth: time.January, Zone: time.UTC}}
	return newBuilder(testSource(), q)
}

func TestFilterBecomesSQLWithParameters(t *testing.T) {
	for text, want := range map[string]struct {
		sql  string
		args []any
	}{
		`open`:                                  {"f.open", nil},
		`!open || chance > 0.5`:                 {"(NOT (f.open) OR f.chance > CAST($1 AS DOUBLE PRECISION))", []any{0.5}},
		`amount >= 10.5`:                        {"f.amount >= CAST($1 AS DOUBLE PRECISION)", []any{1050.0}},
		`1000 < amount`:                         {"f.amount > CAST($1 AS DOUBLE PRECISION)", []any{100000.0}},
		`chance == -1`:                          {"f.chance = CAST($1 AS DOUBLE PRECISION)", []any{-1.0}},
		`close <= "2026-01-02"`:                 {"f.day <= $1", []any{int64(20455)}},
		`region == "W'; DROP"`:                  {"o.region_key IN (SELECT key FROM word WHERE text IN ($1))", []any{"W'; DROP"}},
		`region != "West"`:                      {"NOT (o.region_key IN (SELECT key FROM word WHERE text IN ($1)))", []any{"West"}},
		`region in ["A", "Б"]`:                  {"o.region_key IN (SELECT key FROM word WHERE text IN ($1, $2))", []any{"A", "Б"}},
		`region in []`:                          {"FALSE", nil},
		`won`:                                   {"f.outcome = 1", nil},
		`won == false`:                          {"(f.outcome = 1) = FALSE", nil},
		`lost != true`:                          {"NOT ((f.outcome IN (2, 3)) = TRUE)", nil},
		`won || lost`:                           {"f.outcome IN (1, 2, 3)", nil},
		`won || lost || open`:                   {"(f.outcome IN (1, 2, 3) OR f.open)", nil},
		`won || chance == 1.0`:                  {"(f.outcome = 1 OR f.chance = CAST($1 AS DOUBLE PRECISION))", []any{1.0}},
		`won && !lost`:                          {"(f.outcome = 1 AND NOT (f.outcome IN (2, 3)))", nil},
		`region == "A" || region in ["Б", "A"]`: {"o.region_key IN (SELECT key FROM word WHERE text IN ($1, $2))", []any{"A", "Б"}},
		`region.contains("50%_x")`:              {`o.region_key IN (SELECT key FROM word WHERE text LIKE $1 ESCAPE '\')`, []any{`%50\%\_x%`}},
		``:                                      {"", nil},
	} {
		b := testBuilder()
		sql, err := b.condition(text)
		if err != nil || sql != want.sql || len(b.args) != len(want.args) {
			t.Errorf("%s: %s %v, %v", text, sql, b.args, err)
			continue
		}
		for i := range b.args {
			if b.args[i] != want.args[i] {
				t.Errorf("%s: parameter %d is %#v, expected %#v", text, i+1, b.args[i], want.args[i])
			}
		}
	}
}

func TestWrongFiltersSayWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		`region ==`:              "not a filter",
		`planet == "Mars"`:       "amount, chance, close, lost, open, region, won",
		`region > "A"`:           "== and !=",
		`region == 5`:            "a text in quotes",
		`amount == "many"`:       "a number",
		`close == "01.02.2026"`:  "a day in quotes",
		`amount`:                 "compare it with something",
		`region.matches(".*")`:   "not known here",
		`amount + 1 > 2`:         "expected a field",
		`[1, 2].exists(x, x==1)`: "not known here",
	} {
		_, err := testBuilder().condition(text)
		if fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// FuzzFilter compiles any text: it must not panic, and what is between quotes must reach the statement as a parameter only.
func FuzzFilter(f *testing.F) {
	for _, seed := range []string{`open && amount > 3`, `region in ["x'); --", "y"]`, `region.startsWith("%")`, `!(close < "2026-01-01")`, `((((`, "\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > maxFilter {
			return
		}
		sql, err := testBuilder().condition(text)
		if err == nil && strings.ContainsAny(sql, `";`) {
			t.Errorf("%q reached the statement: %s", text, sql)
		}
		if err == nil && strings.Count(sql, "'")%2 != 0 {
			t.Errorf("%q left a quote open: %s", text, sql)
		}
	})
}

func TestWilsonEqualsPublishedIntervals(t *testing.T) {
	// Newcombe, Statistics in Medicine 17 (1998), table I, method 3: 81/263, 15/148, 0/20, 1/29.
	for _, c := range []struct {
		successes, n int64
		low, high    float64
	}{{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611}, {1, 29, 0.0061, 0.1718}} {
		low, high := Wilson(c.successes, c.n)
		if low < c.low-5e-5 || low > c.low+5e-5 || high < c.high-5e-5 || high > c.high+5e-5 {
			t.Errorf("%d/%d: %.4f to %.4f, expected %.4f to %.4f", c.successes, c.n, low, high, c.low, c.high)
		}
	}
	if low, high := Wilson(0, 0); low != 0 || high != 1 {
		t.Errorf("0/0: %v to %v", low, high)
	}
}

func TestNumbersAreWrittenExactly(t *testing.T) {
	for want, n := range map[string]*Number{"12.05": minor(1205, 2), "-0.05": minor(-5, 2), "7": minor(7, 0), "92233720368547758.07": minor(1<<63-1, 2), "0.25": real(0.25), "": nil} {
		if got := n.String(); got != want {
			t.Errorf("%q, expected %q", got, want)
		}
	}
}
