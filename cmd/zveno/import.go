package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"zveno.dev/zveno/internal/connect"
	"zveno.dev/zveno/internal/connect/mapping"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

type importCommand struct {
	formatFlag
	Paths        []string `arg:"" optional:"" help:"Folders, zips, CSV, TSV or XLSX files." type:"path"`
	DryRun       bool     `help:"Report what would happen, and keep nothing."`
	Mapping      string   `help:"Mapping file to use instead of the proposed one." type:"existingfile" placeholder:"FILE"`
	SaveMapping  string   `help:"Write the mapping that was used (or proposed) to this file." placeholder:"FILE"`
	Undo         string   `help:"Take an import back." placeholder:"IMPORT_ID"`
	List         bool     `help:"List earlier imports."`
	Source       string   `help:"System that the files come from. Default: recognised." placeholder:"NAME"`
	CustomFields bool     `help:"Make custom fields of unknown columns."`
	Currency     string   `help:"Currency of amounts that do not name theirs. Default: the company's." placeholder:"CODE"`
	Zone         string   `help:"Time zone of times without one, like Europe/Berlin. Default: the company's." placeholder:"ZONE"`
	DateOrder    string   `help:"Order of dates where a column leaves it open: dmy, mdy or ymd." enum:",dmy,mdy,ymd" default:""`
	Rejects      string   `help:"Write every rejected row's place and reason to this CSV file." placeholder:"FILE"`
}

func (ic *importCommand) Run(ctx context.Context, c *common, s *streams) error {
	if ic.Undo != "" {
		return ic.undo(ctx, c, s)
	}
	if ic.List {
		return ic.list(ctx, c, s)
	}
	if len(ic.Paths) == 0 {
		return fault.New(fault.Invalid, "name at least one file, folder or zip to import")
	}
	o, err := ic.options()
	if err != nil {
		return err
	}
	if ic.Rejects != "" {
		file, err := os.Create(ic.Rejects)
		if err != nil {
			return fault.New(fault.Invalid, "--rejects: %w", err)
		}
		defer file.Close()
		o.Rejects = file
	}
	d, err := c.open(ctx, s)
	if err != nil {
		return err
	}
	defer d.Close()
	bar := newBar(s.err, "Importing")
	o.Progress = func(p connect.Progress) {
		bar.show(p.Bytes, p.BytesAll, "B", fmt.Sprintf("%d rows", p.Rows))
	}
	report, err := connect.Import(ctx, d, ic.Paths, o)
	bar.done()
	if saveErr := ic.saveMapping(report.Mapping); err == nil {
		err = saveErr
	}
	if len(report.Tables)+len(report.Questions)+len(report.LeftOut) > 0 || err == nil {
		if printErr := ic.report(s.out, report); err == nil {
			err = printErr
		}
	}
	if len(report.Questions) > 0 {
		err = fault.New(fault.Invalid, "nothing was imported: answer the questions above, with --date-order or a mapping file (--save-mapping writes one to edit)")
	}
	return err
}

func (ic *importCommand) options() (connect.ImportOptions, error) {
	o := connect.ImportOptions{Source: ic.Source, DryRun: ic.DryRun, CustomFields: ic.CustomFields, Currency: ic.Currency, DateOrder: ic.DateOrder,
		Actor: value.System("command line")}
	if ic.Zone != "" {
		zone, err := identity.LoadZone(ic.Zone)
		if err != nil {
			return o, err
		}
		o.Zone = zone
	}
	if ic.Mapping != "" {
		file, err := os.Open(ic.Mapping)
		if err != nil {
			return o, fault.New(fault.Invalid, "--mapping: %w", err)
		}
		defer file.Close()
		m, err := mapping.Load(file)
		if err != nil {
			return o, fmt.Errorf("%s: %w", ic.Mapping, err)
		}
		o.Mapping = &m
	}
	return o, nil
}

func (ic *importCommand) saveMapping(m *mapping.Mapping) error {
	if ic.SaveMapping == "" || m == nil {
		return nil
	}
	file, err := os.Create(ic.SaveMapping)
	if err != nil {
		return fault.New(fault.Invalid, "--save-mapping: %w", err)
	}
	return errors.Join(mapping.Save(file, *m), file.Close())
}

