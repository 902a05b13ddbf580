package connect

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/value"
)

// nameColumns lists, by object, the columns that a name is made of, and the ones by which records are known as well. An
// object that is not here is referred to by ID only.
var nameColumns = map[string]struct{ name, also []string }{
	"person":     {name: []string{"name"}, also: []string{"email"}},
	"contact":    {name: []string{"first_name", "last_name"}, also: []string{"email"}},
	"lead":       {name: []string{"first_name", "last_name"}, also: []string{"email"}},
	"product":    {name: []string{"name"}, also: []string{"code"}},
	"account":    {name: []string{"name"}},
	"team":       {name: []string{"name"}},
	"campaign":   {name: []string{"name"}},
	"deal":       {name: []string{"name"}},
	"pipeline":   {name: []string{"name"}},
	"price_book": {name: []string{"name"}},
}

// keyOf is the form in which a name, code or address is kept in connect_keys.
func keyOf(named string) string {
	folded := value.Fold(named)
	if len(folded) > maxNamed {
		folded = folded[:maxNamed]
	}
	return folded
}

// namedRecord is a record that goes by some names.
type namedRecord struct {
	id    value.ID
	name  string
	names []string // folded: the name and the others
}

// nameIndex finds records by name. Its table connect_keys is an index of the records' own tables that only ever grows:
// what it says is checked against the records before it is believed.
type nameIndex struct {
	position int64           // of the change feed when the import began: all before it is visible
	ready    map[string]bool // objects whose keys are complete
}

// nameGroup bounds the records indexed and the names looked up at once.
const nameGroup = 400

// catchUp brings the keys of an object up to date with its records.
func (n *nameIndex) catchUp(ctx context.Context, tx *db.Tx, o *crm.Object) error {
	if n.ready[o.Name] {
		return nil
	}
	incarnation, from, to, err := n.span(ctx, tx, o.Name)
	if err != nil {
		return err
	}
	var after value.ID
	for {
		records, err := changedRecords(ctx, tx, o, from, after)
		if err != nil {
			return err
		}
		if len(records) == 0 {
			break
		}
		if err := addKeys(ctx, tx, o.Name, records); err != nil {
			return err
		}
		after = records[len(records)-1].id
	}
	_, err = tx.Exec(ctx, `INSERT INTO connect_key_marks (object, incarnation, position) VALUES ($1, $2, $3)
		ON CONFLICT (object) DO UPDATE SET incarnation = excluded.incarnation, position = excluded.position`, o.Name, incarnation, to)
	if err != nil {
		return fmt.Errorf("connect: mark names of %s: %w", o.Plural, err)
	}
	n.ready[o.Name] = true
	return nil
}

// span gives the first transaction that the keys of an object may lack, and the one up to which all are visible to tx.
func (n *nameIndex) span(ctx context.Context, tx *db.Tx, object string) (incarnation value.ID, from, to int64, err error) {
	if err = tx.QueryRow(ctx, `SELECT incarnation FROM db_state`).Scan(&incarnation); err != nil {
		return incarnation, 0, 0, fmt.Errorf("connect: catch up with names: %w", err)
	}
	rows, err := tx.Query(ctx, `SELECT position FROM connect_key_marks WHERE object = $1 AND incarnation = $2`, object, incarnation)
	if err != nil {
		return incarnation, 0, 0, fmt.Errorf("connect: catch up with names: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&from); err != nil {
			return incarnation, 0, 0, fmt.Errorf("connect: catch up with names: %w", err)
		}
	}
	return incarnation, from, min(n.position, tx.No), rows.Err()
}

// changedRecords reads a group of records that changed since a transaction, in the order of their IDs.
func changedRecords(ctx context.Context, tx *db.Tx, o *crm.Object, from int64, after value.ID) ([]namedRecord, error) {
	condition, args := `tx_no >= $1`, []any{from}
	if !after.IsZero() {
		condition, args = condition+` AND id > $2`, append(args, after)
	}
	return readNames(ctx, tx, o, `NOT deleted AND `+condition+` ORDER BY id LIMIT `+strconv.Itoa(nameGroup), args...)
}

