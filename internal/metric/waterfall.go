package metric

import (
	"context"
	"fmt"
	"strings"

	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// Flow names what a waterfall needs of its source: bool fields that say whether a row is open, won or lost, the day on
// which it is due, and its amount.
type Flow struct{ Source, Open, Won, Lost, Due, Amount string }

// WaterfallQuery asks how the open pipeline changed between two instants. The embedded query gives dimensions, filter,
// period (deals due in it; none = all) and scope; its AsOf is not used. Amounts are converted at the rates of To on both
// ends, so that no line is a change of rates.
type WaterfallQuery struct {
	Query
	From, To value.Instant
	Gross    bool // judge each change by itself, instead of each deal by its versions at From and To
}

// Lines of a waterfall, in the order in which they are shown. What leaves counts negative in the balance:
//
//	start + created + pulled_in + increased + reopened + transferred_in
//	  − decreased − pushed_out − lost − won − deleted − transferred_out = end
var Lines = []string{"start", "created", "pulled_in", "increased", "reopened", "transferred_in",
	"decreased", "pushed_out", "lost", "won", "deleted", "transferred_out", "end"}

// Waterfall is the answer: for each combination of dimensions the amount and number of deals of each line.
type Waterfall struct {
	From     value.Instant   `json:"from"`
	To       value.Instant   `json:"to"`
	DueFrom  *value.Day      `json:"due_from,omitempty"`
	DueTo    *value.Day      `json:"due_to,omitempty"`
	Gross    bool            `json:"gross"`
	Currency string          `json:"currency"`
	By       []string        `json:"by"`
	Groups   []WaterfallPart `json:"groups"`
	SQL      string          `json:"sql,omitempty"`
}

// WaterfallPart is one group of a waterfall.
type WaterfallPart struct {
	By    []Key                    `json:"by,omitempty"`
	Lines map[string]WaterfallLine `json:"lines"`
}

// WaterfallLine is one line. Amounts are not negative, whichever way they count.
type WaterfallLine struct {
	Amount *Number `json:"amount"`
	Deals  int64   `json:"deals"`
}

// Balance is start and what came, minus what left and end, in minor units: 0 unless something is broken.
func (p WaterfallPart) Balance() int64 {
	var balance int64
	for i, name := range Lines {
		line, ok := p.Lines[name]
		if !ok {
			continue
		}
		if i < 6 {
			balance += line.Amount.Int
		} else {
			balance -= line.Amount.Int
		}
	}
	return balance
}

// Waterfall computes how the open pipeline changed.
func (c *Catalog) Waterfall(ctx context.Context, e Engine, flow Flow, q WaterfallQuery) (Waterfall, error) {
	if q.From >= q.To {
		return Waterfall{}, fault.InvalidField("to", "%s is not after %s", q.To, q.From)
	}
	s, err := c.compileWaterfall(flow, q)
	if err != nil {
		return Waterfall{}, err
	}
	w := Waterfall{From: q.From, To: q.To, Gross: q.Gross, Currency: q.Currency, By: []string{}, Groups: []WaterfallPart{}, SQL: s.SQL}
	if q.hasPeriod() {
		w.DueFrom, w.DueTo = &q.First, &q.Last
	}
	for _, d := range s.by {
		w.By = append(w.By, d.name)
	}
	rows, err := e.Query(ctx, s.SQL, s.Args...)
	if err != nil {
		return Waterfall{}, fmt.Errorf("metric: waterfall: %w", err)
	}
	defer rows.Close()
	digits, read := value.MinorDigits(q.Currency), 0
	for rows.Next() {
		keys := make([]Key, len(s.by))
		var into []any
		for i := range keys {
			into = append(into, &keys[i].Text, &keys[i].ID)
		}
		var line string
		var amount, deals int64
		if err := rows.Scan(append(into, &line, &amount, &deals)...); err != nil {
			return Waterfall{}, fmt.Errorf("metric: waterfall: %w", err)
		}
		s.namePeriods(keys, q.Query)
		if read++; read > MaxCells {
			return Waterfall{}, fault.InvalidField("by", "gives more than %d lines: cut by fewer dimensions, or filter", MaxCells)
		}
		w.group(keys).Lines[line] = WaterfallLine{Amount: minor(amount, digits), Deals: deals}
	}
	if err := rows.Err(); err != nil {
		return Waterfall{}, fmt.Errorf("metric: waterfall: %w", err)
	}
	w.complete(digits)
	return w, nil
}

// group is the part for the keys; rows come sorted by them.
func (w *Waterfall) group(by []Key) *WaterfallPart {
	if n := len(w.Groups); n > 0 && equalKeys(w.Groups[n-1].By, by) {
		return &w.Groups[n-1]
	}
	w.Groups = append(w.Groups, WaterfallPart{By: by, Lines: map[string]WaterfallLine{}})
	return &w.Groups[len(w.Groups)-1]
}

// complete fills in the lines with nothing in them.
func (w *Waterfall) complete(digits int) {
	if len(w.Groups) == 0 && len(w.By) == 0 {
		w.Groups = []WaterfallPart{{Lines: map[string]WaterfallLine{}}}
	}
	for _, g := range w.Groups {
		for _, name := range Lines {
			if _, ok := g.Lines[name]; !ok {
				g.Lines[name] = WaterfallLine{Amount: minor(0, digits)}
			}
		}
	}
}

func equalKeys(a, b []Key) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return len(a) == len(b)
}

