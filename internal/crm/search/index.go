package search

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/value"
)

// searched is an object whose records search finds, with the columns that it looks into.
type searched struct {
	object        string
	texts, phones []string
}

// classes lists what is searched; what is in an earlier class comes first among what is found.
var classes = [][]searched{
	{
		{object: "account", texts: []string{"name", "domain"}, phones: []string{"phone"}},
		{object: "deal", texts: []string{"name"}},
	},
	{
		{object: "contact", texts: []string{"first_name", "last_name", "email"}, phones: []string{"phone", "mobile"}},
		{object: "lead", texts: []string{"first_name", "last_name", "company", "email"}, phones: []string{"phone", "mobile"}},
		{object: "person", texts: []string{"name", "email"}},
		{object: "product", texts: []string{"name", "code"}},
	},
}

// allSearched lists them in one row.
var allSearched = slices.Concat(classes...)

func (s *searched) table() string { return crm.ObjectNamed(s.object).Table.Current }

// entry is what the index says of a record.
type entry struct {
	id      value.ID
	changed int64
	words   []string // see indexed, sorted; none = it is deleted or has no words
}

// wordsOfRecord are all entries of the words of a record.
func (s *searched) wordsOfRecord(texts []sql.NullString) []string {
	var written [][]string
	var numbers []string
	for i, text := range texts {
		if i >= len(s.texts) {
			numbers = append(numbers, phoneWords(text.String)...)
			continue
		}
		for _, word := range wordsOf(text.String) {
			written = append(written, forms(word))
		}
	}
	words := append(indexed(written[:min(len(written), maxWords)]), numbers...)
	slices.Sort(words)
	return slices.Compact(words)
}

// maxIndexed bounds the records of one list of IDs.
const maxIndexed = 400

// update brings the index in line with some records as they are now.
func (s *searched) update(ctx context.Context, tx *db.Tx, ids []value.ID) error {
	for group := range slices.Chunk(ids, maxIndexed) {
		now, err := s.readRecords(ctx, tx, group)
		if err != nil {
			return fmt.Errorf("search: read %s: %w", s.table(), err)
		}
		before, err := readEntries(ctx, tx, group)
		if err != nil {
			return fmt.Errorf("search: read index: %w", err)
		}
		if err := s.write(ctx, tx, before, now); err != nil {
			return fmt.Errorf("search: write index: %w", err)
		}
	}
	return nil
}

// readRecords gives the entries that records should have.
func (s *searched) readRecords(ctx context.Context, tx *db.Tx, ids []value.ID) ([]entry, error) {
	columns := slices.Concat(s.texts, s.phones)
	// sql: columns listed above
	rows, err := tx.Query(ctx, `SELECT id, tx_no, deleted, `+strings.Join(columns, ", ")+` FROM `+s.table()+` WHERE id IN (`+placeholders(1, len(ids))+`)`, anyIDs(ids)...) // sql: a table of the dictionary
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var entries []entry
	var e entry
	var deleted bool
	texts := make([]sql.NullString, len(columns))
	into := []any{&e.id, &e.changed, &deleted}
	for i := range texts {
		into = append(into, &texts[i])
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		e.words = nil
		if !deleted {
			e.words = s.wordsOfRecord(texts)
		}
		entries = append(entries, e)
	}
	return entries, rows.Err()
}

// readEntries gives the entries that records have.
func readEntries(ctx context.Context, tx *db.Tx, ids []value.ID) (map[value.ID]entry, error) {
	rows, err := tx.Query(ctx, `SELECT record_id, changed, words FROM crm_searched WHERE record_id IN (`+placeholders(1, len(ids))+`)`, anyIDs(ids)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	entries := map[value.ID]entry{}
	for rows.Next() {
		var e entry
		var words string
		if err := rows.Scan(&e.id, &e.changed, &words); err != nil {
			return nil, err
		}
		e.words = strings.Fields(words)
		entries[e.id] = e
	}
	return entries, rows.Err()
}

// write makes entries of the wanted ones.
func (s *searched) write(ctx context.Context, tx *db.Tx, before map[value.ID]entry, wanted []entry) error {
	var words, records [][]any
	for _, e := range wanted {
		old, there := before[e.id]
		for _, word := range old.words {
			if _, kept := slices.BinarySearch(e.words, word); !kept {
				if _, err := tx.Exec(ctx, `DELETE FROM crm_words WHERE object = $1 AND word = $2 AND record_id = $3`, s.object, word, e.id); err != nil {
					return err
				}
			}
		}
		for _, word := range e.words {
			if !slices.Contains(old.words, word) {
				words = append(words, []any{s.object, word, e.id})
			}
		}
		switch {
		case len(e.words) > 0:
			records = append(records, []any{e.id, s.object, e.changed, " " + strings.Join(e.words, " ") + " "})
		case there:
			if _, err := tx.Exec(ctx, `DELETE FROM crm_searched WHERE record_id = $1`, e.id); err != nil {
				return err
			}
		}
	}
	// Neighbours in the index are written together.
	slices.SortFunc(words, func(a, b []any) int {
		x, y := a[2].(value.ID), b[2].(value.ID)
		return cmp.Or(strings.Compare(a[1].(string), b[1].(string)), bytes.Compare(x[:], y[:]))
	})
	if err := db.BulkInsert(ctx, tx, "crm_words", []string{"object", "word", "record_id"}, words, ""); err != nil {
		return err
	}
	return db.BulkInsert(ctx, tx, "crm_searched", []string{"record_id", "object", "changed", "words"}, records,
		`ON CONFLICT (record_id) DO UPDATE SET changed = excluded.changed, words = excluded.words`)
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

func anyIDs(ids []value.ID) []any {
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	return args
}
