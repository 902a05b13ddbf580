package identity

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
)

// AuditMark names an entry of the audit log by number and hash. Kept outside of the database, it proves later that the log
// up to that entry is still the same, even against somebody who can rewrite the whole database.
type AuditMark struct {
	No   int64
	Hash string
}

// String is the form that ParseAuditMark reads: "42:9f86d0…".
func (m AuditMark) String() string { return strconv.FormatInt(m.No, 10) + ":" + m.Hash }

// ParseAuditMark reads a mark.
func ParseAuditMark(text string) (AuditMark, error) {
	no, hash, _ := strings.Cut(strings.TrimSpace(text), ":")
	n, err := strconv.ParseInt(no, 10, 64)
	if err != nil || n < 1 || len(hash) != 64 || strings.Trim(hash, "0123456789abcdef") != "" {
		return AuditMark{}, fault.New(fault.Invalid, "%q is not a mark of the audit log: expected number:hash, as zveno verify prints it", text)
	}
	return AuditMark{n, hash}, nil
}

// AuditReport is what VerifyAudit found.
type AuditReport struct {
	Records int64
	Head    AuditMark // the last entry; zero in an empty log
	Broken  int64     // number of the first entry that is not as it was written, or is missing; 0 = the log is whole
	Problem string    // what is wrong there
}

// VerifyAudit reads the whole audit log and finds the first entry that was changed, removed, added or moved after it was
// written. marks are of entries that were seen earlier.
func VerifyAudit(ctx context.Context, tx *db.Tx, marks ...AuditMark) (AuditReport, error) {
	var head AuditMark
	err := tx.QueryRow(ctx, `SELECT no, hash FROM identity_audit_head`).Scan(&head.No, &head.Hash)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return AuditReport{}, fmt.Errorf("identity: verify the audit log: %w", err)
	}
	rows, err := tx.Query(ctx, `SELECT `+auditColumns+` FROM identity_audit ORDER BY no`)
	if err != nil {
		return AuditReport{}, fmt.Errorf("identity: verify the audit log: %w", err)
	}
	defer rows.Close()
	var report AuditReport
	for rows.Next() {
		r, err := scanAudit(rows)
		if err != nil {
			return AuditReport{}, fmt.Errorf("identity: verify the audit log: %w", err)
		}
		report.follow(r, marks)
	}
	if err := rows.Err(); err != nil {
		return AuditReport{}, fmt.Errorf("identity: verify the audit log: %w", err)
	}
	report.finish(head, marks)
	return report, nil
}

// follow holds the next entry against those before it.
func (a *AuditReport) follow(r AuditRecord, marks []AuditMark) {
	a.Records++
	last := a.Head
	a.Head = AuditMark{r.No, r.Hash}
	switch {
	case r.No != last.No+1:
		a.broken(last.No+1, "is missing")
	case r.PrevHash != last.Hash:
		a.broken(r.No, "does not follow the entry before it")
	case r.Hash != r.hash():
		a.broken(r.No, "was changed")
	}
	for _, m := range marks {
		if m.No == r.No && m.Hash != r.Hash {
			a.broken(r.No, "is not the entry that was marked: the log was written anew")
		}
	}
}

// finish compares the end of the chain with what is said to be its end.
func (a *AuditReport) finish(head AuditMark, marks []AuditMark) {
	switch {
	case head.No > a.Head.No:
		a.broken(a.Head.No+1, "is missing")
	case head != a.Head:
		a.broken(max(a.Head.No, 1), "is not the end of the log that was noted")
	}
	for _, m := range marks {
		if m.No > a.Head.No {
			a.broken(a.Head.No+1, "is missing: the log once reached entry "+strconv.FormatInt(m.No, 10))
		}
	}
}

func (a *AuditReport) broken(no int64, problem string) {
	if a.Broken == 0 {
		a.Broken, a.Problem = no, problem
	}
}
