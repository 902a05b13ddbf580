package history

import (
	"context"
	"fmt"
	"strings"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/value"
)

// Report is what Verify found out about one table.
type Report struct {
	Object string
	Checks []Check
}

// Check is one invariant: how many rows it was held against, and how many break it.
type Check struct {
	Name       string // the invariant in words
	Rows       int64
	Violations int64
	Examples   []value.ID // records of some violations
}

// Violations counts the violations of all checks.
func (r Report) Violations() int64 {
	var sum int64
	for _, c := range r.Checks {
		sum += c.Violations
	}
	return sum
}

// The invariants of a versioned table.
const (
	checkValid     = "a version begins before it ends, in the business"
	checkRecorded  = "a version begins before it ends, in the record"
	checkForeseen  = "no version is recorded before it begins"
	checkChain     = "believed versions follow each other without gap or overlap"
	checkLast      = "the last believed version has no end"
	checkOnce      = "no two versions hold at once, as known at any time"
	checkBelieved  = "a record has believed versions"
	checkNumber    = "a record's version is its highest version number"
	checkCreated   = "a record is created where its first version begins"
	checkOrphan    = "versions belong to a record"
	checkState     = "a record says what its last version says"
	checkRecorder  = "a record names the transaction of its newest version"
	checkTx        = "every version leads to who recorded it and why"
	checkFolded    = "the search text is that of the record"
	exampleRecords = 5
)

// rows is a set of rows and the invariants that hold for each; bad is a condition on the rows that break one.
type rows struct {
	from, id   string
	invariants []invariant
}

type invariant struct{ name, bad string }

// Verify holds a table against every invariant of its records and versions. It reads whole tables, each a few times,
// without changing anything; broken invariants are in the report, and the error says only that something was unreadable.
func Verify(ctx context.Context, tx *db.Tx, t *Table) (Report, error) {
	report := Report{Object: t.Object}
	for _, r := range t.invariantRows() {
		checks, err := r.check(ctx, tx)
		if err != nil {
			return report, fmt.Errorf("history: verify %s: %w", t.Object, err)
		}
		report.Checks = append(report.Checks, checks...)
	}
	folded, err := t.verifyFolded(ctx, tx)
	if err != nil {
		return report, fmt.Errorf("history: verify %s: %w", t.Object, err)
	}
	report.Checks = append(report.Checks, folded)
	return report, nil
}

func (t *Table) invariantRows() []rows {
	forever := fmt.Sprintf(" = %d", value.Forever)
	return []rows{
		{t.Versions + ` v`, `v.id`, []invariant{
			{checkValid, `v.valid_from >= v.valid_to`},
			{checkRecorded, `v.recorded_from >= v.recorded_to`},
			{checkForeseen, `v.recorded_from < v.valid_from`},
		}},
		{`(SELECT id, valid_to, LEAD(valid_from) OVER (PARTITION BY id ORDER BY valid_from, no) AS next_from
			FROM ` + t.Versions + ` WHERE recorded_to` + forever + `) v`, `v.id`, []invariant{
			{checkChain, `v.valid_to <> v.next_from`},
			{checkLast, `v.next_from IS NULL AND NOT v.valid_to` + forever},
		}},
		// Two believed versions are the business of checkChain, so a pair has at least one that is no longer believed.
		{t.Versions + ` a JOIN ` + t.Versions + ` b ON b.id = a.id AND b.no <> a.no AND (b.no > a.no OR b.recorded_to` + forever + `)
			AND NOT a.recorded_to` + forever, `a.id`, []invariant{
			{checkOnce, `a.valid_from < b.valid_to AND b.valid_from < a.valid_to AND a.recorded_from < b.recorded_to AND b.recorded_from < a.recorded_to`},
		}},
		{t.Current + ` c LEFT JOIN (SELECT id, max(no) AS last_no, min(CASE WHEN recorded_to` + forever + ` THEN valid_from END) AS first_from
			FROM ` + t.Versions + ` GROUP BY id) v ON v.id = c.id`, `c.id`, []invariant{
			{checkBelieved, `v.first_from IS NULL`},
			{checkNumber, `c.version <> v.last_no`},
			{checkCreated, `c.created_at <> v.first_from`},
		}},
		{`(SELECT DISTINCT id FROM ` + t.Versions + `) v LEFT JOIN ` + t.Current + ` c ON c.id = v.id`, `v.id`, []invariant{
			{checkOrphan, `c.id IS NULL`},
		}},
		{t.Current + ` c JOIN ` + t.Versions + ` v ON v.id = c.id AND v.recorded_to` + forever + ` AND v.valid_to` + forever, `c.id`, []invariant{
			{checkState, t.differing()},
		}},
		{t.Current + ` c LEFT JOIN ` + t.Versions + ` v ON v.id = c.id AND v.no = c.version`, `c.id`, []invariant{
			{checkRecorder, `c.tx_no <> v.tx_no`},
		}},
		{t.Versions + ` v LEFT JOIN db_txs x ON x.tx_no = v.tx_no`, `v.id`, []invariant{
			{checkTx, `x.tx_no IS NULL`},
		}},
	}
}

