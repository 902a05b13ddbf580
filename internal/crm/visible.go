package crm

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

// ownerFields names, by object, the field that says whose the records are. An object that is neither here nor in partOf
// is everybody's to see: products and prices, pipelines and stages, campaigns, exchange rates, people and teams.
var ownerFields = map[string]string{
	"deal": "owner", "account": "owner", "lead": "owner", "activity": "owner", "contact": "owner", "quota": "person",
}

// partOf names the reference to a record with which a record is seen: also, where it has an owner of its own.
var partOf = map[string]string{"contact": "account", "line_item": "deal"}

// VisibleSQL is the one condition under which a row of an object is in somebody's scope, in brackets. Lists, search, boards
// and single records all use it. row is the name that the statement gives to the row's current table; values are appended
// to args.
//
// sql: columns and tables of the dictionary, and the condition of the scope
func VisibleSQL(o *Object, row string, scope identity.Scope, args *[]any) string {
	if scope.All {
		return "(TRUE)"
	}
	owner, owned := ownerFields[o.Name]
	whole, part := partOf[o.Name]
	var owns, belongs string
	if owned {
		// The owners in scope are looked up among people, of whom there are few, so that engines can use the index of owners.
		owns = row + "." + o.Fields[o.Field(owner)].Column() + " IN (SELECT person.id FROM identity_people person WHERE " + scope.SQL("person.id", args) + ")"
	}
	if part {
		f := o.Fields[o.Field(whole)]
		target := ObjectNamed(f.Ref)
		// One look per row, since the records in scope are many and would all be gathered for an IN.
		belongs = "EXISTS (SELECT 1 FROM " + target.Table.Current + " whole WHERE whole.id = " + row + "." + f.Column() + " AND " + VisibleSQL(target, "whole", scope, args) + ")"
	}
	switch {
	case owned && part:
		return "(" + owns + " OR " + belongs + ")"
	case owned:
		return "(" + owns + ")"
	case part:
		return "(" + belongs + ")"
	}
	return "(TRUE)"
}

// CheckVisible is NotFound for a record that is out of scope, or that never was. A deleted one counts as it was last.
func CheckVisible(ctx context.Context, tx *db.Tx, scope identity.Scope, o *Object, id value.ID) error {
	args := []any{id}
	var one int
	// sql: a condition that is made of columns of the dictionary
	err := tx.QueryRow(ctx, `SELECT 1 FROM `+o.Table.Current+` t WHERE t.id = $1 AND `+VisibleSQL(o, "t", scope, &args), args...).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return fault.New(fault.NotFound, "no %s %s", o.Name, id)
	}
	if err != nil {
		return fmt.Errorf("crm: look for %s %s: %w", o.Name, id, err)
	}
	return nil
}

// LoadVisible gives a record as it is now. NotFound when there is none, it was deleted, or it is out of scope.
func LoadVisible(ctx context.Context, tx *db.Tx, scope identity.Scope, o *Object, id value.ID) (Record, error) {
	if err := CheckVisible(ctx, tx, scope, o, id); err != nil {
		return Record{}, err
	}
	return LoadRecord(ctx, tx, o, id, history.Now())
}
