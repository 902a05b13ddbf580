package db

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"zveno.dev/zveno/internal/fault"
)

// Backup writes everything, as it is at one moment, into a file that Restore reads on either engine. Reading and writing
// go on meanwhile. The file appears under its name only when it is whole and on the disk, and replaces one that was there.
func (d *DB) Backup(ctx context.Context, file string) error {
	partial, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+".partial-*") // readable by the owner only
	if err != nil {
		return fmt.Errorf("db: back up: %w", explainFile(filepath.Dir(file), err))
	}
	defer os.Remove(partial.Name()) // fails after the renaming, as it should
	defer partial.Close()
	if err := d.writeBackup(ctx, partial); err != nil {
		return fmt.Errorf("db: back up into %s: %w", file, d.explain(err))
	}
	if err := partial.Sync(); err != nil {
		return fmt.Errorf("db: back up into %s: %w", file, err)
	}
	if err := partial.Close(); err != nil {
		return fmt.Errorf("db: back up into %s: %w", file, err)
	}
	if err := renameDurably(partial.Name(), file); err != nil {
		return fmt.Errorf("db: back up: %w", err)
	}
	return nil
}

// writeBackup compresses in a second goroutine while this one reads rows.
func (d *DB) writeBackup(ctx context.Context, file io.Writer) error {
	ctx, cancel := context.WithCancelCause(ctx)
	entries, written := make(chan backupEntry, 4), make(chan error, 1)
	go func() {
		err := writeEntries(file, entries)
		cancel(err) // stops the reading if the disk is full
		for range entries {
		}
		written <- err
	}()
	err := d.Read(ctx, func(tx *Tx) error { return tx.dump(ctx, entries) })
	close(entries)
	if writeErr := <-written; writeErr != nil {
		return explainWrite(writeErr)
	}
	return err
}

type backupEntry struct {
	name    string
	content []byte
}

func writeEntries(file io.Writer, entries <-chan backupEntry) error {
	zip, err := gzip.NewWriterLevel(file, gzip.BestSpeed)
	if err != nil {
		return err
	}
	archive := tar.NewWriter(zip)
	for entry := range entries {
		header := &tar.Header{Name: entry.name, Mode: 0o600, Size: int64(len(entry.content)), ModTime: time.Unix(0, 0)}
		if err := archive.WriteHeader(header); err != nil {
			return err
		}
		if _, err := archive.Write(entry.content); err != nil {
			return err
		}
	}
	if err := archive.Close(); err != nil {
		return err
	}
	return zip.Close()
}

// dump sends the whole backup as entries.
func (tx *Tx) dump(ctx context.Context, entries chan<- backupEntry) error {
	shapes, err := tx.db.readShapes(ctx, tx.sql)
	if err != nil {
		return err
	}
	schema, _, err := tx.db.schemaVersion(ctx, tx.sql)
	if err != nil {
		return err
	}
	head := manifest{Format: backupFormat, Engine: tx.db.dialect.Name, Schema: schema, At: tx.At, Tables: shapes}
	if err := sendJSON(entries, manifestName, head); err != nil {
		return err
	}
	var sums checksums
	for _, shape := range shapes {
		sum, err := tx.dumpTable(ctx, shape, entries)
		if err != nil {
			return fmt.Errorf("table %s: %w", shape.Name, err)
		}
		sums.Tables = append(sums.Tables, sum)
	}
	return sendJSON(entries, checksumsName, sums)
}

func sendJSON(entries chan<- backupEntry, name string, content any) error {
	text, err := json.MarshalIndent(content, "", " ")
	if err == nil {
		entries <- backupEntry{name, text}
	}
	return err
}

func (tx *Tx) dumpTable(ctx context.Context, shape tableShape, entries chan<- backupEntry) (tableSum, error) {
	sum, hash, chunk, chunks := tableSum{Name: shape.Name}, sha256.New(), []byte(nil), 0
	flush := func() {
		if len(chunk) > 0 {
			chunks++
			hash.Write(chunk)
			entries <- backupEntry{fmt.Sprintf("%s/%06d", shape.Name, chunks), chunk}
			chunk = make([]byte, 0, chunkBytes+chunkBytes/8)
		}
	}
	rows, err := tx.Query(ctx, `SELECT `+strings.Join(shape.columnNames(), ", ")+` FROM `+shape.Name) // sql: a table of the schema
	if err != nil {
		return sum, err
	}
	defer rows.Close()
	row, pointers := make([]any, len(shape.Columns)), make([]any, len(shape.Columns))
	for i := range row {
		pointers[i] = &row[i]
	}
	for rows.Next() {
		if err := rows.Scan(pointers...); err != nil {
			return sum, err
		}
		for i, column := range shape.Columns {
			if chunk, err = appendValue(chunk, column.Type, row[i]); err != nil {
				return sum, fmt.Errorf("column %s: %w", column.Name, err)
			}
		}
		sum.Rows++
		if len(chunk) >= chunkBytes {
			flush()
		}
	}
	flush()
	sum.SHA256 = hex.EncodeToString(hash.Sum(nil))
	return sum, rows.Err()
}

// renameDurably gives a file its final name such that a power cut cannot take it back.
func renameDurably(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(to))
	if err != nil {
		return err
	}
	defer dir.Close()
	dir.Sync() // not every system can; where it cannot, the renaming itself is durable or nothing is
	return nil
}

func explainWrite(err error) error {
	return fault.New(fault.Unavailable, "the file could not be written, perhaps because the disk is full: %w", err)
}