// differing is the condition that a current row c and a version v differ in a column that both have.
func (t *Table) differing() string {
	conditions := []string{`c.valid_from <> v.valid_from`, `c.deleted <> v.deleted`, `NOT c.custom IS NOT DISTINCT FROM v.custom`}
	for _, c := range t.Columns {
		conditions = append(conditions, `NOT c.`+c.Name+` IS NOT DISTINCT FROM v.`+c.Name)
	}
	return strings.Join(conditions, " OR ")
}

// check counts the rows and the violations of each invariant in one pass.
func (r rows) check(ctx context.Context, tx *db.Tx) ([]Check, error) {
	checks := make([]Check, len(r.invariants))
	var total int64
	into := []any{&total}
	query := `SELECT count(*)`
	for i, inv := range r.invariants {
		checks[i].Name = inv.name
		query += `, count(*) FILTER (WHERE ` + inv.bad + `)`
		into = append(into, &checks[i].Violations)
	}
	if err := tx.QueryRow(ctx, query+` FROM `+r.from).Scan(into...); err != nil {
		return nil, err
	}
	for i, inv := range r.invariants {
		checks[i].Rows = total
		if checks[i].Violations == 0 {
			continue
		}
		if err := r.examples(ctx, tx, inv, &checks[i]); err != nil {
			return nil, err
		}
	}
	return checks, nil
}

func (r rows) examples(ctx context.Context, tx *db.Tx, inv invariant, check *Check) error {
	found, err := tx.Query(ctx, `SELECT DISTINCT `+r.id+` FROM `+r.from+` WHERE `+inv.bad+fmt.Sprintf(` ORDER BY 1 LIMIT %d`, exampleRecords))
	if err != nil {
		return err
	}
	defer found.Close()
	for found.Next() {
		var id value.ID
		if err := found.Scan(&id); err != nil {
			return err
		}
		check.Examples = append(check.Examples, id)
	}
	return found.Err()
}

// verifyFolded folds the searched columns again: no engine can.
func (t *Table) verifyFolded(ctx context.Context, tx *db.Tx) (Check, error) {
	check := Check{Name: checkFolded}
	query := `SELECT id, folded`
	for _, c := range t.Columns {
		if c.Search {
			query += `, ` + c.Name
		}
	}
	found, err := tx.Query(ctx, query+` FROM `+t.Current)
	if err != nil {
		return check, err
	}
	defer found.Close()
	var id value.ID
	var stored string
	into := []any{&id, &stored}
	values := make([]any, len(t.Columns))
	for i, c := range t.Columns {
		if c.Search {
			into = append(into, &values[i])
		}
	}
	for found.Next() {
		if err := found.Scan(into...); err != nil {
			return check, err
		}
		check.Rows++
		if stored != t.folded(values) {
			if check.Violations++; check.Violations <= exampleRecords {
				check.Examples = append(check.Examples, id)
			}
		}
	}
	return check, found.Err()
}
