package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"unicode/utf8"
)

// formatFlag is part of each command that prints data.
type formatFlag struct {
	Format string `help:"Form of the output: table, json or csv." enum:"table,json,csv" default:"table" env:"ZVENO_FORMAT"`
}

// table is data to print in rows. Columns named in right are numbers.
type table struct {
	header []string
	right  map[int]bool
	rows   [][]string
}

// print writes the table as such or as CSV, and whole, which may say more, as JSON.
func (f formatFlag) print(w io.Writer, t table, whole any) error {
	switch f.Format {
	case "json":
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		return encoder.Encode(whole)
	case "csv":
		return t.writeCSV(w)
	}
	return t.writeText(w)
}

func (t table) writeCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write(t.header); err != nil {
		return err
	}
	for _, row := range t.rows {
		safe := make([]string, len(row))
		for i, cell := range row {
			safe[i] = cell
			if !t.right[i] {
				safe[i] = withoutFormula(cell)
			}
		}
		if err := out.Write(safe); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// withoutFormula keeps a spreadsheet from running text as a formula.
func withoutFormula(cell string) string {
	if strings.IndexAny(cell, "=+-@\t\r") == 0 {
		return "'" + cell
	}
	return cell
}

func (t table) writeText(w io.Writer) error {
	widths := make([]int, len(t.header))
	for _, row := range append([][]string{t.header}, t.rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{t.header}, t.rows...) {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = cell
			if t.right[i] {
				cells[i] = strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)) + cell
			}
		}
		fmt.Fprintln(out, strings.TrimRight(strings.Join(cells, "\t"), "\t "))
	}
	return out.Flush()
}
