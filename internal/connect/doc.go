// Package connect brings records in from elsewhere: files that people export today, systems that Zveno talks to later. A
// file becomes tables of text (tabular), a mapping says what each column means (mapping), and Import turns rows into
// changes of records that go through crm.Apply like any other change.
package connect
