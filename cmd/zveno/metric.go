package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"zveno.dev/zveno/internal/crm/projection"
	"zveno.dev/zveno/internal/metric"
)

type metricCommand struct {
	formatFlag
	Name      string   `arg:"" optional:"" help:"Metric; none = list all metrics."`
	By        []string `help:"Dimensions to cut by: stage, owner, team, region, segment, product, source, quarter, … or a custom choice field." placeholder:"DIM,…"`
	Where     string   `help:"Filter, like: region == \"West\" && amount >= 1000" placeholder:"EXPR"`
	From      string   `help:"First day of the period." placeholder:"DAY" xor:"period"`
	To        string   `help:"Last day of the period; default: today." placeholder:"DAY"`
	Period    string   `help:"Fiscal period: 2017, 2017-Q3 or 2017-08." placeholder:"PERIOD" xor:"period"`
	AsOf      string   `help:"Moment to answer for: a day (its end) or a time. Default: now." placeholder:"TIME"`
	Version   int      `help:"Version of the definition. Default: the newest." placeholder:"N"`
	Hierarchy string   `help:"Whose teams apply: then (of the day a number is about) or current." enum:"then,current" default:"then"`
	Rows      bool     `help:"List the deals that the number is made of."`
	SQL       bool     `name:"sql" help:"Print the SQL that computes the number, to standard error."`
}

func (m *metricCommand) Run(ctx context.Context, c *common, s *streams) error {
	if m.Name == "" {
		return m.list(s)
	}
	a, err := c.ask(ctx, s, question{Metric: m.Name, Version: m.Version, By: m.By, Where: m.Where, From: m.From, To: m.To,
		Period: m.Period, AsOf: m.AsOf, Hierarchy: m.Hierarchy, Rows: m.Rows})
	if err != nil {
		return err
	}
	if a.Listed {
		return m.print(s.out, rowsTable(a.Rows), a.Rows)
	}
	if m.SQL {
		fmt.Fprintln(s.err, strings.Join(a.Result.SQL, ";\n\n"))
	}
	a.Result.SQL = nil
	return m.print(s.out, resultTable(*a.Result), a.Result)
}

func (m *metricCommand) list(s *streams) error {
	catalog, err := projection.NewCatalog(nil)
	if err != nil {
		return err
	}
	t := table{header: []string{"metric", "version", "unit", "name", "formula"}}
	for _, d := range catalog.Definitions {
		t.rows = append(t.rows, []string{d.ID, strconv.Itoa(d.Version), string(d.Unit), d.Name.En, d.Formula})
	}
	return m.print(s.out, t, catalog.Definitions)
}

func rowsTable(rows []metric.Row) table {
	t := table{header: []string{"id", "name", "value", "counts"}, right: map[int]bool{2: true}}
	for _, r := range rows {
		t.rows = append(t.rows, []string{r.ID, r.Name, r.Value.String(), strconv.FormatBool(r.Counts)})
	}
	return t
}

// resultTable shows the columns that the metric fills.
func resultTable(r metric.Result) table {
	t := table{header: slices.Clone(r.By), right: map[int]bool{}}
	column := func(name string, text func(metric.Cell) string) {
		filled := name == valueTitle(r)
		for _, cell := range r.Cells {
			filled = filled || text(cell) != ""
		}
		if !filled {
			return
		}
		t.right[len(t.header)] = true
		t.header = append(t.header, name)
		for i, cell := range r.Cells {
			t.rows[i] = append(t.rows[i], text(cell))
		}
	}
	for _, cell := range r.Cells {
		var row []string
		for _, k := range cell.By {
			row = append(row, orNone(k.Text))
		}
		t.rows = append(t.rows, row)
	}
	column(valueTitle(r), func(c metric.Cell) string { return rounded(c.Value) })
	column("interval", interval)
	column("numerator", func(c metric.Cell) string { return rounded(c.Numerator) })
	column("denominator", func(c metric.Cell) string { return rounded(c.Denominator) })
	column("median", func(c metric.Cell) string { return rounded(c.Median) })
	column("p80", func(c metric.Cell) string { return rounded(c.P80) })
	column("n", func(c metric.Cell) string { return strconv.FormatInt(c.N, 10) })
	for _, name := range alsoNames(r) {
		column(name, func(c metric.Cell) string { return strconv.FormatInt(c.Also[name], 10) })
	}
	column("without value", func(c metric.Cell) string {
		if c.Missing == 0 {
			return ""
		}
		return strconv.FormatInt(c.Missing, 10)
	})
	column("", func(c metric.Cell) string {
		if c.Small {
			return "small sample"
		}
		return ""
	})
	return t
}

// valueTitle names the value with its unit.
func valueTitle(r metric.Result) string {
	switch r.Unit {
	case metric.UnitMoney:
		return "value " + r.Currency
	case metric.UnitMoneyPerDay:
		return "value " + r.Currency + "/day"
	case metric.UnitDays:
		return "value days"
	}
	return "value"
}

func alsoNames(r metric.Result) []string {
	var names []string
	for _, cell := range r.Cells {
		for name := range cell.Also {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}

func orNone(text string) string {
	if text == "" {
		return "—"
	}
	return text
}

// rounded shows exact numbers as they are and real ones with four decimals.
func rounded(n *metric.Number) string {
	if n == nil || n.Whole {
		return n.String()
	}
	return strconv.FormatFloat(n.Real, 'f', 4, 64)
}

func interval(c metric.Cell) string {
	if c.Interval == nil {
		return ""
	}
	return fmt.Sprintf("%.4f–%.4f", c.Interval[0], c.Interval[1])
}
