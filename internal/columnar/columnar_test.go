package columnar

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

func TestMain(m *testing.M) {
	if name := os.Getenv(childVariable); name != "" {
		runChild(name)
		return
	}
	dbtest.Main(m)
}

// sample is a small projection: visits of deals in stages, and the stages' names.
var sample = Schema{Tables: []Table{
	{Name: "visits", Key: "deal_key", Indexes: []string{"stage_no, entered_us"}, Columns: []Column{
		{"deal_key", Int}, {"stage_no", Small}, {"entered_us", Big}, {"weight", Double}, {"reason", Text}, {"won", Bool},
	}},
	{Name: "stages", Columns: []Column{{"stage_no", Small}, {"name", Text}}},
}}

var feeder = value.SeededID(1, 2, 3)

// each runs fn once for every engine, with a configuration of an empty projection.
func each(t *testing.T, fn func(t *testing.T, cfg Config)) {
	t.Helper()
	t.Run("duckdb", func(t *testing.T) { fn(t, duckConfig(t)) })
	t.Run("postgres", func(t *testing.T) { fn(t, postgresConfig(t)) })
}

func postgresConfig(t testing.TB) Config {
	return Config{PostgresURL: dbtest.EmptyPostgresConfig(t).URL, Log: dbtest.Log(t)}
}

func duckConfig(t testing.TB) Config {
	return Config{Dir: t.TempDir(), MemoryMiB: 256, Threads: 2, Log: dbtest.Log(t)}
}

