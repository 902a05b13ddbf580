package connect

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/value"
)

// link says which record stands for an ID of a source, and which row was applied to it last.
type link struct {
	record   value.ID
	hash     int64 // 0 = apply the next row whatever it says
	repeated bool  // the file had several rows for the record
}

// linkGroup bounds the IDs looked up by one statement.
const linkGroup = 500

// loadLinks finds the links of IDs, which may repeat.
func loadLinks(ctx context.Context, tx *db.Tx, source, object string, keys []string) (map[string]link, error) {
	found := make(map[string]link, len(keys))
	args := make([]any, 0, linkGroup+2)
	for group := range slices.Chunk(keys, linkGroup) {
		args = append(args[:0], source, object)
		for _, key := range group {
			args = append(args, key)
		}
		if err := loadLinkGroup(ctx, tx, args, found); err != nil {
			return nil, fmt.Errorf("connect: look up IDs of %s: %w", source, err)
		}
	}
	return found, nil
}

func loadLinkGroup(ctx context.Context, tx *db.Tx, args []any, found map[string]link) error {
	// A join, because PostgreSQL reads the whole table for a long IN list as long as it has not counted its values; and a
	// cross one, because SQLite then looks up each ID.
	// sql: textValues gives rows of placeholders
	rows, err := tx.Query(ctx, `SELECT l.external_id, l.record_id, l.row_hash, l.repeated FROM (`+textValues(3, len(args)-2)+`) wanted
		CROSS JOIN connect_links l WHERE l.source = $1 AND l.object = $2 AND l.external_id = wanted.column1`, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var key string
		var l link
		if err := rows.Scan(&key, &l.record, &l.hash, &l.repeated); err != nil {
			return err
		}
		found[key] = l
	}
	return rows.Err()
}

// addLinks stores links of IDs that have none. If another import was first, the error is a Conflict.
func addLinks(ctx context.Context, tx *db.Tx, source, object string, links map[string]link) error {
	return putLinks(ctx, tx, source, object, links, "")
}

// saveLinks stores new and changed links.
func saveLinks(ctx context.Context, tx *db.Tx, source, object string, links map[string]link) error {
	return putLinks(ctx, tx, source, object, links, `ON CONFLICT (source, object, external_id) DO UPDATE
		SET record_id = excluded.record_id, row_hash = excluded.row_hash, repeated = excluded.repeated`)
}

func putLinks(ctx context.Context, tx *db.Tx, source, object string, links map[string]link, suffix string) error {
	if len(links) == 0 {
		return nil
	}
	rows, cells := make([][]any, 0, len(links)), make([]any, 0, 6*len(links))
	for key, l := range links {
		cells = append(cells, source, object, key, l.record, l.hash, l.repeated)
		rows = append(rows, cells[len(cells)-6:])
	}
	// In the order of the primary key, the index is written page by page.
	slices.SortFunc(rows, func(a, b []any) int { return compareText(a[2], b[2]) })
	err := db.BulkInsert(ctx, tx, "connect_links", []string{"source", "object", "external_id", "record_id", "row_hash", "repeated"}, rows, suffix)
	if err != nil {
		return fmt.Errorf("connect: store IDs of %s: %w", source, err)
	}
	return nil
}

// hasLinks says whether the source has records of an object already.
func hasLinks(ctx context.Context, tx *db.Tx, source, object string) (bool, error) {
	var n int
	err := tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM connect_links WHERE source = $1 AND object = $2 LIMIT 1) found`, source, object).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("connect: look up IDs of %s: %w", source, err)
	}
	return n > 0, nil
}

func compareText(a, b any) int {
	left, _ := a.(string)
	right, _ := b.(string)
	switch {
	case left < right:
		return -1
	case left > right:
		return 1
	}
	return 0
}

// completeLinks notes that nothing of these links' rows waits any more.
func completeLinks(ctx context.Context, tx *db.Tx, source, object string, links map[string]link) error {
	keys := make([]string, 0, len(links))
	for key := range links {
		keys = append(keys, key)
	}
	stored, err := loadLinks(ctx, tx, source, object, keys)
	if err != nil {
		return err
	}
	for key, l := range stored {
		l.hash = links[key].hash
		stored[key] = l
	}
	return saveLinks(ctx, tx, source, object, stored)
}

// textValues is a table of one column, named column1, of the n parameters from $from on.
func textValues(from, n int) string {
	var text strings.Builder
	text.WriteString("VALUES ")
	for i := range n {
		if i > 0 {
			text.WriteString(", ")
		}
		text.WriteString("(CAST($" + strconv.Itoa(from+i) + " AS TEXT))")
	}
	return text.String()
}
