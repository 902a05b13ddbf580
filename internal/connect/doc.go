// Package connect brings records in from elsewhere: files that people export today, systems that Zveno talks to later. A
// file becomes tables of text (tabular), a mapping says what each column means (mapping), and Import turns rows into
// changes of records that go through crm.Apply like any other change.
//
// Data flow one way. A reader goroutine parses rows in chunks: cells become values, references stay words, every row gets
// its identity in the source and a hash of what it says (read.go, row.go, cell.go, identity.go). The writer takes each chunk
// as one transaction (records.go): connect_links tells which record an identity stands for and which row was applied last,
// so that a row that says nothing new costs one look; references become records by ID, e-mail address or unique name
// (resolve.go, names.go, refs.go); a new deal that is closed gets the past that its dates imply (deal.go, changes.go); then
// crm.Apply decides what is new. Tables come in the order of what refers to what; what refers the other way waits in
// connect_pending until the end (pending.go). Stages are found by reading the deals once beforehand (stage_survey.go),
// since only all of them tell which one comes first. Rows about the past are set aside, sorted by record, and joined when
// all are read (past.go); so are rows of which several are about one record (aside.go). Memory holds one chunk, bounded
// memories of references and of keys seen, and bounded lists for the report, whatever the files' size.
//
// An import is one recording: all its transactions carry its start and its ID. It can be broken off at any point: done
// rows are recognised when the same files are imported again. Undo takes back what it recorded, as something learned
// later. A dry run is the same code in a transaction, or on a copy of the store, that is thrown away (rehearse.go).
package connect
