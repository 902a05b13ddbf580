package connect

import (
	"context"
	"errors"
	"fmt"
	"time"

	"zveno.dev/zveno/internal/connect/tabular"
	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

// importer is one import under way. Its fields belong to the goroutine that writes.
type importer struct {
	db      *db.DB
	options ImportOptions
	plans   []*tablePlan
	run     run
	info    db.TxInfo
	trial   *db.Tx // of a dry run: the one transaction that is rolled back in the end

	collector *collector
	names     *nameIndex
	memory    *memory
	known     *crm.Known
	stages    *stageBook // nil until the first table about deals
	currency  string
	fields    map[string][]crm.CustomField // by object; nil until a table of it has custom columns

	bulk  *db.Bulk
	eased *tablePlan // table of which it was decided whether its indexes wait
	fresh string     // object of which the source had no records before the table being read; "" = none

	refused int  // rows that the database did not take
	careful bool // hold rows against the rules before they are applied

	began     time.Time
	bytesDone int64 // of finished tables
	rowsRead  int64
}

// Import reads files, folders and zips and stores what they say: see the package's documentation. A row that cannot be
// imported is in the report and stops nothing. Errors: Invalid when the files, the mapping or the options cannot be used,
// or when a question must be answered first (the report has it); Unavailable, or ctx's error, when the import stopped
// half-way: what was done is kept, and importing the same files again goes on where it stopped.
func Import(ctx context.Context, d *db.DB, paths []string, o ImportOptions) (Report, error) {
	set, err := tabular.Open(ctx, paths, tabular.Limits{})
	if err != nil {
		return Report{}, fmt.Errorf("connect: import: %w", err)
	}
	defer set.Close()
	report, err := importSet(ctx, d, set, paths, o)
	if err != nil {
		return report, fmt.Errorf("connect: import: %w", err)
	}
	return report, nil
}

func importSet(ctx context.Context, d *db.DB, set *tabular.Set, paths []string, o ImportOptions) (Report, error) {
	o, err := completeOptions(ctx, d, o)
	if err != nil {
		return Report{}, err
	}
	base := Report{DryRun: o.DryRun}
	mapped, err := chooseMapping(ctx, set, o, &base)
	if err != nil {
		return base, err
	}
	if len(base.Questions) > 0 {
		return base, fault.New(fault.Invalid, "nothing was imported: %d questions must be answered first, such as: %s",
			len(base.Questions), base.Questions[0].Text)
	}
	plans, err := newPlan(set.Tables, mapped, o)
	if err != nil {
		return base, err
	}
	im := &importer{
		db: d, options: o, plans: plans, memory: newMemory(), known: &crm.Known{}, names: &nameIndex{ready: map[string]bool{}}, fields: map[string][]crm.CustomField{},
		currency: o.Currency, began: time.Now(),
	}
	if im.collector, err = newCollector(plans, o.Rejects); err != nil {
		return base, err
	}
	base.Tables = im.collector.report.Tables
	im.collector.report = base
	for i, t := range plans {
		im.collector.tables[t] = &im.collector.report.Tables[i]
	}
	source := base.Mapping.Source
	im.run = run{source: source, files: filesOf(paths), fingerprint: fingerprintOf(set, plans, source)}
	err = im.perform(ctx)
	return im.collector.report, err
}

// completeOptions fills in what the options leave to the company's settings.
func completeOptions(ctx context.Context, d *db.DB, o ImportOptions) (ImportOptions, error) {
	var settings identity.Settings
	err := d.Read(ctx, func(tx *db.Tx) (err error) {
		settings, err = identity.LoadSettings(ctx, tx)
		return err
	})
	if err != nil {
		return o, err
	}
	o.askedCurrency = o.Currency
	if o.Zone == nil {
		o.Zone = settings.Zone
	}
	if o.Currency == "" {
		o.Currency = settings.Currency
	}
	if !value.IsCurrency(o.Currency) {
		return o, fault.InvalidField("currency", "is %q, not a currency code of ISO 4217 such as EUR", o.Currency)
	}
	if o.Actor == (value.Actor{}) {
		o.Actor = value.System("import")
	}
	return o, nil
}

// perform runs the import, in its own transactions or, for a dry run, in one that is not kept.
func (im *importer) perform(ctx context.Context) error {
	im.info = db.TxInfo{Actor: im.options.Actor, Source: im.run.source}
	var err error
	if im.names.position, err = im.db.Position(ctx); err != nil {
		return err
	}
	if im.options.DryRun {
		return im.rehearse(ctx)
	}
	if err := im.begin(ctx); err != nil {
		return err
	}
	im.bulk = im.db.NewBulk()
	defer im.bulk.Close()
	err = im.everything(ctx)
	if err != nil {
		if cause := ctx.Err(); cause != nil && !errors.Is(err, cause) {
			err = errors.Join(cause, err) // the database only noticed that its transaction was gone
		}
		// What is done stays; the row says so to whoever looks. ctx may have ended, but this must still be written.
		late, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		if stopErr := im.db.Write(late, db.TxInfo{}, func(tx *db.Tx) error { return im.run.stop(late, tx) }); stopErr != nil {
			err = errors.Join(err, stopErr)
		}
		_ = im.bulk.Finish(late) // what it does not come to is made when the database is opened next
		return fmt.Errorf("stopped after %d rows; import the same files again to go on: %w", im.rowsRead, err)
	}
	return nil
}

// begin writes the import's own row, and takes its instant as that of all its transactions.
func (im *importer) begin(ctx context.Context) error {
	err := im.db.Write(ctx, im.info, func(tx *db.Tx) error {
		im.info.At = tx.At
		return im.run.begin(ctx, tx, im.options.Actor)
	})
	im.describeRun()
	return err
}

// describeRun makes the import known to its transactions and its report.
func (im *importer) describeRun() {
	im.info.Origin = im.run.id
	r := &im.collector.report
	r.ID, r.Source, r.Resumed, r.StartedAt = im.run.id, im.run.source, im.run.resumed, im.run.startedAt
}

// everything reads all tables and then joins what had to wait for others.
func (im *importer) everything(ctx context.Context) error {
	for i, t := range im.plans {
		if t.object.Name == "deal" && im.stages == nil {
			if err := im.prepareStages(ctx); err != nil {
				return err
			}
		}
		if err := im.importTable(ctx, t); err != nil {
			return err
		}
		im.bytesDone += t.table.Size
		im.names.ready[t.object.Name] = false // it has new records
		if last := i+1 == len(im.plans) || im.plans[i+1].object != t.object; !last {
			continue
		}
		if err := im.bulk.Finish(ctx); err != nil {
			return err
		}
		if t.history() {
			if err := im.applyPasts(ctx, t.object); err != nil {
				return err
			}
		}
	}
	im.progress(nil, 0, true)
	if err := im.resolvePending(ctx); err != nil {
		return err
	}
	if err := im.chooseMainProducts(ctx); err != nil {
		return err
	}
	return im.finish(ctx)
}

// finish completes the report and stores it.
func (im *importer) finish(ctx context.Context) error {
	if err := im.collector.finish(); err != nil {
		return err
	}
	r := &im.collector.report
	elapsed := time.Since(im.began)
	r.DurationMs = elapsed.Milliseconds()
	r.RowsPerS = float64(r.Totals().Read) / max(elapsed.Seconds(), 1e-9)
	return im.transact(ctx, func(tx *db.Tx) error {
		if err := im.suggest(ctx, tx, r.Unresolved); err != nil {
			return err
		}
		return im.run.finish(ctx, tx, r)
	})
}

// write runs one step of the import as one transaction and enters what it did into the report.
func (im *importer) write(ctx context.Context, step func(tx *db.Tx, y *tally) error) error {
	return im.writeTable(ctx, nil, step)
}

func (im *importer) writeTable(ctx context.Context, t *tablePlan, step func(tx *db.Tx, y *tally) error) error {
	var y *tally
	err := im.transact(ctx, func(tx *db.Tx) error {
		y = newTally(t)
		if err := step(tx, y); err != nil {
			return err
		}
		return im.run.count(ctx, tx, y)
	})
	if err != nil {
		return err
	}
	return im.collector.add(y)
}

// transact runs fn in a transaction of the import, again if another one was first.
func (im *importer) transact(ctx context.Context, fn func(tx *db.Tx) error) error {
	if im.trial != nil {
		return fn(im.trial)
	}
	const attempts = 4
	for attempt := 1; ; attempt++ {
		err := im.db.Write(ctx, im.info, fn)
		if err == nil {
			return nil
		}
		im.forget()
		if fault.KindOf(err) != fault.Conflict || attempt == attempts {
			return err
		}
	}
}

// forget drops what the importer remembers of the database, because it may be of a transaction that was not kept.
func (im *importer) forget() {
	im.memory, im.known = newMemory(), &crm.Known{}
	clear(im.names.ready)
	clear(im.fields)
	im.fresh = ""
}

func (im *importer) newParser(t *tablePlan) *parser {
	return &parser{t: t, options: im.options, currency: im.currency, noted: map[string]int64{}, longIDs: im.run.source == "salesforce"}
}
