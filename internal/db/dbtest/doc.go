// Package dbtest gives tests real databases: a SQLite file per test, copied from a migrated template, and a PostgreSQL
// database per test in a temporary cluster, which a test process starts from the machine's own binaries and takes down
// again. Each runs a test on both.
package dbtest
