package api

import (
	"context"
	"slices"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

// editing names the capability with which the records of an object are made and changed. People and teams are not in it:
// who may sign in, who sees what and who administers hangs on them, and package identity changes them by rules of its own.
var editing = map[string]identity.Capability{
	"deal": identity.DealsEdit, "line_item": identity.DealsEdit,
	"account": identity.RecordsEdit, "contact": identity.RecordsEdit, "lead": identity.RecordsEdit, "campaign": identity.RecordsEdit,
	"activity": identity.RecordsEdit,
	"product":  identity.CatalogEdit, "price_book": identity.CatalogEdit, "price": identity.CatalogEdit,
	"pipeline": identity.PipelinesEdit, "stage": identity.PipelinesEdit,
	"rate":  identity.RatesEdit,
	"quota": identity.TeamsManage,
}

func editCapabilities(o *crm.Object) []identity.Capability {
	return []identity.Capability{editing[o.Name]}
}

// ownerField is the field that says whose the records of an object are.
const ownerField = "owner"

// adopt makes a new record one's own where nobody is said to own it.
func adopt(v visit, o *crm.Object, set map[string]any) {
	if _, given := set[ownerField]; !given && o.Field(ownerField) >= 0 {
		set[ownerField] = v.access.Person
	}
}

// checkFields refuses to give a record to somebody else without the right to. was is the owner before the change; one's own
// ID for a new record.
func checkFields(v visit, o *crm.Object, set map[string]any, was value.ID) error {
	if o.Field(ownerField) < 0 {
		return nil
	}
	owner, given := set[ownerField]
	id, _ := owner.(value.ID)
	if !given || id == was {
		return nil
	}
	return v.access.Require(identity.DealsReassign)
}

// checkEditable is Forbidden for records that somebody may see but not change. It is asked before a change, and after one
// that could bring a record under another's: a rep's line item cannot end up in a deal of somebody else.
func checkEditable(ctx context.Context, tx *db.Tx, v visit, o *crm.Object, ids []value.ID) error {
	if v.access.EditScope.All {
		return nil
	}
	for group := range slices.Chunk(ids, 400) {
		args := make([]any, len(group))
		marks := ""
		for i, id := range group {
			args[i] = id
			marks += placeholder(i)
		}
		var found int
		// sql: a table and a condition made of columns of the dictionary
		err := tx.QueryRow(ctx, `SELECT count(*) FROM `+o.Table.Current+` t WHERE t.id IN (`+marks+`) AND `+
			crm.VisibleSQL(o, "t", v.access.EditScope, &args), args...).Scan(&found)
		if err != nil {
			return err
		}
		if found < len(group) {
			return fault.New(fault.Forbidden, "your role lets you see such a %s, but not change it: it belongs to somebody else", o.Name)
		}
	}
	return nil
}
