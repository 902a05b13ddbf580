package identity

import (
	"context"
	"fmt"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/value"
)

// Person is somebody who works or worked in the company, as of an instant. Whether they sign in is as of today.
type Person struct {
	ID      value.ID
	Version int64 // for PersonEdit.Expect
	Name    string
	Email   string
	Title   string
	Team    value.ID // zero = none
	Active  bool
	Role    string // "" = has never signed in
	SignsIn bool
}

// Team is a team as of an instant.
type Team struct {
	ID      value.ID
	Version int64 // for TeamEdit.Expect
	Name    string
	Region  string
	Parent  value.ID // zero = none
	Manager value.ID // zero = none
	People  int      // who belong to this team itself and work
}

// PeopleAt lists everybody by name, as of an instant as known today.
func PeopleAt(ctx context.Context, tx *db.Tx, at value.Instant) ([]Person, error) {
	rows, err := tx.Query(ctx, `SELECT v.id, p.version, COALESCE(v.name, ''), COALESCE(v.email, ''), COALESCE(v.title, ''), v.team_id,
			COALESCE(v.active, TRUE), COALESCE(l.role, ''), COALESCE(NOT l.disabled, FALSE)
		FROM identity_person_versions v JOIN identity_people p ON p.id = v.id LEFT JOIN identity_logins l ON l.person_id = v.id
		WHERE v.recorded_to = $1 AND v.valid_from <= $2 AND v.valid_to > $2 AND NOT v.deleted ORDER BY p.folded, v.id`, value.Forever, at)
	if err != nil {
		return nil, fmt.Errorf("identity: list people: %w", err)
	}
	defer rows.Close()
	people := []Person{}
	for rows.Next() {
		var p Person
		if err := rows.Scan(&p.ID, &p.Version, &p.Name, &p.Email, &p.Title, &p.Team, &p.Active, &p.Role, &p.SignsIn); err != nil {
			return nil, fmt.Errorf("identity: list people: %w", err)
		}
		people = append(people, p)
	}
	return people, rows.Err()
}

// TeamsAt lists the teams by name, as of an instant as known today.
func TeamsAt(ctx context.Context, tx *db.Tx, at value.Instant) ([]Team, error) {
	rows, err := tx.Query(ctx, `SELECT v.id, t.version, COALESCE(v.name, ''), COALESCE(v.region, ''), v.parent_id, v.manager_id,
			(SELECT count(*) FROM identity_person_versions m WHERE m.team_id = v.id AND m.recorded_to = $1
				AND m.valid_from <= $2 AND m.valid_to > $2 AND NOT m.deleted AND COALESCE(m.active, TRUE))
		FROM identity_team_versions v JOIN identity_teams t ON t.id = v.id
		WHERE v.recorded_to = $1 AND v.valid_from <= $2 AND v.valid_to > $2 AND NOT v.deleted ORDER BY t.folded, v.id`, value.Forever, at)
	if err != nil {
		return nil, fmt.Errorf("identity: list teams: %w", err)
	}
	defer rows.Close()
	teams := []Team{}
	for rows.Next() {
		var t Team
		if err := rows.Scan(&t.ID, &t.Version, &t.Name, &t.Region, &t.Parent, &t.Manager, &t.People); err != nil {
			return nil, fmt.Errorf("identity: list teams: %w", err)
		}
		teams = append(teams, t)
	}
	return teams, rows.Err()
}
