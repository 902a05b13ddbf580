package search

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

// bounds is how much one lookup reads. To look a record up by its ID takes a few µs, to read on in an index less than one.
type bounds struct {
	postings   int // entries of a word, or of all words that begin with it
	candidates int // records made last of those, which are looked at; where there are more, those that changed last, too
	latest     int // records that changed last
	rare       int // a word on no more records than that has all of them looked at, and put in order
	own        int // somebody who sees no more records of an object than that has all of them looked at
}

var reads = bounds{postings: 20_000, candidates: 1_600, latest: 2_000, rare: 800, own: 5_000}

const highestRune = "\U0010ffff"

// lookup finds records of one object.
type lookup struct {
	searched
	scope identity.Scope
	words [][]string // forms of each word
	whole bool       // words are matched as a whole, and not by their beginnings
	limit int
}

// find gives records that have the words: all of them, or at least limit.
func (l *lookup) find(ctx context.Context, tx *db.Tx) ([]found, error) {
	rarest, all, err := l.rarest(ctx, tx)
	if err != nil {
		return nil, err
	}
	ids, err := l.candidates(ctx, tx, rarest)
	if err != nil {
		return nil, err
	}
	common := !all || len(ids) > reads.rare
	if common {
		if few, err := l.seesFew(ctx, tx); err != nil {
			return nil, err
		} else if few {
			return l.findOwn(ctx, tx)
		}
	}
	if !all || len(ids) >= reads.candidates {
		if ids, err = l.addCommon(ctx, tx, ids); err != nil {
			return nil, err
		}
	}
	var records []found
	for group := range slices.Chunk(ids, maxIndexed) {
		some, err := l.check(ctx, tx, group)
		if err != nil {
			return nil, err
		}
		if records = append(records, some...); common && len(records) >= l.limit {
			break
		}
	}
	return records, nil
}

// addCommon puts before the candidates for words that are on very many records those that have the words as they are typed,
// one after the other, and those that changed last.
func (l *lookup) addCommon(ctx context.Context, tx *db.Tx, candidates []value.ID) ([]value.ID, error) {
	typed, err := l.typed(ctx, tx)
	if err != nil {
		return nil, err
	}
	latest, err := l.latest(ctx, tx)
	if err != nil {
		return nil, err
	}
	known := map[value.ID]bool{}
	var ids []value.ID
	for _, id := range slices.Concat(typed, latest, candidates) {
		if !known[id] {
			known[id] = true
			ids = append(ids, id)
		}
	}
	return ids[:min(len(ids), len(typed)+reads.latest)], nil
}

// rarest gives the word that the fewest records have, and whether all of these can be read.
func (l *lookup) rarest(ctx context.Context, tx *db.Tx) (word int, all bool, err error) {
	if len(l.words) == 1 {
		return 0, true, nil
	}
	fewest := reads.postings + 1
	for i := range l.words {
		var args arguments
		var count int
		// sql: placeholders
		statement := `SELECT count(*) FROM (SELECT 1 AS one FROM (` + l.postings(i, "", &args) + `) posted LIMIT ` + strconv.Itoa(fewest) + `) counted`
		if err := tx.QueryRow(ctx, statement, args...).Scan(&count); err != nil {
			return 0, false, err
		}
		if count < fewest {
			word, fewest = i, count
		}
	}
	return word, fewest <= reads.rare || l.whole && fewest < reads.postings, nil
}

// candidates gives the records made last that have the rarest word; where words are whole, of those that have the others
// too.
func (l *lookup) candidates(ctx context.Context, tx *db.Tx, rarest int) ([]value.ID, error) {
	var args arguments
	order, others := "", ""
	if l.whole {
		order = " ORDER BY record_id DESC" // as the index has them
	}
	// sql: placeholders
	posted := `SELECT record_id FROM (` + l.postings(rarest, order, &args) + `) posted`
	for i, forms := range l.words {
		if l.whole && i != rarest {
			others += ` AND EXISTS (SELECT 1 FROM crm_words other WHERE other.object = ` + args.add(l.object) +
				` AND other.word = ` + args.add(wholeForm(forms)) + ` AND other.record_id = posted.record_id)` // sql: placeholders
		}
	}
	// sql: placeholders
	return queryIDs(ctx, tx, `SELECT DISTINCT record_id FROM (`+posted+` WHERE TRUE`+others+`) found ORDER BY record_id DESC LIMIT `+
		strconv.Itoa(reads.candidates), args)
}

// typed gives records that have the words one after the other, of which the last may only be begun.
func (l *lookup) typed(ctx context.Context, tx *db.Tx) ([]value.ID, error) {
	if len(l.words) == 1 {
		return nil, nil
	}
	var args arguments
	object, begins := args.add(l.object), phrase(l.words)
	// sql: placeholders
	return queryIDs(ctx, tx, `SELECT DISTINCT record_id FROM (SELECT record_id FROM crm_words WHERE object = `+object+
		` AND word >= `+args.add(begins)+` AND word < `+args.add(begins+highestRune)+` ORDER BY word LIMIT `+strconv.Itoa(reads.postings)+
		`) posted ORDER BY record_id DESC LIMIT `+strconv.Itoa(reads.candidates), args)
}

