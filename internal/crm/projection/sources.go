package projection

import (
	"bytes"
	_ "embed"
	"fmt"
	"maps"

	"zveno.dev/zveno/internal/metric"
)

//go:embed metrics.json
var builtIn []byte

// Flow is what the pipeline waterfall runs over.
var Flow = metric.Flow{Source: "deal_states", Open: "open", Won: "won", Lost: "lost", Due: "close", Amount: "amount"}

// NewCatalog gives the metrics that Zveno brings along. custom are the choice fields that the company added to deals: each is a
// dimension.
func NewCatalog(custom []string) (*metric.Catalog, error) {
	definitions, err := metric.ReadDefinitions(bytes.NewReader(builtIn))
	if err != nil {
		return nil, fmt.Errorf("projection: built-in metrics: %w", err)
	}
	return &metric.Catalog{Definitions: definitions, Sources: map[string]metric.Source{
		"open_deals":   openDeals(custom),
		"deal_states":  dealStates(custom),
		"closed_deals": closedDeals(custom),
		"new_deals":    newDeals(custom),
		"stays":        stays(custom),
		"due_at_start": dueAtStart(custom),
		"due_then_now": dueThenNow(custom),
	}}, nil
}

var (
	words  = metric.Lookup{Table: "word", Text: "text"}
	scopes = metric.ScopeSQL{
		People:   "f.owner_key IN (SELECT key FROM person WHERE id IN ({ids}))",
		Teams:    teamScope(),
		TeamJoin: "o",
	}
)

func teamScope() string {
	text := "("
	for level := range teamLevels {
		if level > 0 {
			text += " OR "
		}
		text += fmt.Sprintf("o.team_%d_key IN (SELECT key FROM team WHERE id IN ({ids}))", level+1)
	}
	return text + ")"
}

// sharedJoins are those that every source of deals has.
func sharedJoins(extra map[string]string) map[string]string {
	joins := map[string]string{
		"s":   "JOIN stage s ON s.key = f.stage_key",
		"o":   "JOIN owner_span o ON o.person_key = f.owner_key AND o.valid_from <= {at} AND {at} < o.valid_to",
		"acc": "JOIN account_span acc ON acc.account_key = f.account_key AND acc.valid_from <= {at} AND {at} < acc.valid_to",
		"p":   "JOIN product p ON p.key = f.product_key",
	}
	maps.Copy(joins, extra)
	return joins
}

// sharedFields are the dimensions that every source of deals has, and extra ones.
func sharedFields(custom []string, extra map[string]metric.Field) map[string]metric.Field {
	word := func(sql, join, en, ru string) metric.Field {
		return metric.Field{Type: metric.FieldWord, SQL: sql, Join: join, Lookup: words, Label: metric.Words{En: en, Ru: ru}}
	}
	record := func(table, sql, join, en, ru string) metric.Field {
		return metric.Field{Type: metric.FieldWord, SQL: sql, Join: join, Lookup: metric.Lookup{Table: table, Text: "name", ID: "id"}, Label: metric.Words{En: en, Ru: ru}}
	}
	fields := map[string]metric.Field{
		"pipeline":       record("pipeline", "s.pipeline_key", "s", "Pipeline", "Воронка"),
		"stage":          record("stage", "f.stage_key", "", "Stage", "Этап"),
		"owner":          record("person", "f.owner_key", "", "Owner", "Ответственный"),
		"team":           record("team", "o.team_key", "o", "Team", "Команда"),
		"region":         word("o.region_key", "o", "Region", "Регион"),
		"account":        record("account", "f.account_key", "", "Account", "Компания"),
		"segment":        word("acc.segment_key", "acc", "Segment", "Сегмент"),
		"industry":       word("acc.industry_key", "acc", "Industry", "Отрасль"),
		"country":        word("acc.country_key", "acc", "Country", "Страна"),
		"product":        record("product", "f.product_key", "", "Product", "Продукт"),
		"product_family": word("p.family_key", "p", "Product family", "Семейство продуктов"),
		"source":         word("f.source_key", "", "Source", "Источник"),
		"type":           word("f.kind_key", "", "Deal type", "Тип сделки"),
		"currency":       word("f.currency_key", "", "Currency", "Валюта"),
		"deal":           record("deal", "f.deal_key", "", "Deal", "Сделка"),
	}
	stage := fields["stage"]
	stage.Lookup.Order = []string{"pipeline_key", "position"}
	fields["stage"] = stage
	for level := range teamLevels {
		n := level + 1
		fields[fmt.Sprintf("team_%d", n)] = record("team", fmt.Sprintf("o.team_%d_key", n), "o", fmt.Sprintf("Team, level %d", n), fmt.Sprintf("Команда, уровень %d", n))
	}
	maps.Copy(fields, extra)
	for i, name := range custom {
		field := word("f."+customColumn(i), "", name, name)
		if _, taken := fields[name]; taken {
			name = "custom_" + name
		}
		fields[name] = field
	}
	return fields
}

