package connect

import (
	"context"
	"fmt"

	"zveno.dev/zveno/internal/db"
)

// loadRows is from how many new records on it is worth asking whether a table's indexes should wait.
const loadRows = 10_000

// easeLoad sets the indexes of the records' table aside once it shows that most of its records will be new ones. It looks
// at what was made so far, not at the size of the file, which may say nothing new.
func (im *importer) easeLoad(ctx context.Context, t *tablePlan, offset int64) error {
	created := im.collector.tables[t].Created
	if im.eased == t || im.trial != nil || t.history() || created < loadRows || offset <= 0 {
		return nil
	}
	im.eased = t
	im.bulk.Filled(t.object.Table.Current, t.object.Table.Versions, "connect_links")
	var stored int64
	err := im.db.Read(ctx, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, `SELECT count(*) FROM `+t.object.Table.Current).Scan(&stored)
	})
	if err != nil {
		return fmt.Errorf("connect: count %s: %w", t.object.Plural, err)
	}
	coming := float64(created) * float64(t.table.Size-offset) / float64(offset)
	if coming < float64(stored) {
		return nil
	}
	return im.bulk.SetIndexesAside(ctx, t.object.Table.Current)
}
