package bench

import (
	"fmt"

	"zveno.dev/zveno/internal/value"
)

// The same questions to the record's own tables: versions and hierarchy as they are stored, without any projection. The
// hierarchy is taken with one level above the owner's team, and exchange rates are left out, both in PostgreSQL's favour.

func recordPipeline() string {
	return fmt.Sprintf(`SELECT s.name, coalesce(t.region, up.region), count(*), sum(v.amount_minor) FROM crm_deal_versions v
		JOIN crm_stages s ON s.id = v.stage_id AND s.outcome = 'open'
		JOIN identity_person_versions p ON p.id = v.owner_id AND p.recorded_to = %[2]d AND p.valid_from <= %[1]d AND p.valid_to > %[1]d
		JOIN identity_team_versions t ON t.id = p.team_id AND t.recorded_to = %[2]d AND t.valid_from <= %[1]d AND t.valid_to > %[1]d
		LEFT JOIN identity_team_versions up ON up.id = t.parent_id AND up.recorded_to = %[2]d AND up.valid_from <= %[1]d AND up.valid_to > %[1]d
		WHERE v.recorded_to = %[2]d AND v.valid_from <= %[1]d AND v.valid_to > %[1]d AND NOT v.deleted GROUP BY 1, 2`, t1, value.Forever)
}

func recordWaterfall() string {
	state := func(t value.Instant) string {
		return fmt.Sprintf(`SELECT v.id, v.amount_minor AS a, s.outcome AS o, v.close_day BETWEEN %d AND %d AS d FROM crm_deal_versions v JOIN crm_stages s ON s.id = v.stage_id
			WHERE v.recorded_to = %d AND v.valid_from <= %d AND v.valid_to > %[4]d AND NOT v.deleted`, quarterStart, quarterEnd, value.Forever, t)
	}
	return `SELECT sum(x.a) FILTER (WHERE x.o = 'open' AND x.d), sum(y.a) FILTER (WHERE y.o = 'open' AND y.d), sum(y.a) FILTER (WHERE x.id IS NULL AND y.d),
		sum(y.a) FILTER (WHERE x.o = 'open' AND NOT x.d AND y.d), sum(y.a - x.a) FILTER (WHERE x.o = 'open' AND x.d AND y.o = 'open' AND y.d),
		sum(y.a) FILTER (WHERE x.o = 'open' AND y.o = 'won' AND y.d), sum(x.a) FILTER (WHERE x.o = 'open' AND x.d AND y.o IN ('lost', 'no_decision')),
		sum(x.a) FILTER (WHERE x.o = 'open' AND x.d AND y.o = 'open' AND NOT y.d), sum(x.a) FILTER (WHERE x.o = 'open' AND x.d AND y.id IS NULL)
		FROM (` + state(t0) + `) x FULL JOIN (` + state(t1) + `) y USING (id)`
}

// recordStays finds the stays with window functions over the raw history, and takes the plain median of those that ended.
func recordStays() string {
	return fmt.Sprintf(`WITH e AS (
		SELECT id, stage_id, valid_from, lag(stage_id) OVER (PARTITION BY id ORDER BY valid_from) IS DISTINCT FROM stage_id AS entered
		FROM crm_deal_versions WHERE recorded_to = %d AND NOT deleted AND valid_from <= %d), s AS (
		SELECT id, stage_id, valid_from, lead(valid_from) OVER (PARTITION BY id ORDER BY valid_from) AS exited,
			lead(valid_from) OVER (PARTITION BY id, stage_id ORDER BY valid_from) AS again FROM e WHERE entered)
		SELECT st.name, floor(s.valid_from / 7889400000000.0) AS q, count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY exited - s.valid_from),
			percentile_cont(0.8) WITHIN GROUP (ORDER BY exited - s.valid_from)
		FROM s JOIN crm_stages st ON st.id = s.stage_id AND st.outcome = 'open' WHERE again IS NULL GROUP BY 1, 2`, value.Forever, t1)
}

func recordWinRate() string {
	return fmt.Sprintf(`SELECT p.name, count(*), count(*) FILTER (WHERE s.outcome = 'won') FROM crm_deal_versions v
		JOIN crm_stages s ON s.id = v.stage_id AND s.outcome IN ('won', 'lost') JOIN identity_people p ON p.id = v.owner_id
		WHERE v.recorded_to = %[2]d AND v.valid_from <= %[1]d AND v.valid_to > %[1]d AND NOT v.deleted GROUP BY 1`, t1, value.Forever)
}

func recordVelocity() string {
	return fmt.Sprintf(`WITH v AS (SELECT v.id, v.owner_id, v.amount_minor, v.close_day, v.valid_from, s.outcome FROM crm_deal_versions v JOIN crm_stages s ON s.id = v.stage_id
			WHERE v.recorded_to = %[2]d AND v.valid_from <= %[1]d AND v.valid_to > %[1]d AND NOT v.deleted),
		q AS (SELECT v.id, min(v.valid_from) AS entered FROM crm_deal_versions v JOIN crm_stages s ON s.id = v.stage_id AND s.qualified WHERE v.recorded_to = %[2]d GROUP BY 1)
		SELECT p.name, sum(v.amount_minor) FILTER (WHERE v.outcome = 'open'),
			count(*) FILTER (WHERE v.outcome = 'won' AND v.close_day BETWEEN %[3]d AND %[4]d) * 1.0 / nullif(count(*) FILTER (WHERE v.outcome IN ('won', 'lost') AND v.close_day BETWEEN %[3]d AND %[4]d), 0),
			percentile_cont(0.5) WITHIN GROUP (ORDER BY v.valid_from - q.entered) FILTER (WHERE v.outcome = 'won' AND v.close_day BETWEEN %[3]d AND %[4]d)
		FROM v LEFT JOIN q ON q.id = v.id JOIN identity_people p ON p.id = v.owner_id GROUP BY 1`, t1, value.Forever, int64(quarterEnd)-364, quarterEnd)
}
