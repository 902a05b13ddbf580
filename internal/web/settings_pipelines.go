package web

import (
	"context"
	"net/http"
	"strconv"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/ui"
)

func (s *Site) pipelineSettingsRoutes(add register) {
	add("GET /settings/pipelines", s.showPipelineSettings, identity.PipelinesEdit)
	add("POST /settings/pipelines", s.createPipeline, identity.PipelinesEdit)
	add("GET /settings/pipelines/{pipeline}/stages/new", s.showNewStage, identity.PipelinesEdit)
	add("GET /settings/pipelines/{pipeline}/stages/{stage}", s.showStage, identity.PipelinesEdit)
	add("POST /settings/pipelines/{pipeline}/stages", s.saveStage, identity.PipelinesEdit)
	add("POST /settings/pipelines/{pipeline}/stages/{stage}/shift", s.shiftStage, identity.PipelinesEdit)
	add("POST /settings/pipelines/{pipeline}/stages/{stage}/delete", s.deleteStage, identity.PipelinesEdit)
}

// unowned is the scope of records that nobody owns and that a capability alone opens.
var unowned = identity.Scope{All: true}

// pipelineStages is a pipeline with its stages in their order.
type pipelineStages struct {
	crm.Record
	stages []crm.Stage
}

func loadPipelines(ctx context.Context, tx *db.Tx) ([]pipelineStages, error) {
	page, err := crm.ListRecords(ctx, tx, unowned, crm.ListQuery{Object: crm.ObjectNamed("pipeline"), Limit: 200})
	if err != nil {
		return nil, err
	}
	stages, err := crm.ListStages(ctx, tx)
	if err != nil {
		return nil, err
	}
	var out []pipelineStages
	for _, record := range page.Records {
		p := pipelineStages{Record: record}
		for _, stage := range stages {
			if stage.Pipeline == record.ID {
				p.stages = append(p.stages, stage)
			}
		}
		out = append(out, p)
	}
	return out, nil
}

func (s *Site) showPipelineSettings(w http.ResponseWriter, r *http.Request, v visit) error {
	return s.drawPipelines(w, r, v, http.StatusOK, complaint{})
}

func (s *Site) drawPipelines(w http.ResponseWriter, r *http.Request, v visit, status int, wrong complaint) error {
	var pipelines []pipelineStages
	err := s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		pipelines, err = loadPipelines(r.Context(), tx)
		return err
	})
	if err != nil {
		return err
	}
	var body g.Group
	for _, p := range pipelines {
		body = append(body, pipelineCard(v, p))
	}
	if len(pipelines) == 0 {
		body = append(body, ui.Card{}.Node(ui.State{Icon: "layout-kanban", Title: v.T("settings.pipelines.none"), Text: v.T("settings.pipelines.none_text")}.Node()))
	}
	form := wrong.under(ui.Form{Action: "/settings/pipelines", Submit: v.T("settings.pipelines.create"), Fields: []ui.Field{
		{Name: "name", Label: v.T("settings.pipelines.name"), Value: r.PostFormValue("name"), Required: true}}})
	body = append(body, ui.Card{Title: v.T("settings.pipelines.new")}.Node(form.Node(v.view)))
	return s.drawSettings(w, r, v, status, settingsPage{title: v.T("settings.pipelines.title"), lead: v.T("settings.pipelines.lead"), body: body})
}

var outcomeTones = map[string]ui.Tone{crm.OutcomeOpen: ui.ToneAccent, crm.OutcomeWon: ui.ToneGood, crm.OutcomeLost: ui.ToneBad, crm.OutcomeNoDecision: ui.ToneQuiet}

func stagesAddress(pipeline value.ID, suffix string) string {
	return "/settings/pipelines/" + pipeline.String() + "/stages" + suffix
}

func pipelineCard(v visit, p pipelineStages) g.Node {
	card := ui.Card{Title: p.Name(), Flush: true, Actions: []g.Node{h.A(h.Class("btn btn-sm"), h.Href(stagesAddress(p.ID, "/new")), ui.Icon("plus"), v.view.Text("settings.stage.add"))}}
	shift := func(stage crm.Stage, way, label string, possible bool) g.Node {
		if !possible {
			return nil
		}
		return h.Form(h.Method("post"), h.Action(stagesAddress(p.ID, "/"+stage.ID.String()+"/shift")), h.Button(h.Type("submit"), h.Name("way"), h.Value(way), h.Class("z-icon-button z-"+way),
			h.Aria("label", v.T(label, "stage", stage.Name)), ui.Icon("chevron-down")))
	}
	return card.Node(ui.Table[crm.Stage]{Caption: p.Name(), Rows: p.stages, Leads: true, Columns: []ui.Column[crm.Stage]{
		{Label: v.T("settings.stage.name"), Cell: func(x crm.Stage) g.Node {
			return h.A(h.Href(stagesAddress(p.ID, "/"+x.ID.String())), g.Text(x.Name))
		}},
		{Label: v.T("settings.stage.outcome"), Cell: func(x crm.Stage) g.Node {
			return ui.Badge(outcomeTones[x.Outcome], v.T("settings.outcome."+orDefault(x.Outcome, "open")))
		}},
		{Label: v.T("settings.stage.probability"), Numeric: true, Cell: func(x crm.Stage) g.Node { return g.Text(v.view.Percent(x.Probability)) }},
		{Label: v.T("settings.stage.category"), Wide: true, Cell: func(x crm.Stage) g.Node { return g.Text(categoryLabel(v, x.ForecastCategory)) }},
		{Label: v.T("settings.stage.qualified"), Wide: true, Cell: func(x crm.Stage) g.Node {
			if !x.Qualified {
				return nil
			}
			return g.Group{ui.Icon("check"), h.Span(h.Class("visually-hidden"), v.view.Text("roles.yes"))}
		}},
		{Label: "", Numeric: true, Cell: func(x crm.Stage) g.Node {
			first, last := p.stages[0].ID == x.ID, p.stages[len(p.stages)-1].ID == x.ID
			return h.Div(h.Class("z-row-actions"), shift(x, "up", "settings.stage.up", !first), shift(x, "down", "settings.stage.down", !last))
		}},
	}, Empty: ui.State{Icon: "layout-kanban", Title: v.T("settings.stage.none")}.Node()}.Node(v.view))
}

