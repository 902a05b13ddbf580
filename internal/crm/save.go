package crm

import (
	"context"
	"maps"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

// RecordSave is what somebody filled in of a record, new or not.
type RecordSave struct {
	ID          value.ID       // zero = a new record
	Set, Custom map[string]any // as in Change: only the fields that are to change
	Expect      int64          // the Record.Version that the form showed; a record that is not new needs it
	Reason      string         // for the history; "" = that of the transaction
}

// SaveRecord makes a record, or changes one in scope, from now on, and gives it as it is then. A deal that gets another
// stage moves there as by MoveDeal, except for what is set besides. Errors: NotFound when there is none or it is out of
// scope, Conflict when it was changed since, and those of Apply.
func SaveRecord(ctx context.Context, tx *db.Tx, scope identity.Scope, o *Object, in RecordSave) (Record, error) {
	change := Change{ID: in.ID, New: in.ID.IsZero(), Set: maps.Clone(in.Set), Custom: in.Custom, Expect: in.Expect}
	if change.New {
		change.ID = value.NewID()
	} else if err := in.prepare(ctx, tx, scope, o, &change); err != nil {
		return Record{}, err
	}
	if in.Reason != "" {
		tx.Info.Reason = in.Reason
	}
	if _, err := Apply(ctx, tx, o, []Change{change}); err != nil {
		return Record{}, err
	}
	return LoadRecord(ctx, tx, o, change.ID, history.Now())
}

// prepare holds the change of a record against the record as it is.
func (in RecordSave) prepare(ctx context.Context, tx *db.Tx, scope identity.Scope, o *Object, change *Change) error {
	if in.Expect == 0 {
		return fault.InvalidField("version", "is missing: say which version of the %s you saw", o.Name)
	}
	was, err := LoadVisible(ctx, tx, scope, o, in.ID)
	if err != nil {
		return err
	}
	from, _ := was.Values["stage"].(value.ID)
	to, _ := in.Set["stage"].(value.ID)
	if o.Name != "deal" || to.IsZero() || to == from {
		return nil
	}
	before, _, err := stageOutcome(ctx, tx, from)
	if err != nil {
		return err
	}
	after, there, err := stageOutcome(ctx, tx, to)
	if err != nil {
		return err
	}
	if !there {
		return fault.InvalidField("stage", "is %s, which does not exist or was deleted", to)
	}
	change.Set, err = moveSet(ctx, tx, DealMove{Deal: in.ID, Stage: to}, from, before, after)
	maps.Copy(change.Set, in.Set)
	return err
}
