package identity

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/value"
)

// Hierarchy is who belonged to which team, and which team to which, over all time as known today.
type Hierarchy struct {
	members []membership // by person and time
	teams   map[value.ID][]teamSpan
}

type membership struct {
	person, team value.ID
	from, to     value.Instant
}

type teamSpan struct {
	parent   value.ID
	region   string
	from, to value.Instant
}

// PersonSpan is a stretch of time in which a person's place in the hierarchy stayed the same.
type PersonSpan struct {
	Person   value.ID
	From, To value.Instant
	Path     []value.ID // teams from the top down to the person's own; empty = in no team
	Region   string     // of the nearest team that has one
}

// maxTeamDepth ends a chain of teams that leads back to itself.
const maxTeamDepth = 20

// LoadHierarchy reads the hierarchy over time. Deleted people and teams are part of it as they were: deals may still be
// theirs.
func LoadHierarchy(ctx context.Context, tx *db.Tx) (Hierarchy, error) {
	h := Hierarchy{teams: map[value.ID][]teamSpan{}}
	if err := h.loadTeams(ctx, tx); err != nil {
		return Hierarchy{}, fmt.Errorf("identity: load teams: %w", err)
	}
	if err := h.loadMembers(ctx, tx); err != nil {
		return Hierarchy{}, fmt.Errorf("identity: load people: %w", err)
	}
	return h, nil
}

func (h *Hierarchy) loadTeams(ctx context.Context, tx *db.Tx) error {
	rows, err := tx.Query(ctx, `SELECT id, valid_from, valid_to, parent_id, region FROM identity_team_versions
		WHERE recorded_to = $1 ORDER BY id, valid_from`, value.Forever)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id value.ID
		var s teamSpan
		var region sql.NullString
		if err := rows.Scan(&id, &s.from, &s.to, &s.parent, &region); err != nil {
			return err
		}
		s.region = region.String
		h.teams[id] = append(h.teams[id], s)
	}
	return rows.Err()
}

func (h *Hierarchy) loadMembers(ctx context.Context, tx *db.Tx) error {
	rows, err := tx.Query(ctx, `SELECT id, valid_from, valid_to, team_id FROM identity_person_versions
		WHERE recorded_to = $1 ORDER BY id, valid_from`, value.Forever)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var m membership
		if err := rows.Scan(&m.person, &m.from, &m.to, &m.team); err != nil {
			return err
		}
		h.members = append(h.members, m)
	}
	return rows.Err()
}

// PeopleSpans lists everybody's spans by person and time. A person's first team counts also for the time before, and the
// last one for the time after the record, so that a deal older than its owner's record still has a team.
func (h *Hierarchy) PeopleSpans() []PersonSpan {
	var spans []PersonSpan
	for i := 0; i < len(h.members); {
		last := i
		for last+1 < len(h.members) && h.members[last+1].person == h.members[i].person {
			last++
		}
		var own []PersonSpan
		for j := i; j <= last; j++ {
			m := h.members[j]
			if j == i {
				m.from = value.Always
			}
			if j == last {
				m.to = value.Forever
			}
			own = append(own, h.spansOf(m)...)
		}
		spans = append(spans, joinEqual(own)...)
		i = last + 1
	}
	return spans
}

func (h *Hierarchy) spansOf(m membership) []PersonSpan {
	paths := h.pathsOf(m.team, m.from, m.to, 0)
	for i := range paths {
		paths[i].Person = m.person
	}
	return paths
}

// pathsOf cuts [from, to) where the chain of teams above team, or its region, changes.
func (h *Hierarchy) pathsOf(team value.ID, from, to value.Instant, depth int) []PersonSpan {
	outside := PersonSpan{From: from, To: to}
	if team.IsZero() || depth == maxTeamDepth {
		return []PersonSpan{outside}
	}
	var spans []PersonSpan
	at := from
	for i, s := range h.teams[team] {
		if i == 0 {
			s.from = value.Always // a team that people joined before it was recorded existed then
		}
		if s.to <= at || s.from >= to {
			continue
		}
		if s.from > at {
			spans = append(spans, PersonSpan{From: at, To: s.from})
		}
		for _, above := range h.pathsOf(s.parent, max(at, s.from), min(to, s.to), depth+1) {
			above.Path = append(slices.Clone(above.Path), team)
			if s.region != "" {
				above.Region = s.region
			}
			spans = append(spans, above)
		}
		at = min(to, s.to)
	}
	if at < to {
		outside.From = at
		spans = append(spans, outside)
	}
	return spans
}

// joinEqual joins neighbours that differ only in time.
func joinEqual(spans []PersonSpan) []PersonSpan {
	joined := spans[:0:0]
	for _, s := range spans {
		if n := len(joined); n > 0 && joined[n-1].To == s.From && joined[n-1].Region == s.Region && slices.Equal(joined[n-1].Path, s.Path) {
			joined[n-1].To = s.To
			continue
		}
		joined = append(joined, s)
	}
	return joined
}
