package web

import (
	"net/http"
	"slices"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/ui"
)

const (
	boardPath  = "/pipeline/board"
	boardCards = 30 // of each stage that are shown, and that are added at a time
)

// boardPage is the open deals of a pipeline by stage.
type boardPage struct {
	recordList
	ladders []ladder
	ladder  ladder
	board   crm.Board
}

// boardKind is deals as a board lists them: its columns are the stages.
func boardKind() recordKind {
	kind, _ := kindOf("deal")
	kind.list = boardPath
	kind.filters = slices.DeleteFunc(slices.Clone(kind.filters), func(name string) bool { return name == "stage" })
	return kind
}

// showBoard is the pipeline as a board.
func (s *Site) showBoard(w http.ResponseWriter, r *http.Request, v visit) error {
	b := boardPage{recordList: recordList{answers: s.answers, v: v, title: v.T("pipeline.title")}}
	err := s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		if b.listQuestion, err = readListQuestion(r.Context(), tx, boardKind(), r.URL.Query()); err != nil {
			return err
		}
		if b.ladders, err = loadLadders(r.Context(), tx); err != nil {
			return err
		}
		if b.choices, err = loadFilterChoices(r.Context(), tx, s.answers, v, b.listQuestion); err != nil {
			return err
		}
		if b.views, err = listViews(r.Context(), tx, v.access.Person, boardPath); err != nil || !b.choose(r.URL.Query().Get("pipeline")) {
			return err
		}
		where, err := b.where(r.Context(), tx, v)
		if err != nil {
			return err
		}
		b.board, err = crm.BoardDeals(r.Context(), tx, v.access.Scope, crm.BoardQuery{Pipeline: b.ladder.id, Where: where, Cards: boardCards, Zone: v.settings.Zone})
		return err
	})
	if err != nil {
		return err
	}
	return s.render(w, r, v, ui.Page{Title: b.title, Live: true, Scripts: ui.BoardScripts, Actions: append([]g.Node{b.layouts(v)}, b.newButton()...),
		Crumbs: []ui.Crumb{{Label: v.T("nav.home"), Href: "/"}, {Label: b.title, Href: pipelinePath}, {Label: v.T("pipeline.board")}},
		Body:   g.Group{b.viewBar(), b.boardControls(), h.Div(h.ID("board-notice"), h.Aria("live", "polite")), live("board", v.view.Path, b.columns())}})
}

// choose takes the pipeline that the address names, or the first one; false where there is none.
func (b *boardPage) choose(id string) bool {
	for _, l := range b.ladders {
		if len(b.ladder.stages) == 0 || l.id.String() == id {
			b.ladder = l
		}
	}
	if b.ladder.id.String() == id {
		b.query.Set("pipeline", id)
	}
	return len(b.ladder.stages) > 0
}

func (b boardPage) newButton() []g.Node {
	if !b.kind.mayEdit(b.v.access) {
		return nil
	}
	return []g.Node{h.A(h.Class("btn btn-primary"), h.Href("/deals/new"), ui.Icon("plus"), g.Text(b.v.T("record.new.deal")))}
}

// boardControls are the filters, with the pipeline where there are several.
func (b boardPage) boardControls() g.Node {
	items := b.filterItems()
	if len(b.ladders) > 1 {
		choice := ui.Filter{Name: "pipeline", Label: labelIn(b.v.view.Lang, crm.ObjectNamed("pipeline").Label), Value: b.ladder.id.String()}
		for _, l := range b.ladders {
			choice.Options = append(choice.Options, ui.Option{Value: l.id.String(), Label: l.name})
		}
		items = append([]ui.Filter{choice}, items...)
	}
	const atOnce = 3
	f := ui.Filters{Action: boardPath, Keep: b.keptByFilters(items), Items: items[:min(atOnce, len(items))], More: items[min(atOnce, len(items)):]}
	if b.isFiltered() {
		f.Clear = b.cleared()
	}
	return f.Node(b.v.view)
}

// columns draws the stages side by side.
func (b boardPage) columns() g.Node {
	if len(b.board.Stages) == 0 {
		return ui.Card{}.Node(ui.State{Icon: "layout-kanban", Title: b.v.T("pipeline.no_stages.title"), Text: b.v.T("pipeline.no_stages.text")}.Node())
	}
	return h.Div(h.Class("z-board"), h.TabIndex("0"), h.Role("region"), h.Aria("label", b.v.T("pipeline.board")), g.Map(b.board.Stages, b.column))
}

