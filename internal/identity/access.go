package identity

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/i18n"
	"zveno.dev/zveno/internal/value"
)

// Access is who somebody is and what they may do, as of one request. The zero Access may do nothing and sees nothing.
type Access struct {
	Person    value.ID
	Name      string // as shown in the history
	Email     string // folded
	Role      Role
	Lang      i18n.Lang
	Scope     Scope // rows that the person sees
	EditScope Scope // rows that the person may change
	Token     value.ID
	limited   bool         // to allowed, by the API token that is used
	allowed   []Capability // of the token
}

// LoadAccess reads what a person may do now. The error is Forbidden when the person may not sign in. Somebody whose role
// does not exist any more may do nothing.
func LoadAccess(ctx context.Context, tx *db.Tx, person value.ID) (Access, error) {
	a := Access{Person: person}
	var role string
	var lang sql.NullString
	err := tx.QueryRow(ctx, `SELECT COALESCE(p.name, l.email_folded), l.email_folded, l.role, COALESCE(l.locale, s.value)
		FROM identity_logins l JOIN identity_people p ON p.id = l.person_id LEFT JOIN identity_settings s ON s.name = $2
		WHERE l.person_id = $1 AND NOT l.disabled AND NOT p.deleted AND COALESCE(p.active, TRUE)`, person, settingLocale).Scan(&a.Name, &a.Email, &role, &lang)
	if errors.Is(err, sql.ErrNoRows) {
		return Access{}, fault.New(fault.Forbidden, "you may not sign in any more: ask an administrator")
	}
	if err != nil {
		return Access{}, fmt.Errorf("identity: load access of %s: %w", person, err)
	}
	if a.Lang = i18n.Lang(lang.String); !slices.Contains(i18n.Langs, a.Lang) {
		a.Lang = i18n.English
	}
	if a.Role, err = FindRole(ctx, tx, role); err != nil && fault.KindOf(err) != fault.NotFound {
		return Access{}, err
	}
	if a.Scope, err = loadScope(ctx, tx, person, a.Role.Reach); err != nil {
		return Access{}, err
	}
	a.EditScope = a.Scope
	if a.Role.EditReach != a.Role.Reach {
		a.EditScope, err = loadScope(ctx, tx, person, a.Role.EditReach)
	}
	return a, err
}

// May reports whether the person may do something, through the API token if one is used.
func (a Access) May(c Capability) bool {
	return a.Role.Allows(c) && (!a.limited || slices.Contains(a.allowed, c))
}

// Require gives a Forbidden error unless the person has every capability.
func (a Access) Require(capabilities ...Capability) error {
	for _, c := range capabilities {
		switch {
		case a.May(c):
		case a.Role.Allows(c):
			return fault.New(fault.Forbidden, "this API token does not allow %s", c)
		default:
			return fault.New(fault.Forbidden, "your role does not allow this (%s): ask an administrator", c)
		}
	}
	return nil
}

// Actor is who appears in the history of what the person changes.
func (a Access) Actor() value.Actor { return value.Actor{Person: a.Person, Name: a.Name} }
