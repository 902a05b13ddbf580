// Package history keeps every version of every record under two clocks: valid time (when it was so in the business) and
// recorded time (when Zveno learned it). A Table says which columns vary; Apply is the only way to change a record.
//
// What is believed now about one record is a chain: versions whose valid intervals follow each other from the record's
// first instant to value.Forever without gap or overlap. A change is a set of cells that hold from an instant on. A change
// of the past splits the chain there, and each of its cells stays in force until the version in which that cell was next
// changed. Versions that are no longer believed are kept, closed in recorded time, so that "as known then" can be asked.
//
// A change made as it happens only shortens the last version in place: nobody can have asked on an earlier day about a
// later one, because AsOf never looks past the day of the knowledge.
package history
