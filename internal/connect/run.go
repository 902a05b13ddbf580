package connect

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	"zveno.dev/zveno/internal/connect/tabular"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// State is how far an import has come.
type State string

// The states.
const (
	Running State = "running" // or killed: importing the same files again takes it up
	Stopped State = "stopped" // by an error or the user: importing the same files again takes it up
	Done    State = "done"
	Undoing State = "undoing" // or killed while being undone: undoing it again goes on
	Undone  State = "undone"
)

// ImportInfo is one import of the past.
type ImportInfo struct {
	ID         value.ID
	Source     string
	Files      string
	Actor      value.Actor
	State      State
	StartedAt  value.Instant
	FinishedAt value.Instant // 0 = not yet
	Rows       TableReport   // counts of all its tables
	Report     *Report       // nil until it is done
}

const importColumns = `id, source, files, actor_id, actor_name, state, started_at, coalesce(finished_at, 0),
	rows_read, created, updated, unchanged, rejected, coalesce(report, '')`

// Imports lists imports, the latest first.
func Imports(ctx context.Context, tx *db.Tx) ([]ImportInfo, error) {
	return listImports(ctx, tx, `TRUE`)
}

// LoadImport gives one import. The error is NotFound when there was none.
func LoadImport(ctx context.Context, tx *db.Tx, id value.ID) (ImportInfo, error) {
	found, err := listImports(ctx, tx, `id = $1`, id)
	if err != nil {
		return ImportInfo{}, err
	}
	if len(found) == 0 {
		return ImportInfo{}, fault.New(fault.NotFound, "no import %s", id)
	}
	return found[0], nil
}

func listImports(ctx context.Context, tx *db.Tx, condition string, args ...any) ([]ImportInfo, error) {
	// sql: condition is one of the constants of the two functions above
	rows, err := tx.Query(ctx, `SELECT `+importColumns+` FROM connect_imports WHERE `+condition+` ORDER BY started_at DESC, id DESC`, args...)
	if err != nil {
		return nil, fmt.Errorf("connect: list imports: %w", err)
	}
	defer rows.Close()
	var infos []ImportInfo
	for rows.Next() {
		var i ImportInfo
		var report string
		err := rows.Scan(&i.ID, &i.Source, &i.Files, &i.Actor.Person, &i.Actor.Name, &i.State, &i.StartedAt, &i.FinishedAt,
			&i.Rows.Read, &i.Rows.Created, &i.Rows.Updated, &i.Rows.Unchanged, &i.Rows.Rejected, &report)
		if err != nil {
			return nil, fmt.Errorf("connect: list imports: %w", err)
		}
		if report != "" {
			if err := json.Unmarshal([]byte(report), &i.Report); err != nil {
				return nil, fmt.Errorf("connect: read report of import %s: %w", i.ID, err)
			}
		}
		infos = append(infos, i)
	}
	return infos, rows.Err()
}

// run is the row of one import in connect_imports.
type run struct {
	id          value.ID
	source      string
	files       string
	fingerprint string
	startedAt   value.Instant
	resumed     bool
}

// fingerprintOf is the same for the same files, read and understood in the same way.
func fingerprintOf(set *tabular.Set, plans []*tablePlan, source string) string {
	sum := sha256.New()
	fmt.Fprintf(sum, "%s\n", source)
	for _, t := range set.Tables {
		fmt.Fprintf(sum, "%s %d\n", filepath.Base(t.Path), t.Size)
	}
	for _, t := range plans {
		fmt.Fprintf(sum, "%s %x\n", filepath.Base(t.table.Path), t.mark)
	}
	return hex.EncodeToString(sum.Sum(nil)[:16])
}

// maxFiles bounds the names of files kept of an import, in bytes.
const maxFiles = 1000

func filesOf(paths []string) string {
	names := make([]string, len(paths))
	for i, p := range paths {
		names[i] = filepath.Base(p)
	}
	return shortenTo(strings.Join(names, ", "), maxFiles)
}

