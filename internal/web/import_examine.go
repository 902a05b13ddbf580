package web

import (
	"context"
	"time"

	"zveno.dev/zveno/internal/connect"
	"zveno.dev/zveno/internal/connect/mapping"
	"zveno.dev/zveno/internal/connect/tabular"
	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/value"
)

// previewRows is how many rows of each table are shown.
const previewRows = 3

// examination is what looking at the files of a draft found: all that its pages show before a dry run.
type examination struct {
	at      time.Time
	tables  []examinedTable
	skipped []tabular.Skipped
	earlier []earlierMapping
	custom  map[string][]crm.CustomField // of the company, by object
}

// examinedTable is one table of the files.
type examinedTable struct {
	path    string
	format  tabular.Format
	notes   []tabular.Note
	profile tabular.TableProfile
	mapping.Described
	rows [][]string // the first ones
}

// earlierMapping is the mapping of a past import that fits these files too.
type earlierMapping struct {
	id      value.ID
	files   string
	at      value.Instant
	mapping mapping.Mapping
}

// examine looks at all cells of all files.
func (s *Site) examine(ctx context.Context, d *importDraft) (*examination, error) {
	set, err := tabular.Open(ctx, s.filePaths(d), tabular.Limits{})
	if err != nil {
		return nil, err
	}
	defer set.Close()
	x := &examination{at: time.Now(), skipped: set.Skipped}
	for _, t := range set.Tables {
		found, err := examineTable(ctx, t)
		if err != nil {
			return nil, err
		}
		x.tables = append(x.tables, found)
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if x.earlier, err = findEarlier(ctx, tx, x.described()); err != nil {
			return err
		}
		x.custom = map[string][]crm.CustomField{}
		for _, o := range crm.Objects {
			if x.custom[o.Name], err = crm.ListFields(ctx, tx, o.Name); err != nil {
				return err
			}
		}
		return nil
	})
	return x, err
}

func examineTable(ctx context.Context, t *tabular.Table) (examinedTable, error) {
	found := examinedTable{path: t.Path, format: t.Format, notes: t.Notes}
	var err error
	if found.profile, err = tabular.Profile(ctx, t); err != nil {
		return found, err
	}
	found.Described = mapping.Described{Name: t.Name, Header: t.Header, Columns: found.profile.Columns}
	for row, err := range t.Rows(ctx) {
		if len(found.rows) == previewRows {
			break
		}
		if err == nil {
			found.rows = append(found.rows, append([]string(nil), row.Cells...))
		}
	}
	return found, ctx.Err()
}

// described are the tables as mappings know them.
func (x *examination) described() []mapping.Described {
	described := make([]mapping.Described, len(x.tables))
	for i, t := range x.tables {
		described[i] = t.Described
	}
	return described
}

// maxEarlier is how many mappings of past imports are offered.
const maxEarlier = 3

// findEarlier finds past imports of files like these, the latest first, each mapping once.
func findEarlier(ctx context.Context, tx *db.Tx, tables []mapping.Described) ([]earlierMapping, error) {
	imports, err := connect.Imports(ctx, tx)
	if err != nil {
		return nil, err
	}
	var found []earlierMapping
	seen := map[string]bool{}
	for _, i := range imports {
		if i.Report == nil || i.Report.Mapping == nil || len(found) == maxEarlier || seen[i.Files] || !fits(*i.Report.Mapping, tables) {
			continue
		}
		seen[i.Files] = true
		found = append(found, earlierMapping{i.ID, i.Files, i.StartedAt, *i.Report.Mapping})
	}
	return found, nil
}

// fits reports whether a mapping knows all the tables.
func fits(m mapping.Mapping, tables []mapping.Described) bool {
	matched, err := mapping.Match(m, tables)
	if err != nil {
		return false
	}
	for _, t := range matched.Tables {
		if !t.Known {
			return false
		}
	}
	return true
}
