package connect

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/value"
)

// adopt finds rows of records that are there already but not under the row's ID: a person is one person in all sources,
// and where the source gives no IDs, a name that only one record has means that record.
func (im *importer) adopt(ctx context.Context, tx *db.Tx, y *tally, todo []*work) error {
	o := y.t.object
	if o.Name == "stage" {
		return im.adoptStages(ctx, tx, y, todo)
	}
	names := map[string][]*work{}
	for _, w := range todo {
		if w.linked {
			continue
		}
		if name := adoptableName(o, w.row); name != "" {
			names[name] = append(names[name], w)
		}
	}
	if len(names) == 0 {
		return nil
	}
	keys := make([]string, 0, len(names))
	for name := range names {
		keys = append(keys, name)
	}
	slices.Sort(keys)
	found, err := im.names.lookUp(ctx, tx, o, keys)
	if err != nil {
		return err
	}
	var ids []value.ID
	for _, candidates := range found {
		if len(candidates) == 1 {
			ids = append(ids, candidates[0])
		}
	}
	taken, err := im.linkedRecords(ctx, tx, o.Name, ids)
	if err != nil {
		return err
	}
	for _, name := range keys {
		candidates := found[name]
		if len(candidates) != 1 {
			continue
		}
		for _, w := range names[name] {
			if ownKey := !strings.HasPrefix(w.key, madeKey); ownKey && taken[candidates[0]] {
				continue // the source knows that record under another ID
			} else if ownKey {
				taken[candidates[0]] = true
			}
			w.id, w.linked = candidates[0], true
		}
	}
	return nil
}

// adoptableName is the folded name by which the row's record may be there already; "" = it must be a new one.
func adoptableName(o *crm.Object, r *row) string {
	made := strings.HasPrefix(r.key, madeKey)
	switch o.Name {
	case "person":
		if email := r.text(o, "email"); email != "" {
			return keyOf(email)
		}
		return keyOf(r.text(o, "name"))
	case "contact", "lead":
		if made {
			return keyOf(r.text(o, "email"))
		}
	case "team", "pipeline":
		return keyOf(r.text(o, "name"))
	case "account", "product", "price_book", "campaign":
		if made {
			return strings.TrimPrefix(r.key, madeKey)
		}
	}
	return ""
}

// linkedRecords tells which records the source knows under IDs of its own.
func (im *importer) linkedRecords(ctx context.Context, tx *db.Tx, object string, ids []value.ID) (map[value.ID]bool, error) {
	linked := map[value.ID]bool{}
	for group := range slices.Chunk(ids, nameGroup) {
		args := []any{im.run.source, object, madeKey + "%"}
		for _, id := range group {
			args = append(args, id)
		}
		rows, err := tx.Query(ctx, `SELECT record_id FROM connect_links WHERE source = $1 AND object = $2 AND external_id NOT LIKE $3
			AND record_id IN (`+placeholders(4, len(group))+`)`, args...)
		if err != nil {
			return nil, fmt.Errorf("connect: look up records of %s: %w", im.run.source, err)
		}
		for rows.Next() {
			var id value.ID
			if err := rows.Scan(&id); err != nil {
				rows.Close()
				return nil, fmt.Errorf("connect: look up records of %s: %w", im.run.source, err)
			}
			linked[id] = true
		}
		if err := rows.Err(); err != nil {
			return nil, fmt.Errorf("connect: look up records of %s: %w", im.run.source, err)
		}
	}
	return linked, nil
}
