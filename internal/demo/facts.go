package demo

import (
	"fmt"
	"strconv"
	"strings"

	"zveno.dev/zveno/internal/value"
)

// Fact is something that was planted in a sample company, for whoever wants to see whether it can be found again.
type Fact struct {
	Kind    FactKind           `json:"kind"`
	Object  string             `json:"object"`           // kind of the record that the fact is about
	Subject value.ID           `json:"subject,omitzero"` // that record; none for facts about the whole company
	Other   value.ID           `json:"other,omitzero"`   // the second record of a duplicate pair
	Name    string             `json:"name"`             // of the subject
	Detail  string             `json:"detail,omitempty"` // in which way a duplicate differs, or its other name
	Numbers map[string]float64 `json:"numbers,omitempty"`
	En      string             `json:"en"`
	Ru      string             `json:"ru"`
}

// FactKind names what was planted.
type FactKind string

// The kinds. Factors compare with the rest of the company, by default 1.
const (
	Bottleneck       FactKind = "bottleneck"        // numbers: factor of the median stay against the mean of the neighbours
	Star             FactKind = "star"              // numbers: win_factor, cycle_factor
	Struggler        FactKind = "struggler"         // numbers: win_factor, cycle_factor, slip_factor
	Slippage         FactKind = "slippage"          // numbers: share of deals that were pushed at least once
	Seasonality      FactKind = "seasonality"       // numbers: best_month, worst_month (1–12) by wins, quarter_end_share drawn there
	DuplicateAccount FactKind = "duplicate_account" // one fact for each pair
	DuplicateContact FactKind = "duplicate_contact" // one fact for each pair
	DeletedDoubles   FactKind = "deleted_doubles"   // numbers: share of deals entered twice and deleted
	LateRecording    FactKind = "late_recording"    // numbers: share of versions recorded days after they were so
)

// What is planted, and how strongly.
const (
	bottleneckFactor = 2.5
	starWin          = 1.6
	starPace         = 0.7
	strugglerWin     = 0.45
	strugglerPace    = 1.15
	strugglerSlip    = 1.8
	pushedShare      = 0.3
	lateShare        = 0.02
)

// Facts lists what is planted in the company that the options describe.
func Facts(o Options) []Fact { return Generate(o).Facts() }

// Facts lists what is planted in the company.
func (c *Company) Facts() []Fact {
	stage, star, struggler := c.pipelines[newBusinessPipeline].stages[c.bottleneck], c.reps[c.star], c.reps[c.struggler]
	facts := []Fact{
		{
			Kind: Bottleneck, Object: "stage", Subject: stage.id, Name: stage.name, Numbers: map[string]float64{"factor": bottleneckFactor},
			En: fmt.Sprintf("Deals stay in %s %.1f times as long as in the stages beside it.", stage.name, bottleneckFactor),
			Ru: fmt.Sprintf("На этапе %s сделки задерживаются в %s раза дольше, чем на соседних.", stage.name, decimalRu(bottleneckFactor)),
		},
		{
			Kind: Star, Object: "person", Subject: star.id, Name: star.full(), Numbers: map[string]float64{"win_factor": starWin, "cycle_factor": starPace},
			En: fmt.Sprintf("%s wins %.1f times as often as the others and closes in %.0f%% of their time.", star.full(), starWin, 100*starPace),
			Ru: fmt.Sprintf("%s: доля побед в %s раза выше, чем у остальных, цикл сделки составляет %.0f %% от обычного.", star.full(), decimalRu(starWin), 100*starPace),
		},
		{
			Kind: Struggler, Object: "person", Subject: struggler.id, Name: struggler.full(),
			Numbers: map[string]float64{"win_factor": strugglerWin, "cycle_factor": strugglerPace, "slip_factor": strugglerSlip},
			En:      fmt.Sprintf("%s wins %.2f times as often as the others and pushes close dates %.1f times as often.", struggler.full(), strugglerWin, strugglerSlip),
			Ru:      fmt.Sprintf("%s: доля побед составляет %s от обычной, сроки переносятся в %s раза чаще.", struggler.full(), decimalRu(strugglerWin), decimalRu(strugglerSlip)),
		},
		{
			Kind: Slippage, Object: "deal", Numbers: map[string]float64{"share": pushedShare},
			En: fmt.Sprintf("About %.0f%% of deals have their close date pushed at least once.", 100*pushedShare),
			Ru: fmt.Sprintf("Примерно у %.0f %% сделок дата закрытия переносится хотя бы раз.", 100*pushedShare),
		},
		{
			Kind: Seasonality, Object: "deal", Numbers: map[string]float64{"best_month": 12, "worst_month": 8, "quarter_end_share": toQuarterEnd},
			En: "Most deals are won in December, fewest in August, and many in the last ten days of a quarter.",
			Ru: "Больше всего сделок выигрывают в декабре, меньше всего в августе, и многие в последние десять дней квартала.",
		},
		{
			Kind: DeletedDoubles, Object: "deal", Numbers: map[string]float64{"share": doubledDeals},
			En: fmt.Sprintf("About %.1f%% of deals were entered twice; the second record was deleted.", 100*doubledDeals),
			Ru: fmt.Sprintf("Примерно %s %% сделок были заведены дважды; вторая запись удалена.", decimalRu(100*doubledDeals)),
		},
		{
			Kind: LateRecording, Object: "deal", Numbers: map[string]float64{"share": lateShare},
			En: fmt.Sprintf("About %.0f%% of changes to deals were recorded days after they happened.", 100*lateShare),
			Ru: fmt.Sprintf("Примерно %.0f %% изменений сделок записаны через несколько дней после того, как произошли.", 100*lateShare),
		},
	}
	for _, dup := range c.duplicates {
		facts = append(facts, dup.fact())
	}
	return facts
}

// decimalRu writes a number with a decimal comma.
func decimalRu(x float64) string {
	return strings.Replace(strconv.FormatFloat(x, 'f', -1, 64), ".", ",", 1)
}

func (dup *duplicate) fact() Fact {
	f := Fact{
		Kind: DuplicateAccount, Object: "account", Subject: dup.original, Other: dup.copy, Name: dup.names[0], Detail: dup.how,
		En: fmt.Sprintf("“%s” and “%s” are the same company.", dup.names[0], dup.names[1]),
		Ru: fmt.Sprintf("„%s“ и „%s“ — одна и та же компания.", dup.names[0], dup.names[1]),
	}
	if dup.contact >= 0 {
		f.Kind, f.Object = DuplicateContact, "contact"
		f.En = fmt.Sprintf("“%s” and “%s” are the same person.", dup.names[0], dup.names[1])
		f.Ru = fmt.Sprintf("„%s“ и „%s“ — один и тот же человек.", dup.names[0], dup.names[1])
	}
	return f
}
