package db

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"slices"
	"strings"

	"zveno.dev/zveno/internal/fault"
)

// Restore fills an empty database from a backup, whichever engine made it, and brings it to this program's schema. It
// restores everything or, on any failure, nothing. The database must not be in use: a missing or empty folder with SQLite,
// a database without rows with PostgreSQL.
func Restore(ctx context.Context, cfg Config, file string) error {
	f, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("db: restore: %w", fault.New(fault.Invalid, "backup %s cannot be read: %w", file, err))
	}
	defer f.Close()
	reader, err := openBackup(f)
	if err != nil {
		return fmt.Errorf("db: restore %s: %w", file, err)
	}
	if cfg.URL == "" {
		err = restoreSQLite(ctx, cfg, reader)
	} else {
		err = restorePostgres(ctx, cfg, reader)
	}
	if err != nil {
		return fmt.Errorf("db: restore %s: %w", file, err)
	}
	return nil
}

// backupReader reads the entries of a backup in their order.
type backupReader struct {
	manifest
	archive *tar.Reader
	current *tar.Header // read but not used up
	sums    []tableSum  // of the tables read so far
}

var errNotBackup = fault.New(fault.Invalid, "the file is not a Zveno backup")

func damaged(err error) error {
	return fault.New(fault.Invalid, "the backup is damaged or cut off: take another one (%w)", err)
}

// openBackup reads the manifest.
func openBackup(file io.Reader) (*backupReader, error) {
	zip, err := gzip.NewReader(bufio.NewReaderSize(file, 1<<18))
	if err != nil {
		return nil, errNotBackup
	}
	r := &backupReader{archive: tar.NewReader(zip)}
	if err := r.next(); err != nil || r.current.Name != manifestName {
		return nil, errNotBackup
	}
	if err := r.readJSON(&r.manifest); err != nil {
		return nil, errNotBackup
	}
	if r.Format != backupFormat {
		return nil, fault.New(fault.Invalid, "the backup has format %d, and this program reads format %d: use the version of Zveno that made it", r.Format, backupFormat)
	}
	return r, r.next()
}

// next goes to the next entry.
func (r *backupReader) next() (err error) {
	if r.current, err = r.archive.Next(); err != nil {
		return damaged(err)
	}
	return nil
}

func (r *backupReader) readJSON(into any) error {
	text, err := io.ReadAll(io.LimitReader(r.archive, maxHeaderBytes))
	if err != nil {
		return damaged(err)
	}
	return json.Unmarshal(text, into)
}

// tableRows reads the rows of one table.
type tableRows struct {
	reader *backupReader
	shape  tableShape
	chunk  []byte // not yet decoded
	row    []any
	count  int64
	hash   hash.Hash
}

// rows is where the reader is when the tables before have been read.
func (r *backupReader) rows(shape tableShape) *tableRows {
	return &tableRows{reader: r, shape: shape, row: make([]any, len(shape.Columns)), hash: sha256.New()}
}

// next decodes a row into a slice that the following call overwrites; nil at the end.
func (t *tableRows) next() ([]any, error) {
	if len(t.chunk) == 0 {
		if err := t.nextChunk(); err != nil {
			return nil, err
		}
		if len(t.chunk) == 0 {
			sum := tableSum{Name: t.shape.Name, Rows: t.count, SHA256: hex.EncodeToString(t.hash.Sum(nil))}
			t.reader.sums = append(t.reader.sums, sum)
			return nil, nil
		}
	}
	var err error
	if t.chunk, err = t.shape.readRow(t.chunk, t.row); err != nil {
		return nil, damaged(err)
	}
	t.count++
	return t.row, nil
}

// nextChunk leaves the chunk empty after the table's last.
func (t *tableRows) nextChunk() error {
	header := t.reader.current
	if table, _, _ := strings.Cut(header.Name, "/"); table != t.shape.Name {
		return nil
	}
	if header.Size > maxChunkBytes {
		return damaged(fmt.Errorf("entry %s has %d bytes", header.Name, header.Size))
	}
	t.chunk = make([]byte, header.Size)
	if _, err := io.ReadFull(t.reader.archive, t.chunk); err != nil {
		return damaged(err)
	}
	t.hash.Write(t.chunk)
	return t.reader.next()
}

// finish compares what was read with the checksums at the end.
func (r *backupReader) finish() error {
	if r.current.Name != checksumsName {
		return damaged(fmt.Errorf("unexpected entry %s", r.current.Name))
	}
	var want checksums
	if err := r.readJSON(&want); err != nil {
		return damaged(err)
	}
	if !slices.Equal(r.sums, want.Tables) {
		return damaged(errors.New("its checksums do not fit"))
	}
	if _, err := r.archive.Next(); err != io.EOF {
		return damaged(errors.New("something follows its end"))
	}
	return nil
}

// checkVersion refuses a backup whose tables this program does not know yet.
func (r *backupReader) checkVersion(known int64) error {
	if r.Schema > known {
		return fault.New(fault.Invalid, "the backup was made by a newer Zveno (schema version %d, this program knows up to %d): restore it with that version",
			r.Schema, known)
	}
	return nil
}
