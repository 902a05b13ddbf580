package identity

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
)

// roleName is what names of the company's roles look like.
var roleName = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,39}$`)

// maxLabel bounds the labels of roles, in characters.
const maxLabel = 60

// ListRoles lists the built-in roles and then the company's own, by name.
func ListRoles(ctx context.Context, tx *db.Tx) ([]Role, error) {
	roles := BuiltInRoles()
	rows, err := tx.Query(ctx, `SELECT name, label_en, label_ru, capabilities, reach, edit_reach FROM identity_roles ORDER BY name`)
	if err != nil {
		return nil, fmt.Errorf("identity: list roles: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var r Role
		var capabilities string
		if err := rows.Scan(&r.Name, &r.Label.En, &r.Label.Ru, &capabilities, &r.Reach, &r.EditReach); err != nil {
			return nil, fmt.Errorf("identity: list roles: %w", err)
		}
		r.Capabilities = splitCapabilities(capabilities)
		roles = append(roles, r)
	}
	return roles, rows.Err()
}

// FindRole gives the role of that name; NotFound when there is none.
func FindRole(ctx context.Context, tx *db.Tx, name string) (Role, error) {
	if r, ok := builtInRole(name); ok {
		return r, nil
	}
	roles, err := ListRoles(ctx, tx)
	if err != nil {
		return Role{}, err
	}
	at := slices.IndexFunc(roles, func(r Role) bool { return r.Name == name })
	if at < 0 {
		return Role{}, fault.New(fault.NotFound, "there is no role %q; the roles are %s", name, roleNames(roles))
	}
	return roles[at], nil
}

func roleNames(roles []Role) string {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = r.Name
	}
	return strings.Join(names, ", ")
}

// SaveRole makes a role of the company, or changes it for all who hold it. The error is Invalid and names what is wrong,
// or Forbidden where somebody would change what they may do themselves.
func SaveRole(ctx context.Context, tx *db.Tx, r Role) error {
	r.Label = Label{strings.TrimSpace(r.Label.En), strings.TrimSpace(r.Label.Ru)}
	var unknown []Capability
	r.Capabilities, unknown = normalCapabilities(r.Capabilities)
	if err := r.check(unknown); err != nil {
		return err
	}
	if err := refuseOwnRole(ctx, tx, r.Name); err != nil {
		return err
	}
	before, err := FindRole(ctx, tx, r.Name)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return err
	}
	store := func() error { return storeRole(ctx, tx, r) }
	if before.Allows(PeopleManage) && !r.Allows(PeopleManage) {
		err = keepAdministrator(ctx, tx, store)
	} else {
		err = store()
	}
	if err != nil {
		return err
	}
	return AppendAudit(ctx, tx, AuditEntry{Action: "role.save", Object: "role", Detail: map[string]any{"role": r.Name,
		"capabilities": joinCapabilities(r.Capabilities), "reach": r.Reach, "edit_reach": r.EditReach}})
}

func storeRole(ctx context.Context, tx *db.Tx, r Role) error {
	_, err := tx.Exec(ctx, `INSERT INTO identity_roles (name, label_en, label_ru, capabilities, reach, edit_reach) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (name) DO UPDATE SET label_en = excluded.label_en, label_ru = excluded.label_ru,
			capabilities = excluded.capabilities, reach = excluded.reach, edit_reach = excluded.edit_reach`,
		r.Name, r.Label.En, r.Label.Ru, joinCapabilities(r.Capabilities), string(r.Reach), string(r.EditReach))
	if err != nil {
		return fmt.Errorf("identity: save role %s: %w", r.Name, err)
	}
	return nil
}

// DeleteRole takes away a role of the company. The error is Conflict while somebody holds it.
func DeleteRole(ctx context.Context, tx *db.Tx, name string) error {
	if _, builtIn := builtInRole(name); builtIn {
		return fault.New(fault.Invalid, "the role %s is built in and cannot be deleted", name)
	}
	var holders int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM identity_logins WHERE role = $1`, name).Scan(&holders); err != nil {
		return fmt.Errorf("identity: count who is %s: %w", name, err)
	}
	if holders > 0 {
		return fault.New(fault.Conflict, "%d people have the role %s: give them another one first", holders, name)
	}
	deleted, err := tx.Exec(ctx, `DELETE FROM identity_roles WHERE name = $1`, name)
	if err != nil {
		return fmt.Errorf("identity: delete role %s: %w", name, err)
	}
	if deleted == 0 {
		return fault.New(fault.NotFound, "there is no role %q", name)
	}
	return AppendAudit(ctx, tx, AuditEntry{Action: "role.delete", Object: "role", Detail: map[string]any{"role": name}})
}