func yes(sql, join string) metric.Field {
	return metric.Field{Type: metric.FieldBool, SQL: sql, Join: join}
}

// outcomeIs is true where the column holds one of the outcomes.
func outcomeIs(column string, outcomes ...int16) metric.Field {
	return metric.Field{Type: metric.FieldBool, SQL: column, Codes: outcomes}
}

func outcomeField(sql string) metric.Field {
	return metric.Field{Type: metric.FieldWord, SQL: sql, Lookup: metric.Lookup{Table: "outcome", Text: "text", Order: []string{"key"}}, Label: metric.Words{En: "Outcome", Ru: "Исход"}}
}

// versionFields are those of deal_version, whose amounts are converted by join r.
func versionFields(custom []string) map[string]metric.Field {
	amount := "CAST(f.amount AS DOUBLE PRECISION) * r.factor"
	return sharedFields(custom, map[string]metric.Field{
		"outcome":           outcomeField("f.outcome"),
		"forecast_category": {Type: metric.FieldWord, SQL: "f.forecast_key", Lookup: words, Label: metric.Words{En: "Forecast category", Ru: "Категория прогноза"}},
		"amount":            {Type: metric.FieldMoney, SQL: "CAST(floor(" + amount + " + 0.5) AS BIGINT)", Join: "r"},
		"weighted":          {Type: metric.FieldMoney, SQL: "CAST(floor(" + amount + " * f.probability + 0.5) AS BIGINT)", Join: "r"},
		"variance":          {Type: metric.FieldNumber, SQL: amount + " * " + amount + " * f.probability * (1 - f.probability)", Join: "r", Hidden: true},
		"probability":       {Type: metric.FieldNumber, SQL: "f.probability"},
		"close":             {Type: metric.FieldDay, SQL: "f.close_day"},
		"open":              outcomeIs("f.outcome", open),
		"won":               outcomeIs("f.outcome", won),
		"lost":              outcomeIs("f.outcome", lost, noDecision),
	})
}

func rateAt(instant string) map[string]string {
	// sql: a placeholder of package metric
	return map[string]string{"r": "LEFT JOIN rate r ON r.currency_key = f.currency_key AND r.valid_from <= " + instant + " AND " + instant + " < r.valid_to"}
}

// openDeals are the deals open at the as-of instant; their period is the one in which they are due.
func openDeals(custom []string) metric.Source {
	return metric.Source{Table: "deal_version", Where: "f.outcome = 0", Record: "f.deal_key", Day: "f.close_day", Month: "f.due_month", At: "{t}",
		Joins: sharedJoins(rateAt("{t}")), Scope: scopes, Fields: versionFields(custom)}
}

// dealStates are all deals as they were at an instant, at the rates of the end.
func dealStates(custom []string) metric.Source {
	return metric.Source{Table: "deal_version", Record: "f.deal_key", Day: "f.close_day", Month: "f.due_month", At: "{t}",
		Joins: sharedJoins(rateAt("{end}")), Scope: scopes, Fields: versionFields(custom)}
}

// closedDeals are the deals closed as of the instant, by the day on which they closed; teams are those of that moment.
func closedDeals(custom []string) metric.Source {
	return metric.Source{Table: "deal_closed", Record: "f.deal_key", Day: "f.close_day", Month: "f.close_month", At: "f.closed_at",
		Joins: sharedJoins(nil), Scope: scopes, Fields: sharedFields(custom, map[string]metric.Field{
			"outcome":     outcomeField("f.outcome"),
			"won":         outcomeIs("f.outcome", won),
			"lost":        outcomeIs("f.outcome", lost),
			"lost_reason": {Type: metric.FieldWord, SQL: "f.lost_reason_key", Lookup: words, Label: metric.Words{En: "Lost reason", Ru: "Причина проигрыша"}},
			"amount":      {Type: metric.FieldMoney, SQL: "f.amount"},
			"won_amount":  {Type: metric.FieldMoney, SQL: "CASE WHEN f.outcome = 1 THEN f.amount END", Hidden: true},
			"cycle_days":  {Type: metric.FieldNumber, SQL: "f.cycle_s", Per: 86400},
			"close":       {Type: metric.FieldDay, SQL: "f.close_day"},
		})}
}