// begin takes up the latest unfinished import with the same fingerprint, or starts a new one.
func (r *run) begin(ctx context.Context, tx *db.Tx, actor value.Actor) error {
	rows, err := tx.Query(ctx, `SELECT id, started_at FROM connect_imports WHERE fingerprint = $1 AND state IN ('running', 'stopped')
		ORDER BY started_at DESC LIMIT 1`, r.fingerprint)
	if err != nil {
		return fmt.Errorf("connect: begin import: %w", err)
	}
	for rows.Next() {
		if err := rows.Scan(&r.id, &r.startedAt); err != nil {
			rows.Close()
			return fmt.Errorf("connect: begin import: %w", err)
		}
		r.resumed = true
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("connect: begin import: %w", err)
	}
	if r.resumed {
		return r.takeUp(ctx, tx)
	}
	r.id, r.startedAt = value.NewID(), tx.At
	_, err = tx.Exec(ctx, `INSERT INTO connect_imports (id, source, files, fingerprint, actor_id, actor_name, state, started_at,
		rows_read, created, updated, unchanged, rejected) VALUES ($1, $2, $3, $4, $5, $6, 'running', $7, 0, 0, 0, 0, 0)`,
		r.id, r.source, r.files, r.fingerprint, actor.Person, actor.Name, r.startedAt)
	if err != nil {
		return fmt.Errorf("connect: begin import: %w", err)
	}
	return nil
}

// takeUp clears what the interrupted run had set aside: all rows are read again.
func (r *run) takeUp(ctx context.Context, tx *db.Tx) error {
	for _, statement := range []string{
		`DELETE FROM connect_rows WHERE import_id = $1`,
		`DELETE FROM connect_pending WHERE import_id = $1`,
		`UPDATE connect_imports SET state = 'running' WHERE id = $1`,
	} {
		if _, err := tx.Exec(ctx, statement, r.id); err != nil {
			return fmt.Errorf("connect: take up import: %w", err)
		}
	}
	return nil
}

// count adds what a transaction did to the import's row.
func (r *run) count(ctx context.Context, tx *db.Tx, y *tally) error {
	_, err := tx.Exec(ctx, `UPDATE connect_imports SET rows_read = rows_read + $2, created = created + $3, updated = updated + $4,
		unchanged = unchanged + $5, rejected = rejected + $6 WHERE id = $1`,
		r.id, y.read, y.created, y.updated, y.unchanged, len(y.rejections))
	if err != nil {
		return fmt.Errorf("connect: count rows: %w", err)
	}
	return nil
}

// finish stores the report and drops what was set aside.
func (r *run) finish(ctx context.Context, tx *db.Tx, report *Report) error {
	text, err := json.Marshal(report)
	if err != nil {
		return fmt.Errorf("connect: store report: %w", err)
	}
	sum := report.Totals()
	for _, statement := range []string{`DELETE FROM connect_rows WHERE import_id = $1`, `DELETE FROM connect_pending WHERE import_id = $1`} {
		if _, err := tx.Exec(ctx, statement, r.id); err != nil {
			return fmt.Errorf("connect: finish import: %w", err)
		}
	}
	_, err = tx.Exec(ctx, `UPDATE connect_imports SET state = 'done', finished_at = $2, report = $3, rows_read = $4, created = $5,
		updated = $6, unchanged = $7, rejected = $8 WHERE id = $1`,
		r.id, tx.At, string(text), sum.Read, sum.Created, sum.Updated, sum.Unchanged, sum.Rejected)
	if err != nil {
		return fmt.Errorf("connect: finish import: %w", err)
	}
	return nil
}

// stop marks an import that did not come to its end.
func (r *run) stop(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `UPDATE connect_imports SET state = 'stopped' WHERE id = $1 AND state = 'running'`, r.id)
	if err != nil {
		return fmt.Errorf("connect: stop import: %w", err)
	}
	return nil
}
