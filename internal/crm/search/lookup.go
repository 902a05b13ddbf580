package search

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/identity"
)

// bounds is how much one lookup reads. To look a record up by its ID takes a few µs, to read on in the order of changes
// about one.
type bounds struct {
	rare       int // a word on that many records is looked up; one on more of them is soon met among the latest
	few        int // of several words that are not rare, the rarest is looked up on that many records
	latest     int // records that changed last, looked at first
	manyLatest int // then so many
	own        int // somebody who sees no more records of an object than that has all of them looked at
}

var reads = bounds{rare: 3_000, few: 20_000, latest: 2_000, manyLatest: 20_000, own: 5_000}

const (
	latestFirst = ` ORDER BY s.changed DESC, s.record_id DESC LIMIT `
	highestRune = "\U0010ffff"
)

// lookup finds records of one object.
type lookup struct {
	searched
	scope identity.Scope
	words [][]string // forms of each word
	whole bool       // words are matched as a whole, and not by their beginnings
	limit int
}

// find gives the records that changed last of those that have the words.
func (l *lookup) find(ctx context.Context, tx *db.Tx) ([]found, error) {
	rarest, count, err := l.rarest(ctx, tx)
	switch {
	case err != nil || count == 0:
		return nil, err
	case count <= reads.rare:
		return l.findByWord(ctx, tx, rarest, reads.rare)
	}
	if own, err := l.seesFew(ctx, tx); err != nil {
		return nil, err
	} else if own {
		return l.findOwn(ctx, tx)
	}
	windows, most := []int{reads.latest, reads.manyLatest}, reads.rare
	if len(l.words) > 1 {
		windows, most = windows[:1], reads.few // words that are common each need not be so together
	}
	var latest []found
	for _, window := range windows {
		if latest, err = l.findLatest(ctx, tx, window); err != nil || len(latest) >= l.limit {
			return latest, err
		}
	}
	older, err := l.findByWord(ctx, tx, rarest, most)
	for _, r := range older {
		if !slices.Contains(latest, r) {
			latest = append(latest, r)
		}
	}
	return latest, err
}

// rarest counts the records that have each word, as far as it matters, and gives the word that the fewest have.
func (l *lookup) rarest(ctx context.Context, tx *db.Tx) (rarest, count int, err error) {
	most := reads.rare + 1
	if len(l.words) > 1 {
		most = reads.few + 1
	}
	count = most + 1
	for i := range l.words {
		var n int
		var args arguments
		// sql: postings has its values as parameters
		err := tx.QueryRow(ctx, `SELECT count(*) FROM (`+l.postings(i, &args)+` LIMIT `+strconv.Itoa(most)+`) counted`, args...).Scan(&n)
		if err != nil {
			return 0, 0, err
		}
		if n < count {
			rarest, count = i, n
		}
	}
	return rarest, count, nil
}

// postings selects the IDs of records that have a word; one that has several forms of it comes several times.
func (l *lookup) postings(word int, args *arguments) string {
	object := args.add(l.object)
	var selects []string
	for _, form := range l.words[word] {
		if l.whole {
			selects = append(selects, `SELECT record_id FROM crm_words WHERE object = `+object+` AND word = `+args.add(form)) // sql: placeholders
			continue
		}
		selects = append(selects, `SELECT record_id FROM crm_words WHERE object = `+object+` AND word >= `+args.add(form)+` AND word < `+args.add(form+highestRune)) // sql: placeholders
	}
	return strings.Join(selects, " UNION ALL ")
}

// matches is the condition that an entry has all the words but one; -1 = all.
//
// sql: conditions with placeholders
func (l *lookup) matches(but int, args *arguments) string {
	var all []string
	for i, forms := range l.words {
		if i == but {
			continue
		}
		var either []string
		for _, form := range forms {
			pattern := "% " + form + "%"
			if l.whole {
				pattern = "% " + form + " %"
			}
			either = append(either, "s.words LIKE "+args.add(pattern)) // sql: a placeholder
		}
		all = append(all, " AND ("+strings.Join(either, " OR ")+")")
	}
	return strings.Join(all, "")
}

