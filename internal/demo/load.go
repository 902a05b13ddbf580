package demo

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"time"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

// Stats counts what was loaded, by object.
type Stats struct {
	Records, Versions map[string]int
}

// batch is what goes into one transaction: chains by object, how many versions they have, and how many accounts, deals and
// leads of their own there are among them.
type batch struct {
	chains          map[*form][]Chain
	versions, steps int
}

// What the company calls itself, and the currency of its quotas and rates.
const (
	companyName       = "Sample company"
	reportingCurrency = "USD"
)

// batchVersions is about how many versions go into one transaction: those of 5,000 deals without what belongs to them.
const batchVersions = 40_000

// Load makes a company and stores it in an empty database, with versions that were recorded as they happened in the past,
// and sets the company's settings. progress, which may be nil, is told after each transaction how many accounts, deals and
// leads are stored, and of how many. Errors: Invalid for wrong options, Conflict when there are records already. A load
// that fails half-way leaves what it has committed; start again with a new database.
func Load(ctx context.Context, d *db.DB, o Options, progress func(done, total int)) (Stats, error) {
	stats := Stats{Records: map[string]int{}, Versions: map[string]int{}}
	if err := o.Check(); err != nil {
		return stats, fmt.Errorf("demo: load: %w", err)
	}
	if progress == nil {
		progress = func(int, int) {}
	}
	o = o.completed()
	if o.Now > value.InstantOf(time.Now()) {
		return stats, fmt.Errorf("demo: load: %w", fault.InvalidField("now", "is %s, in the future; nothing can have happened then", o.Now))
	}
	c := Generate(o)
	total, done := c.steps(), 0
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	first := true
	for b := range ahead(ctx, c.batches()) {
		err := d.Write(ctx, db.TxInfo{Source: "demo", Actor: value.System("demo")}, func(tx *db.Tx) error {
			if first {
				if err := prepare(ctx, tx); err != nil {
					return err
				}
			}
			return b.insert(ctx, tx, &stats)
		})
		if err != nil {
			return stats, fmt.Errorf("demo: load: %w", err)
		}
		first = false
		done += b.steps
		progress(done, total)
	}
	return stats, ctx.Err()
}

// prepare makes sure that the database is empty, and chooses the settings that the company's figures are meant for.
func prepare(ctx context.Context, tx *db.Tx) error {
	if err := checkEmpty(ctx, tx); err != nil {
		return err
	}
	settings, err := identity.LoadSettings(ctx, tx)
	if err != nil {
		return err
	}
	settings.Company, settings.Currency, settings.Zone, settings.FiscalStartMonth = companyName, reportingCurrency, time.UTC, time.January
	return identity.SaveSettings(ctx, tx, settings)
}

// checkEmpty refuses a database in which there is anything already.
func checkEmpty(ctx context.Context, tx *db.Tx) error {
	for _, o := range crm.Objects {
		var one int
		err := tx.QueryRow(ctx, `SELECT 1 FROM `+o.Table.Current+` LIMIT 1`).Scan(&one) // sql: a table of the dictionary
		switch {
		case err == nil:
			return fault.New(fault.Conflict, "there are %s in this database already: load a sample company into an empty one", o.Plural)
		case !errors.Is(err, sql.ErrNoRows):
			return fmt.Errorf("look for %s: %w", o.Plural, err)
		}
	}
	return nil
}

func (b *batch) add(f *form, chains ...Chain) {
	for _, chain := range chains {
		if chain != nil {
			b.chains[f] = append(b.chains[f], chain)
			b.versions += len(chain)
		}
	}
}

// insert writes the batch, object by object in the same order, so that the same company is stored the same way.
func (b *batch) insert(ctx context.Context, tx *db.Tx, stats *Stats) error {
	for _, f := range forms {
		chains := b.chains[f]
		if len(chains) == 0 {
			continue
		}
		if err := history.InsertChains(ctx, tx, f.table, chains); err != nil {
			return err
		}
		stats.Records[f.table.Object] += len(chains)
		for _, chain := range chains {
			stats.Versions[f.table.Object] += len(chain)
		}
	}
	return nil
}

// steps is how many accounts, deals and leads of their own the company has.
func (c *Company) steps() int {
	return c.accounts + len(c.doubles) + c.options.Deals + c.lostLeadCount()
}

// batches gives the company in parts: what there is few of, then accounts, deals and leads.
func (c *Company) batches() iter.Seq[*batch] {
	return func(yield func(*batch) bool) {
		b := c.setUp()
		step := func() bool {
			if b.steps++; b.versions < batchVersions {
				return true
			}
			full := b
			b = newBatch()
			return yield(full)
		}
		for account, contacts := range c.Accounts() {
			b.add(accountForm, account)
			b.add(contactForm, contacts...)
			if !step() {
				return
			}
		}
		for s := range c.Deals() {
			b.add(dealForm, s.Deal)
			b.add(lineItemForm, s.LineItems...)
			b.add(activityForm, s.Activities...)
			b.add(leadForm, s.Lead)
			if !step() {
				return
			}
		}
		for lead, activities := range c.Leads() {
			b.add(leadForm, lead)
			b.add(activityForm, activities...)
			if !step() {
				return
			}
		}
		yield(b)
	}
}

func newBatch() *batch { return &batch{chains: map[*form][]Chain{}} }

// setUp is the batch of everything that there is few of.
func (c *Company) setUp() *batch {
	b := newBatch()
	b.add(teamForm, c.Teams...)
	b.add(personForm, c.People...)
	b.add(pipelineForm, c.Pipelines...)
	b.add(stageForm, c.Stages...)
	b.add(productForm, c.Products...)
	b.add(priceBookForm, c.PriceBooks...)
	b.add(priceForm, c.Prices...)
	b.add(campaignForm, c.Campaigns...)
	b.add(quotaForm, c.Quotas...)
	b.add(rateForm, c.Rates...)
	return b
}

// ahead runs an iterator in a goroutine of its own, one element ahead of its reader, until ctx ends.
func ahead[T any](ctx context.Context, seq iter.Seq[T]) <-chan T {
	ready := make(chan T)
	go func() {
		defer close(ready)
		for v := range seq {
			select {
			case ready <- v:
			case <-ctx.Done():
				return
			}
		}
	}()
	return ready
}