func (r Role) check(unknown []Capability) error {
	var wrong []fault.Field
	add := func(name, format string, args ...any) {
		wrong = append(wrong, fault.Field{Name: name, Message: fmt.Sprintf(format, args...)})
	}
	if _, builtIn := builtInRole(r.Name); builtIn {
		add("name", "%q is built in: choose another name", r.Name)
	} else if !roleName.MatchString(r.Name) {
		add("name", "is %q; it must begin with a letter and have up to 40 of a–z, 0–9, - and _", r.Name)
	}
	for name, label := range map[string]string{"label_en": r.Label.En, "label_ru": r.Label.Ru} {
		if n := utf8.RuneCountInString(label); n == 0 || n > maxLabel || !storable(label) {
			add(name, "must have 1 to %d characters", maxLabel)
		}
	}
	if len(unknown) > 0 {
		add("capabilities", "%q is none of %s", unknown[0], joinCapabilities(Capabilities))
	}
	if !slices.Contains(reaches[1:], r.Reach) {
		add("reach", "is %q; it must be own, team or all", r.Reach)
	}
	if !slices.Contains(reaches, r.EditReach) || !r.EditReach.within(r.Reach) {
		add("edit_reach", "is %q; it must be empty, own, team or all, and not go beyond the reach", r.EditReach)
	}
	if slices.Contains(r.Capabilities, TeamsManage) && r.Reach != ReachAll {
		add("reach", "must be all: whoever moves teams could widen a smaller reach at will")
	}
	if len(wrong) > 0 {
		slices.SortFunc(wrong, func(a, b fault.Field) int { return strings.Compare(a.Name, b.Name) })
		return &fault.Error{Kind: fault.Invalid, Fields: wrong}
	}
	return nil
}

// storable reports whether both engines can hold the text.
func storable(text string) bool { return utf8.ValidString(text) && !strings.ContainsRune(text, 0) }

// refuseOwnRole keeps people from giving themselves more than they have, by changing the role that they hold.
func refuseOwnRole(ctx context.Context, tx *db.Tx, name string) error {
	if tx.Info.Actor.Person.IsZero() {
		return nil
	}
	var held int
	err := tx.QueryRow(ctx, `SELECT count(*) FROM identity_logins WHERE person_id = $1 AND role = $2`, tx.Info.Actor.Person, name).Scan(&held)
	if err != nil {
		return fmt.Errorf("identity: read own role: %w", err)
	}
	if held > 0 {
		return fault.New(fault.Forbidden, "nobody changes their own role: ask somebody else who manages roles")
	}
	return nil
}

// keepAdministrator makes a change and refuses it if it leaves nobody who may sign in and manages people: such a company
// could only be helped on the server's command line. Two such changes at once go one after the other.
func keepAdministrator(ctx context.Context, tx *db.Tx, change func() error) error {
	before, err := hasAdministrator(ctx, tx) // locks
	if err != nil {
		return err
	}
	if err := change(); err != nil {
		return err
	}
	if left, err := hasAdministrator(ctx, tx); err != nil || left || !before {
		return err
	}
	return fault.New(fault.Conflict, "nobody would be left who manages people: let somebody else do so first")
}

// hasAdministrator reports whether somebody who may sign in manages people.
func hasAdministrator(ctx context.Context, tx *db.Tx) (bool, error) {
	held, err := heldRoles(ctx, tx)
	if err != nil {
		return false, err
	}
	roles, err := ListRoles(ctx, tx)
	return slices.ContainsFunc(roles, func(r Role) bool { return r.Allows(PeopleManage) && held[r.Name] }), err
}

// heldRoles are the roles of everybody who may sign in. It locks their logins.
func heldRoles(ctx context.Context, tx *db.Tx) (map[string]bool, error) {
	rows, err := tx.Query(ctx, `SELECT role FROM identity_logins WHERE NOT disabled
		AND person_id IN (SELECT id FROM identity_people WHERE NOT deleted AND COALESCE(active, TRUE)) ORDER BY person_id `+tx.Dialect().ForUpdate)
	if err != nil {
		return nil, fmt.Errorf("identity: list roles held: %w", err)
	}
	defer rows.Close()
	held := map[string]bool{}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, fmt.Errorf("identity: list roles held: %w", err)
		}
		held[name] = true
	}
	return held, rows.Err()
}
