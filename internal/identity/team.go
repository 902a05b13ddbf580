package identity

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// TeamEdit says what holds of a team from an instant on; nil leaves a field as it is.
type TeamEdit struct {
	Name, Region *string
	Parent       *value.ID     // the team above; zero = none
	Manager      *value.ID     // who sees the team's rows and those of teams below, wherever they belong themselves; zero = nobody
	At           value.Instant // zero = now. The past is possible: numbers by team follow
	Expect       int64         // the Version that the caller saw; 0 = any
}

// CreateTeam makes a team.
func CreateTeam(ctx context.Context, tx *db.Tx, in TeamEdit) (value.ID, error) {
	if in.Name == nil {
		return value.ID{}, fault.InvalidField("name", "is required")
	}
	if err := in.check(ctx, tx); err != nil {
		return value.ID{}, err
	}
	id := value.NewID()
	if _, err := history.Apply(ctx, tx, Teams, []history.Change{{ID: id, New: true, At: in.At, Set: in.cells()}}); err != nil {
		return value.ID{}, fmt.Errorf("identity: create team: %w", err)
	}
	return id, AppendAudit(ctx, tx, onTeam("team.create", id, in.detail()))
}

// EditTeam changes a team: its name, region and manager, and from when on it belongs to which team. Errors are NotFound,
// Conflict and Invalid with the fields that are wrong, such as a parent below the team itself.
func EditTeam(ctx context.Context, tx *db.Tx, id value.ID, in TeamEdit) error {
	if err := in.check(ctx, tx); err != nil {
		return err
	}
	if in.Parent != nil {
		if err := lockTeams(ctx, tx); err != nil {
			return err
		}
	}
	if err := applyTo(ctx, tx, Teams, history.Change{ID: id, At: in.At, Set: in.cells(), Expect: in.Expect}); err != nil {
		return err
	}
	if in.Parent != nil {
		from := in.At
		if from == 0 {
			from = tx.At
		}
		if err := refuseCircle(ctx, tx, id, from); err != nil {
			return err
		}
	}
	return AppendAudit(ctx, tx, onTeam("team.edit", id, in.detail()))
}

// DeleteTeam takes away a team that has no people at work and no teams below it; otherwise the error is Conflict. What was
// its before stays so.
func DeleteTeam(ctx context.Context, tx *db.Tx, id value.ID) error {
	if err := lockTeams(ctx, tx); err != nil {
		return err
	}
	var people, below int
	err := tx.QueryRow(ctx, `SELECT (SELECT count(*) FROM identity_people WHERE team_id = $1 AND NOT deleted AND COALESCE(active, TRUE)),
		(SELECT count(*) FROM identity_teams WHERE parent_id = $1 AND NOT deleted)`, id).Scan(&people, &below)
	if err != nil {
		return fmt.Errorf("identity: count who is in team %s: %w", id, err)
	}
	if people+below > 0 {
		return fault.New(fault.Conflict, "%d people and %d teams belong to this team: move them first", people, below)
	}
	if err := applyTo(ctx, tx, Teams, history.Change{ID: id, Deleted: new(true)}); err != nil {
		return err
	}
	return AppendAudit(ctx, tx, onTeam("team.delete", id, nil))
}

// lockTeams makes changes of the teams' order go one after the other: two moves that are right alone can make a circle.
func lockTeams(ctx context.Context, tx *db.Tx) error {
	return lockRows(tx.Query(ctx, `SELECT id FROM identity_teams ORDER BY id `+tx.Dialect().ForUpdate))
}

// lockTeam makes sure that a team which somebody is moved into is not deleted meanwhile.
func lockTeam(ctx context.Context, tx *db.Tx, id value.ID) error {
	return lockRows(tx.Query(ctx, `SELECT id FROM identity_teams WHERE id = $1 `+tx.Dialect().ForUpdate, id))
}

func lockRows(rows *sql.Rows, err error) error {
	if err != nil {
		return fmt.Errorf("identity: lock teams: %w", err)
	}
	defer rows.Close()
	for rows.Next() { // a row is locked when it is read
	}
	return rows.Err()
}

// refuseCircle makes sure that at no time from an instant on a team belongs, by however many steps, to itself, nor lies
// deeper than numbers by team can follow.
func refuseCircle(ctx context.Context, tx *db.Tx, team value.ID, from value.Instant) error {
	h := Hierarchy{teams: map[value.ID][]teamSpan{}}
	if err := h.loadTeams(ctx, tx); err != nil {
		return fmt.Errorf("identity: load teams: %w", err)
	}
	instants := []value.Instant{from} // at which something changes
	for _, spans := range h.teams {
		for _, s := range spans {
			instants = append(instants, max(from, s.from))
		}
	}
	slices.Sort(instants)
	for _, at := range slices.Compact(instants) {
		above, depth := h.parentAt(team, at), 1
		for ; !above.IsZero() && depth < maxTeamDepth; depth++ {
			if above == team {
				return fault.InvalidField("parent", "is below the team itself")
			}
			above = h.parentAt(above, at)
		}
		if depth == maxTeamDepth {
			return fault.InvalidField("parent", "is too deep: at most %d teams may lie above each other", maxTeamDepth)
		}
	}
	return nil
}

// parentAt is the team above at an instant; zero for none. As in pathsOf, a team's first parent counts also for before.
func (h *Hierarchy) parentAt(team value.ID, at value.Instant) value.ID {
	for i, s := range h.teams[team] {
		if (i == 0 || s.from <= at) && at < s.to {
			return s.parent
		}
	}
	return value.ID{}
}

// onTeam is the audit entry of something that was done to a team.
func onTeam(action string, team value.ID, detail map[string]any) AuditEntry {
	return AuditEntry{Action: action, Object: Teams.Object, Record: team, Detail: detail}
}

func (in *TeamEdit) check(ctx context.Context, tx *db.Tx) error {
	wrong := slices.Concat(trimmed("name", in.Name, true), trimmed("region", in.Region, false))
	noParent, err := missingRecord(ctx, tx, Teams, "parent", in.Parent)
	if err != nil {
		return err
	}
	noManager, err := missingRecord(ctx, tx, People, "manager", in.Manager)
	if wrong = slices.Concat(wrong, noParent, noManager); len(wrong) > 0 {
		return &fault.Error{Kind: fault.Invalid, Fields: wrong}
	}
	return err
}

func (in *TeamEdit) cells() []history.Cell {
	return slices.Concat(textCell(Teams, "name", in.Name), textCell(Teams, "region", in.Region), idCell(Teams, "parent_id", in.Parent),
		idCell(Teams, "manager_id", in.Manager))
}

func (in *TeamEdit) detail() map[string]any {
	detail := map[string]any{}
	addDetail(detail, "name", in.Name)
	addDetail(detail, "region", in.Region)
	addDetail(detail, "parent", in.Parent)
	addDetail(detail, "manager", in.Manager)
	if in.At != 0 {
		detail["at"] = in.At
	}
	return detail
}
