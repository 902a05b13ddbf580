package main

import (
	"context"
	"fmt"
	"os"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
)

type backupCommand struct {
	File string `arg:"" help:"File to write; it must not exist." type:"path"`
}

func (b *backupCommand) Run(ctx context.Context, c *common, s *streams) error {
	d, err := c.open(ctx, s)
	if err != nil {
		return err
	}
	defer d.Close()
	if _, err := os.Lstat(b.File); err == nil {
		return fault.New(fault.Conflict, "file %s is there already: name another one", b.File)
	}
	if err := d.Backup(ctx, b.File); err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.out, "The backup is in", b.File)
	return err
}

type restoreCommand struct {
	File string `arg:"" help:"Backup to restore." type:"existingfile"`
}

func (r *restoreCommand) Run(ctx context.Context, c *common, s *streams) error {
	if err := db.Restore(ctx, c.dbConfig(s), r.File); err != nil {
		return err
	}
	_, err := fmt.Fprintln(s.out, "The backup was restored; zveno verify checks it, and zveno serve starts on it.")
	return err
}
