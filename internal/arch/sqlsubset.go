package arch

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// banned is a piece of SQL that some engine lacks or reads differently, and what to write instead.
type banned struct {
	pattern *regexp.Regexp
	instead string
}

func ban(pattern, instead string) banned {
	return banned{regexp.MustCompile(`(?i)` + pattern), instead}
}

// everywhere is what none of our SQL may say.
var everywhere = []banned{
	ban(`::`, "write CAST(x AS TYPE)"),
	ban(`\?`, "number the placeholders: $1"),
	ban(`==`, "write ="),
	ban(`\bILIKE\b`, "search the folded column with LIKE; value.Fold makes it in Go"),
	ban(`\b(now|getdate)\(|\b(current_timestamp|current_date|current_time|localtimestamp)\b`, "pass the instant as a parameter: tx.At"),
	ban(`\b(date_trunc|date_part|extract|strftime|datetime|julianday|unixepoch|to_char|to_timestamp|to_date|age|make_date|epoch\w*)\(`,
		"instants are BIGINT µs and days BIGINT: calculate in Go, or with whole numbers"),
	ban(`\bINTERVAL\s*'`, "instants are BIGINT µs: add whole numbers"),
	ban(`\b(ANY|ALL)\s*\(\s*(\$|ARRAY|'|`+hole+`)`, "write IN ($1, $2, …)"),
	ban(`\bARRAY\s*\[|\b(unnest|array_agg|jsonb?_\w+)\(`, "keep lists in rows; Go reads documents"),
	ban(`->>?`, "keep what is searched in a column of its own; Go reads the rest of the document"),
	ban(`\bDISTINCT\s+ON\b`, "number the rows: row_number() OVER (PARTITION BY …) = 1"),
	ban(`\b(TIMESTAMP|TIMESTAMPTZ|DATETIME|JSONB?|MONEY|(BIG|SMALL)?SERIAL|AUTOINCREMENT|AUTO_INCREMENT)\b`,
		"types are BIGINT, TEXT, BOOLEAN, UUID, BYTEA and DOUBLE PRECISION; instants and money are BIGINT, IDs are minted in Go"),
}

// inStore is banned besides in SQL for the system of record, which SQLite and PostgreSQL run.
var inStore = slices.Concat(everywhere, []banned{
	ban(`\b(lower|upper|initcap)\(`, "SQLite knows the case of Latin letters only: fold with value.Fold in Go and store a folded column"),
	ban(`\b(GREATEST|LEAST)\(`, "write CASE WHEN a > b THEN a ELSE b END"),
	ban(`\b(percentile_cont|percentile_disc|median|quantile\w*|mode)\(`, "this is analysis: ask package metric"),
	ban(`\bINSERT\s+OR\b|\bREPLACE\s+INTO\b`, "write INSERT … ON CONFLICT (…) DO UPDATE SET …"),
	ban(`\b(group_concat|ifnull|nvl|iif|instr|strpos|glob|printf|typeof|total|last_insert_rowid|changes)\(`,
		"use what both engines have: string_agg, coalesce, CASE, LIKE, RETURNING"),
	ban(`\b(GLOB|REGEXP|SIMILAR\s+TO|COLLATE|NOCASE)\b|\s!?~\*?\s`, "use LIKE on a folded column"),
	ban(`\b(PRAGMA|VACUUM|ANALYZE|TRUNCATE|rowid|ctid|WITHOUT\s+ROWID|STRICT)\b`, "only files of package db that are named sqlite… or postgres… speak to one engine"),
	ban(`\bFOR\s+(UPDATE|SHARE|NO\s+KEY)\b|\bSKIP\s+LOCKED\b`, "append tx.Dialect().ForUpdate or SkipLocked"),
	ban(`\b(LATERAL|TABLESAMPLE|MERGE\s+INTO|GROUPING\s+SETS)\b|\b(ROLLUP|CUBE|generate_series)\s*\(`, "SQLite has no such thing: use a CTE"),
	ban(`\b(ALTER\s+COLUMN|ADD\s+CONSTRAINT|ADD\s+COLUMN\s+IF|CONCURRENTLY|USING\s+(gin|gist|hash|btree))\b`,
		"SQLite cannot: add a column, or make a new table and copy"),
})

