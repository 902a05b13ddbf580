// Package history keeps every version of every record under two clocks: valid time (when it was so in the business) and
// recorded time (when Zveno learned it). A Table says which columns vary; records change through Apply.
//
// What is believed now about one record is a chain: versions whose valid intervals follow each other from the record's
// first instant to value.Forever without gap or overlap. A change is a set of cells that hold from an instant on. A change
// of the past splits the chain there, and each of its cells stays in force until the version in which that cell was next
// changed. Versions that are no longer believed are kept, closed in recorded time, so that "as known then" can be asked.
//
// A change made as it happens only shortens the last version in place: nobody can have asked on an earlier day about a
// later one, because AsOf never looks past the day of the knowledge.
//
// The recordings of one record follow each other. What is recorded at the same instant, such as the parts of an import,
// is one recording: what a later part replaces was never believed. A transaction whose clock is behind the record's last
// recording is recorded a microsecond after it.
package history
