package db

import (
	"context"
	"errors"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"

	"zveno.dev/zveno/internal/value"
)

// checkEvery is how many rows are read between two looks at whether the caller still wants them.
const checkEvery = 4096

// sqliteRow reads the columns of a statement in place. The statement's connection has no mutex: it belongs to one goroutine.
type sqliteRow struct {
	tls  *libc.TLS
	stmt uintptr
}

func (d *DB) scanSQLite(ctx context.Context, query string, each func(Row) error) error {
	tls := libc.NewTLS()
	defer tls.Close()
	conn, err := openScan(tls, d.file)
	defer sqlite3.Xsqlite3_close_v2(tls, conn) // also after a failed open; harmless for 0
	if err != nil {
		return err
	}
	stmt, err := prepareScan(tls, conn, query)
	if err != nil {
		return err
	}
	defer sqlite3.Xsqlite3_finalize(tls, stmt)
	row := &sqliteRow{tls: tls, stmt: stmt}
	for n := 0; ; n++ {
		if n%checkEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		switch code := sqlite3.Xsqlite3_step(tls, stmt); code {
		case sqlite3.SQLITE_ROW:
			if err := each(row); err != nil {
				return err
			}
		case sqlite3.SQLITE_DONE:
			return nil
		default:
			return scanError(tls, conn)
		}
	}
}

func openScan(tls *libc.TLS, file string) (uintptr, error) {
	name, err := libc.CString(file)
	if err != nil {
		return 0, err
	}
	defer libc.Xfree(tls, name)
	out := tls.Alloc(int(unsafe.Sizeof(uintptr(0))))
	defer tls.Free(int(unsafe.Sizeof(uintptr(0))))
	code := sqlite3.Xsqlite3_open_v2(tls, name, out, sqlite3.SQLITE_OPEN_READONLY|sqlite3.SQLITE_OPEN_NOMUTEX, 0)
	conn := *at[uintptr](out)
	if code != sqlite3.SQLITE_OK {
		return conn, scanError(tls, conn)
	}
	sqlite3.Xsqlite3_busy_timeout(tls, conn, sqliteBusyMs)
	return conn, nil
}

func prepareScan(tls *libc.TLS, conn uintptr, query string) (uintptr, error) {
	text, err := libc.CString(query)
	if err != nil {
		return 0, err
	}
	defer libc.Xfree(tls, text)
	out := tls.Alloc(int(unsafe.Sizeof(uintptr(0))))
	defer tls.Free(int(unsafe.Sizeof(uintptr(0))))
	if code := sqlite3.Xsqlite3_prepare_v2(tls, conn, text, -1, out, 0); code != sqlite3.SQLITE_OK {
		return 0, scanError(tls, conn)
	}
	return *at[uintptr](out), nil
}

func scanError(tls *libc.TLS, conn uintptr) error {
	if conn == 0 {
		return errors.New("SQLite has no memory for a connection")
	}
	return errors.New(libc.GoString(sqlite3.Xsqlite3_errmsg(tls, conn)))
}

func (r *sqliteRow) IsNull(i int) bool {
	return sqlite3.Xsqlite3_column_type(r.tls, r.stmt, int32(i)) == sqlite3.SQLITE_NULL
}

func (r *sqliteRow) Int(i int) int64 { return sqlite3.Xsqlite3_column_int64(r.tls, r.stmt, int32(i)) }

func (r *sqliteRow) Real(i int) float64 {
	return sqlite3.Xsqlite3_column_double(r.tls, r.stmt, int32(i))
}

func (r *sqliteRow) Bool(i int) bool { return r.Int(i) != 0 }

func (r *sqliteRow) Text(i int) string { return string(r.Raw(i)) }

func (r *sqliteRow) ID(i int) (id value.ID) {
	copy(id[:], r.Raw(i))
	return id
}

// Raw is the column's memory inside SQLite.
func (r *sqliteRow) Raw(i int) []byte {
	data := sqlite3.Xsqlite3_column_blob(r.tls, r.stmt, int32(i))
	if data == 0 {
		return nil
	}
	return unsafe.Slice(at[byte](data), sqlite3.Xsqlite3_column_bytes(r.tls, r.stmt, int32(i)))
}

// at is a pointer into the memory that the C side of SQLite owns, which the garbage collector neither moves nor frees.
func at[T any](address uintptr) *T { return *(**T)(unsafe.Pointer(&address)) }
