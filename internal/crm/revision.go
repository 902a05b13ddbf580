package crm

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// Revision is one version of a record told as a change: what it altered, and who recorded it, when and why.
type Revision struct {
	No                    int64         // number of the version, for UndoChange
	From, To              value.Instant // when it was so in the business; value.Forever = it still is
	Recorded              value.Instant // when it became known
	Retracted             value.Instant // when it ceased to be believed; value.Forever = it still is
	Actor, Source, Reason string        // who recorded it, through what, and why
	Author                value.ID      // who made the change in the business, where the source tells; zero = not told
	AuthorName            string
	Derived               bool // not stated by the source, but following from what it states
	Created               bool // the record's first version: every field is new
	Deleted, Restored     bool // the record was deleted by it, or brought back
	Fields                []FieldChange
}

// FieldChange is what a version changed of a field: from the value before, in valid time, to its own.
type FieldChange struct {
	Field
	Custom           bool
	Old, New         any    // as Kind says; nil = empty
	OldName, NewName string // of references
}

// believed reports whether the version is believed now.
func (r Revision) believed() bool { return r.Retracted == value.Forever }

// History lists every change ever recorded of a record, deleted or not, latest first in valid time and, where several are
// of the same time, the one recorded last first. One that is still believed is told against the version before it as is
// believed now; one that is not, against what was believed when it was recorded. NotFound when there never was such a
// record.
func History(ctx context.Context, tx *db.Tx, o *Object, id value.ID) ([]Revision, error) {
	revisions, err := loadRevisions(ctx, tx, o, id)
	if err != nil {
		return nil, err
	}
	if err := nameRevisions(ctx, tx, revisions); err != nil {
		return nil, err
	}
	slices.Reverse(revisions)
	return revisions, nil
}

// loadRevisions gives the versions in the order of valid time, without names.
func loadRevisions(ctx context.Context, tx *db.Tx, o *Object, id value.ID) ([]Revision, error) {
	log, err := history.Log(ctx, tx, o.Table, id)
	if err != nil {
		return nil, fmt.Errorf("crm: history of %s: %w", o.Name, err)
	}
	if len(log) == 0 {
		return nil, fault.New(fault.NotFound, "no %s %s", o.Name, id)
	}
	custom, err := ListFields(ctx, tx, o.Name)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(log, func(a, b history.Entry) int {
		return cmp.Or(cmp.Compare(a.ValidFrom, b.ValidFrom), cmp.Compare(a.No, b.No))
	})
	var revisions []Revision
	for _, e := range log {
		r, err := o.revision(e, predecessor(log, e), custom)
		if err != nil {
			return nil, fmt.Errorf("crm: history of %s %s: %w", o.Name, id, err)
		}
		if n := len(revisions); n > 0 && r.repeats(revisions[n-1]) {
			was := revisions[n-1]
			r.Recorded, r.Actor, r.Source, r.Reason = was.Recorded, was.Actor, was.Source, was.Reason
			revisions = revisions[:n-1]
		}
		revisions = append(revisions, r)
	}
	return revisions, nil
}

// repeats reports whether a version took the place of another only since a neighbour changed: what holds until when, or
// what was so before. It tells of the same change, which was known before.
func (r Revision) repeats(earlier Revision) bool {
	return r.From == earlier.From && r.Recorded == earlier.Retracted && r.Derived == earlier.Derived && r.Author == earlier.Author &&
		r.Created == earlier.Created && r.Deleted == earlier.Deleted && r.Restored == earlier.Restored && reflect.DeepEqual(r.Fields, earlier.Fields)
}

// predecessor is the version that holds until an entry begins, as was believed together with it; nil for the first.
func predecessor(log []history.Entry, e history.Entry) *history.Entry {
	known := e.RecordedFrom
	if e.RecordedTo == value.Forever {
		known = value.Forever - 1
	}
	var found *history.Entry
	for i := range log {
		p := &log[i]
		if p.ValidFrom < e.ValidFrom && p.RecordedFrom <= known && p.RecordedTo > known && (found == nil || p.ValidFrom > found.ValidFrom) {
			found = p
		}
	}
	return found
}

