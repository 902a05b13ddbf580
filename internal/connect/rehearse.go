package connect

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"zveno.dev/zveno/internal/db"
)

// errRehearsed ends the transaction of a dry run, so that nothing of it is kept.
var errRehearsed = errors.New("dry run")

// maxRehearsed is how many bytes of tables a dry run reads within one transaction. That holds up everybody who writes, so
// more is rehearsed on a copy of the database.
const maxRehearsed = 32 << 20

// rehearse runs the import for its report only: small ones in one transaction that is rolled back, large ones on a copy
// of the database in a temporary folder. Either way the same code does the same as in an import that counts.
func (im *importer) rehearse(ctx context.Context) error {
	var size int64
	for _, t := range im.plans {
		size += t.table.Size
	}
	if size > maxRehearsed {
		return im.rehearseOnCopy(ctx)
	}
	err := im.db.Write(ctx, im.info, func(tx *db.Tx) error {
		im.trial, im.careful, im.info.At, im.bulk = tx, true, tx.At, im.db.NewBulk()
		if err := im.run.begin(ctx, tx, im.options.Actor); err != nil {
			return err
		}
		im.run.resumed = false
		im.describeRun()
		if err := im.everything(ctx); err != nil {
			return err
		}
		return errRehearsed
	})
	im.hideRun()
	if errors.Is(err, errRehearsed) {
		return nil
	}
	return err
}

// rehearseOnCopy runs the import on a copy of the database.
func (im *importer) rehearseOnCopy(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "zveno-dry-run-")
	if err != nil {
		return fmt.Errorf("dry run: %w", err)
	}
	defer os.RemoveAll(dir)
	backup := filepath.Join(dir, "backup")
	if err := im.db.Backup(ctx, backup); err != nil {
		return fmt.Errorf("dry run: %w", err)
	}
	cfg := db.Config{Dir: filepath.Join(dir, "copy")}
	if err := db.Restore(ctx, cfg, backup); err != nil {
		return fmt.Errorf("dry run: %w", err)
	}
	if err := os.Remove(backup); err != nil {
		return fmt.Errorf("dry run: %w", err)
	}
	twin, err := db.Open(ctx, cfg)
	if err != nil {
		return fmt.Errorf("dry run: %w", err)
	}
	defer twin.Close()
	im.db = twin
	if im.names.position, err = twin.Position(ctx); err != nil {
		return fmt.Errorf("dry run: %w", err)
	}
	if err := im.begin(ctx); err != nil {
		return err
	}
	im.bulk = twin.NewBulk()
	defer im.bulk.Close()
	err = im.everything(ctx)
	im.hideRun()
	return err
}

// hideRun takes the import's ID out of the report: nothing is stored under it.
func (im *importer) hideRun() {
	im.collector.report.ID = [16]byte{}
	im.collector.report.Resumed = false
}
