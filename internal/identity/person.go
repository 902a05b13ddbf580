package identity

import (
	"context"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"unicode/utf8"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// maxName bounds names, titles and regions of people and teams, in characters.
const maxName = 200

// PersonEdit says what holds of a person from an instant on; nil leaves a field as it is. The address is also the one to
// sign in with, if the person does.
type PersonEdit struct {
	Name, Email, Title *string
	Team               *value.ID     // zero = in no team
	At                 value.Instant // zero = now. The past is possible: numbers by team follow
	Expect             int64         // the Version that the caller saw; 0 = any
}

// CreatePerson makes somebody who can own records and be in a team. CreateLogin also lets them sign in.
func CreatePerson(ctx context.Context, tx *db.Tx, in PersonEdit) (value.ID, error) {
	if in.Name == nil {
		return value.ID{}, fault.InvalidField("name", "is required")
	}
	if err := in.check(ctx, tx); err != nil {
		return value.ID{}, err
	}
	id := value.NewID()
	change := history.Change{ID: id, New: true, At: in.At, Set: append(in.cells(), cell(People, "active", true))}
	if _, err := history.Apply(ctx, tx, People, []history.Change{change}); err != nil {
		return value.ID{}, fmt.Errorf("identity: create person: %w", err)
	}
	return id, AppendAudit(ctx, tx, onPerson("person.create", id, in.detail()))
}

// EditPerson changes a person: name, address, title, and from when on they belong to which team. Errors are NotFound,
// Conflict (somebody was first, or the address is another one's to sign in with) and Invalid with the fields that are wrong.
func EditPerson(ctx context.Context, tx *db.Tx, id value.ID, in PersonEdit) error {
	if err := in.check(ctx, tx); err != nil {
		return err
	}
	change := history.Change{ID: id, At: in.At, Set: in.cells(), Expect: in.Expect}
	if err := applyTo(ctx, tx, People, change); err != nil {
		return err
	}
	if in.Email != nil {
		if err := moveLogin(ctx, tx, id, *in.Email); err != nil {
			return err
		}
	}
	return AppendAudit(ctx, tx, onPerson("person.edit", id, in.detail()))
}

// DeactivatePerson says that somebody left at an instant, zero = now. They stay the owner of their records and in their
// team, but may not sign in from now on. The error is Conflict when nobody would be left who manages people.
func DeactivatePerson(ctx context.Context, tx *db.Tx, id value.ID, at value.Instant) error {
	settings, err := LoadSettings(ctx, tx)
	if err != nil {
		return err
	}
	left := tx.At
	if at != 0 {
		left = at
	}
	change := history.Change{ID: id, At: at, Set: []history.Cell{cell(People, "active", false), cell(People, "left_day", int64(settings.Today(left)))}}
	err = keepAdministrator(ctx, tx, func() error {
		if err := applyTo(ctx, tx, People, change); err != nil {
			return err
		}
		return setDisabled(ctx, tx, id, true)
	})
	if err != nil {
		return err
	}
	return AppendAudit(ctx, tx, onPerson("person.deactivate", id, map[string]any{"left": settings.Today(left).String()}))
}

// makeActive makes somebody active who was not: nobody else can sign in.
func makeActive(ctx context.Context, tx *db.Tx, id value.ID) error {
	var active bool
	if err := tx.QueryRow(ctx, `SELECT COALESCE(active, TRUE) FROM identity_people WHERE id = $1`, id).Scan(&active); err != nil {
		return fmt.Errorf("identity: read person %s: %w", id, err)
	}
	if active {
		return nil
	}
	return ReactivatePerson(ctx, tx, id, 0)
}

// ReactivatePerson says that somebody is back from an instant on, zero = now. To sign in they have to be allowed apart.
func ReactivatePerson(ctx context.Context, tx *db.Tx, id value.ID, at value.Instant) error {
	change := history.Change{ID: id, At: at, Set: []history.Cell{cell(People, "active", true), cell(People, "left_day", nil)}}
	if err := applyTo(ctx, tx, People, change); err != nil {
		return err
	}
	return AppendAudit(ctx, tx, onPerson("person.reactivate", id, nil))
}

// applyTo changes a record that is there: of an unknown one, history would make a new record.
func applyTo(ctx context.Context, tx *db.Tx, t *history.Table, c history.Change) error {
	if _, err := history.Load(ctx, tx, t, c.ID, history.Now()); err != nil {
		return err
	}
	if _, err := history.Apply(ctx, tx, t, []history.Change{c}); err != nil {
		return fmt.Errorf("identity: change %s %s: %w", t.Object, c.ID, err)
	}
	return nil
}

// moveLogin lets somebody who signs in do so with another address.
func moveLogin(ctx context.Context, tx *db.Tx, person value.ID, email string) error {
	var taken, signsIn int
	err := tx.QueryRow(ctx, `SELECT count(CASE WHEN email_folded = $1 AND person_id <> $2 THEN 1 END), count(CASE WHEN person_id = $2 THEN 1 END)
		FROM identity_logins WHERE email_folded = $1 OR person_id = $2`, foldEmail(email), person).Scan(&taken, &signsIn)
	switch {
	case err != nil:
		return fmt.Errorf("identity: find logins: %w", err)
	case signsIn == 0:
		return nil
	case email == "":
		return fault.InvalidField("email", "is empty, but the person signs in with it")
	case taken > 0:
		return fault.New(fault.Conflict, "somebody else signs in as %s", email)
	}
	if _, err := tx.Exec(ctx, `UPDATE identity_logins SET email_folded = $1 WHERE person_id = $2`, foldEmail(email), person); err != nil {
		return fmt.Errorf("identity: change login: %w", err)
	}
	tx.Changed("login", person)
	return nil
}

func (in *PersonEdit) check(ctx context.Context, tx *db.Tx) error {
	var wrong []fault.Field
	wrong = append(wrong, trimmed("name", in.Name, true)...)
	wrong = append(wrong, trimmed("email", in.Email, false)...)
	wrong = append(wrong, trimmed("title", in.Title, false)...)
	if in.Email != nil && *in.Email != "" {
		if address, err := mail.ParseAddress(*in.Email); err != nil || address.Address != *in.Email {
			wrong = append(wrong, fault.Field{Name: "email", Message: fmt.Sprintf("%q is not an e-mail address", *in.Email)})
		}
	}
	if in.Team != nil {
		if err := lockTeam(ctx, tx, *in.Team); err != nil {
			return err
		}
	}
	missing, err := missingRecord(ctx, tx, Teams, "team", in.Team)
	if wrong = append(wrong, missing...); len(wrong) > 0 {
		return &fault.Error{Kind: fault.Invalid, Fields: wrong}
	}
	return err
}

// trimmed takes the spaces off a text that is given, and says what is wrong with it.
func trimmed(name string, text *string, required bool) []fault.Field {
	if text == nil {
		return nil
	}
	*text = strings.TrimSpace(*text)
	switch {
	case required && *text == "":
		return []fault.Field{{Name: name, Message: "is required"}}
	case utf8.RuneCountInString(*text) > maxName || !storable(*text):
		return []fault.Field{{Name: name, Message: fmt.Sprintf("must have at most %d characters", maxName)}}
	}
	return nil
}

// missingRecord says that a record which is referred to does not exist.
func missingRecord(ctx context.Context, tx *db.Tx, t *history.Table, field string, id *value.ID) ([]fault.Field, error) {
	if id == nil || id.IsZero() {
		return nil, nil
	}
	_, err := history.Load(ctx, tx, t, *id, history.Now())
	if fault.KindOf(err) == fault.NotFound {
		return []fault.Field{{Name: field, Message: "does not exist or was deleted"}}, nil
	}
	return nil, err
}

func (in *PersonEdit) cells() []history.Cell {
	return slices.Concat(textCell(People, "name", in.Name), textCell(People, "email", in.Email), textCell(People, "title", in.Title),
		idCell(People, "team_id", in.Team))
}

func (in *PersonEdit) detail() map[string]any {
	detail := map[string]any{}
	addDetail(detail, "name", in.Name)
	addDetail(detail, "email", in.Email)
	addDetail(detail, "title", in.Title)
	addDetail(detail, "team", in.Team)
	if in.At != 0 {
		detail["at"] = in.At
	}
	return detail
}

func addDetail[T any](detail map[string]any, name string, v *T) {
	if v != nil {
		detail[name] = *v
	}
}

func cell(t *history.Table, column string, v any) history.Cell {
	return history.Cell{Column: t.Column(column), Value: v}
}

func textCell(t *history.Table, column string, v *string) []history.Cell {
	if v == nil {
		return nil
	}
	return []history.Cell{cell(t, column, *v)}
}

func idCell(t *history.Table, column string, v *value.ID) []history.Cell {
	if v == nil {
		return nil
	}
	return []history.Cell{cell(t, column, *v)}
}