// newDeals are the deals that first counted as pipeline, by the day on which they did, with what has become of them. One is
// immature as long as nine of ten won deals took longer from there to the close.
func newDeals(custom []string) metric.Source {
	// sql: an aggregate of package metric
	cycle := "(SELECT " + metric.Percentile("0.9", "cycle_s") + " FROM deal_closed WHERE outcome = 1 AND valid_from <= {as_of} AND {as_of} < valid_to)"
	return metric.Source{Table: "deal_entry", Record: "f.deal_key", Day: "f.entry_day", Month: "f.entry_month", At: "f.entered_at",
		Joins: sharedJoins(map[string]string{"c": closedJoin("{as_of}")}), Scope: scopes, Fields: sharedFields(custom, map[string]metric.Field{
			"amount":   {Type: metric.FieldMoney, SQL: "f.amount"},
			"entry":    {Type: metric.FieldDay, SQL: "f.entry_day"},
			"won":      yes("COALESCE(c.outcome = 1, FALSE)", "c"),
			"open":     yes("(c.deal_key IS NULL)", "c"),
			"immature": yes("COALESCE(f.entered_at > {as_of} - 1000000 * CAST(floor("+cycle+" + 0.5) AS BIGINT), TRUE)", ""),
		})}
}

// stays are the visits of deals to open stages, by the day of entry.
func stays(custom []string) metric.Source {
	return metric.Source{Table: "deal_stay", Record: "f.deal_key", Day: "f.entry_day", Month: "f.entry_month", At: "f.entered_at",
		Where: "f.stage_key IN (SELECT key FROM stage WHERE outcome = 0)",
		Joins: sharedJoins(map[string]string{"c": closedJoin("{t}")}), Scope: scopes, Fields: sharedFields(custom, map[string]metric.Field{
			"hours":   {Type: metric.FieldNumber, SQL: "CASE WHEN f.exited_at <= {t} THEN f.exited_at ELSE {t} END - f.entered_at", Per: 3_600_000_000},
			"ended":   yes("f.exited_at <= {t}", ""),
			"latest":  yes("f.next_visit_at > {t}", ""),
			"first":   yes("f.visit = 1", ""),
			"skipped": yes("f.skipped", ""),
			"passed":  yes("f.passed_at <= {t}", ""),
			"closed":  yes("(c.deal_key IS NOT NULL)", "c"),
			"entry":   {Type: metric.FieldDay, SQL: "f.entry_day"},
		})}
}

// dueAtStart are the deals that were open and due in the period when it began, with what became of them in it.
func dueAtStart(custom []string) metric.Source {
	source := openingDeals(custom, map[string]string{"c": closedJoin("{end}")})
	source.Fields["won_in_period"] = yes("COALESCE(c.outcome = 1 AND c.close_day BETWEEN {first_day} AND {last_day}, FALSE)", "c")
	source.Fields["lost_in_period"] = yes("COALESCE(c.outcome > 1, FALSE)", "c")
	return source
}

// dueThenNow are the same deals with what is known about them at the as-of instant, also after the period. One that was
// closed counts by its close date, as it does in won and lost; a loss before the period's end counts whatever its date.
func dueThenNow(custom []string) metric.Source {
	source := openingDeals(custom, map[string]string{
		"c": closedJoin("{as_of}"),
		"n": "LEFT JOIN deal_version n ON n.deal_key = f.deal_key AND n.valid_from <= {as_of} AND {as_of} < n.valid_to",
	})
	source.Fields["won_in_period"] = yes("COALESCE(c.outcome = 1 AND c.close_day BETWEEN {first_day} AND {last_day}, FALSE)", "c")
	source.Fields["lost_in_period"] = yes("COALESCE(c.outcome > 1 AND (c.close_day BETWEEN {first_day} AND {last_day} OR c.closed_at <= {end}), FALSE)", "c")
	source.Fields["pending"] = yes("COALESCE(n.outcome = 0 AND n.close_day BETWEEN {as_of_day} AND {last_day}, FALSE)", "n")
	source.Fields["deleted"] = yes("(n.deal_key IS NULL)", "n")
	return source
}

// openingDeals are the versions in force at the start of the period of deals that were open and due in it.
func openingDeals(custom []string, joins map[string]string) metric.Source {
	joins = sharedJoins(joins)
	maps.Copy(joins, rateAt("{t}"))
	return metric.Source{Table: "deal_version", Where: "f.outcome = 0 AND f.close_day BETWEEN {first_day} AND {last_day}", Opening: true,
		Record: "f.deal_key", Day: "f.close_day", Month: "f.due_month", At: "{t}", Joins: joins, Scope: scopes, Fields: versionFields(custom)}
}

// closedJoin finds how a deal was closed as of an instant.
func closedJoin(instant string) string {
	// sql: a placeholder of package metric
	return "LEFT JOIN deal_closed c ON c.deal_key = f.deal_key AND c.valid_from <= " + instant + " AND " + instant + " < c.valid_to"
}
