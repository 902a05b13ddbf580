package bench

import (
	"context"
	"database/sql"
	"fmt"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"zveno.dev/zveno/internal/crm/projection"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/metric"
	"zveno.dev/zveno/internal/value"
)

// problem is one question of the bar: how Zveno answers it, the best DuckDB statement that we could write by hand over the
// same tables, and the same question to the record's tables in PostgreSQL.
type problem struct {
	name         string
	ask          func(ctx context.Context, c *metric.Catalog, p *projection.Projection) error
	hand, record string
}

// The questions are about the last full quarter of the generated company.
var (
	quarterStart = value.NewDay(2026, time.April, 1)
	quarterEnd   = value.NewDay(2026, time.June, 30)
	t0           = quarterStart.Start(time.UTC)
	t1           = storyEnd - 1
)

func question(by ...string) metric.Query {
	return metric.Query{By: by, AsOf: t1, Now: storyEnd, Scope: metric.Scope{All: true}, Currency: "USD",
		Calendar: value.Calendar{StartMonth: time.January, Zone: time.UTC}}
}

func compute(id string, q metric.Query) func(context.Context, *metric.Catalog, *projection.Projection) error {
	return func(ctx context.Context, c *metric.Catalog, p *projection.Projection) error {
		_, err := c.Compute(ctx, p.Store(), id, 0, q)
		return err
	}
}

func problems() []problem {
	return []problem{
		{"open pipeline as of a date by stage and region", compute("open_pipeline", question("stage", "region")), handPipeline(), recordPipeline()},
		{"waterfall of a quarter", func(ctx context.Context, c *metric.Catalog, p *projection.Projection) error {
			q := question()
			q.First, q.Last = quarterStart, quarterEnd
			_, err := c.Waterfall(ctx, p.Store(), projection.Flow, metric.WaterfallQuery{Query: q, From: t0, To: t1})
			return err
		}, handWaterfall(), recordWaterfall()},
		{"time in stage by quarter", compute("time_in_stage", question("stage", "quarter")), handStays(), recordStays()},
		{"win rate by rep", compute("win_rate_closed", question("owner")), handWinRate(), recordWinRate()},
		{"velocity by rep", compute("velocity", question("owner")), handVelocity(), recordVelocity()},
	}
}

// BenchmarkQueries compares Zveno's compiled statements with hand-written ones and with PostgreSQL.
func BenchmarkQueries(b *testing.B) {
	ctx := context.Background()
	d := generated(b, db.Config{Dir: storeDir()})
	p := openProjection(b, d, analyticsConfig())
	if err := p.Refresh(ctx); err != nil {
		b.Fatal(err)
	}
	catalog, err := p.Catalog()
	if err != nil {
		b.Fatal(err)
	}
	cluster := dbtest.NewCluster(b, "shared_buffers=4GB", "work_mem=256MB", "max_parallel_workers_per_gather=2", "synchronous_commit=off", "jit=off", "max_wal_size=8GB")
	generated(b, db.Config{URL: cluster.URL("postgres")})
	postgres, err := sql.Open("pgx", cluster.URL("postgres"))
	if err != nil {
		b.Fatal(err)
	}
	defer postgres.Close()
	if _, err := postgres.ExecContext(ctx, "VACUUM ANALYZE"); err != nil {
		b.Fatal(err)
	}
	for _, q := range problems() {
		ours := median(b, *repeat, func() error { return q.ask(ctx, catalog, p) })
		hand := median(b, *repeat, func() error { return drain(p.Store().Query(ctx, q.hand)) })
		record := median(b, 3, func() error { return drain(postgres.QueryContext(ctx, q.record)) })
		figure(q.name, "≤ 1.3×, ≥ 8×", "%.0f ms; by hand %.0f ms: %.2f×; PostgreSQL %.0f ms: %.0f× faster",
			ms(ours), ms(hand), float64(ours)/float64(hand), ms(record), float64(record)/float64(ours))
	}
}

// drain reads all rows of a query.
func drain(rows *sql.Rows, err error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
	}
	return rows.Err()
}

func handPipeline() string {
	return fmt.Sprintf(`SELECT s.name, w.text, a.n, a.amount FROM (
		SELECT v.stage_key, o.region_key, count(*) AS n, sum(CAST(floor(v.amount * r.factor + 0.5) AS BIGINT)) AS amount
		FROM deal_version v JOIN owner_span o ON o.person_key = v.owner_key AND o.valid_from <= %[1]d AND o.valid_to > %[1]d
		JOIN rate r ON r.currency_key = v.currency_key AND r.valid_from <= %[1]d AND r.valid_to > %[1]d
		WHERE v.valid_from <= %[1]d AND v.valid_to > %[1]d AND v.outcome = 0 GROUP BY ALL) a
		JOIN stage s ON s.key = a.stage_key JOIN word w ON w.key = a.region_key ORDER BY s.pipeline_key, s.position, w.text`, t1)
}

