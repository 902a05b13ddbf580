package connect

import (
	"context"
	"maps"
	"slices"

	"zveno.dev/zveno/internal/connect/mapping"
	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
)

// maxCandidates bounds the names that unresolved values are compared with.
const maxCandidates = 50_000

// suggest looks for names that unresolved references may have meant. They are suggested, never joined.
func (im *importer) suggest(ctx context.Context, tx *db.Tx, unresolved []Unresolved) error {
	byObject := map[string][]*Unresolved{}
	for i := range unresolved {
		u := &unresolved[i]
		if _, named := nameColumns[u.Object]; named {
			byObject[u.Object] = append(byObject[u.Object], u)
		}
	}
	for _, object := range slices.Sorted(maps.Keys(byObject)) {
		records, err := readNames(ctx, tx, crm.ObjectNamed(object), `NOT deleted ORDER BY id LIMIT $1`, maxCandidates)
		if err != nil {
			return err
		}
		names := make([]string, 0, len(records))
		for _, r := range records {
			names = append(names, r.name)
		}
		for _, u := range byObject[object] {
			u.Suggested = mapping.Similar(u.Value, names)
		}
	}
	return nil
}
