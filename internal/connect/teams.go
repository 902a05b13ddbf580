package connect

import (
	"context"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/value"
)

// place is a team as rows about people describe it: by who leads it and where it sits.
type place struct{ manager, office string }

// joinTeams puts people into teams where rows name their manager or office: a team for each manager, below a team for
// each office, which carries the region.
func (im *importer) joinTeams(ctx context.Context, tx *db.Tx, y *tally, todo []*work) error {
	if y.t.object.Name != "person" {
		return nil
	}
	wants := map[want]answer{}
	for _, w := range todo {
		if w.facts.office != "" {
			wants[want{"team", w.facts.office}] = answer{}
		}
		if w.facts.manager != "" {
			wants[want{"person", w.facts.manager}] = answer{}
		}
	}
	if len(wants) == 0 {
		return nil
	}
	im.names.ready["person"] = false // the people of these rows are new
	if err := im.resolve(ctx, tx, wants); err != nil {
		return err
	}
	newLeaders, err := im.makeLeaders(ctx, tx, y, wants)
	if err != nil {
		return err
	}
	teams := map[place]value.ID{}
	var changes []crm.Change
	for _, w := range todo {
		p := place{w.facts.manager, w.facts.office}
		if p == (place{}) || w.set["team"] != nil {
			continue
		}
		if _, done := teams[p]; !done {
			if teams[p], err = im.teamAt(ctx, tx, y, p, wants); err != nil {
				return err
			}
		}
		changes = append(changes, crm.Change{ID: w.id, At: w.at, Set: map[string]any{"team": nilIf(teams[p])}})
	}
	if err := im.seat(ctx, tx, y, todo, changes); err != nil {
		return err
	}
	return im.seatLeaders(ctx, tx, newLeaders, teams, wants)
}

// seat puts people into their teams. They were stored before, because a manager may be among them.
func (im *importer) seat(ctx context.Context, tx *db.Tx, y *tally, todo []*work, changes []crm.Change) error {
	if len(changes) == 0 {
		return nil
	}
	outcomes, err := crm.Apply(ctx, tx, y.t.object, changes)
	if err != nil {
		return err
	}
	moved := map[value.ID]bool{}
	for _, o := range outcomes {
		moved[o.ID] = o.Updated
	}
	for _, w := range todo {
		if w.same && moved[w.id] {
			y.unchanged--
			y.updated++
		}
	}
	return nil
}

// makeLeaders makes the offices' teams and the managers that are not there, and gives the names of the managers made.
func (im *importer) makeLeaders(ctx context.Context, tx *db.Tx, y *tally, wants map[want]answer) (made map[string]bool, err error) {
	made = map[string]bool{}
	var people, offices []string
	for w, a := range wants {
		switch {
		case !a.id.IsZero() || a.ambiguous > 0:
		case w.object == "person":
			people = append(people, w.named)
			made[w.named] = true
		default:
			offices = append(offices, w.named)
		}
	}
	if err := im.makeNamed(ctx, tx, y, "person", people, wants); err != nil {
		return nil, err
	}
	if err := im.makeNamed(ctx, tx, y, "team", offices, wants); err != nil {
		return nil, err
	}
	var changes []crm.Change
	for _, office := range offices {
		changes = append(changes, crm.Change{ID: wants[want{"team", office}].id, At: value.Always, Set: map[string]any{"region": office}})
	}
	if len(changes) > 0 {
		_, err = crm.Apply(ctx, tx, crm.ObjectNamed("team"), changes)
	}
	return made, err
}

// teamAt is the team that a manager leads in an office, or the office's own without a manager.
func (im *importer) teamAt(ctx context.Context, tx *db.Tx, y *tally, p place, wants map[want]answer) (value.ID, error) {
	office := wants[want{"team", p.office}].id
	if p.manager == "" {
		return office, nil
	}
	key := madeKey + keyOf(p.manager) + "\x1f" + keyOf(p.office)
	links, err := loadLinks(ctx, tx, im.run.source, "team", []string{key})
	if err != nil {
		return value.ID{}, err
	}
	if l, ok := links[key]; ok {
		return l.record, nil
	}
	id := value.NewID()
	set := map[string]any{"name": p.manager, "manager": nilIf(wants[want{"person", p.manager}].id)}
	if p.office != "" {
		set["region"], set["parent"] = p.office, nilIf(office)
	}
	y.made["team"]++
	if _, err := crm.Apply(ctx, tx, crm.ObjectNamed("team"), []crm.Change{{ID: id, New: true, At: value.Always, Set: set}}); err != nil {
		return value.ID{}, err
	}
	return id, saveLinks(ctx, tx, im.run.source, "team", map[string]link{key: {record: id}})
}

// seatLeaders puts managers that were only named into the team they lead.
func (im *importer) seatLeaders(ctx context.Context, tx *db.Tx, made map[string]bool, teams map[place]value.ID, wants map[want]answer) error {
	var changes []crm.Change
	for p, team := range teams {
		if made[p.manager] {
			delete(made, p.manager)
			changes = append(changes, crm.Change{ID: wants[want{"person", p.manager}].id, At: value.Always, Set: map[string]any{"team": team}})
		}
	}
	if len(changes) == 0 {
		return nil
	}
	_, err := crm.Apply(ctx, tx, crm.ObjectNamed("person"), changes)
	return err
}
