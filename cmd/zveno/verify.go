package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

type verifyCommand struct {
	formatFlag
	All       bool   `help:"List every check, not only a line for each kind of record and the checks that failed."`
	AuditMark string `help:"Mark of the audit log that an earlier run printed: the log must still be the same up to there." placeholder:"MARK"`
}

// check is one line of what was verified.
type check struct {
	Of         string     `json:"of"`
	Name       string     `json:"check"`
	Checked    int64      `json:"checked"`
	Violations int64      `json:"violations"`
	Examples   []value.ID `json:"examples,omitempty"`
}

func (v *verifyCommand) Run(ctx context.Context, c *common, s *streams) error {
	d, err := c.open(ctx, s)
	if err != nil {
		return err
	}
	defer d.Close()
	checks, err := verifyRecords(ctx, d)
	if err != nil {
		return err
	}
	audit, mark, err := v.verifyAudit(ctx, d)
	if err != nil {
		return err
	}
	checks = append(checks, audit)
	numbers, err := c.verifyNumbers(ctx, d, s)
	if err != nil {
		return err
	}
	checks = append(checks, numbers...)
	broken := int64(0)
	for _, x := range checks {
		broken += x.Violations
	}
	if err := v.print(s.out, v.table(checks), checks); err != nil {
		return err
	}
	if mark.No > 0 {
		fmt.Fprintf(s.err, "The audit log ends with %s. Keep this mark elsewhere, to check later with --audit-mark that nothing before it was changed.\n", mark)
	}
	if broken > 0 {
		return fault.New(fault.Internal, "%d violations: restore a backup, or report the examples", broken)
	}
	fmt.Fprintf(s.err, "%d checks passed.\n", len(checks))
	return nil
}

// table lists the checks, or those that failed below a line for each kind of record.
func (v *verifyCommand) table(checks []check) table {
	t := table{header: []string{"of", "check", "checked", "violations", "examples"}, right: map[int]bool{2: true, 3: true}}
	if !v.All && v.Format == "table" {
		checks = summed(checks)
	}
	for _, x := range checks {
		t.rows = append(t.rows, []string{x.Of, x.Name, number(x.Checked), number(x.Violations), idList(x.Examples)})
	}
	return t
}

// summed is one line for each kind of record whose checks all passed, and every check that failed.
func summed(checks []check) []check {
	var lines, failed []check
	passed := map[string]int{}
	for _, x := range checks {
		if x.Violations > 0 {
			failed = append(failed, x)
			continue
		}
		at, seen := passed[x.Of]
		if !seen {
			at = len(lines)
			passed[x.Of] = at
			lines = append(lines, check{Of: x.Of})
		}
		n := 0
		fmt.Sscan(lines[at].Name, &n)
		lines[at].Name = strconv.Itoa(n+1) + " checks passed"
		lines[at].Checked = max(lines[at].Checked, x.Checked)
	}
	return append(lines, failed...)
}

func idList(ids []value.ID) string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = id.String()
	}
	return strings.Join(texts, ", ")
}

func verifyRecords(ctx context.Context, d *db.DB) (checks []check, err error) {
	err = d.Read(ctx, func(tx *db.Tx) error {
		reports, err := crm.Verify(ctx, tx)
		for _, r := range reports {
			for _, x := range r.Checks {
				checks = append(checks, check{Of: r.Object, Name: x.Name, Checked: x.Rows, Violations: x.Violations, Examples: x.Examples})
			}
		}
		return err
	})
	return checks, err
}

// verifyAudit follows the chain of the audit log, and gives the mark of its end if it is whole.
func (v *verifyCommand) verifyAudit(ctx context.Context, d *db.DB) (check, identity.AuditMark, error) {
	var marks []identity.AuditMark
	if v.AuditMark != "" {
		mark, err := identity.ParseAuditMark(v.AuditMark)
		if err != nil {
			return check{}, mark, err
		}
		marks = append(marks, mark)
	}
	var report identity.AuditReport
	err := d.Read(ctx, func(tx *db.Tx) (err error) {
		report, err = identity.VerifyAudit(ctx, tx, marks...)
		return err
	})
	x := check{Of: "audit log", Name: "entries are as they were written, in one chain", Checked: report.Records}
	if report.Broken > 0 {
		x.Violations = 1
		x.Name += fmt.Sprintf(": entry %d %s", report.Broken, report.Problem)
		report.Head = identity.AuditMark{}
	}
	return x, report.Head, err
}

// verifyNumbers compares the analytical tables with the record.
func (c *common) verifyNumbers(ctx context.Context, d *db.DB, s *streams) ([]check, error) {
	p, err := c.openProjection(ctx, d, s)
	if fault.KindOf(err) == fault.Unavailable {
		fmt.Fprintln(s.err, "The analytical tables are in use by the running server and were not checked:", err)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer p.Close()
	if err := p.Refresh(ctx); err != nil {
		return nil, err
	}
	compared, err := p.Verify(ctx)
	if err != nil {
		return nil, err
	}
	var checks []check
	for _, x := range compared {
		checks = append(checks, check{Of: "analytics", Name: x.Name, Checked: x.Rows, Violations: x.Violations})
	}
	return checks, nil
}
