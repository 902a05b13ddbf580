package db

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"zveno.dev/zveno/internal/fault"
)

// restoreSQLite fills a database in a folder of its own and moves the file into place at the end.
func restoreSQLite(ctx context.Context, cfg Config, r *backupReader) error {
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return explainFile(dir, err)
	}
	target := filepath.Join(dir, sqliteFileName)
	var one turn
	if err := one.open(target); err != nil {
		return explainFile(dir, err)
	}
	defer one.close()
	if err := one.take(ctx); err != nil {
		return err
	}
	defer one.give()
	if _, err := os.Stat(target); !errors.Is(err, fs.ErrNotExist) {
		return fault.New(fault.Invalid, "folder %s holds a database already: restore into an empty folder", dir)
	}
	work := filepath.Join(dir, "restoring")
	if err := os.RemoveAll(work); err != nil { // what an interrupted restore left
		return explainFile(dir, err)
	}
	defer os.RemoveAll(work)
	if err := fillSQLite(ctx, Config{Dir: work, Log: cfg.Log}, r); err != nil {
		return err
	}
	finished := filepath.Join(work, sqliteFileName)
	if err := syncFile(finished); err != nil {
		return explainWrite(err)
	}
	return renameDurably(finished, target)
}

// fillSQLite restores without a journal: if it fails, the file is thrown away.
func fillSQLite(ctx context.Context, cfg Config, r *backupReader) (err error) {
	d, err := Open(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := d.Close(); err == nil {
			err = closeErr
		}
		err = d.explain(err)
	}()
	if err := d.prepareRestore(ctx, r); err != nil {
		return err
	}
	d.reader.SetMaxIdleConns(0) // the journal can be changed by the only connection
	for _, pragma := range []string{`PRAGMA journal_mode = OFF`, `PRAGMA synchronous = OFF`, `PRAGMA cache_size = -131072`} {
		if _, err := d.writer.ExecContext(ctx, pragma); err != nil {
			return err
		}
	}
	if err := d.restoreTables(ctx, r); err != nil {
		return err
	}
	if _, err := d.writer.ExecContext(ctx, `PRAGMA journal_mode = WAL`); err != nil {
		return err
	}
	_, err = d.Migrate(ctx)
	return err
}

func syncFile(file string) error {
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
