// Package columnar keeps the analytical projection: column-oriented tables made from the records elsewhere, shaped for the
// questions of metrics, and disposable. It knows no domain: who opens a Store hands it a schema, fills it whole with
// Rebuild and keeps it up to date with Apply; a Position says how far the tables have followed. The tables live in an
// embedded DuckDB file, or under the same names in a schema of a PostgreSQL database; one text of SQL asks both. Whatever
// goes wrong with them (a file missing, corrupt, of another schema or of another DuckDB), the way out is to rebuild.
package columnar
