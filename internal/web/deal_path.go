package web

import (
	"context"
	"strconv"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/i18n"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/ui"
)

// dealPath is where a deal stands in its pipeline, and how it came there.
type dealPath struct {
	ladder ladder
	stage  value.ID
	stays  []crm.StageStay // until the day of the page
}

// loadPath reads the pipeline of the page's deal and its way through the stages.
func (p *recordPage) loadPath(ctx context.Context, tx *db.Tx) (dealPath, error) {
	ladders, err := loadLadders(ctx, tx)
	if err != nil {
		return dealPath{}, err
	}
	path := dealPath{stage: idOf(p.record.Values["stage"])}
	path.ladder = ladderOf(ladders, path.stage)
	stays, err := crm.StageTimeline(ctx, tx, p.id)
	for _, s := range stays {
		if s.From <= p.until() {
			path.stays = append(path.stays, s)
		}
	}
	return path, err
}

// pathCard draws the stages of the pipeline with that of the deal marked, and the way through them.
func (p recordPage) pathCard() g.Node {
	if p.kind.object.Name != "deal" {
		return nil
	}
	v := p.v
	card := ui.Card{Title: v.T("deal.path"), Lead: p.path.ladder.name}
	if p.editors && !p.isPast() {
		card.Actions = []g.Node{moveMenu(v, p.path.ladder, p.id, p.record.Version, p.path.stage, "")}
	}
	return card.Node(p.path.steps(v), p.path.timeline(p))
}

// steps are the open stages in a row, then the outcome where there is one.
func (d dealPath) steps(v visit) g.Node {
	passed := true
	var items g.Group
	for _, s := range d.ladder.stages {
		here := s.ID == d.stage
		if s.Outcome != crm.OutcomeOpen && !here {
			continue
		}
		class := "z-path-step"
		switch {
		case here && s.Outcome == crm.OutcomeWon:
			class += " z-path-won"
		case here && s.Outcome != crm.OutcomeOpen:
			class += " z-path-lost"
		case here:
			class += " z-path-here"
		case passed && d.wasIn(s.ID):
			class += " z-path-done"
		}
		if here {
			passed = false
		}
		items = append(items, h.Li(h.Class(class), g.If(here, h.Aria("current", "step")), h.Span(g.Text(s.Name))))
	}
	return h.Ol(h.Class("z-path"), h.Aria("label", v.T("deal.path")), items)
}

func (d dealPath) wasIn(stage value.ID) bool {
	for _, s := range d.stays {
		if s.Stage == stage {
			return true
		}
	}
	return false
}

// timeline lists the stays with how long each took.
func (d dealPath) timeline(p recordPage) g.Node {
	if len(d.stays) == 0 {
		return nil
	}
	v := p.v
	longest := value.Instant(1)
	for _, s := range d.stays {
		longest = max(longest, p.lasted(s))
	}
	return ui.Table[crm.StageStay]{Caption: v.T("deal.timeline"), Rows: d.stays, Columns: []ui.Column[crm.StageStay]{
		{Label: v.T("column.stage"), Cell: func(s crm.StageStay) g.Node { return g.Text(s.Name) }},
		{Label: v.T("deal.entered"), Cell: func(s crm.StageStay) g.Node { return g.Text(v.view.Time(s.From)) }},
		{Label: v.T("deal.left"), Wide: true, Cell: func(s crm.StageStay) g.Node {
			if s.To > p.until() {
				return ui.Badge(ui.ToneAccent, v.T("deal.here"))
			}
			return g.Text(v.view.Time(s.To))
		}},
		{Label: v.T("deal.lasted"), Numeric: true, Cell: func(s crm.StageStay) g.Node { return g.Text(length(v, p.lasted(s))) }},
		{Label: "", Wide: true, Cell: func(s crm.StageStay) g.Node { return ui.Share(float64(p.lasted(s)) / float64(longest)) }},
	}}.Node(v.view)
}

// lasted is for how long a deal was in a stage, in microseconds; on the day of the page, or now, it may be there still.
func (p recordPage) lasted(s crm.StageStay) value.Instant {
	return max(min(s.To, p.until(), p.v.now)-s.From, 0)
}

// length writes a length of time: in days, or in hours where it is less than one.
func length(v visit, us value.Instant) string {
	const hour = 3_600_000_000
	if us < 24*hour {
		return v.T("deal.hours", "n", int64(us/hour))
	}
	return i18n.Days(v.view.Lang, float64(us/hour)/24)
}

// moveMenu is the menu by which a deal moves without being dragged. back is the page to return to; "" = the deal's.
func moveMenu(v visit, l ladder, deal value.ID, version int64, now value.ID, back string) g.Node {
	var items g.Group
	icon := func(name string) g.Node {
		if back != "" {
			return nil // a board has a menu on every card
		}
		return ui.Icon(name)
	}
	for _, s := range l.stages {
		if s.ID == now {
			continue
		}
		if s.Outcome == crm.OutcomeLost || s.Outcome == crm.OutcomeNoDecision {
			items = append(items, h.A(h.Class("z-menu-item"), h.Href(address("/deals/"+deal.String()+"/move", "stage", s.ID.String(), "back", back)), icon("x"), g.Text(s.Name+"…")))
			continue
		}
		name := "arrow-right"
		if s.Outcome == crm.OutcomeWon {
			name = "check"
		}
		items = append(items, h.Button(h.Type("submit"), h.Name("stage"), h.Value(s.ID.String()), h.Class("z-menu-item"), icon(name), g.Text(s.Name)))
	}
	action := "/deals/" + deal.String() + "/move"
	inPlace := g.Group{g.Attr("hx-post", action), g.Attr("hx-target", "#board"), g.Attr("hx-select", "#board"), g.Attr("hx-swap", "outerHTML")}
	return ui.Menu(ui.MenuProps{Label: v.T("deal.move_to"), Face: moveFace(v, back), End: true},
		h.Form(h.Method("post"), h.Action(action), h.Data("move", ""), g.If(back != "", inPlace),
			hiddenInputs(map[string]string{"version": strconv.FormatInt(version, 10), "back": back}),
			h.Span(h.Class("z-menu-title z-menu-form"), v.view.Text("deal.move_to")), items))
}

// moveFace is a button with words on the deal's own page, and a small one on the cards of a board.
func moveFace(v visit, back string) g.Node {
	if back == "" {
		return buttonFace("arrow-right", v.T("deal.move_to"))
	}
	return h.Span(h.Class("z-icon-button"), ui.Icon("dots-vertical"))
}
