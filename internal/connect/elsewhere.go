package connect

import (
	"context"
	"fmt"
	"strings"

	"zveno.dev/zveno/internal/connect/mapping"
	"zveno.dev/zveno/internal/db"
)

// findFresh notes whether the source has no records of the table's object yet: then no row needs to be looked up.
func (im *importer) findFresh(ctx context.Context, t *tablePlan) error {
	return im.transact(ctx, func(tx *db.Tx) error {
		some, err := hasLinks(ctx, tx, im.run.source, t.object.Name)
		if im.fresh = ""; !some {
			im.fresh = t.object.Name
		}
		return err
	})
}

// elsewhereRows is how many rows of a table are looked up among the IDs of other sources.
const elsewhereRows = 200

// lookElsewhere notes when another source knows the IDs of these rows: the same export under another name would make
// every record a second time.
func (im *importer) lookElsewhere(ctx context.Context, t *tablePlan, rows []*row) error {
	if t.keyed == nil || t.keyed.target != mapping.TargetID || len(rows) == 0 {
		return nil
	}
	rows = rows[:min(len(rows), elsewhereRows)]
	keys := make([]string, len(rows))
	for i, r := range rows {
		keys[i] = r.key
	}
	return im.writeTable(ctx, t, func(tx *db.Tx, y *tally) error {
		sources, err := otherSources(ctx, tx, im.run.source)
		if err != nil {
			return err
		}
		for _, source := range sources {
			links, err := loadLinks(ctx, tx, source, t.object.Name, keys)
			if err != nil {
				return err
			}
			if 2*len(links) > len(rows) {
				y.notes[noteKey{"known_elsewhere", t.table.Path + " (" + source + ")"}]++
			}
		}
		return nil
	})
}

func otherSources(ctx context.Context, tx *db.Tx, source string) ([]string, error) {
	rows, err := tx.Query(ctx, `SELECT DISTINCT source FROM connect_imports WHERE source <> $1 ORDER BY source`, source)
	if err != nil {
		return nil, fmt.Errorf("connect: list sources: %w", err)
	}
	defer rows.Close()
	var sources []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, fmt.Errorf("connect: list sources: %w", err)
		}
		sources = append(sources, name)
	}
	return sources, rows.Err()
}

// sameID gives the long form of a Salesforce ID: reports write 15 characters in which case counts, exports 18, of which
// the last three repeat the case of the others.
func (p *parser) sameID(text string) string {
	if !p.longIDs || len(text) != 15 || !strings.ContainsAny(text[:1], "0123456789a") || !strings.ContainsAny(text, "0123456789") {
		return text
	}
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
	var suffix [3]byte
	for part := range 3 {
		upper := 0
		for i := range 5 {
			c := text[part*5+i]
			switch {
			case c >= 'A' && c <= 'Z':
				upper |= 1 << i
			case c < '0' || c > '9' && c < 'a' || c > 'z':
				return text
			}
		}
		suffix[part] = alphabet[upper]
	}
	return text + string(suffix[:])
}
