package crm

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/value"
)

// maxWalks is how many owners walk apart at most: each costs as much as the rows of a page.
const maxWalks = 100

// ownerWalks are the columns by which the deals of each owner have an index.
var ownerWalks = []string{"folded", "amount_minor", "close_day"}

// findOwners finds who owns the records in scope, if each of them has an index along which to walk. Records of few people
// may all be at one end of a list, with those of everybody else before them.
func (l *listing) findOwners(ctx context.Context, tx *db.Tx, k sortKey) error {
	if !l.walk || l.scope.All || l.query.Object.Name != "deal" || k.custom != nil || !slices.Contains(ownerWalks, k.column) {
		return nil
	}
	var args []any
	// sql: the condition of the scope, and a number
	rows, err := tx.Query(ctx, `SELECT id FROM identity_people WHERE `+l.scope.SQL("id", &args)+` LIMIT `+strconv.Itoa(maxWalks+1), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var owners []value.ID
	for rows.Next() {
		var id value.ID
		if err := rows.Scan(&id); err != nil {
			return err
		}
		owners = append(owners, id)
	}
	if len(owners) <= maxWalks {
		l.owners = owners
	}
	return rows.Err()
}

// pickByOwner selects the IDs of the first n rows t of the owners together, which are among the first n of each.
//
// sql: tables and columns of the dictionary, and parameters
func (l *listing) pickByOwner(key, condition, direction string, n int, args *arguments) string {
	owner := l.query.Object.Fields[l.query.Object.Field(ownerFields[l.query.Object.Name])].Column()
	if condition != "" {
		condition = " AND " + condition
	}
	condition += " AND " + l.where(args) // numbered parameters: each branch has the same
	first := " ORDER BY key" + direction + ", id" + direction + " LIMIT " + strconv.Itoa(n)
	var branches []string
	for i, id := range l.owners {
		branches = append(branches, "SELECT id, key FROM (SELECT t.id AS id, "+key+" AS key FROM "+l.query.Object.Table.Current+" t WHERE t."+owner+" = "+args.add(id)+
			condition+" ORDER BY "+key+direction+", t.id"+direction+" LIMIT "+strconv.Itoa(n)+") owner"+strconv.Itoa(i))
	}
	return "(SELECT id FROM (" + strings.Join(branches, " UNION ALL ") + ") merged" + first + ") picked"
}
