// Package db is the system of record: one SQLite file by default, or a PostgreSQL database, behind the same SQL. It opens
// and migrates the database, runs snapshot reads and durable writes, numbers every write, keeps the feed of what changed
// for whoever follows it, and makes and restores backups that move between the two engines.
package db