func open(t testing.TB, cfg Config, schema Schema) *Store {
	t.Helper()
	s, err := Open(t.Context(), cfg, schema)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// rebuild fills the sample with the given deals, each with two visits.
func rebuild(t testing.TB, s *Store, txNo int64, deals int) {
	t.Helper()
	err := s.Rebuild(t.Context(), func(_ context.Context, l *Loader) (Position, error) {
		return Position{Store: feeder, TxNo: txNo}, fillSample(l, deals)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func fillSample(l *Loader, deals int) error {
	visits, err := l.Appender("visits")
	if err != nil {
		return err
	}
	defer visits.Close()
	for deal := range deals {
		for stage := range 2 {
			if err := visits.Append(visit(deal, stage)); err != nil {
				return err
			}
		}
	}
	stages, err := l.Appender("stages")
	if err != nil {
		return err
	}
	defer stages.Close()
	for _, row := range stageRows("Qualify", "Propose") {
		if err := stages.Append(row); err != nil {
			return err
		}
	}
	return errors.Join(visits.Close(), stages.Close())
}

func visit(deal, stage int) []any {
	return []any{int32(deal), int16(stage), int64(deal)*1_000_000 + int64(stage), float64(deal) / 4, fmt.Sprintf("причина %d", deal%7), stage == 1}
}

func stageRows(names ...string) [][]any {
	var rows [][]any
	for i, name := range names {
		rows = append(rows, []any{int16(i), name})
	}
	return rows
}

// ask runs a query and gives its rows as text, one line each.
func ask(t testing.TB, s *Store, text string, args ...any) string {
	t.Helper()
	answer, err := tryAsk(t.Context(), s, text, args...)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func tryAsk(ctx context.Context, s *Store, text string, args ...any) (string, error) {
	rows, err := s.Query(ctx, text, args...)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return "", err
	}
	var lines []string
	for rows.Next() {
		cells := make([]sql.NullString, len(columns))
		targets := make([]any, len(columns))
		for i := range cells {
			targets[i] = &cells[i]
		}
		if err := rows.Scan(targets...); err != nil {
			return "", err
		}
		var line []string
		for _, cell := range cells {
			line = append(line, cell.String)
		}
		lines = append(lines, strings.Join(line, "|"))
	}
	return strings.Join(lines, "\n"), rows.Err()
}

const countVisits = `SELECT count(*) FROM visits`

func mustPosition(t *testing.T, s *Store, want int64) {
	t.Helper()
	p, ok, err := s.Position(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want == 0 && ok || want != 0 && (!ok || p.Store != feeder || p.TxNo != want) {
		t.Fatalf("position %v, %v, want transaction %d", p, ok, want)
	}
}

func TestRebuildAndQuery(t *testing.T) {
	each(t, func(t *testing.T, cfg Config) {
		s := open(t, cfg, sample)
		mustPosition(t, s, 0)
		if _, err := s.Query(t.Context(), countVisits); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("query before the first rebuild: %v, want unavailable", err)
		}
		if err := s.Apply(t.Context(), Position{Store: feeder, TxNo: 1}, Delta{}); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("apply before the first rebuild: %v, want unavailable", err)
		}
		rebuild(t, s, 17, 100)
		mustPosition(t, s, 17)
		got := ask(t, s, `SELECT stages.name, count(*), sum(weight), max(entered_us) FROM visits JOIN stages ON stages.stage_no = visits.stage_no
			WHERE deal_key < $1 AND reason <> $2 GROUP BY stages.name ORDER BY stages.name`, int32(50), "причина 3")
		if want := "Propose|43|264.25|49000001\nQualify|43|264.25|49000000"; got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
		rebuild(t, s, 18, 3)
		mustPosition(t, s, 18)
		if got := ask(t, s, countVisits); got != "6" {
			t.Errorf("%s visits after the second rebuild, want 6", got)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = open(t, cfg, sample)
		mustPosition(t, s, 18)
		if got := ask(t, s, countVisits); got != "6" {
			t.Errorf("%s visits after opening again, want 6", got)
		}
	})
}

func TestApply(t *testing.T) {
	each(t, func(t *testing.T, cfg Config) {
		s := open(t, cfg, sample)
		rebuild(t, s, 10, 5)
		err := s.Apply(t.Context(), Position{Store: feeder, TxNo: 11}, Delta{
			Delete:  map[string][]int32{"visits": {1, 3, 3, 900}},
			Insert:  map[string][][]any{"visits": {visit(1, 5), visit(7, 0), {int32(8), nil, nil, nil, nil, nil}}},
			Replace: map[string][][]any{"stages": stageRows("New", "Open", "Won")},
		})
		if err != nil {
			t.Fatal(err)
		}
		check := func(s *Store) {
			t.Helper()
			mustPosition(t, s, 11)
			if got := ask(t, s, `SELECT deal_key, stage_no FROM visits ORDER BY deal_key, stage_no`); got != "0|0\n0|1\n1|5\n2|0\n2|1\n4|0\n4|1\n7|0\n8|" {
				t.Errorf("visits:\n%s", got)
			}
			if got := ask(t, s, `SELECT name FROM stages ORDER BY stage_no`); got != "New\nOpen\nWon" {
				t.Errorf("stages:\n%s", got)
			}
		}
		check(s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		check(open(t, cfg, sample))
	})
}

func TestApplyRefuses(t *testing.T) {
	each(t, func(t *testing.T, cfg Config) {
		s := open(t, cfg, sample)
		rebuild(t, s, 10, 5)
		next := Position{Store: feeder, TxNo: 11}
		for _, refused := range []struct {
			name string
			to   Position
			d    Delta
			kind fault.Kind
			want string
		}{
			{"earlier", Position{Store: feeder, TxNo: 9}, Delta{}, fault.Conflict, "at transaction 10 already, beyond 9"},
			{"other database", Position{Store: value.SeededID(1, 1, 1), TxNo: 12}, Delta{}, fault.Conflict, "rebuild them"},
			{"unknown table", next, Delta{Insert: map[string][][]any{"deals": {{1}}}}, fault.Internal, `no table "deals"`},
			{"no key", next, Delta{Delete: map[string][]int32{"stages": {1}}}, fault.Internal, "stages has no key"},
			{"short row", next, Delta{Insert: map[string][][]any{"stages": {{int16(1)}}}}, fault.Internal, "1 values for 2 columns"},
			{"wrong type", next, Delta{Delete: map[string][]int32{"visits": {0}}, Replace: map[string][][]any{"stages": {{7, "x"}}}},
				fault.Internal, "stages.stage_no is SMALLINT and cannot hold a int"},
			{"both", next, Delta{Insert: map[string][][]any{"stages": stageRows("a")}, Replace: map[string][][]any{"stages": nil}},
				fault.Internal, "both replaced and changed"},
		} {
			err := s.Apply(t.Context(), refused.to, refused.d)
			if err == nil || fault.KindOf(err) != refused.kind || !strings.Contains(err.Error(), refused.want) {
				t.Errorf("%s: %v (%s), want %s: %s", refused.name, err, fault.KindOf(err), refused.kind, refused.want)
			}
		}
		mustPosition(t, s, 10)
		if got := ask(t, s, countVisits); got != "10" {
			t.Errorf("%s visits, want 10 as before", got)
		}
	})
}

func TestFailedRebuildKeepsTheOld(t *testing.T) {
	each(t, func(t *testing.T, cfg Config) {
		s := open(t, cfg, sample)
		rebuild(t, s, 10, 5)
		boom := errors.New("the source broke")
		for _, failing := range []struct {
			name string
			fill func(context.Context, *Loader) (Position, error)
			want string
		}{
			{"error", func(_ context.Context, l *Loader) (Position, error) {
				return Position{}, errors.Join(fillSample(l, 300), boom)
			}, boom.Error()},
			{"left open", func(_ context.Context, l *Loader) (Position, error) {
				a, err := l.Appender("visits")
				return Position{Store: feeder, TxNo: 11}, errors.Join(err, a.Append(visit(1, 1)))
			}, "an appender of visits was not closed"},
			{"no database", func(context.Context, *Loader) (Position, error) { return Position{}, nil }, "which database"},
			{"wrong row", func(_ context.Context, l *Loader) (Position, error) {
				a, err := l.Appender("stages")
				if err != nil {
					return Position{}, err
				}
				defer a.Close()
				return Position{Store: feeder, TxNo: 11}, a.Append([]any{"x", "y"})
			}, "stages.stage_no is SMALLINT"},
		} {
			if err := s.Rebuild(t.Context(), failing.fill); err == nil || !strings.Contains(err.Error(), failing.want) {
				t.Errorf("%s: %v, want %s", failing.name, err, failing.want)
			}
			mustPosition(t, s, 10)
			if got := ask(t, s, countVisits); got != "10" {
				t.Errorf("%s: %s visits, want 10 as before", failing.name, got)
			}
		}
		rebuild(t, s, 12, 6)
		if got := ask(t, s, countVisits); got != "12" {
			t.Errorf("%s visits after a good rebuild, want 12", got)
		}
	})
}

func TestOtherSchemaStartsOver(t *testing.T) {
	each(t, func(t *testing.T, cfg Config) {
		s := open(t, cfg, sample)
		rebuild(t, s, 10, 5)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		changed := Schema{Tables: slices.Clone(sample.Tables)}
		changed.Tables[1].Columns = append(slices.Clone(changed.Tables[1].Columns), Column{"probability", Double})
		s = open(t, cfg, changed)
		mustPosition(t, s, 0)
	})
}

func TestReshape(t *testing.T) {
	each(t, func(t *testing.T, cfg Config) {
		s := open(t, cfg, sample)
		rebuild(t, s, 10, 5)
		changed := Schema{Version: "2", Tables: append(slices.Clone(sample.Tables), Table{Name: "owners", Columns: []Column{{"owner", Text}}})}
		if err := s.Reshape(changed); err != nil {
			t.Fatal(err)
		}
		if err := s.Reshape(Schema{Tables: []Table{{Name: "no columns"}}}); err == nil {
			t.Error("reshape to a wrong schema: no error")
		}
		failed := s.Rebuild(t.Context(), func(_ context.Context, l *Loader) (Position, error) {
			a, err := l.Appender("owners")
			return Position{}, errors.Join(err, a.Close(), errors.New("the source broke"))
		})
		if failed == nil {
			t.Error("a rebuild that broke off: no error")
		}
		if err := s.Apply(t.Context(), Position{Store: feeder, TxNo: 11}, change(1, 1)); err != nil {
			t.Errorf("apply after a failed rebuild: %v", err)
		}
		mustPosition(t, s, 11)
		rebuild(t, s, 12, 5)
		if err := s.Apply(t.Context(), Position{Store: feeder, TxNo: 13}, Delta{Replace: map[string][][]any{"owners": {{"Anna"}}}}); err != nil {
			t.Error(err)
		}
		if got := ask(t, s, `SELECT owner FROM owners`); got != "Anna" {
			t.Errorf("owners: %s", got)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		mustPosition(t, open(t, cfg, changed), 13)
	})
}

func TestTextIsKeptOrMended(t *testing.T) {
	each(t, func(t *testing.T, cfg Config) {
		s := open(t, cfg, sample)
		texts := []string{"", "звено", "it's \"quoted\"\t\n\\", "🚀", "zero\x00byte", "not\xffutf-8", strings.Repeat("long ", 10_000)}
		err := s.Rebuild(t.Context(), func(_ context.Context, l *Loader) (Position, error) {
			a, err := l.Appender("stages")
			if err != nil {
				return Position{}, err
			}
			for _, row := range stageRows(texts...) {
				err = errors.Join(err, a.Append(row))
			}
			return Position{Store: feeder, TxNo: 1}, errors.Join(err, a.Close())
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Apply(t.Context(), Position{Store: feeder, TxNo: 2}, Delta{Insert: map[string][][]any{"stages": {{int16(4), texts[4]}}}}); err != nil {
			t.Fatal(err)
		}
		texts[4], texts[5] = "zero\ufffdbyte", "not\ufffdutf-8"
		for i, want := range texts {
			if got := ask(t, s, `SELECT DISTINCT name FROM stages WHERE stage_no = $1`, int16(i)); got != want {
				t.Errorf("text %d: got %.40q, want %.40q", i, got, want)
			}
		}
	})
}

func TestSchemaChecks(t *testing.T) {
	good := Column{"a", Int}
	for name, tables := range map[string][]Table{
		"bad table name":  {{Name: "a b", Columns: []Column{good}}},
		"reserved name":   {{Name: stateTable, Columns: []Column{good}}},
		"no columns":      {{Name: "a"}},
		"twice":           {{Name: "a", Columns: []Column{good}}, {Name: "a", Columns: []Column{good}}},
		"bad column":      {{Name: "a", Columns: []Column{{"x;", Int}}}},
		"bad type":        {{Name: "a", Columns: []Column{{"x", 77}}}},
		"unknown key":     {{Name: "a", Key: "b", Columns: []Column{good}}},
		"key of any type": {{Name: "a", Key: "b", Columns: []Column{{"b", Big}}}},
	} {
		if _, err := Open(t.Context(), Config{Dir: t.TempDir()}, Schema{Tables: tables}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if a, b := sample.Fingerprint(), (Schema{Tables: sample.Tables[:1]}).Fingerprint(); a == b || len(a) != 32 {
		t.Errorf("fingerprints %q and %q", a, b)
	}
}

func fileNames(t testing.TB, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}
