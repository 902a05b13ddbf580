package api

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// bulkRow is what an upsert has to know of a record that exists.
type bulkRow struct {
	version      int64
	currency     string
	stage, owner value.ID
}

// inGroup bounds the parameters of one IN list.
const inGroup = 200

// findByKey finds the records that have a value of the key, for those that name no ID. Only records in sight count.
func (b *bulk) findByKey(ctx context.Context, tx *db.Tx) error {
	if b.key == "" {
		return nil
	}
	values, isCustom, err := b.keyValues()
	if err != nil {
		return err
	}
	found := map[string][]value.ID{}
	for group := range slices.Chunk(values, inGroup) {
		q := crm.ListQuery{Object: b.object, Where: []crm.Filter{{Field: b.key, Op: crm.OpIs, Values: group}}, Sort: crm.SortCreated, Limit: inGroup}
		for {
			page, err := crm.ListRecords(ctx, tx, b.visit.access.Scope, q)
			if err != nil {
				return err
			}
			for _, r := range page.Records {
				held, _ := r.Values[b.key].(string)
				if isCustom {
					held, _ = r.Custom[b.key].(string)
				}
				found[held] = append(found[held], r.ID)
			}
			if q.Cursor = page.Next; q.Cursor == "" {
				break
			}
		}
	}
	for i := range b.records {
		item := &b.records[i]
		text, given := b.keyOf(item)
		if !item.id.IsZero() || !given {
			continue
		}
		switch ids := found[text]; len(ids) {
		case 0:
		case 1:
			item.id = ids[0]
		default:
			b.note(i, fault.Field{Name: b.key, Message: fmt.Sprintf("%q belongs to %d %s: name one by its id", text, len(ids), b.object.Plural)})
		}
	}
	return nil
}

// keyValues lists the values of the key. Two records of a request with the same value would be two new ones, so that is an
// error.
func (b *bulk) keyValues() (values []string, isCustom bool, err error) {
	at := b.object.Field(b.key)
	isCustom = slices.ContainsFunc(b.custom, func(f crm.CustomField) bool { return f.Name == b.key && f.Kind == crm.Text })
	if !isCustom && (at < 0 || b.object.Fields[at].Kind != crm.Text) {
		return nil, false, fault.InvalidField("key", "is %q, which is not a text field of %s", b.key, b.object.Name)
	}
	first := map[string]int{}
	for i := range b.records {
		item := &b.records[i]
		text, given := b.keyOf(item)
		if !given {
			if item.id.IsZero() {
				b.note(i, fault.Field{Name: b.key, Message: "is missing: it is the key of this request, and the record has no id"})
			}
			continue
		}
		if other, twice := first[text]; twice {
			b.note(i, fault.Field{Name: b.key, Message: fmt.Sprintf("is the same as of records[%d]", other)})
			continue
		}
		first[text] = i
		values = append(values, text)
	}
	return values, isCustom, nil
}

// keyOf is a record's value of the key.
func (b *bulk) keyOf(item *bulkItem) (string, bool) {
	text, ok := item.members[b.key].(string)
	if !ok {
		text, ok = item.input.custom[b.key].(string)
	}
	return text, ok && text != ""
}

// findRows loads what is known of the records that exist, and notes those that are out of sight or not to be changed.
func (b *bulk) findRows(ctx context.Context, tx *db.Tx) error {
	var ids []value.ID
	for _, item := range b.records {
		if !item.id.IsZero() {
			ids = append(ids, item.id)
		}
	}
	rows := map[value.ID]*bulkRow{}
	for group := range slices.Chunk(ids, inGroup) {
		if err := b.loadRows(ctx, tx, group, rows); err != nil {
			return fmt.Errorf("api: look up %s: %w", b.object.Plural, err)
		}
	}
	for i := range b.records {
		item := &b.records[i]
		if item.id.IsZero() {
			continue
		}
		if item.was = rows[item.id]; item.was == nil {
			b.note(i, fault.Field{Name: memberID, Message: fmt.Sprintf("there is no %s %s that you may change", b.object.Name, item.id)})
			item.was = &bulkRow{}
		}
	}
	return nil
}

// loadRows loads those of a group that somebody sees and may change.
//
// sql: a table and columns of the dictionary, and conditions made of such
func (b *bulk) loadRows(ctx context.Context, tx *db.Tx, group []value.ID, rows map[value.ID]*bulkRow) error {
	args, marks := make([]any, len(group)), ""
	for i, id := range group {
		args[i] = id
		marks += placeholder(i)
	}
	column := func(field string) string {
		if i := b.object.Field(field); i >= 0 {
			return "t." + b.object.Fields[i].Column()
		}
		return "NULL"
	}
	found, err := tx.Query(ctx, `SELECT t.id, t.version, `+column("currency")+`, `+column("stage")+`, `+column(ownerField)+` FROM `+b.object.Table.Current+
		` t WHERE t.id IN (`+marks+`) AND NOT t.deleted AND `+crm.VisibleSQL(b.object, "t", b.visit.access.Scope, &args)+
		` AND `+crm.VisibleSQL(b.object, "t", b.visit.access.EditScope, &args), args...)
	if err != nil {
		return err
	}
	defer found.Close()
	for found.Next() {
		var id value.ID
		var row bulkRow
		var currency sql.NullString
		if err := found.Scan(&id, &row.version, &currency, &row.stage, &row.owner); err != nil {
			return err
		}
		row.currency = currency.String
		rows[id] = &row
	}
	return found.Err()
}
