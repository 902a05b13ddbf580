package identity

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/value"
)

// AuditEntry is something that somebody did. Who, when and through what is taken from the transaction, and from where
// from the context; see WithAddress. Secrets do not belong into it.
type AuditEntry struct {
	Action string // "deal.move", "export", "sign-in"
	Object string // kind of the record: "deal"; may be empty
	Record value.ID
	Detail map[string]any // what else matters, as JSON
}

// AuditRecord is a stored entry. Its Hash covers every other field, with PrevHash the whole log before it.
type AuditRecord struct {
	No             int64
	At             value.Instant
	Person         value.ID // zero for Zveno itself
	Actor          string   // the person's name then, or the part of Zveno
	Source         string   // "web", "api", "command line"
	Action, Object string
	Record         value.ID
	Detail         json.RawMessage
	Address        string
	TxNo           int64
	PrevHash, Hash string // SHA-256 in hexadecimal; PrevHash is empty for the first
}

type addressKey struct{}

// WithAddress notes from which address a request comes, for the audit log.
func WithAddress(ctx context.Context, address netip.Addr) context.Context {
	return context.WithValue(ctx, addressKey{}, addressText(address))
}

// AppendAudit adds entries to the end of the audit log. Nobody else can append until the transaction ends, so it belongs to
// the end of the transaction.
func AppendAudit(ctx context.Context, tx *db.Tx, entries ...AuditEntry) error {
	if len(entries) == 0 {
		return nil
	}
	var last int64
	var prev string
	err := tx.QueryRow(ctx, `INSERT INTO identity_audit_head (only_row, no, hash) VALUES (1, $1, '')
		ON CONFLICT (only_row) DO UPDATE SET no = identity_audit_head.no + $1 RETURNING no, hash`, len(entries)).Scan(&last, &prev)
	if err != nil {
		return fmt.Errorf("identity: take the end of the audit log: %w", err)
	}
	rows := make([][]any, 0, len(entries))
	for i, e := range entries {
		r, err := e.record(ctx, tx)
		if err != nil {
			return err
		}
		r.No, r.PrevHash = last-int64(len(entries)-1-i), prev
		r.Hash = r.hash()
		prev = r.Hash
		rows = append(rows, []any{r.No, r.At, r.Person, r.Actor, r.Source, r.Action, r.Object, r.Record, string(r.Detail), r.Address, r.TxNo, r.PrevHash, r.Hash})
	}
	if err := db.BulkInsert(ctx, tx, "identity_audit", strings.Split(auditColumns, ", "), rows, ""); err != nil {
		return fmt.Errorf("identity: append to the audit log: %w", err)
	}
	if _, err := tx.Exec(ctx, `UPDATE identity_audit_head SET hash = $1`, prev); err != nil {
		return fmt.Errorf("identity: move the end of the audit log: %w", err)
	}
	return nil
}

const auditColumns = "no, at, person_id, actor, source, action, object, record_id, detail, address, tx_no, prev_hash, hash"

// record is the entry as it is stored, but for its place in the chain.
func (e AuditEntry) record(ctx context.Context, tx *db.Tx) (AuditRecord, error) {
	if e.Detail == nil {
		e.Detail = map[string]any{}
	}
	detail, err := json.Marshal(e.Detail)
	if err != nil {
		return AuditRecord{}, fmt.Errorf("identity: write the detail of audit entry %s: %w", e.Action, err)
	}
	address, _ := ctx.Value(addressKey{}).(string)
	const most = 1000 // bytes
	return AuditRecord{At: tx.At, Person: tx.Info.Actor.Person, Actor: cleanText(tx.Info.Actor.Name, most), Source: cleanText(tx.Info.Source, most),
		Action: cleanText(e.Action, most), Object: cleanText(e.Object, most), Record: e.Record, Detail: detail, Address: address, TxNo: tx.No}, nil
}

// hash is over every field, each with its length, so that no two records give the same bytes.
func (r AuditRecord) hash() string {
	fields := []string{"zveno audit 1", r.PrevHash, strconv.FormatInt(r.No, 10), strconv.FormatInt(int64(r.At), 10), r.Person.String(), r.Actor,
		r.Source, r.Action, r.Object, r.Record.String(), string(r.Detail), r.Address, strconv.FormatInt(r.TxNo, 10)}
	var text []byte
	for _, f := range fields {
		text = binary.AppendUvarint(text, uint64(len(f)))
		text = append(text, f...)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// AuditQuery chooses entries; what is zero chooses all.
type AuditQuery struct {
	Person   value.ID // who did it
	Object   string
	Record   value.ID
	Action   string
	From, To value.Instant // from From to before To
	Before   int64         // numbers below; AuditRecord.No of the last one seen gives the next page
	Limit    int           // zero = 100, at most 1000
}

// ListAudit lists entries, the newest first.
func ListAudit(ctx context.Context, tx *db.Tx, q AuditQuery) ([]AuditRecord, error) {
	where, args := "TRUE", []any{}
	add := func(condition string, v any, wanted bool) {
		if wanted {
			args = append(args, v)
			// sql: a condition written below
			where += " AND " + condition + " $" + strconv.Itoa(len(args))
		}
	}
	add("person_id =", q.Person, !q.Person.IsZero())
	add("object =", cleanText(q.Object, len(q.Object)), q.Object != "")
	add("record_id =", q.Record, !q.Record.IsZero())
	add("action =", cleanText(q.Action, len(q.Action)), q.Action != "")
	add("at >=", q.From, q.From != 0)
	add("at <", q.To, q.To != 0)
	add("no <", q.Before, q.Before != 0)
	limit := 100
	if q.Limit > 0 {
		limit = min(q.Limit, 1000)
	}
	// sql: conditions written above, with placeholders
	rows, err := tx.Query(ctx, `SELECT `+auditColumns+` FROM identity_audit WHERE `+where+` ORDER BY no DESC LIMIT `+strconv.Itoa(limit), args...)
	if err != nil {
		return nil, fmt.Errorf("identity: list the audit log: %w", err)
	}
	defer rows.Close()
	records := []AuditRecord{}
	for rows.Next() {
		r, err := scanAudit(rows)
		if err != nil {
			return nil, fmt.Errorf("identity: list the audit log: %w", err)
		}
		records = append(records, r)
	}
	return records, rows.Err()
}

func scanAudit(rows *sql.Rows) (r AuditRecord, err error) {
	var detail string
	err = rows.Scan(&r.No, &r.At, &r.Person, &r.Actor, &r.Source, &r.Action, &r.Object, &r.Record, &detail, &r.Address, &r.TxNo, &r.PrevHash, &r.Hash)
	r.Detail = json.RawMessage(detail)
	return r, err
}