// handWaterfall reads the versions once: of each deal touched, the state at either end.
func handWaterfall() string {
	return fmt.Sprintf(`WITH e AS (
		SELECT deal_key, max(CASE WHEN v.valid_from <= %[1]d AND v.valid_to > %[1]d THEN 1 END) AS x0, max(CASE WHEN v.valid_to > %[2]d AND v.valid_from <= %[2]d THEN 1 END) AS x1,
			max(CASE WHEN v.valid_from <= %[1]d AND v.valid_to > %[1]d THEN v.outcome END) AS o0, max(CASE WHEN v.valid_to > %[2]d AND v.valid_from <= %[2]d THEN v.outcome END) AS o1,
			max(CASE WHEN v.valid_from <= %[1]d AND v.valid_to > %[1]d THEN CAST(v.close_day BETWEEN %[3]d AND %[4]d AS INTEGER) END) AS d0,
			max(CASE WHEN v.valid_to > %[2]d AND v.valid_from <= %[2]d THEN CAST(v.close_day BETWEEN %[3]d AND %[4]d AS INTEGER) END) AS d1,
			coalesce(max(CASE WHEN v.valid_from <= %[1]d AND v.valid_to > %[1]d THEN CAST(floor(v.amount * factor + 0.5) AS BIGINT) END), 0) AS a0,
			coalesce(max(CASE WHEN v.valid_to > %[2]d AND v.valid_from <= %[2]d THEN CAST(floor(v.amount * factor + 0.5) AS BIGINT) END), 0) AS a1
		FROM deal_version v JOIN rate r ON r.currency_key = v.currency_key AND r.valid_from <= %[2]d AND r.valid_to > %[2]d
		WHERE v.valid_from <= %[2]d AND v.valid_to > %[1]d
			AND ((v.valid_from <= %[1]d) <> (v.valid_to > %[2]d) OR v.valid_from <= %[1]d AND v.outcome = 0 AND v.close_day BETWEEN %[3]d AND %[4]d)
		GROUP BY deal_key), m AS (
		SELECT *, coalesce(o0 = 0 AND d0 = 1, false) AS p0, coalesce(o1 = 0 AND d1 = 1, false) AS p1 FROM e)
		SELECT sum(a0) FILTER (WHERE p0), sum(a1) FILTER (WHERE p1), sum(a1) FILTER (WHERE NOT p0 AND x0 IS NULL AND (p1 OR o1 > 0 AND d1 = 1)),
			sum(a1) FILTER (WHERE NOT p0 AND o0 = 0 AND (p1 OR o1 > 0 AND d1 = 1)), sum(a1) FILTER (WHERE NOT p0 AND o0 > 0 AND (p1 OR o1 = 1 AND o0 > 1 AND d1 = 1)),
			sum(a1 - a0) FILTER (WHERE p0 AND (p1 OR o1 = 1) AND a1 > a0), sum(a0 - a1) FILTER (WHERE p0 AND (p1 OR o1 = 1) AND a1 < a0),
			sum(a0) FILTER (WHERE p0 AND o1 = 0 AND NOT p1), sum(a0) FILTER (WHERE p0 AND x1 IS NULL), sum(a1) FILTER (WHERE o1 = 1 AND (p0 OR d1 = 1)),
			sum(CASE WHEN p0 THEN a0 ELSE a1 END) FILTER (WHERE o1 > 1 AND (p0 OR d1 = 1)) FROM m`, t0, t1, quarterStart, quarterEnd)
}

func handStays() string {
	return fmt.Sprintf(`WITH h AS (
		SELECT stage_key, entry_month // 3 AS q, (least(exited_at, %[1]d) - valid_from) // 3600000000 AS u, count(*) AS c, count(*) FILTER (WHERE exited_at <= %[1]d) AS d
		FROM deal_stay WHERE valid_from <= %[1]d AND valid_to > %[1]d AND next_visit_at > %[1]d AND NOT skipped
			AND stage_key IN (SELECT key FROM stage WHERE outcome = 0) GROUP BY ALL), k AS (
		SELECT *, sum(c) OVER (PARTITION BY stage_key, q ORDER BY u DESC) AS r FROM h), s AS (
		SELECT *, CASE WHEN d = r THEN 0 ELSE exp(sum(CASE WHEN d < r THEN ln(1 - d / r) ELSE 0 END) OVER (PARTITION BY stage_key, q ORDER BY u)) END AS s FROM k)
		SELECT st.name, q, sum(c), sum(d), min(u) FILTER (WHERE d > 0 AND s <= 0.5) / 24, min(u) FILTER (WHERE d > 0 AND s <= 0.2) / 24
		FROM s JOIN stage st ON st.key = s.stage_key GROUP BY ALL ORDER BY 1, 2`, t1)
}

func handWinRate() string {
	return fmt.Sprintf(`SELECT p.name, a.* FROM (SELECT owner_key, count(*) AS n, count(*) FILTER (WHERE outcome = 1) AS won FROM deal_closed
		WHERE valid_from <= %[1]d AND valid_to > %[1]d AND outcome IN (1, 2) GROUP BY 1) a JOIN person p ON p.key = a.owner_key ORDER BY p.name`, t1)
}

func handVelocity() string {
	return fmt.Sprintf(`WITH o AS (SELECT owner_key, count(*) AS n, sum(CAST(floor(v.amount * r.factor + 0.5) AS BIGINT)) AS amount FROM deal_version v
		JOIN rate r ON r.currency_key = v.currency_key AND r.valid_from <= %[1]d AND r.valid_to > %[1]d
		WHERE v.valid_from <= %[1]d AND v.valid_to > %[1]d AND outcome = 0 GROUP BY 1), c AS (
		SELECT owner_key, count(*) FILTER (WHERE outcome = 1) / count(*) FILTER (WHERE outcome IN (1, 2)) AS rate, median(cycle_s) FILTER (WHERE outcome = 1) / 86400 AS days
		FROM deal_closed WHERE valid_from <= %[1]d AND valid_to > %[1]d AND close_day BETWEEN %[2]d AND %[3]d GROUP BY 1)
		SELECT p.name, o.n, o.amount * c.rate / c.days FROM o JOIN c USING (owner_key) JOIN person p ON p.key = o.owner_key ORDER BY p.name`,
		t1, int64(quarterEnd)-364, quarterEnd)
}
