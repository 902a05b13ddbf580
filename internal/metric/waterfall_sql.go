package metric

import (
	"fmt"
	"slices"
	"strings"
)

// moves are the lines as conditions on a pair of states of a deal, 0 before and 1 after: x = the deal exists, p = it is
// open and due in the period, won and lost as they are, a = amount, seen = it is in filter and scope. moved = it is in
// another group, filter or scope after than before. side = the state whose group the line is about.
var moves = []struct{ line, side, amount, condition string }{
	{"start", "0", "a0", "p0 AND seen0"},
	{"created", "1", "a1", "NOT p0 AND NOT x0 AND seen1"},
	{"pulled_in", "1", "a1", "NOT p0 AND x0 AND NOT won0 AND NOT lost0 AND seen1"},
	{"increased", "1", "a1 - a0", "p0 AND (p1 OR won1) AND a1 > a0 AND seen1"},
	{"reopened", "1", "a1", "NOT p0 AND x0 AND (won0 OR lost0) AND seen1"},
	{"transferred_in", "1", "a0", "p0 AND x1 AND moved AND seen1"},
	{"decreased", "1", "a0 - a1", "p0 AND (p1 OR won1) AND a1 < a0 AND seen1"},
	{"pushed_out", "1", "a0", "p0 AND x1 AND NOT p1 AND NOT won1 AND NOT lost1 AND seen1"},
	{"lost", "1", "CASE WHEN p0 THEN a0 ELSE a1 END", "lost1 AND seen1"},
	{"won", "1", "a1", "won1 AND seen1"},
	{"deleted", "0", "a0", "p0 AND NOT x1 AND seen0"},
	{"transferred_out", "0", "a0", "p0 AND x1 AND moved AND seen0"},
	{"end", "1", "a1", "p1 AND seen1"},
}

// relevant are the pairs that touch the pipeline: what was or is in it, and what came and was closed in between.
const relevant = "p0 OR p1 OR (x1 AND due1 AND (won1 OR lost1) AND (NOT x0 OR NOT (won0 OR lost0) OR won0 <> won1))"

// compileWaterfall adds up the lines of each group.
func (c *Catalog) compileWaterfall(flow Flow, q WaterfallQuery) (Statement, error) {
	b, by, pairs, err := c.pairs(flow, q)
	if err != nil {
		return Statement{}, err
	}
	var names, columns, deals []string
	for _, m := range moves {
		names = append(names, m.line+"_amount", m.line+"_deals")
		deals = append(deals, m.line+"_deals")
	}
	for _, name := range names {
		columns = append(columns, "CAST(COALESCE(sum("+name+"), 0) AS BIGINT) AS "+name)
	}
	// sql: lines are the constants of moves
	lines := "SELECT " + indexed("k%d, ", len(by)) + strings.Join(columns, ",\n    ") + "\n  FROM (\n    " + strings.Join(sides(len(by), q.Gross), "\n    UNION ALL ") +
		"\n  ) side\n  WHERE " + strings.Join(deals, " + ") + " > 0" + groupBy(len(by))
	return b.statement(pairs+b.labelled(by, lines, names), by, nil), nil
}

// sides add up the pairs by the groups of either side, each side its own lines; without groups there is no difference.
func sides(keys int, gross bool) []string {
	type side struct{ table, number string }
	var order []side
	lines := map[side][]string{}
	for _, m := range moves {
		s := side{pairsOf(m.line, gross), m.side}
		if keys == 0 {
			s.number = ""
		}
		if lines[s] == nil {
			order = append(order, s)
		}
		lines[s] = append(lines[s], m.line)
	}
	selects := make([]string, len(order))
	for i, s := range order {
		columns := make([]string, len(moves))
		for j, m := range moves {
			columns[j] = "0 AS " + m.line + "_amount, 0 AS " + m.line + "_deals"
			if slices.Contains(lines[s], m.line) {
				columns[j] = filtered("sum("+m.amount+")", m.condition) + " AS " + m.line + "_amount, " + countIf(m.condition) + " AS " + m.line + "_deals"
			}
		}
		// sql: lines, amounts and conditions are the constants of moves
		selects[i] = "SELECT " + indexed("k%d_"+s.number+" AS k%[1]d, ", keys) + strings.Join(columns, ",\n      ") + "\n    FROM " + s.table + groupBy(keys)
	}
	return selects
}

// pairsOf is where to look for a line: in the gross view, start and end are not made of changes.
func pairsOf(line string, gross bool) string {
	if gross && (line == "start" || line == "end") {
		return "ends"
	}
	return "m"
}