func (b boardPage) column(s crm.BoardStage) g.Node {
	v := b.v
	var more g.Node
	if s.Count > len(s.Cards) {
		more = b.more(s.ID, "")
	}
	return h.Section(h.Class("z-column"), h.Aria("label", s.Name),
		h.Header(h.H2(g.Text(s.Name)), ui.Badge(ui.ToneQuiet, v.view.Number(int64(s.Count))),
			h.P(g.Map(s.Sums, func(sum crm.CurrencySum) g.Node { return h.Span(g.Text(wholeMoney(v, sum.Sum))) }))),
		h.Ul(h.Class("z-cards"), h.Data("board-column", s.ID.String()), g.Map(s.Cards, func(r crm.Record) g.Node { return b.card(r, b.board.Names) }), more),
		g.If(s.Count == 0, h.P(h.Class("z-column-empty"), v.view.Text("pipeline.no_deals"))))
}

// more fetches further cards of a column. Without scripts it leads to the list of them all.
func (b boardPage) more(stage value.ID, cursor string) g.Node {
	fetch := b.address(boardPath+"/"+stage.String(), paramCursor, cursor)
	return h.Li(h.Class("z-card-more"), h.A(h.Class("btn btn-sm"), h.Href(b.address(pipelinePath, "stage", stage.String())),
		g.Attr("hx-get", fetch), g.Attr("hx-target", "closest li"), g.Attr("hx-swap", "outerHTML"), b.v.view.Text("pipeline.more")))
}

// card draws a deal on the board.
func (b boardPage) card(r crm.Record, names map[value.ID]string) g.Node {
	v := b.v
	kind, _ := kindOf("deal")
	account, owner := names[idOf(r.Values["account"])], names[idOf(r.Values["owner"])]
	amount := "—"
	if minor, ok := r.Values["amount"].(int64); ok {
		amount = wholeMoney(v, value.Money{Minor: minor, Currency: currencyOf(r)})
	}
	var menu g.Node
	if b.kind.mayEdit(v.access) {
		menu = moveMenu(v, b.ladder, r.ID, r.Version, idOf(r.Values["stage"]), b.address(boardPath))
	}
	return h.Li(h.Class("z-deal"), h.Data("card", r.ID.String()),
		h.Div(h.Class("z-deal-head"), h.A(h.Href(kind.address(r.ID)), g.Text(recordName(v, r))), menu),
		g.If(account != "", h.P(h.Class("z-muted"), g.Text(account))),
		h.Div(h.Class("z-deal-foot"), h.Strong(g.Text(amount)), b.due(r), g.If(owner != "", h.Span(h.Class("z-deal-owner"), h.Title(owner), ui.Avatar(owner), h.Span(h.Class("visually-hidden"), g.Text(owner))))))
}

// due is the close day, which stands out once it has passed.
func (b boardPage) due(r crm.Record) g.Node {
	day, ok := r.Values["close"].(value.Day)
	if !ok {
		return nil
	}
	if day < b.v.view.Today() {
		return ui.Badge(ui.ToneWarn, b.v.view.Date(day))
	}
	return h.Span(h.Class("z-muted"), g.Text(b.v.view.Date(day)))
}

// showMoreCards gives the cards of a column behind a cursor; without one, those behind the first that a board shows.
func (s *Site) showMoreCards(w http.ResponseWriter, r *http.Request, v visit) error {
	stage, err := value.ParseID(r.PathValue("stage"))
	if err != nil {
		return fault.New(fault.NotFound, "no such stage")
	}
	b := boardPage{recordList: recordList{answers: s.answers, v: v}}
	err = s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		if b.listQuestion, err = readListQuestion(r.Context(), tx, boardKind(), r.URL.Query()); err != nil {
			return err
		}
		if b.ladders, err = loadLadders(r.Context(), tx); err != nil {
			return err
		}
		b.ladder = ladderOf(b.ladders, stage)
		where, err := b.where(r.Context(), tx, v)
		if err != nil {
			return err
		}
		q := crm.ListQuery{Object: b.kind.object, Sort: "close", Limit: boardCards, Zone: v.settings.Zone, Cursor: b.query.Get(paramCursor),
			Where: append(where, crm.Filter{Field: "stage", Op: crm.OpIs, Values: []string{stage.String()}})}
		if b.page, err = crm.ListRecords(r.Context(), tx, v.access.Scope, q); err != nil || q.Cursor != "" || b.page.Next == "" {
			return err
		}
		q.Cursor = b.page.Next
		b.page, err = crm.ListRecords(r.Context(), tx, v.access.Scope, q)
		return err
	})
	if err != nil {
		return err
	}
	cards := g.Group{g.Map(b.page.Records, func(record crm.Record) g.Node { return b.card(record, b.page.Names) })}
	if b.page.Next != "" {
		cards = append(cards, b.more(stage, b.page.Next))
	}
	return write(w, http.StatusOK, cards)
}