// inAnalysis is banned besides in SQL for analysis, which DuckDB and PostgreSQL run.
var inAnalysis = slices.Concat(everywhere, []banned{
	ban(`\b(QUALIFY|ASOF|PIVOT|UNPIVOT|POSITIONAL|(SEMI|ANTI)\s+JOIN|USING\s+SAMPLE|TRY_CAST)\b`,
		"PostgreSQL has no such thing: use a sub-query with a window function, or EXISTS"),
	ban(`\b(GROUP|ORDER)\s+BY\s+ALL\b`, "name the columns"),
	ban(`\*\s*(EXCLUDE|REPLACE|RENAME)\b|\bCOLUMNS\(`, "name the columns"),
	ban(`\b(list|list_\w+|struct_pack|struct_\w+|map|array_\w+|range|flatten)\(|\[`, "PostgreSQL has no such lists: use rows"),
	ban(`//`, "divide with /, after CAST of a side to DOUBLE PRECISION: of two whole numbers PostgreSQL's / drops the rest and DuckDB's keeps it"),
	ban(`\b(arg_max|arg_min|max_by|min_by|first|last|any_value|median|quantile\w*|mode|approx_\w+|date_diff|datediff|ifnull|if)\(`,
		"PostgreSQL has no such function: use percentile_cont, row_number or CASE"),
	ban(`\b(U?HUGEINT|UBIGINT|UINTEGER|USMALLINT|U?TINYINT|STRING|BLOB)\b|\bDOUBLE\b\s*([^P\s]|$)`,
		"types are BIGINT, DOUBLE PRECISION, TEXT, BOOLEAN and UUID"),
	ban(`\b(read_csv|read_parquet|read_json|parquet_scan)\w*\(`, "only files of package columnar that are named duckdb… speak to one engine"),
})

func checkSQLSubset(t *tree) []finding {
	var findings []finding
	for _, s := range t.statements() {
		if speaksToOneEngine(s.file.path) {
			continue
		}
		rules := inStore
		if isAnalysis(s.file.path) {
			rules = inAnalysis
		}
		bare := bareSQL(s.text)
		for _, b := range rules {
			if at := b.pattern.FindStringIndex(bare); at != nil {
				findings = append(findings, finding{s.file.path, s.line(at[0]), offence(b, bare[at[0]:at[1]])})
			}
		}
	}
	for name, text := range t.texts {
		if path.Ext(name) != ".sql" || unseenByGo(name) {
			continue
		}
		bare := bareSQL(text)
		for _, b := range inStore {
			for _, at := range b.pattern.FindAllStringIndex(bare, -1) {
				findings = append(findings, finding{name, 1 + strings.Count(bare[:at[0]], "\n"), offence(b, bare[at[0]:at[1]])})
			}
		}
	}
	return sorted(findings)
}

func offence(b banned, found string) string {
	return strings.TrimSpace(found) + " is not in the SQL that all our engines read alike: " + b.instead
}

// isAnalysis reports whether a file's SQL runs on DuckDB and PostgreSQL rather than on SQLite and PostgreSQL.
func isAnalysis(name string) bool {
	group := place(path.Dir(name)).group
	return group == "columnar" || group == "metric" || strings.HasSuffix(name, "_projection.go")
}

// speaksToOneEngine reports whether a file may use one engine's own SQL: in db and columnar, if its name says which engine.
func speaksToOneEngine(name string) bool {
	group := place(path.Dir(name)).group
	if group != "db" && group != "columnar" {
		return false
	}
	words := strings.Split(strings.TrimSuffix(path.Base(name), ".go"), "_")
	return slices.ContainsFunc(words, func(w string) bool { return w == "sqlite" || w == "postgres" || w == "duckdb" })
}

var quotedOrComment = regexp.MustCompile(`(?s)'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/`)

// bareSQL blanks quoted text and comments, and leaves every other character where it was.
func bareSQL(text string) string {
	return quotedOrComment.ReplaceAllStringFunc(text, func(s string) string {
		blank := []byte(s)
		for i, c := range blank {
			if edge := i == 0 || i == len(blank)-1; c != '\n' && !(edge && c == '\'') {
				blank[i] = ' '
			}
		}
		return string(blank)
	})
}