// seen joins the records' own table, in which they must be visible and not deleted: the index may lag behind.
//
// sql: a table of the dictionary, and the condition of what is visible
func (l *lookup) seen(args *arguments) (join, condition string) {
	return ` JOIN ` + l.table() + ` t ON t.id = s.record_id`,
		` AND NOT t.deleted AND ` + crm.VisibleSQL(crm.ObjectNamed(l.object), "t", l.scope, (*[]any)(args))
}

// findByWord looks up the records that have a word, the first so many of them in the order of words.
func (l *lookup) findByWord(ctx context.Context, tx *db.Tx, word, most int) ([]found, error) {
	var args arguments
	postings := l.postings(word, &args)
	join, seen := l.seen(&args)
	// sql: parts with placeholders
	return l.query(ctx, tx, `SELECT s.record_id, s.changed FROM crm_searched s`+join+` WHERE s.record_id IN (SELECT record_id FROM (`+postings+` LIMIT `+strconv.Itoa(most)+`) found)`+
		l.matches(word, &args)+seen+latestFirst+strconv.Itoa(l.limit), args)
}

// findLatest looks through the records that changed last.
func (l *lookup) findLatest(ctx context.Context, tx *db.Tx, most int) ([]found, error) {
	var args arguments
	object := args.add(l.object)
	join, seen := l.seen(&args)
	// sql: parts with placeholders
	return l.query(ctx, tx, `SELECT s.record_id, s.changed FROM (SELECT record_id, changed, words FROM crm_searched WHERE object = `+object+
		` ORDER BY changed DESC, record_id DESC LIMIT `+strconv.Itoa(most)+`) s`+join+` WHERE TRUE`+l.matches(-1, &args)+seen+latestFirst+strconv.Itoa(l.limit), args)
}

// seesFew reports whether so few records are in scope that all of them can be looked at.
func (l *lookup) seesFew(ctx context.Context, tx *db.Tx) (few bool, err error) {
	if l.scope.All {
		return false, nil
	}
	var args arguments
	var n int
	visible := crm.VisibleSQL(crm.ObjectNamed(l.object), "t", l.scope, (*[]any)(&args))
	// sql: a table of the dictionary, and a condition with placeholders
	err = tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 AS one FROM `+l.table()+` t WHERE `+visible+` LIMIT `+strconv.Itoa(reads.own+1)+`) counted`, args...).Scan(&n)
	return n <= reads.own, err
}

// findOwn looks through all records in scope.
func (l *lookup) findOwn(ctx context.Context, tx *db.Tx) ([]found, error) {
	var args arguments
	join, seen := l.seen(&args)
	// sql: parts with placeholders
	return l.query(ctx, tx, `SELECT s.record_id, s.changed FROM crm_searched s`+join+` WHERE TRUE`+seen+l.matches(-1, &args)+latestFirst+strconv.Itoa(l.limit), args)
}

// query runs a statement that finds records.
//
// sql: the caller's, made of parts with placeholders
func (l *lookup) query(ctx context.Context, tx *db.Tx, statement string, args arguments) ([]found, error) {
	rows, err := tx.Query(ctx, statement, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var records []found
	for rows.Next() {
		r := found{object: l.object}
		if err := rows.Scan(&r.id, &r.changed); err != nil {
			return nil, err
		}
		records = append(records, r)
	}
	return records, rows.Err()
}

// arguments collects the values of a statement.
type arguments []any

// add appends a value and gives its placeholder; one that is there already keeps its own.
func (a *arguments) add(v any) string {
	if i := slices.Index(*a, v); i >= 0 {
		return "$" + strconv.Itoa(i+1)
	}
	*a = append(*a, v)
	return "$" + strconv.Itoa(len(*a))
}