// readNames reads how the records that meet a condition are called.
func readNames(ctx context.Context, tx *db.Tx, o *crm.Object, condition string, args ...any) ([]namedRecord, error) {
	spec := nameColumns[o.Name]
	columns := slices.Concat(spec.name, spec.also)
	// sql: names of columns and a condition with parameters, both from this file
	rows, err := tx.Query(ctx, `SELECT id, `+strings.Join(columns, ", ")+` FROM `+o.Table.Current+` WHERE `+condition, args...)
	if err != nil {
		return nil, fmt.Errorf("connect: read names of %s: %w", o.Plural, err)
	}
	defer rows.Close()
	var records []namedRecord
	texts := make([]*string, len(columns))
	var id value.ID
	into := []any{&id}
	for i := range texts {
		into = append(into, &texts[i])
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return nil, fmt.Errorf("connect: read names of %s: %w", o.Plural, err)
		}
		records = append(records, callRecord(id, texts, len(spec.name)))
	}
	return records, rows.Err()
}

// callRecord says by which names a record goes: those of its name columns in both orders, and each of the others.
func callRecord(id value.ID, texts []*string, nameParts int) namedRecord {
	r := namedRecord{id: id}
	var parts []string
	for i, text := range texts {
		switch {
		case text == nil || *text == "":
		case i < nameParts:
			parts = append(parts, *text)
		default:
			r.names = append(r.names, keyOf(*text))
		}
	}
	if r.name = strings.Join(parts, " "); r.name != "" {
		r.names = append(r.names, keyOf(r.name))
	}
	if len(parts) == 2 {
		r.names = append(r.names, keyOf(parts[1]+" "+parts[0]))
	}
	slices.Sort(r.names)
	r.names = slices.Compact(r.names)
	return r
}

func addKeys(ctx context.Context, tx *db.Tx, object string, records []namedRecord) error {
	var rows [][]any
	for _, r := range records {
		for _, name := range r.names {
			rows = append(rows, []any{object, name, r.id})
		}
	}
	err := db.BulkInsert(ctx, tx, "connect_keys", []string{"object", "name_key", "record_id"}, rows,
		`ON CONFLICT (object, name_key, record_id) DO NOTHING`)
	if err != nil {
		return fmt.Errorf("connect: index names: %w", err)
	}
	return nil
}

// lookUp finds, by folded name, the records of an object that go by it now. The names must not repeat.
func (n *nameIndex) lookUp(ctx context.Context, tx *db.Tx, o *crm.Object, names []string) (map[string][]value.ID, error) {
	found := map[string][]value.ID{}
	if _, has := nameColumns[o.Name]; !has || len(names) == 0 {
		return found, nil
	}
	if err := n.catchUp(ctx, tx, o); err != nil {
		return nil, err
	}
	wanted := make(map[string]bool, len(names))
	for group := range slices.Chunk(names, nameGroup) {
		args := []any{o.Name}
		for _, name := range group {
			args = append(args, name)
			wanted[name] = true
		}
		// sql: textValues gives rows of placeholders
		records, err := readNames(ctx, tx, o, `NOT deleted AND id IN (SELECT k.record_id FROM (`+textValues(2, len(group))+`) wanted
			CROSS JOIN connect_keys k WHERE k.object = $1 AND k.name_key = wanted.column1)`, args...)
		if err != nil {
			return nil, err
		}
		slices.SortFunc(records, func(a, b namedRecord) int { return cmp.Compare(a.id.String(), b.id.String()) })
		for _, r := range records {
			for _, name := range r.names {
				if wanted[name] && !slices.Contains(found[name], r.id) {
					found[name] = append(found[name], r.id)
				}
			}
		}
	}
	return found, nil
}

// placeholders is "$from, $from+1, …", n of them.
func placeholders(from, n int) string {
	var text strings.Builder
	for i := range n {
		if i > 0 {
			text.WriteString(", ")
		}
		text.WriteString("$" + strconv.Itoa(from+i))
	}
	return text.String()
}
