package api

import (
	"context"
	"encoding/json"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/value"
)

// Revision is one change of a record.
type Revision struct {
	Version    int64            `json:"version" doc:"Number of the version that it made."`
	From       *value.Instant   `json:"from" doc:"Since when it was so in the business; null: always."`
	To         *value.Instant   `json:"to" doc:"Until when; null: it still is."`
	Recorded   *value.Instant   `json:"recorded" doc:"When it became known."`
	Retracted  *value.Instant   `json:"retracted" doc:"When it ceased to be believed; null: it still is."`
	Actor      string           `json:"actor" doc:"Who recorded it."`
	Source     string           `json:"source" doc:"Through what: web, api, import, …"`
	Reason     string           `json:"reason,omitempty"`
	AuthorName string           `json:"author_name,omitempty" doc:"Who made the change in the business, where the source tells."`
	Derived    bool             `json:"derived" doc:"Not stated by the source, but following from what it states."`
	Created    bool             `json:"created" doc:"The first version."`
	Deleted    bool             `json:"deleted" doc:"The record was deleted by it."`
	Restored   bool             `json:"restored" doc:"The record was brought back by it."`
	Fields     []RevisionChange `json:"fields" doc:"What it altered."`
}

// RevisionChange is what a change altered of one field.
type RevisionChange struct {
	Field   string          `json:"field"`
	Custom  bool            `json:"custom,omitempty"`
	Old     json.RawMessage `json:"old" doc:"As in the record; null = empty."`
	New     json.RawMessage `json:"new" doc:"As in the record; null = empty."`
	OldName string          `json:"old_name,omitempty" doc:"Name of the record that was referred to."`
	NewName string          `json:"new_name,omitempty"`
}

type historyOutput struct {
	Body struct {
		Data []Revision `json:"data" doc:"The latest first."`
	}
}

func (s *server) showHistory(o *crm.Object) func(context.Context, visit, *RecordPath) (*historyOutput, error) {
	return func(ctx context.Context, v visit, in *RecordPath) (*historyOutput, error) {
		id, err := in.id()
		if err != nil {
			return nil, err
		}
		var revisions []crm.Revision
		err = s.DB.Read(ctx, func(tx *db.Tx) (err error) {
			if err := crm.CheckVisible(ctx, tx, v.access.Scope, o, id); err != nil {
				return err
			}
			revisions, err = crm.History(ctx, tx, o, id)
			return err
		})
		if err != nil {
			return nil, err
		}
		output := &historyOutput{}
		output.Body.Data = revisionsOf(revisions)
		return output, nil
	}
}

// revisionsOf tells revisions in JSON. Amounts are those of the currency that the record had then, which is found by
// going forward from its first version.
func revisionsOf(revisions []crm.Revision) []Revision {
	told := make([]Revision, len(revisions))
	currency := ""
	for i := len(revisions) - 1; i >= 0; i-- {
		r := revisions[i]
		was := currency
		for _, f := range r.Fields {
			if f.Name == "currency" && !f.Custom {
				was, _ = f.Old.(string)
				currency, _ = f.New.(string)
			}
		}
		told[i] = Revision{Version: r.No, From: known(r.From), To: known(r.To), Recorded: known(r.Recorded), Retracted: known(r.Retracted),
			Actor: r.Actor, Source: r.Source, Reason: r.Reason, AuthorName: r.AuthorName, Derived: r.Derived, Created: r.Created,
			Deleted: r.Deleted, Restored: r.Restored, Fields: []RevisionChange{}}
		for _, f := range r.Fields {
			told[i].Fields = append(told[i].Fields, RevisionChange{Field: f.Name, Custom: f.Custom, Old: appendValue(nil, f.Field, f.Old, was),
				New: appendValue(nil, f.Field, f.New, currency), OldName: f.OldName, NewName: f.NewName})
		}
	}
	return told
}

// known is an instant, or nil where it is the beginning or the end of time.
func known(t value.Instant) *value.Instant {
	if t == value.Always || t == value.Forever {
		return nil
	}
	return &t
}