// postings selects the IDs of records that have a word; one that has several forms of it comes several times.
func (l *lookup) postings(word int, order string, args *arguments) string {
	object := args.add(l.object)
	forms := l.words[word]
	if l.whole {
		forms = []string{wholeForm(forms)}
	}
	var selects []string
	for i, form := range forms {
		var is string
		if l.whole {
			is = ` AND word = ` + args.add(form) // sql: a placeholder
		} else {
			is = ` AND word >= ` + args.add(form) + ` AND word < ` + args.add(form+highestRune) // sql: placeholders
		}
		// sql: placeholders, and an order from above
		selects = append(selects, `SELECT record_id FROM (SELECT record_id FROM crm_words WHERE object = `+object+is+order+
			` LIMIT `+strconv.Itoa(reads.postings)+`) form`+strconv.Itoa(i))
	}
	return strings.Join(selects, " UNION ALL ")
}

// matches is the condition that an entry has all the words.
//
// sql: conditions with placeholders
func (l *lookup) matches(args *arguments) string {
	var all []string
	for _, forms := range l.words {
		if l.whole {
			all = append(all, " AND s.words LIKE "+args.add("% "+wholeForm(forms)+" %"))
			continue
		}
		var either []string
		for _, form := range forms {
			either = append(either, "s.words LIKE "+args.add("% "+form+"%"))
		}
		all = append(all, " AND ("+strings.Join(either, " OR ")+")")
	}
	return strings.Join(all, "")
}

// latest gives the records with all the words among those that changed last.
func (l *lookup) latest(ctx context.Context, tx *db.Tx) ([]value.ID, error) {
	var args arguments
	object := args.add(l.object)
	// sql: placeholders
	return queryIDs(ctx, tx, `SELECT s.record_id FROM (SELECT record_id, changed, words FROM crm_searched WHERE object = `+object+
		` ORDER BY changed DESC, record_id DESC LIMIT `+strconv.Itoa(reads.latest)+`) s WHERE TRUE`+l.matches(&args)+
		` ORDER BY s.changed DESC, s.record_id DESC`, args)
}

// check gives those of some records, of which all have the only or the rarest word, that have the others too and can be
// seen. The index may lag behind, so their own table has the last word.
func (l *lookup) check(ctx context.Context, tx *db.Tx, ids []value.ID) ([]found, error) {
	if len(l.words) > 1 {
		var args arguments
		in := args.addAll(ids)
		var err error
		// sql: placeholders
		ids, err = queryIDs(ctx, tx, `SELECT s.record_id FROM crm_searched s WHERE s.record_id IN (`+in+`)`+l.matches(&args), args)
		if err != nil || len(ids) == 0 {
			return nil, err
		}
	}
	var args arguments
	in := args.addAll(ids)
	// An engine without statistics would rather look at all that the owners have; within CASE it cannot.
	// sql: a table of the dictionary, and conditions with placeholders
	return l.query(ctx, tx, `SELECT t.id, t.tx_no FROM `+l.table()+` t WHERE t.id IN (`+in+`) AND NOT t.deleted
		AND CASE WHEN `+l.visible(&args)+` THEN TRUE ELSE FALSE END`, args)
}

// visible is the condition that a row t of the object is in scope.
func (l *lookup) visible(args *arguments) string {
	return crm.VisibleSQL(crm.ObjectNamed(l.object), "t", l.scope, (*[]any)(args))
}

// seesFew reports whether so few records are in scope that all of them can be looked at.
func (l *lookup) seesFew(ctx context.Context, tx *db.Tx) (few bool, err error) {
	if l.scope.All {
		return false, nil
	}
	var args arguments
	var n int
	// sql: a table of the dictionary, and a condition with placeholders
	err = tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 AS one FROM `+l.table()+` t WHERE `+l.visible(&args)+` LIMIT `+strconv.Itoa(reads.own+1)+`) counted`, args...).Scan(&n)
	return n <= reads.own, err
}

// findOwn looks through all records in scope. Each is looked up by its ID: left to themselves, engines may rather read the
// words of everybody's.
func (l *lookup) findOwn(ctx context.Context, tx *db.Tx) ([]found, error) {
	var args arguments
	// sql: a table of the dictionary, and conditions with placeholders
	return l.query(ctx, tx, `SELECT t.id, t.tx_no FROM `+l.table()+` t WHERE NOT t.deleted AND `+l.visible(&args)+
		` AND (SELECT count(*) FROM crm_searched s WHERE s.record_id = t.id`+l.matches(&args)+`) > 0`, args)
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

// queryIDs runs a statement that gives IDs.
func queryIDs(ctx context.Context, tx *db.Tx, statement string, args []any) ([]value.ID, error) {
	rows, err := tx.Query(ctx, statement, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []value.ID
	for rows.Next() {
		var id value.ID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// arguments collects the values of a statement.
type arguments []any

// add appends a value and gives its placeholder.
func (a *arguments) add(v any) string {
	*a = append(*a, v)
	return placeholders(len(*a), 1)
}

func (a *arguments) addAll(ids []value.ID) string {
	*a = append(*a, anyIDs(ids)...)
	return placeholders(len(*a)-len(ids)+1, len(ids))
}
