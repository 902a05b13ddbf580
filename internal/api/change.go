package api

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

type createInput struct {
	PostHeaders
	RawBody []byte `contentType:"application/json"`
}

func (s *server) createRecord(o *crm.Object) func(context.Context, visit, *createInput) (*answer, error) {
	return func(ctx context.Context, v visit, in *createInput) (*answer, error) {
		given, err := readInput(in.RawBody)
		if err != nil {
			return nil, err
		}
		done, err := s.changeOnce(ctx, v, in.PostHeaders, "create "+o.Name, in.RawBody, func(tx *db.Tx) (reply, []identity.AuditEntry, error) {
			d, err := newDecoder(ctx, tx, o)
			if err != nil {
				return reply{}, nil, err
			}
			set, custom, wrong := d.values(given, "")
			if err := wrongFields(wrong); err != nil {
				return reply{}, nil, inBody(d, err)
			}
			if err := checkFields(v, o, set, v.access.Person); err != nil {
				return reply{}, nil, err
			}
			adopt(v, o, set)
			r, err := crm.SaveRecord(ctx, tx, v.access.EditScope, o, crm.RecordSave{Set: set, Custom: custom})
			if err != nil {
				return reply{}, nil, inBody(d, err)
			}
			if err := checkPlace(ctx, tx, v, o, set, r); err != nil {
				return reply{}, nil, err
			}
			made := encoder{object: o}.reply(http.StatusCreated, r)
			made.location = Prefix + "/" + o.Plural + "/" + r.ID.String()
			return made, []identity.AuditEntry{{Action: o.Name + ".create", Object: o.Name, Record: r.ID}}, nil
		})
		return done.send(), err
	}
}

// checkPlace refuses a record that came to be under somebody else's. One that was given away on purpose is let go.
func checkPlace(ctx context.Context, tx *db.Tx, v visit, o *crm.Object, set map[string]any, r crm.Record) error {
	if owner, given := set[ownerField].(value.ID); given && owner != v.access.Person && v.access.May(identity.DealsReassign) {
		return nil
	}
	return checkEditable(ctx, tx, v, o, []value.ID{r.ID})
}

// readInput reads a body that is one record.
func readInput(body []byte) (input, error) {
	var members map[string]any
	if err := decodeObject(body, &members); err != nil {
		return input{}, err
	}
	given, wrong := newInput(members)
	return given, inPart("body", wrongFields(wrong))
}

func newDecoder(ctx context.Context, tx *db.Tx, o *crm.Object) (decoder, error) {
	custom, err := crm.ListFields(ctx, tx, o.Name)
	return decoder{object: o, custom: custom}, err
}

// inBody places what is wrong with a record.
func inBody(d decoder, err error) error { return at(err, d.memberNames("body")) }

// VersionSeen is the condition of a change: the version that was seen.
type VersionSeen struct {
	IfMatch string `header:"If-Match" example:"\"3\"" doc:"The ETag of the record as you saw it: nothing is changed when there is a newer version. * = whatever the version is."`
}

// expect reads the condition; 0 = any version.
func (m VersionSeen) expect() (int64, error) {
	switch text := strings.TrimSpace(m.IfMatch); text {
	case "":
		return 0, newProblem(http.StatusPreconditionRequired, `say in the header If-Match which version you saw: its ETag, such as "3", or *`)
	case "*":
		return 0, nil
	default:
		n, err := strconv.ParseInt(strings.Trim(strings.TrimPrefix(text, "W/"), `"`), 10, 64)
		if err != nil || n < 1 {
			return 0, at(fault.InvalidField("If-Match", `is %q; it must be an ETag such as "3", or *`, text), func(name string) string { return "header." + name })
		}
		return n, nil
	}
}

// failed is Precondition Failed instead of Conflict where a condition was given.
func (m VersionSeen) failed(err error) error {
	if fault.KindOf(err) == fault.Conflict && strings.TrimSpace(m.IfMatch) != "*" && m.IfMatch != "" {
		return newProblem(http.StatusPreconditionFailed, "somebody changed the record since you saw it: read it again")
	}
	return err
}

type updateInput struct {
	RecordPath
	VersionSeen
	WriteHeaders
	RawBody []byte `contentType:"application/json"`
}

func (s *server) updateRecord(o *crm.Object) func(context.Context, visit, *updateInput) (*answer, error) {
	return func(ctx context.Context, v visit, in *updateInput) (*answer, error) {
		id, err := in.id()
		if err != nil {
			return nil, err
		}
		expect, err := in.expect()
		if err != nil {
			return nil, err
		}
		given, err := readInput(in.RawBody)
		if err != nil {
			return nil, err
		}
		done, err := s.change(ctx, v, in.WriteHeaders, func(tx *db.Tx) (reply, []identity.AuditEntry, error) {
			r, changed, err := update(ctx, tx, v, o, id, expect, given)
			return encoder{object: o}.reply(http.StatusOK, r), []identity.AuditEntry{{Action: o.Name + ".update", Object: o.Name, Record: id,
				Detail: map[string]any{"fields": changed}}}, err
		})
		return done.send(), in.failed(err)
	}
}

