package identity

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/value"
)

// Scope is which rows somebody reaches, by their owners. The zero Scope reaches nothing.
type Scope struct {
	All    bool       // every row, also those that nobody owns
	Person value.ID   // rows of this person
	Teams  []value.ID // and of those who belong to these teams today; whoever left belongs to their last team
}

// SQL is the scope as one condition, in brackets, over the column that holds a row's owner. Its values are appended to args.
// The column is written in code and never comes from a user.
func (s Scope) SQL(ownerColumn string, args *[]any) string {
	if s.All {
		return "(TRUE)"
	}
	var either []string
	if !s.Person.IsZero() {
		either = append(either, ownerColumn+" = "+parameters(args, s.Person))
	}
	if len(s.Teams) > 0 {
		// sql: a column that is written in code, and placeholders
		either = append(either, ownerColumn+" IN (SELECT id FROM identity_people WHERE team_id IN ("+parameters(args, s.Teams...)+"))")
	}
	if len(either) == 0 {
		return "(FALSE)"
	}
	return "(" + strings.Join(either, " OR ") + ")"
}

// parameters appends IDs to args and gives their placeholders.
func parameters(args *[]any, ids ...value.ID) string {
	var text strings.Builder
	for i, id := range ids {
		if i > 0 {
			text.WriteString(", ")
		}
		*args = append(*args, id)
		text.WriteString("$" + strconv.Itoa(len(*args)))
	}
	return text.String()
}

// loadScope is what a person reaches today.
func loadScope(ctx context.Context, tx *db.Tx, person value.ID, reach Reach) (Scope, error) {
	switch reach {
	case ReachAll:
		return Scope{All: true}, nil
	case ReachOwn:
		return Scope{Person: person}, nil
	case ReachTeam:
		teams, err := teamsBelow(ctx, tx, person)
		return Scope{Person: person, Teams: teams}, err
	}
	return Scope{}, nil
}

// teamsBelow lists the person's team, the teams that the person manages, and all teams below these. Deleted teams are
// among them: rows may still belong to their people.
func teamsBelow(ctx context.Context, tx *db.Tx, person value.ID) ([]value.ID, error) {
	rows, err := tx.Query(ctx, `WITH RECURSIVE below (id) AS (
			SELECT t.id FROM identity_teams t WHERE t.manager_id = $1 OR t.id IN (SELECT p.team_id FROM identity_people p WHERE p.id = $1)
			UNION
			SELECT t.id FROM identity_teams t JOIN below b ON t.parent_id = b.id)
		SELECT id FROM below ORDER BY id`, person)
	if err != nil {
		return nil, fmt.Errorf("identity: list teams of %s: %w", person, err)
	}
	defer rows.Close()
	var teams []value.ID
	for rows.Next() {
		var id value.ID
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("identity: list teams of %s: %w", person, err)
		}
		teams = append(teams, id)
	}
	return teams, rows.Err()
}