// revision compares a version with the one before.
func (o *Object) revision(e history.Entry, before *history.Entry, custom []CustomField) (Revision, error) {
	r := Revision{No: e.No, From: e.ValidFrom, To: e.ValidTo, Recorded: e.RecordedFrom, Retracted: e.RecordedTo, Actor: e.Actor,
		Source: e.Source, Reason: e.Reason, Author: e.Author, Derived: e.Derived, Created: before == nil, Deleted: e.Deleted}
	oldValues, oldCustom := map[string]any{}, map[string]any{}
	if before != nil {
		r.Deleted, r.Restored = e.Deleted && !before.Deleted, before.Deleted && !e.Deleted
		var err error
		oldValues = o.values(before.Version)
		if oldCustom, err = decodeCustom(custom, before.Custom); err != nil {
			return r, err
		}
	}
	newValues := o.values(e.Version)
	newCustom, err := decodeCustom(custom, e.Custom)
	if err != nil {
		return r, err
	}
	for _, f := range o.Fields {
		if was, is := oldValues[f.Name], newValues[f.Name]; was != is {
			r.Fields = append(r.Fields, FieldChange{Field: f, Old: was, New: is})
		}
	}
	for _, f := range custom {
		if was, is := oldCustom[f.Name], newCustom[f.Name]; was != is {
			r.Fields = append(r.Fields, FieldChange{Field: f.Field, Custom: true, Old: was, New: is})
		}
	}
	return r, nil
}

// nameRevisions looks up what authors and references are called.
func nameRevisions(ctx context.Context, tx *db.Tx, revisions []Revision) error {
	people := ObjectNamed("person")
	ids := map[*Object][]value.ID{}
	for _, r := range revisions {
		if !r.Author.IsZero() {
			ids[people] = append(ids[people], r.Author)
		}
		for _, f := range r.Fields {
			for _, v := range []any{f.Old, f.New} {
				if id, ok := v.(value.ID); ok {
					ids[ObjectNamed(f.Ref)] = append(ids[ObjectNamed(f.Ref)], id)
				}
			}
		}
	}
	names, err := LoadNames(ctx, tx, ids)
	if err != nil {
		return err
	}
	for i := range revisions {
		r := &revisions[i]
		r.AuthorName = names[r.Author]
		for j := range r.Fields {
			f := &r.Fields[j]
			was, _ := f.Old.(value.ID)
			is, _ := f.New.(value.ID)
			f.OldName, f.NewName = names[was], names[is]
		}
	}
	return nil
}

// StageStay is how long a deal was in a stage, without a break.
type StageStay struct {
	Stage    value.ID
	Name     string
	From, To value.Instant // value.Forever = it is there now
}

// StageTimeline tells through which stages a deal went, as is believed now, oldest first. While it was deleted it was in
// none. NotFound when there never was such a deal.
func StageTimeline(ctx context.Context, tx *db.Tx, deal value.ID) ([]StageStay, error) {
	deals := ObjectNamed("deal")
	chain, err := history.Chain(ctx, tx, deals.Table, deal, value.Forever-1)
	if err != nil {
		return nil, fmt.Errorf("crm: stages of a deal: %w", err)
	}
	if len(chain) == 0 {
		return nil, fault.New(fault.NotFound, "no deal %s", deal)
	}
	var stays []StageStay
	stages := []value.ID{}
	column := deals.Field("stage")
	for _, v := range chain {
		stage, _ := v.Values[column].(value.ID)
		if v.Deleted || stage.IsZero() {
			continue
		}
		if n := len(stays); n > 0 && stays[n-1].Stage == stage && stays[n-1].To == v.ValidFrom {
			stays[n-1].To = v.ValidTo
			continue
		}
		stays, stages = append(stays, StageStay{Stage: stage, From: v.ValidFrom, To: v.ValidTo}), append(stages, stage)
	}
	names, err := LoadNames(ctx, tx, map[*Object][]value.ID{ObjectNamed("stage"): stages})
	for i := range stays {
		stays[i].Name = names[stays[i].Stage]
	}
	return stays, err
}
