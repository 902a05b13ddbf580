package main

import (
	"context"
	"fmt"
	"strings"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

type verifyCommand struct {
	formatFlag
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
	numbers, err := c.verifyNumbers(ctx, d, s)
	if err != nil {
		return err
	}
	checks = append(checks, numbers...)
	t := table{header: []string{"of", "check", "checked", "violations", "examples"}, right: map[int]bool{2: true, 3: true}}
	broken := int64(0)
	for _, x := range checks {
		broken += x.Violations
		t.rows = append(t.rows, []string{x.Of, x.Name, number(x.Checked), number(x.Violations), idList(x.Examples)})
	}
	if err := v.print(s.out, t, checks); err != nil {
		return err
	}
	if broken > 0 {
		return fault.New(fault.Internal, "%d violations: restore a backup, or report the examples", broken)
	}
	fmt.Fprintf(s.err, "%d checks passed.\n", len(checks))
	return nil
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

// verifyNumbers compares the analytical tables with the record, and checks that waterfalls balance.
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
