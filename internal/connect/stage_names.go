package connect

import (
	"slices"
	"strings"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/value"
)

// usualOrder lists the open stages that vendors set up, folded, in the order in which a deal goes through them. Stages of
// several vendors stand side by side, because one company uses one vendor's.
var usualOrder = []string{
	"новая", "новый", "новая сделка", "неразобранное", "new", "lead", "prospecting", "appointment scheduled", "первичный контакт", "contact made",
	"qualification", "qualify", "qualified", "qualified to buy", "квалификация", "engaging", "needs analysis", "выявление потребностей", "анализ потребностей",
	"develop", "discovery", "demo scheduled", "presentation scheduled", "demo", "презентация", "value proposition", "id. decision makers",
	"identify decision makers", "decision maker bought-in", "принимают решение", "perception analysis", "propose", "proposal", "proposal made",
	"proposal/price quote", "proposal/quote", "коммерческое предложение", "подготовка документов", "negotiation", "negotiations started",
	"negotiation/review", "переговоры", "contract sent", "согласование договора", "договор", "счет на предоплату", "предоплата", "в работе", "close", "финальный счет",
}

// closedNames maps folded names of closed stages, and words for outcomes, to outcomes.
var closedNames = map[string]string{
	"won": crm.OutcomeWon, "closed won": crm.OutcomeWon, "closedwon": crm.OutcomeWon, "close won": crm.OutcomeWon, "closed - won": crm.OutcomeWon,
	"win": crm.OutcomeWon, "выиграна": crm.OutcomeWon, "выиграно": crm.OutcomeWon, "успех": crm.OutcomeWon, "успешно реализовано": crm.OutcomeWon,
	"закрыто и реализовано": crm.OutcomeWon, "сделка успешна": crm.OutcomeWon, "сделка заключена": crm.OutcomeWon, "закрыта успешно": crm.OutcomeWon,
	"lost": crm.OutcomeLost, "closed lost": crm.OutcomeLost, "closedlost": crm.OutcomeLost, "close lost": crm.OutcomeLost, "closed - lost": crm.OutcomeLost,
	"closed lost to competition": crm.OutcomeLost, "closed-lost to competition": crm.OutcomeLost, "loss": crm.OutcomeLost, "проиграна": crm.OutcomeLost,
	"проиграно": crm.OutcomeLost, "провал": crm.OutcomeLost, "закрыто и не реализовано": crm.OutcomeLost, "сделка провалена": crm.OutcomeLost,
	"закрыта неуспешно": crm.OutcomeLost, "отказ": crm.OutcomeLost,
	"no_decision": crm.OutcomeNoDecision, "no decision": crm.OutcomeNoDecision, "closed - no decision": crm.OutcomeNoDecision,
	"cancelled": crm.OutcomeNoDecision, "canceled": crm.OutcomeNoDecision, "abandoned": crm.OutcomeNoDecision, "без решения": crm.OutcomeNoDecision, "отложена": crm.OutcomeNoDecision,
}

// openWords say that a deal is still open.
var openWords = []string{"open", "in progress", "открыта", "открыто", "открытая", "в работе"}

// outcomeNamed is the outcome that a word or a stage's name means; "" when it does not tell.
func outcomeNamed(text string) string {
	folded := value.Fold(text)
	if slices.Contains(openWords, folded) {
		return crm.OutcomeOpen
	}
	return closedNames[folded]
}

// forecastCategories maps folded words of vendors to forecast categories.
var forecastCategories = map[string]string{
	"pipeline": "pipeline", "best case": "best_case", "bestcase": "best_case", "most likely": "best_case", "mostlikely": "best_case",
	"commit": "commit", "forecast": "commit", "committed": "commit", "closed": "closed", "omitted": "omitted", "not forecasted": "omitted", "won": "closed",
}

// usualRank is the place of a stage's name in the usual order; after all of them when it is not there.
func usualRank(name string) int {
	folded := strings.ReplaceAll(value.Fold(name), "_", " ")
	if i := slices.Index(usualOrder, folded); i >= 0 {
		return i
	}
	return len(usualOrder)
}

// outcomeRank puts closed stages behind the open ones.
func outcomeRank(outcome string) int {
	return slices.Index([]string{crm.OutcomeOpen, crm.OutcomeWon, crm.OutcomeLost, crm.OutcomeNoDecision}, outcome)
}
