package web

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	g "maragu.dev/gomponents"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/i18n"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/ui"
)

// stageForm is what was typed of a stage; without an ID it is a new one.
type stageForm struct {
	id                                   value.ID
	name, outcome, probability, category string
	qualified                            bool
}

func stageFormOf(s crm.Stage) stageForm {
	return stageForm{s.ID, s.Name, s.Outcome, strconv.FormatFloat(s.Probability*100, 'f', -1, 64), s.ForecastCategory, s.Qualified}
}

func (s *Site) showNewStage(w http.ResponseWriter, r *http.Request, v visit) error {
	return s.drawStage(w, r, v, http.StatusOK, stageForm{outcome: crm.OutcomeOpen}, complaint{})
}

func (s *Site) showStage(w http.ResponseWriter, r *http.Request, v visit) error {
	var in stageForm
	err := s.DB.Read(r.Context(), func(tx *db.Tx) error {
		stages, at, err := stagesAround(r.Context(), tx, r)
		if err == nil {
			in = stageFormOf(stages[at])
		}
		return err
	})
	if err != nil {
		return err
	}
	return s.drawStage(w, r, v, http.StatusOK, in, complaint{})
}

func (s *Site) drawStage(w http.ResponseWriter, r *http.Request, v visit, status int, in stageForm, wrong complaint) error {
	pipeline, err := value.ParseID(r.PathValue("pipeline"))
	if err != nil {
		return fault.New(fault.NotFound, "there is no such pipeline")
	}
	choices := func(field, prefix string, empty string) []ui.Option {
		var options []ui.Option
		if empty != "" {
			options = append(options, ui.Option{Label: empty})
		}
		o := crm.ObjectNamed("stage")
		for _, choice := range o.Fields[o.Field(field)].Choices {
			options = append(options, ui.Option{Value: choice, Label: v.T(prefix + choice)})
		}
		return options
	}
	qualified := ""
	if in.qualified {
		qualified = "1"
	}
	hidden := map[string]string{"id": idText(in.id)}
	form := wrong.under(ui.Form{Action: stagesAddress(pipeline, ""), Submit: v.T("settings.save"), Cancel: "/settings/pipelines", Hidden: hidden, Fields: []ui.Field{
		{Name: "name", Label: v.T("settings.stage.name"), Value: in.name, Required: true},
		{Name: "outcome", Label: v.T("settings.stage.outcome"), Type: "select", Value: in.outcome, Options: choices("outcome", "settings.outcome.", ""), Hint: v.T("settings.stage.outcome_hint"), Required: true},
		{Name: "probability", Label: v.T("settings.stage.probability_percent"), Value: in.probability, Hint: v.T("settings.stage.probability_hint"), Required: true},
		{Name: "forecast_category", Label: v.T("settings.stage.category"), Type: "select", Value: in.category, Options: choices("forecast_category", "settings.category.", "—")},
		{Name: "qualified", Label: v.T("settings.stage.qualified"), Type: "select", Value: qualified, Hint: v.T("settings.stage.qualified_hint"), Required: true,
			Options: []ui.Option{{Label: v.T("roles.no")}, {Value: "1", Label: v.T("roles.yes")}}},
	}})
	page := settingsPage{title: v.T("settings.stage.add"), crumb: v.T("settings.stage.add"), body: ui.Card{}.Node(form.Node(v.view))}
	if !in.id.IsZero() {
		page.title, page.crumb = in.name, in.name
		page.actions = []g.Node{actionButton(stagesAddress(pipeline, "/"+in.id.String()+"/delete"), v.T("settings.stage.delete"), "trash", "btn", nil)}
	}
	return s.drawSettings(w, r, v, status, page)
}

// saveStage makes a stage, or changes one.
func (s *Site) saveStage(w http.ResponseWriter, r *http.Request, v visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	in := stageForm{name: strings.TrimSpace(r.PostFormValue("name")), outcome: r.PostFormValue("outcome"), probability: r.PostFormValue("probability"),
		category: r.PostFormValue("forecast_category"), qualified: r.PostFormValue("qualified") == "1"}
	var err error
	if in.id, err = formID("id", r.PostFormValue("id")); err != nil {
		return err
	}
	err = s.change(r, v, func(ctx context.Context, tx *db.Tx) error { return in.save(ctx, tx, r) })
	if wrong, mendable := complain(v, "settings.stage", err); mendable {
		return s.drawStage(w, r, v, http.StatusUnprocessableEntity, in, wrong)
	}
	if err != nil {
		return err
	}
	return saved(w, r, "flash.saved", "/settings/pipelines")
}

func (in stageForm) save(ctx context.Context, tx *db.Tx, r *http.Request) error {
	pipeline, err := value.ParseID(r.PathValue("pipeline"))
	if err != nil {
		return fault.New(fault.NotFound, "there is no such pipeline")
	}
	percent, err := strconv.ParseFloat(strings.TrimSuffix(strings.ReplaceAll(strings.TrimSpace(in.probability), ",", "."), "%"), 64)
	if err != nil || !(percent >= 0 && percent <= 100) {
		return fault.InvalidField("probability", "%q is no number from 0 to 100", in.probability)
	}
	set := map[string]any{"name": in.name, "pipeline": pipeline, "outcome": in.outcome, "probability": percent / 100, "qualified": in.qualified, "forecast_category": any(nil)}
	if in.category != "" {
		set["forecast_category"] = in.category
	}
	change := crm.RecordSave{ID: in.id, Set: set}
	stages, err := crm.ListStages(ctx, tx)
	if err != nil {
		return err
	}
	last, known := int64(0), in.id.IsZero()
	for _, stage := range stages {
		if stage.Pipeline != pipeline {
			continue
		}
		last, known = max(last, stage.Position), known || stage.ID == in.id
		if stage.ID != in.id && value.Fold(stage.Name) == value.Fold(in.name) {
			return fault.InvalidField("name", "is that of another stage")
		}
	}
	if !known {
		return fault.New(fault.NotFound, "there is no such stage")
	}
	if in.id.IsZero() {
		set["position"] = last + 1
	} else {
		record, err := crm.LoadVisible(ctx, tx, unowned, crm.ObjectNamed("stage"), in.id)
		if err != nil {
			return err
		}
		change.Expect = record.Version
	}
	return saveNamed(ctx, tx, "stage", change)
}

// plainRate writes a number as a form holds it in the visitor's language.
func plainRate(lang i18n.Lang, x float64) string {
	text := strconv.FormatFloat(x, 'f', -1, 64)
	if lang == i18n.Russian {
		return strings.ReplaceAll(text, ".", ",")
	}
	return text
}
