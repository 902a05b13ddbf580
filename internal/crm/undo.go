package crm

import (
	"context"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// UndoChange puts what a version of a record changed back to what it was before, as a new version from now on, and gives
// the record as it is then. no is Revision.No; expect is as Change.Expect. Errors: NotFound when the record has no such
// version, Invalid when there is nothing to put back, since the version made the record or is not believed any more, and
// Conflict, with the names of the fields, when a later version changed them again. It works for a deleted record, whose
// deletion it may be that is undone; a record that is deleted in the end is given without its values.
func UndoChange(ctx context.Context, tx *db.Tx, o *Object, id value.ID, no, expect int64) (Record, error) {
	revisions, err := loadRevisions(ctx, tx, o, id)
	if err != nil {
		return Record{}, err
	}
	var undone *Revision
	later := map[string]bool{} // fields that versions after it changed
	for i, r := range revisions {
		switch {
		case r.No == no:
			undone = &revisions[i]
		case undone != nil && r.believed():
			r.touch(later)
		}
	}
	switch {
	case undone == nil:
		return Record{}, fault.New(fault.NotFound, "no version %d of %s %s", no, o.Name, id)
	case !undone.believed():
		return Record{}, fault.New(fault.Invalid, "version %d of %s %s is not believed any more: there is nothing to undo", no, o.Name, id)
	case undone.Created:
		return Record{}, fault.New(fault.Invalid, "version %d made the %s %s: delete the record instead", no, o.Name, id)
	}
	change, err := undone.undo(o, id, later)
	if err != nil {
		return Record{}, err
	}
	change.Expect = expect
	outcomes, err := Apply(ctx, tx, o, []Change{change})
	if err != nil {
		return Record{}, err
	}
	after, err := LoadRecord(ctx, tx, o, id, history.Now())
	if fault.KindOf(err) == fault.NotFound {
		return Record{ID: id, Object: o.Name, Version: outcomes[0].Version}, nil
	}
	return after, err
}

// deletion stands for the mark of deletion among the names of fields.
const deletion = "deleted"

// touch notes what the version changed.
func (r Revision) touch(fields map[string]bool) {
	for _, f := range r.Fields {
		fields[f.Name] = true
	}
	if r.Deleted || r.Restored {
		fields[deletion] = true
	}
}

// undo is the change that takes the version's back.
func (r Revision) undo(o *Object, id value.ID, later map[string]bool) (Change, error) {
	own := map[string]bool{}
	r.touch(own)
	if len(own) == 0 {
		return Change{}, fault.New(fault.Invalid, "version %d of %s %s changed nothing: there is nothing to undo", r.No, o.Name, id)
	}
	change := Change{ID: id, Set: map[string]any{}, Custom: map[string]any{}}
	var wrong []fault.Field
	changedAgain := func(name string) {
		if later[name] {
			wrong = append(wrong, fault.Field{Name: name, Message: "was changed again later: undo that first, or edit the field"})
		}
	}
	for _, f := range r.Fields {
		changedAgain(f.Name)
		if f.Custom {
			change.Custom[f.Name] = f.Old
		} else {
			change.Set[f.Name] = f.Old
		}
	}
	if own[deletion] {
		changedAgain(deletion)
		deleted := r.Restored
		change.Deleted = &deleted
	}
	if len(wrong) > 0 {
		return Change{}, &fault.Error{Kind: fault.Conflict, Fields: wrong}
	}
	return change, nil
}