// moves are the lines as conditions on a pair of states of a deal, 0 before and 1 after: x = the deal exists, p = it is
// open and due in the period, won and lost as they are, a = amount, seen = it is in filter and scope. moved = it is in
// another group, filter or scope after than before.
var moves = []struct{ line, side, amount, condition string }{
	{"start", "0", "a0", "p0 AND seen0"},
	{"transferred_out", "0", "a0", "p0 AND x1 AND moved AND seen0"},
	{"deleted", "0", "a0", "p0 AND NOT x1 AND seen0"},
	{"transferred_in", "1", "a0", "p0 AND x1 AND moved AND seen1"},
	{"increased", "1", "a1 - a0", "p0 AND (p1 OR won1) AND a1 > a0 AND seen1"},
	{"decreased", "1", "a0 - a1", "p0 AND (p1 OR won1) AND a1 < a0 AND seen1"},
	{"created", "1", "a1", "NOT p0 AND NOT x0 AND seen1"},
	{"reopened", "1", "a1", "NOT p0 AND x0 AND (won0 OR lost0) AND seen1"},
	{"pulled_in", "1", "a1", "NOT p0 AND x0 AND NOT won0 AND NOT lost0 AND seen1"},
	{"won", "1", "a1", "won1 AND seen1"},
	{"lost", "1", "CASE WHEN p0 THEN a0 ELSE a1 END", "lost1 AND seen1"},
	{"pushed_out", "1", "a0", "p0 AND x1 AND NOT p1 AND NOT won1 AND NOT lost1 AND seen1"},
	{"end", "1", "a1", "p1 AND seen1"},
}

// relevant are the pairs that touch the pipeline: what was or is in it, and what came and was closed in between.
const relevant = "p0 OR p1 OR (x1 AND due1 AND (won1 OR lost1) AND (NOT x0 OR NOT (won0 OR lost0) OR won0 <> won1))"

func (c *Catalog) compileWaterfall(flow Flow, q WaterfallQuery) (Statement, error) {
	b, by, moves, err := c.moves(flow, q)
	if err != nil {
		return Statement{}, err
	}
	lines := "SELECT " + indexed("k%d, ", len(by)) + "line, CAST(sum(amount) AS BIGINT) AS amount, count(*) AS deals\n  FROM moves" + groupByMore(len(by)+1)
	return b.statement(moves+b.labelled(by, lines, []string{"line", "amount", "deals"}), by, nil), nil
}

func (c *Catalog) compileWaterfallRows(flow Flow, q WaterfallQuery, line string) (Statement, error) {
	b, _, moves, err := c.moves(flow, q)
	if err != nil {
		return Statement{}, err
	}
	deals := "SELECT record, CAST(amount AS DOUBLE PRECISION) AS v, TRUE AS counts FROM moves WHERE line = " + b.arg(line)
	return b.statement(moves+b.listed(deals), nil, nil), nil
}

// moves writes the common table expression that lists, for each line and group, the deals in it.
func (c *Catalog) moves(flow Flow, q WaterfallQuery) (*builder, []dimension, string, error) {
	q.AsOf = q.To
	b, err := c.builder(flow.Source, q.Query)
	if err != nil {
		return nil, nil, "", err
	}
	by, err := b.dimensions(Definition{ID: "waterfall"}, q.By)
	if err != nil {
		return nil, nil, "", err
	}
	state, err := b.state(flow, by)
	if err != nil {
		return nil, nil, "", err
	}
	return b, by, "WITH " + b.pairs(state, q, len(by)) + "\n, moves AS (\n  " + strings.Join(moveSelects(len(by), q.Gross), "\n  UNION ALL ") + "\n)\n", nil
}

