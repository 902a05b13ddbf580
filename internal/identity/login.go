package identity

import (
	"context"
	"database/sql"
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

// Login is a person who may sign in.
type Login struct {
	Person    value.ID      `json:"person"`
	Name      string        `json:"name"`
	Email     string        `json:"email"`
	Role      string        `json:"role"`
	CreatedAt value.Instant `json:"created_at"`
	Disabled  bool          `json:"disabled"`
}

// LoginNew asks for a login. A person with the e-mail address gets it if there is one, otherwise the person is made.
type LoginNew struct{ Name, Email, Role, Password string }

// The bounds of a password, in characters. The upper one keeps hashing cheap.
const (
	minPassword = 10
	maxPassword = 200
)

func (n LoginNew) check(roles []Role) error {
	var wrong []fault.Field
	if strings.TrimSpace(n.Name) == "" {
		wrong = append(wrong, fault.Field{Name: "name", Message: "is required"})
	}
	if address, err := mail.ParseAddress(n.Email); err != nil || address.Address != n.Email {
		wrong = append(wrong, fault.Field{Name: "email", Message: fmt.Sprintf("%q is not an e-mail address", n.Email)})
	}
	if !slices.ContainsFunc(roles, func(r Role) bool { return r.Name == n.Role }) {
		wrong = append(wrong, fault.Field{Name: "role", Message: fmt.Sprintf("is %q; it must be one of %s", n.Role, roleNames(roles))})
	}
	if problem := passwordProblem(n.Password); problem != "" {
		wrong = append(wrong, fault.Field{Name: "password", Message: problem})
	}
	if len(wrong) > 0 {
		return &fault.Error{Kind: fault.Invalid, Fields: wrong}
	}
	return nil
}

// maxEmail bounds what is looked up as an address, in bytes.
const maxEmail = 320

// foldEmail is an address in the form in which logins are found, whatever was typed.
func foldEmail(email string) string { return cleanText(value.Fold(email), maxEmail) }

func passwordProblem(password string) string {
	if n := utf8.RuneCountInString(password); n < minPassword || n > maxPassword {
		return fmt.Sprintf("has %d characters; it must have %d to %d", n, minPassword, maxPassword)
	}
	return ""
}

// CreateLogin lets somebody sign in. The error is Conflict when the address has a login already.
func CreateLogin(ctx context.Context, tx *db.Tx, in LoginNew) (Login, error) {
	roles, err := ListRoles(ctx, tx)
	if err != nil {
		return Login{}, err
	}
	if err := in.check(roles); err != nil {
		return Login{}, err
	}
	person, err := personByEmail(ctx, tx, in.Email)
	if err != nil {
		return Login{}, err
	}
	if _, err := FindLogin(ctx, tx, in.Email); err == nil {
		return Login{}, fault.New(fault.Conflict, "%s signs in already: zveno user list shows who does", in.Email)
	} else if fault.KindOf(err) != fault.NotFound {
		return Login{}, err
	}
	if person.IsZero() {
		person, err = createPerson(ctx, tx, in)
	} else {
		err = makeActive(ctx, tx, person)
	}
	if err != nil {
		return Login{}, err
	}
	hash, err := hashPassword(ctx, in.Password)
	if err != nil {
		return Login{}, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO identity_logins (person_id, email_folded, password_hash, role, created_at, disabled)
		VALUES ($1, $2, $3, $4, $5, FALSE)`, person, foldEmail(in.Email), hash, in.Role, tx.At)
	if err != nil {
		return Login{}, fmt.Errorf("identity: create login for %s: %w", in.Email, err)
	}
	tx.Changed("login", person)
	login := Login{Person: person, Name: in.Name, Email: in.Email, Role: in.Role, CreatedAt: tx.At}
	return login, AppendAudit(ctx, tx, onPerson("login.add", person, map[string]any{"email": in.Email, "role": in.Role}))
}

func personByEmail(ctx context.Context, tx *db.Tx, email string) (value.ID, error) {
	rows, err := tx.Query(ctx, `SELECT id, email FROM identity_people WHERE NOT deleted AND email IS NOT NULL`)
	if err != nil {
		return value.ID{}, fmt.Errorf("identity: find person: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id value.ID
		var known string
		if err := rows.Scan(&id, &known); err != nil {
			return value.ID{}, fmt.Errorf("identity: find person: %w", err)
		}
		if foldEmail(known) == foldEmail(email) {
			return id, nil
		}
	}
	return value.ID{}, rows.Err()
}

func createPerson(ctx context.Context, tx *db.Tx, in LoginNew) (value.ID, error) {
	id := value.NewID()
	set := []history.Cell{
		{Column: People.Column("name"), Value: strings.TrimSpace(in.Name)},
		{Column: People.Column("email"), Value: in.Email},
		{Column: People.Column("active"), Value: true},
	}
	_, err := history.Apply(ctx, tx, People, []history.Change{{ID: id, New: true, At: tx.At, Set: set}})
	if err != nil {
		return id, fmt.Errorf("identity: create person: %w", err)
	}
	return id, nil
}

// ListLogins lists everybody who may sign in, or could before, by name.
func ListLogins(ctx context.Context, tx *db.Tx) ([]Login, error) {
	return readLogins(tx.Query(ctx, `SELECT l.person_id, COALESCE(p.name, ''), l.email_folded, l.role, l.created_at, l.disabled
		FROM identity_logins l JOIN identity_people p ON p.id = l.person_id ORDER BY p.folded, l.person_id`))
}

func readLogins(rows *sql.Rows, err error) ([]Login, error) {
	if err != nil {
		return nil, fmt.Errorf("identity: list logins: %w", err)
	}
	defer rows.Close()
	logins := []Login{}
	for rows.Next() {
		var l Login
		if err := rows.Scan(&l.Person, &l.Name, &l.Email, &l.Role, &l.CreatedAt, &l.Disabled); err != nil {
			return nil, fmt.Errorf("identity: list logins: %w", err)
		}
		logins = append(logins, l)
	}
	return logins, rows.Err()
}

// SetPassword replaces somebody's password and ends the person's sessions.
func SetPassword(ctx context.Context, tx *db.Tx, email, password string) error {
	if problem := passwordProblem(password); problem != "" {
		return fault.InvalidField("password", "%s", problem)
	}
	l, err := FindLogin(ctx, tx, email)
	if err != nil {
		return err
	}
	hash, err := hashPassword(ctx, password)
	if err != nil {
		return err
	}
	if err := storePassword(ctx, tx, l.Person, hash); err != nil {
		return err
	}
	if _, err := endSessions(ctx, tx, l.Person, value.ID{}); err != nil {
		return err
	}
	return AppendAudit(ctx, tx, onPerson("password.set", l.Person, nil))
}

// onPerson is the audit entry of something that was done to a person's account.
func onPerson(action string, person value.ID, detail map[string]any) AuditEntry {
	return AuditEntry{Action: action, Object: People.Object, Record: person, Detail: detail}
}

func storePassword(ctx context.Context, tx *db.Tx, person value.ID, hash string) error {
	if _, err := tx.Exec(ctx, `UPDATE identity_logins SET password_hash = $1 WHERE person_id = $2`, hash, person); err != nil {
		return fmt.Errorf("identity: store password: %w", err)
	}
	tx.Changed("login", person)
	return nil
}

// DisableLogin keeps somebody from signing in and ends the person's sessions, or lets them sign in again, which makes them
// active if they were not. The error is Conflict when nobody would be left who manages people.
func DisableLogin(ctx context.Context, tx *db.Tx, email string, disabled bool) error {
	l, err := FindLogin(ctx, tx, email)
	if err != nil {
		return err
	}
	if err := keepAdministrator(ctx, tx, func() error { return setDisabled(ctx, tx, l.Person, disabled) }); err != nil {
		return err
	}
	if !disabled {
		if err := makeActive(ctx, tx, l.Person); err != nil {
			return err
		}
	}
	action := "login.enable"
	if disabled {
		action = "login.disable"
	}
	return AppendAudit(ctx, tx, onPerson(action, l.Person, nil))
}

func setDisabled(ctx context.Context, tx *db.Tx, person value.ID, disabled bool) error {
	if _, err := tx.Exec(ctx, `UPDATE identity_logins SET disabled = $1 WHERE person_id = $2`, disabled, person); err != nil {
		return fmt.Errorf("identity: change login: %w", err)
	}
	tx.Changed("login", person)
	if !disabled {
		return nil
	}
	_, err := endSessions(ctx, tx, person, value.ID{})
	return err
}

// ChangeRole gives somebody who signs in another role and ends their sessions. Nobody changes their own role. The error is
// Invalid for an unknown role, NotFound for somebody who does not sign in, Conflict when nobody would be left who manages
// people.
func ChangeRole(ctx context.Context, tx *db.Tx, person value.ID, role string) error {
	if tx.Info.Actor.Person == person {
		return fault.New(fault.Forbidden, "nobody changes their own role: ask somebody else who manages people")
	}
	if _, err := FindRole(ctx, tx, role); fault.KindOf(err) == fault.NotFound {
		return fault.InvalidField("role", "%s", err)
	} else if err != nil {
		return err
	}
	err := keepAdministrator(ctx, tx, func() error {
		changed, err := tx.Exec(ctx, `UPDATE identity_logins SET role = $1 WHERE person_id = $2`, role, person)
		if err == nil && changed == 0 {
			return fault.New(fault.NotFound, "this person does not sign in")
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("identity: change role of %s: %w", person, err)
	}
	tx.Changed("login", person)
	if _, err := endSessions(ctx, tx, person, value.ID{}); err != nil {
		return err
	}
	return AppendAudit(ctx, tx, onPerson("role.assign", person, map[string]any{"role": role}))
}

// ChangeLocale chooses the language of somebody who signs in; "" = the company's.
func ChangeLocale(ctx context.Context, tx *db.Tx, person value.ID, locale string) error {
	if locale != "" && !slices.Contains(Locales, locale) {
		return fault.InvalidField("locale", "is %q; it must be one of %s", locale, strings.Join(Locales, ", "))
	}
	_, err := tx.Exec(ctx, `UPDATE identity_logins SET locale = $1 WHERE person_id = $2`, sql.NullString{String: locale, Valid: locale != ""}, person)
	if err != nil {
		return fmt.Errorf("identity: change language of %s: %w", person, err)
	}
	return nil
}

// FindLogin gives the login of an address; NotFound when there is none.
func FindLogin(ctx context.Context, tx *db.Tx, email string) (Login, error) {
	logins, err := readLogins(tx.Query(ctx, `SELECT l.person_id, COALESCE(p.name, ''), l.email_folded, l.role, l.created_at, l.disabled
		FROM identity_logins l JOIN identity_people p ON p.id = l.person_id WHERE l.email_folded = $1`, foldEmail(email)))
	if err != nil {
		return Login{}, err
	}
	if len(logins) == 0 {
		return Login{}, fault.New(fault.NotFound, "nobody signs in as %s: zveno user list shows who does", email)
	}
	return logins[0], nil
}
