package identity

import "zveno.dev/zveno/internal/db/history"

// Teams is the versioned table of teams. A team's parent and region hold from the instant at which they were set, so the
// hierarchy of any day can be asked.
var Teams = &history.Table{
	Object: "team", Current: "identity_teams", Versions: "identity_team_versions",
	Columns: []history.Column{
		{Name: "name", Kind: history.Text, Search: true},
		{Name: "parent_id", Kind: history.ID},
		{Name: "region", Kind: history.Text},
		{Name: "manager_id", Kind: history.ID},
	},
}

// People is the versioned table of everybody who owns records or signs in.
var People = &history.Table{
	Object: "person", Current: "identity_people", Versions: "identity_person_versions",
	Columns: []history.Column{
		{Name: "name", Kind: history.Text, Search: true},
		{Name: "email", Kind: history.Text, Search: true},
		{Name: "title", Kind: history.Text},
		{Name: "team_id", Kind: history.ID},
		{Name: "active", Kind: history.Bool},
		{Name: "hired_day", Kind: history.Integer},
		{Name: "left_day", Kind: history.Integer},
	},
}
