// Package mapping says which column of which file becomes which field of which record. A mapping is data: Propose makes
// one from what the tables look like and what vendors' exports are known to look like, Save and Load keep it as a file
// that people edit, Match applies it to the next export.
//
// # Profiles
//
// What is known of a vendor stands in profiles/<vendor>.json, one file each; a new file is a new vendor. profiles/generic.json
// holds the words that no vendor owns, in English and Russian. A profile has a name (which becomes Mapping.Source), a label,
// an origin (where the labels were read), marks (usual words that are typical of the vendor), weak (words that tables of any kind may have), common (columns, ignored
// headers and values of all its tables of records) and tables. A table has:
//
//	object, shape     what its rows are; no object, but why = known and left out
//	names, prefixes   of its files and sheets; what its headers may begin with ("Deal" for "Deal - Stage")
//	needs             targets without which it is not such a table; "a|b" = one of them, "name of the table" = it is
//	                  called exactly so
//	id                pattern of the values of its @id column
//	columns, ignored  target → headers, the best first; headers that are known and of no use
//	units, lists      header → unit of its numbers; headers of references that hold several
//	values            target → what the vendor writes → what is meant
//	set, fields       as in Table
//
// A vendor's headers are compared as spelled, but for case and accents; general words also without spaces and punctuation.
//
// # Recognition
//
// A header counts for an object 1/n when n objects of the profile have it, so that "StageName" says much and "Name" little.
// The name of the file and the form of the IDs add to that. A vendor is named only by headers that others do not use. A
// table is mapped from a threshold of evidence on, a higher one when only general words speak for it, and then only if half
// of its columns are known; between the thresholds, or when two objects fit about equally, the user is asked; below, it is
// left out with the reason. The thresholds stand in recognise.go. A column is never given a field because its name is only
// similar: that is a suggestion. Formats are decided over whole columns, and asked for where the values decide nothing.
package mapping