// update changes one record, and gives it as it is then with the names of the fields that were given.
func update(ctx context.Context, tx *db.Tx, v visit, o *crm.Object, id value.ID, expect int64, given input) (crm.Record, []string, error) {
	was, err := loadEditable(ctx, tx, v, o, id)
	if err != nil {
		return crm.Record{}, nil, err
	}
	if expect == 0 {
		expect = was.Version
	}
	d, err := newDecoder(ctx, tx, o)
	if err != nil {
		return crm.Record{}, nil, err
	}
	currency, _ := was.Values["currency"].(string)
	set, custom, wrong := d.values(given, currency)
	wrong = append(wrong, amountsLack(o, set, currency)...)
	if err := wrongFields(wrong); err != nil {
		return crm.Record{}, nil, inBody(d, err)
	}
	owner, _ := was.Values[ownerField].(value.ID)
	if err := checkFields(v, o, set, owner); err != nil {
		return crm.Record{}, nil, err
	}
	r, err := crm.SaveRecord(ctx, tx, v.access.Scope, o, crm.RecordSave{ID: id, Set: set, Custom: custom, Expect: expect})
	if err != nil {
		return crm.Record{}, nil, inBody(d, err)
	}
	return r, fieldNames(set, custom), checkPlace(ctx, tx, v, o, set, r)
}

// loadEditable gives a record that somebody may change. The error is NotFound where it is out of sight, and Forbidden where
// it can be seen only.
func loadEditable(ctx context.Context, tx *db.Tx, v visit, o *crm.Object, id value.ID) (crm.Record, error) {
	r, err := crm.LoadVisible(ctx, tx, v.access.Scope, o, id)
	if err != nil {
		return crm.Record{}, err
	}
	return r, checkEditable(ctx, tx, v, o, []value.ID{id})
}

type deleteInput struct {
	RecordPath
	VersionSeen
	WriteHeaders
}

func (s *server) deleteRecord(o *crm.Object) func(context.Context, visit, *deleteInput) (*answer, error) {
	return func(ctx context.Context, v visit, in *deleteInput) (*answer, error) {
		id, err := in.id()
		if err != nil {
			return nil, err
		}
		expect, err := in.expect()
		if err != nil {
			return nil, err
		}
		done, err := s.change(ctx, v, in.WriteHeaders, func(tx *db.Tx) (reply, []identity.AuditEntry, error) {
			if _, err := loadEditable(ctx, tx, v, o, id); err != nil {
				return reply{}, nil, err
			}
			err := crm.DeleteRecord(ctx, tx, o, id, expect)
			return reply{status: http.StatusNoContent}, []identity.AuditEntry{{Action: o.Name + ".delete", Object: o.Name, Record: id}}, err
		})
		return done.send(), in.failed(err)
	}
}

type moveInput struct {
	RecordPath
	PostHeaders
	VersionSeen
	Body MoveBody
}

// MoveBody says where a deal moves.
type MoveBody struct {
	Stage      string `json:"stage" format:"uuid" doc:"The stage to move to."`
	Close      string `json:"close,omitempty" format:"date" doc:"When it was closed, or is expected to be. Without it, closing takes today, and reopening empties it."`
	LostReason string `json:"lost_reason,omitempty" maxLength:"1000" doc:"For a stage that is lost or without decision."`
}

// moveOperation registers the move of a deal.
func (s *server) moveOperation() {
	deals := crm.ObjectNamed("deal")
	op := named(deals, "move", false, huma.Operation{
		Method: http.MethodPost, Path: "/{id}/move",
		Errors:      []int{http.StatusNotFound, http.StatusConflict, http.StatusPreconditionFailed},
		Description: "Move a deal to another stage, with what follows from that for close date, probability and forecast category.",
		Responses:   answers(http.StatusOK, "The deal as it is now", recordSchema(deals)),
	})
	handle(s, op, editCapabilities(deals), s.moveDeal)
}

func (s *server) moveDeal(ctx context.Context, v visit, in *moveInput) (*answer, error) {
	move, err := in.move()
	if err != nil {
		return nil, err
	}
	deals := crm.ObjectNamed("deal")
	what := "move " + move.Deal.String() + " " + in.IfMatch
	body := []byte(in.Body.Stage + "\x00" + in.Body.Close + "\x00" + in.Body.LostReason)
	done, err := s.changeOnce(ctx, v, in.PostHeaders, what, body, func(tx *db.Tx) (reply, []identity.AuditEntry, error) {
		if _, err := loadEditable(ctx, tx, v, deals, move.Deal); err != nil {
			return reply{}, nil, err
		}
		r, err := crm.MoveDeal(ctx, tx, move)
		return encoder{object: deals}.reply(http.StatusOK, r), []identity.AuditEntry{{Action: "deal.move", Object: "deal", Record: move.Deal,
			Detail: map[string]any{"stage": move.Stage}}}, inPart("body", err)
	})
	return done.send(), in.failed(err)
}

// move reads the texts of a move.
func (m *moveInput) move() (crm.DealMove, error) {
	id, err := m.id()
	if err != nil {
		return crm.DealMove{}, err
	}
	move := crm.DealMove{Deal: id, LostReason: m.Body.LostReason}
	if m.IfMatch != "" {
		if move.Expect, err = m.expect(); err != nil {
			return crm.DealMove{}, err
		}
	}
	if move.Stage, err = value.ParseID(m.Body.Stage); err != nil {
		return crm.DealMove{}, inPart("body", fault.InvalidField("stage", "%v", err))
	}
	if m.Body.Close != "" {
		day, err := value.ParseDay(m.Body.Close)
		if err != nil {
			return crm.DealMove{}, inPart("body", fault.InvalidField("close", "%v", err))
		}
		move.Close = &day
	}
	return move, nil
}