func (c *Catalog) compileWaterfallRows(flow Flow, q WaterfallQuery, line string) (Statement, error) {
	b, _, pairs, err := c.pairs(flow, q)
	if err != nil {
		return Statement{}, err
	}
	m := moves[slices.Index(Lines, line)]
	// sql: amounts and conditions are the constants of moves
	deals := "SELECT record, CAST(" + m.amount + " AS DOUBLE PRECISION) AS v, TRUE AS counts FROM " + pairsOf(line, q.Gross) + " WHERE " + m.condition
	return b.statement(pairs+b.listed(deals), nil, nil), nil
}

// pairs writes the common table expressions: touched are the rows of deals that may have changed or are in the pipeline,
// m what each deal was before and after, and, in the gross view, ends the same for the whole window.
//
// In the net view before and after are the versions in force at both ends. In the gross view they are neighbouring
// versions, for each change after From up to To, and the hierarchy is that of To throughout, since a person who moves
// changes no deal.
func (c *Catalog) pairs(flow Flow, q WaterfallQuery) (*builder, []dimension, string, error) {
	q.AsOf = q.To
	b, err := c.builder(flow.Source, q.Query)
	if err != nil {
		return nil, nil, "", err
	}
	by, err := b.dimensions(Definition{ID: "waterfall"}, q.By)
	if err != nil {
		return nil, nil, "", err
	}
	state, in, err := b.state(flow, by)
	if err != nil {
		return nil, nil, "", err
	}
	from, to := b.arg(int64(q.From)), b.arg(int64(q.To))
	at := func(t, rows string) string {
		side := strings.NewReplacer("{rows}", rows, "{t}", t).Replace(state)
		if q.Hierarchy == HierarchyCurrent {
			return side
		}
		if q.Gross {
			t = to
		}
		return strings.ReplaceAll(side, "{at}", t)
	}
	inForce := func(t string) string { return at(t, "f.valid_from <= "+t+" AND "+t+" < f.valid_to") }
	ctes := "WITH touched AS MATERIALIZED (\n  " + b.touched(q, in) + "\n), "
	if !q.Gross {
		return b, by, ctes + pairCTE("m", inForce(from), inForce(to), "a.record = b.record", len(by)) + "\n", nil
	}
	ended := at(to, "f.valid_to > "+from+" AND f.valid_to <= "+to)
	begun := at(to, "f.valid_from > "+from+" AND f.valid_from <= "+to)
	return b, by, ctes + pairCTE("m", ended, begun, "a.record = b.record AND a.valid_to = b.valid_from", len(by)) + ", " +
		pairCTE("ends", inForce(from), inForce(to), "a.record = b.record", len(by)) + "\n", nil
}

// touched is the SELECT of the rows that the pairs are made of, so that the table is read once: those in force inside of
// the window, but for deals that stayed out of the pipeline all the time and, in the net view, for what was in between.
func (b *builder) touched(q WaterfallQuery, in string) string {
	from, to := b.arg(int64(q.From)), b.arg(int64(q.To))
	before, after := "f.valid_from <= "+from, "f.valid_to > "+to
	some := "(NOT (" + before + " AND " + after + ") OR " + in + ")"
	if !q.Gross {
		some = "((" + before + ") <> (" + after + ") OR " + before + " AND " + in + ")"
	}
	return "SELECT *\n  FROM " + b.source.Table + " f\n  WHERE f.valid_from <= " + to + " AND f.valid_to > " + from + "\n    AND " + some
}

// state is the SELECT of the touched rows that describe deals at one instant, and the condition that they are in the
// pipeline: open and due in the period. {rows} limits them.
func (b *builder) state(flow Flow, by []dimension) (state, in string, err error) {
	fields := map[string]string{}
	for _, name := range []string{flow.Open, flow.Won, flow.Lost, flow.Due, flow.Amount} {
		f, err := b.field(name)
		if err != nil {
			return "", "", err
		}
		fields[name] = f.SQL
		if f.Type == FieldBool {
			fields[name] = f.holds().String()
		}
	}
	seen := []string{"TRUE"}
	condition, err := b.condition(b.query.Where)
	if err != nil {
		return "", "", err
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
	in = both(fields[flow.Open], due)
	return "SELECT " + keyList(by) + b.source.Record + " AS record, f.valid_from, f.valid_to, " + in + " AS p, " + due + " AS due, " +
		fields[flow.Won] + " AS won, " + fields[flow.Lost] + " AS lost, " + strings.Join(seen, " AND ") + " AS seen, COALESCE(" + fields[flow.Amount] + ", 0) AS a\n    FROM " +
		"touched f" + b.source.joinsFor(b.joins) + "\n    WHERE {rows}", in, nil
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
	return name + " AS MATERIALIZED (\n  SELECT * FROM (SELECT " + strings.Join(columns, ", ") + "\n  FROM (" + before + ") a\n  FULL JOIN (" + after + ") b ON " + on +
		") pair\n  WHERE " + relevant + "\n)"
}

// indexed repeats a pattern for 0, 1, …
func indexed(pattern string, n int) string {
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, pattern, i)
	}
	return text.String()
}