func categoryLabel(v visit, category string) string {
	if category == "" {
		return "—"
	}
	return v.T("settings.category." + category)
}

func (s *Site) createPipeline(w http.ResponseWriter, r *http.Request, v visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	err := s.change(r, v, func(ctx context.Context, tx *db.Tx) error {
		pipelines, err := loadPipelines(ctx, tx)
		if err != nil {
			return err
		}
		set := map[string]any{"name": r.PostFormValue("name"), "position": int64(len(pipelines) + 1)}
		return saveNamed(ctx, tx, "pipeline", crm.RecordSave{Set: set})
	})
	if wrong, mendable := complain(v, "settings", err); mendable {
		return s.drawPipelines(w, r, v, http.StatusUnprocessableEntity, wrong)
	}
	if err != nil {
		return err
	}
	return saved(w, r, "flash.saved", "/settings/pipelines")
}

// saveNamed makes or changes a record that a capability opens, and notes it in the audit log.
func saveNamed(ctx context.Context, tx *db.Tx, object string, in crm.RecordSave) error {
	if name, named := in.Set["name"].(string); named && name == "" {
		return fault.InvalidField("name", "is required")
	}
	record, err := crm.SaveRecord(ctx, tx, unowned, crm.ObjectNamed(object), in)
	if err != nil {
		return err
	}
	detail := map[string]any{}
	for name, v := range in.Set {
		detail[name] = v
	}
	return identity.AppendAudit(ctx, tx, identity.AuditEntry{Action: object + ".save", Object: object, Record: record.ID, Detail: detail})
}

// shiftStage moves a stage one place up or down.
func (s *Site) shiftStage(w http.ResponseWriter, r *http.Request, v visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	err := s.change(r, v, func(ctx context.Context, tx *db.Tx) error {
		stages, at, err := stagesAround(ctx, tx, r)
		if err != nil {
			return err
		}
		other := at + 1
		if r.PostFormValue("way") == "up" {
			other = at - 1
		}
		if other < 0 || other >= len(stages) {
			return nil
		}
		stages[at], stages[other] = stages[other], stages[at]
		var changes []crm.Change
		for i, stage := range stages {
			if stage.Position != int64(i+1) {
				changes = append(changes, crm.Change{ID: stage.ID, Set: map[string]any{"position": int64(i + 1)}})
			}
		}
		if _, err := crm.Apply(ctx, tx, crm.ObjectNamed("stage"), changes); err != nil {
			return err
		}
		return identity.AppendAudit(ctx, tx, identity.AuditEntry{Action: "stage.save", Object: "stage", Record: stages[other].ID, Detail: map[string]any{"position": strconv.Itoa(other + 1)}})
	})
	if err != nil {
		return err
	}
	return saved(w, r, "flash.saved", "/settings/pipelines")
}

// stagesAround gives the stages of the pipeline of an address, and which of them the address names.
func stagesAround(ctx context.Context, tx *db.Tx, r *http.Request) (stages []crm.Stage, at int, err error) {
	all, err := crm.ListStages(ctx, tx)
	if err != nil {
		return nil, 0, err
	}
	at = -1
	for _, stage := range all {
		if stage.Pipeline.String() == r.PathValue("pipeline") {
			if stage.ID.String() == r.PathValue("stage") {
				at = len(stages)
			}
			stages = append(stages, stage)
		}
	}
	if at < 0 {
		return nil, 0, fault.New(fault.NotFound, "there is no such stage")
	}
	return stages, at, nil
}

// deleteStage takes away a stage in which no deal is.
func (s *Site) deleteStage(w http.ResponseWriter, r *http.Request, v visit) error {
	var in stageForm
	err := s.change(r, v, func(ctx context.Context, tx *db.Tx) error {
		stages, at, err := stagesAround(ctx, tx, r)
		if err != nil {
			return err
		}
		stage := stages[at]
		in = stageFormOf(stage)
		deals, err := crm.ListRecords(ctx, tx, unowned, crm.ListQuery{Object: crm.ObjectNamed("deal"), Limit: 1,
			Where: []crm.Filter{{Field: "stage", Op: crm.OpIs, Values: []string{stage.ID.String()}}}})
		if err != nil {
			return err
		}
		if len(deals.Records) > 0 {
			return fault.New(fault.Conflict, "%s", v.T("settings.stage.not_empty"))
		}
		if err := crm.DeleteRecord(ctx, tx, crm.ObjectNamed("stage"), stage.ID, 0); err != nil {
			return err
		}
		return identity.AppendAudit(ctx, tx, identity.AuditEntry{Action: "stage.delete", Object: "stage", Record: stage.ID, Detail: map[string]any{"name": stage.Name}})
	})
	if wrong, mendable := complain(v, "settings.stage", err); mendable {
		return s.drawStage(w, r, v, http.StatusUnprocessableEntity, in, wrong)
	}
	if err != nil {
		return err
	}
	return saved(w, r, "flash.saved", "/settings/pipelines")
}