func (ic *importCommand) undo(ctx context.Context, c *common, s *streams) error {
	id, err := value.ParseID(ic.Undo)
	if err != nil {
		return fault.InvalidField("undo", "%v", err)
	}
	d, err := c.open(ctx, s)
	if err != nil {
		return err
	}
	defer d.Close()
	report, err := connect.Undo(ctx, d, id, value.System("command line"))
	if err != nil {
		return err
	}
	t := table{header: []string{"deleted", "restored", "kept"}, right: map[int]bool{0: true, 1: true, 2: true},
		rows: [][]string{{number(report.Deleted), number(report.Restored), number(report.Kept)}}}
	if err := ic.print(s.out, t, report); err != nil || report.Kept == 0 || ic.Format != "table" {
		return err
	}
	_, err = fmt.Fprintln(s.out, "What was kept has been changed since by somebody else; --format json lists the first of it.")
	return err
}

func (ic *importCommand) list(ctx context.Context, c *common, s *streams) error {
	d, err := c.open(ctx, s)
	if err != nil {
		return err
	}
	defer d.Close()
	var imports []connect.ImportInfo
	err = d.Read(ctx, func(tx *db.Tx) error {
		imports, err = connect.Imports(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	t := table{header: []string{"id", "started", "state", "source", "rows", "created", "updated", "rejected"}, right: map[int]bool{4: true, 5: true, 6: true, 7: true}}
	for _, i := range imports {
		t.rows = append(t.rows, []string{i.ID.String(), i.StartedAt.Time().Format(time.DateTime), string(i.State), i.Source,
			number(i.Rows.Read), number(i.Rows.Created), number(i.Rows.Updated), number(i.Rows.Rejected)})
	}
	return ic.print(s.out, t, imports)
}

// report prints what the import did: one line for each table, and below it whatever needs attention.
func (ic *importCommand) report(w io.Writer, r connect.Report) error {
	t := table{header: []string{"table", "records", "read", "created", "updated", "unchanged", "rejected"},
		right: map[int]bool{2: true, 3: true, 4: true, 5: true, 6: true}}
	for _, x := range r.Tables {
		t.rows = append(t.rows, []string{x.Path, x.Object, number(x.Read), number(x.Created), number(x.Updated), number(x.Unchanged), number(x.Rejected)})
	}
	if err := ic.print(w, t, r); err != nil || ic.Format != "table" {
		return err
	}
	for _, m := range r.Made {
		fmt.Fprintf(w, "also made: %d × %s that rows name\n", m.Records, m.Object)
	}
	for _, x := range r.LeftOut {
		fmt.Fprintf(w, "left out: %s: %s\n", x.Path, strings.TrimPrefix(x.Reason, "left out: "))
	}
	for _, n := range r.Notes {
		fmt.Fprintf(w, "note: %s%s\n", place(n.File), n.Text)
	}
	for _, u := range r.Unresolved {
		fmt.Fprintf(w, "not joined: %scolumn %s: %q (%d rows): %s%s\n", place(u.File), u.Column, u.Value, u.Rows, u.Reason, suggestions(u.Suggested))
	}
	for _, x := range r.CustomFields {
		fmt.Fprintf(w, "unknown column: %s%s (--custom-fields keeps it as a field of %s)\n", place(x.File), x.Column, x.Object)
	}
	for _, x := range r.Rejections {
		fmt.Fprintf(w, "rejected: %s:%d: %s%s\n", x.File, x.Line, columnValue(x), x.Reason)
	}
	for _, q := range r.Questions {
		fmt.Fprintf(w, "question: %s\n", q.Text)
	}
	verb := "imported"
	if r.DryRun {
		verb = "would be imported (dry run: nothing was kept)"
	}
	fmt.Fprintf(w, "%d rows %s in %s, %.0f rows/s", r.Totals().Read, verb, time.Duration(r.DurationMs*int64(time.Millisecond)), r.RowsPerS)
	if !r.ID.IsZero() && !r.DryRun {
		fmt.Fprintf(w, "; to take it back: zveno import --undo %s", r.ID)
	}
	_, err := fmt.Fprintln(w)
	return err
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

func place(file string) string {
	if file == "" {
		return ""
	}
	return file + ": "
}

func columnValue(r connect.Rejection) string {
	if r.Column == "" {
		return ""
	}
	return fmt.Sprintf("column %s, %q: ", r.Column, r.Value)
}

func suggestions(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return `; did it mean "` + strings.Join(names, `", "`) + `"?`
}
