package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"zveno.dev/zveno/internal/metric"
)

type waterfallCommand struct {
	formatFlag
	From      string   `help:"Start: a day (its end) or a time." required:"" placeholder:"TIME"`
	To        string   `help:"End. Default: now." placeholder:"TIME"`
	Period    string   `help:"Only deals due in this fiscal period: 2017, 2017-Q3 or 2017-08." placeholder:"PERIOD"`
	By        []string `help:"Dimensions to cut by, like region or owner; deals that move between groups are transfers." placeholder:"DIM,…"`
	Where     string   `help:"Filter, like: segment == \"Enterprise\"" placeholder:"EXPR"`
	Hierarchy string   `help:"Whose teams apply: then or current." enum:"then,current" default:"then"`
	Gross     bool     `help:"Count every change inside the window, instead of comparing both ends."`
	Line      string   `help:"List the deals of one line, like pushed_out." placeholder:"LINE"`
}

func (w *waterfallCommand) Run(ctx context.Context, c *common, s *streams) error {
	a, err := c.ask(ctx, s, question{From: w.From, To: w.To, Period: w.Period, By: w.By, Where: w.Where, Hierarchy: w.Hierarchy,
		Gross: w.Gross, Line: w.Line, Rows: w.Line != ""})
	if err != nil {
		return err
	}
	if a.Listed {
		return w.print(s.out, rowsTable(a.Rows), a.Rows)
	}
	for _, g := range a.Waterfall.Groups {
		if b := g.Balance(); b != 0 {
			return fmt.Errorf("the waterfall is out of balance by %d minor units in group %v: this is a defect", b, g.By)
		}
	}
	a.Waterfall.SQL = ""
	return w.print(s.out, waterfallTable(*a.Waterfall), a.Waterfall)
}

func waterfallTable(w metric.Waterfall) table {
	n := len(w.By)
	t := table{header: append(slices.Clone(w.By), "line", "amount "+w.Currency, "deals"), right: map[int]bool{n + 1: true, n + 2: true}}
	for _, g := range w.Groups {
		for _, name := range metric.Lines {
			var row []string
			for _, k := range g.By {
				row = append(row, orNone(k.Text))
			}
			line := g.Lines[name]
			t.rows = append(t.rows, append(row, name, line.Amount.String(), strconv.FormatInt(line.Deals, 10)))
		}
	}
	return t
}
