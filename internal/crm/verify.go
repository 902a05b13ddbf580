package crm

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/value"
)

// The invariants that package crm adds to those of history.
const (
	checkTarget      = "references lead to records"
	checkCurrency    = "amounts have a currency"
	checkFieldValues = "custom values are found as they are"
	checkCustom      = "custom values fit the definitions of their fields"
)

// verifyExamples bounds the records that a check names.
const verifyExamples = 5

// Verify holds every record against the invariants of its table and of the company's record: references, currencies and
// custom fields. There is one report per object; broken invariants are in the reports, and the error says only that
// something was unreadable.
func Verify(ctx context.Context, tx *db.Tx) ([]history.Report, error) {
	reports := make([]history.Report, 0, len(Objects))
	for _, o := range Objects {
		report, err := history.Verify(ctx, tx, o.Table)
		if err != nil {
			return nil, fmt.Errorf("crm: verify %s: %w", o.Plural, err)
		}
		for _, check := range []func(context.Context, *db.Tx, *Object) ([]history.Check, error){verifyReferences, verifyCurrencies, verifyCustom} {
			checks, err := check(ctx, tx, o)
			if err != nil {
				return nil, fmt.Errorf("crm: verify %s: %w", o.Plural, err)
			}
			report.Checks = append(report.Checks, checks...)
		}
		reports = append(reports, report)
	}
	return reports, nil
}

// verifyReferences looks up what the current records refer to.
func verifyReferences(ctx context.Context, tx *db.Tx, o *Object) ([]history.Check, error) {
	if !o.hasKind(Reference) {
		return nil, nil
	}
	check := history.Check{Name: checkTarget}
	for _, f := range o.Fields {
		if f.Kind != Reference {
			continue
		}
		column := `c.` + f.Column()
		from := o.Table.Current + ` c LEFT JOIN ` + ObjectNamed(f.Ref).Table.Current + ` r ON r.id = ` + column
		// sql: a column that the dictionary names
		if err := countBroken(ctx, tx, &check, from, column+` IS NOT NULL`, `r.id IS NULL`); err != nil {
			return nil, err
		}
	}
	return []history.Check{check}, nil
}

// verifyCurrencies looks for amounts without a currency, also in the believed past.
func verifyCurrencies(ctx context.Context, tx *db.Tx, o *Object) ([]history.Check, error) {
	if !o.hasKind(Money) {
		return nil, nil
	}
	check := history.Check{Name: checkCurrency}
	believed := `c.recorded_to = ` + strconv.FormatInt(int64(value.Forever), 10)
	err := countBroken(ctx, tx, &check, o.Table.Versions+` c`, believed+` AND (`+o.anyMoney()+`)`, `c.currency IS NULL`)
	return []history.Check{check}, err
}

func (o *Object) hasKind(k Kind) bool {
	return slices.ContainsFunc(o.Fields, func(f Field) bool { return f.Kind == k })
}

// countBroken adds to a check the rows that meet a condition, and those of them that break it: that are bad. The record's
// row is c.
func countBroken(ctx context.Context, tx *db.Tx, check *history.Check, from, where, bad string) error {
	var rows, broken int64
	// sql: from, where and bad are put together by the checks above
	err := tx.QueryRow(ctx, `SELECT count(*), count(*) FILTER (WHERE `+bad+`) FROM `+from+` WHERE `+where).Scan(&rows, &broken)
	check.Rows += rows
	check.Violations += broken
	if room := verifyExamples - len(check.Examples); err != nil || broken == 0 || room <= 0 {
		return err
	}
	// sql: likewise
	found, err := tx.Query(ctx, `SELECT DISTINCT c.id FROM `+from+` WHERE `+where+` AND `+bad+` ORDER BY 1 LIMIT `+strconv.Itoa(verifyExamples))
	if err != nil {
		return err
	}
	ids, err := scanIDs(found)
	check.Examples = append(check.Examples, ids...)
	return err
}