// state is the SELECT of the rows that describe deals at one instant: {rows} limits them.
func (b *builder) state(flow Flow, by []dimension) (string, error) {
	fields := map[string]string{}
	for _, name := range []string{flow.Open, flow.Won, flow.Lost, flow.Due, flow.Amount} {
		f, err := b.field(name)
		if err != nil {
			return "", err
		}
		fields[name] = f.SQL
	}
	seen := []string{"TRUE"}
	condition, err := b.condition(b.query.Where)
	if err != nil {
		return "", err
	}
	for _, part := range []string{condition, b.scope()} {
		if part != "" {
			seen = append(seen, "COALESCE("+part+", FALSE)")
		}
	}
	due := "TRUE"
	if b.query.hasPeriod() {
		due = fields[flow.Due] + " BETWEEN " + b.arg(int64(b.query.First)) + " AND " + b.arg(int64(b.query.Last))
	}
	return "SELECT " + keyList(by) + b.source.Record + " AS record, f.valid_from, f.valid_to, " + fields[flow.Open] + " AND " + due + " AS p, " + due + " AS due, " +
		fields[flow.Won] + " AS won, " + fields[flow.Lost] + " AS lost, " + strings.Join(seen, " AND ") + " AS seen, COALESCE(" + fields[flow.Amount] + ", 0) AS a\n    FROM " +
		b.source.Table + " f" + b.source.joinsFor(b.joins) + "\n    WHERE {rows} AND (NOT {spanning} OR " + fields[flow.Open] + " AND " + due + ")", nil
}

// pairs writes the common table expression m: what deals were before and after. In the net view these are the versions in
// force at both ends; a row in force at both counts only if it is in the pipeline. In the gross view they are neighbouring
// versions, for each change after From up to To, and the hierarchy is that of To throughout, since a person who moves
// changes no deal.
func (b *builder) pairs(state string, q WaterfallQuery, keys int) string {
	from, to := b.arg(int64(q.From)), b.arg(int64(q.To))
	at := func(t, rows, spanning string) string {
		side := strings.NewReplacer("{rows}", rows, "{spanning}", spanning, "{t}", t).Replace(state)
		if q.Hierarchy != HierarchyCurrent {
			if q.Gross {
				t = to
			}
			side = strings.ReplaceAll(side, "{at}", t)
		}
		return side
	}
	inForce := func(t string) string { return "f.valid_from <= " + t + " AND " + t + " < f.valid_to" }
	spanning := "(f.valid_from <= " + from + " AND " + to + " < f.valid_to)"
	if !q.Gross {
		return pairCTE("m", at(from, inForce(from), spanning), at(to, inForce(to), spanning), "a.record = b.record", keys)
	}
	ended := at(to, "f.valid_to > "+from+" AND f.valid_to <= "+to, "FALSE")
	begun := at(to, "f.valid_from > "+from+" AND f.valid_from <= "+to, "FALSE")
	ends := pairCTE("ends", at(from, inForce(from), "FALSE"), at(to, inForce(to), "FALSE"), "a.record = b.record", keys)
	return pairCTE("m", ended, begun, "a.record = b.record AND a.valid_to = b.valid_from", keys) + ", " + ends
}

func pairCTE(name, before, after, on string, keys int) string {
	moved := []string{"COALESCE(a.seen, FALSE) <> COALESCE(b.seen, FALSE)"}
	var columns []string
	for i := range keys {
		columns = append(columns, fmt.Sprintf("a.k%d AS k%d_0, b.k%d AS k%d_1", i, i, i, i))
		moved = append(moved, fmt.Sprintf("a.k%d <> b.k%d", i, i))
	}
	for _, flag := range []string{"p", "due", "won", "lost", "seen"} {
		columns = append(columns, fmt.Sprintf("COALESCE(a.%s, FALSE) AS %s0, COALESCE(b.%s, FALSE) AS %s1", flag, flag, flag, flag))
	}
	columns = append(columns, "COALESCE(a.record, b.record) AS record", "a.record IS NOT NULL AS x0", "b.record IS NOT NULL AS x1",
		"COALESCE(a.a, 0) AS a0", "COALESCE(b.a, 0) AS a1", "("+strings.Join(moved, " OR ")+") AS moved")
	return name + " AS (\n  SELECT * FROM (SELECT " + strings.Join(columns, ", ") + "\n  FROM (" + before + ") a\n  FULL JOIN (" + after + ") b ON " + on +
		") pair\n  WHERE " + relevant + "\n)"
}

// moveSelects lists, for each line, the deals in it.
func moveSelects(keys int, gross bool) []string {
	selects := make([]string, len(moves))
	for i, m := range moves {
		table := "m"
		if gross && (m.line == "start" || m.line == "end") {
			table = "ends"
		}
		// sql: lines, amounts and conditions are the constants of moves
		selects[i] = "SELECT " + indexed("k%d_"+m.side+" AS k%[1]d, ", keys) + "'" + m.line + "' AS line, record, " + m.amount + " AS amount FROM " + table + " WHERE " + m.condition
	}
	return selects
}

// indexed repeats a pattern for 0, 1, …
func indexed(pattern string, n int) string {
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, pattern, i)
	}
	return text.String()
}
