package connect

import (
	"context"

	"zveno.dev/zveno/internal/connect/mapping"
	"zveno.dev/zveno/internal/connect/tabular"
)

// chooseMapping gives the mapping of each table of the set, in the set's order: of the mapping that the options name or,
// without one, as the files suggest. What a person should know of it goes into the report, questions among it.
func chooseMapping(ctx context.Context, set *tabular.Set, o ImportOptions, report *Report) ([]mapping.Table, error) {
	for _, skipped := range set.Skipped {
		report.LeftOut = append(report.LeftOut, LeftOut{skipped.Path, skipped.Reason})
	}
	choose := proposed
	if o.Mapping != nil {
		choose = matched
	}
	m, err := choose(ctx, set, o, report)
	if err != nil {
		return nil, err
	}
	if o.Source != "" {
		m.Source = o.Source
	}
	report.Mapping = &m
	return m.Tables, nil
}

// matched applies the mapping that the options name.
func matched(_ context.Context, set *tabular.Set, o ImportOptions, report *Report) (mapping.Mapping, error) {
	if err := mapping.Check(*o.Mapping); err != nil {
		return mapping.Mapping{}, err
	}
	described := make([]mapping.Described, len(set.Tables))
	for i, t := range set.Tables {
		described[i] = mapping.Described{Name: t.Name, Header: t.Header}
	}
	found, err := mapping.Match(*o.Mapping, described)
	if err != nil {
		return mapping.Mapping{}, err
	}
	m := mapping.Mapping{Source: o.Mapping.Source}
	for i, t := range found.Tables {
		m.Tables = append(m.Tables, t.Table)
		path := set.Tables[i].Path
		switch {
		case !t.Known:
			report.LeftOut = append(report.LeftOut, LeftOut{path, "the mapping says nothing about it"})
		case t.Object == "":
			report.LeftOut = append(report.LeftOut, LeftOut{path, "the mapping leaves it out"})
		}
		for _, column := range t.Extra {
			if t.Object != "" {
				report.CustomFields = append(report.CustomFields, FieldOffer{File: path, Column: column, Object: t.Object})
			}
		}
	}
	for _, name := range found.Unused {
		report.Notes = append(report.Notes, Note{Code: "mapping_unused", File: name, Text: noteTexts["mapping_unused"]})
	}
	return m, nil
}

// proposed looks at all cells of all tables.
func proposed(ctx context.Context, set *tabular.Set, o ImportOptions, report *Report) (mapping.Mapping, error) {
	described := make([]mapping.Described, len(set.Tables))
	profiles := make([][]tabular.ColumnProfile, len(set.Tables))
	for i, t := range set.Tables {
		profile, err := tabular.Profile(ctx, t)
		if err != nil {
			return mapping.Mapping{}, err
		}
		profiles[i] = profile.Columns
		described[i] = mapping.Described{Name: t.Name, Header: t.Header, Columns: profile.Columns}
	}
	proposal, err := mapping.Propose(described, mapping.Wish{
		Source: o.Source, Currency: o.askedCurrency, DateOrder: o.DateOrder, CustomFields: o.CustomFields, Answers: o.Answers,
	})
	if err != nil {
		return mapping.Mapping{}, err
	}
	preferChoices(&proposal.Mapping, profiles)
	describeProposal(set, profiles, proposal, report)
	return proposal.Mapping, nil
}

// describeProposal puts into the report what a person should know of a proposal.
func describeProposal(set *tabular.Set, profiles [][]tabular.ColumnProfile, p mapping.Proposal, report *Report) {
	report.Questions = p.Questions
	for i, d := range p.Tables {
		path := set.Tables[i].Path
		if d.Object == "" {
			report.LeftOut = append(report.LeftOut, LeftOut{path, d.Reason.String()})
			continue
		}
		for j, c := range d.Columns {
			if filled := profiles[i][j].Rows > profiles[i][j].Empty; filled && c.Unknown() {
				report.CustomFields = append(report.CustomFields, FieldOffer{File: path, Column: c.Header, Object: d.Object})
			}
		}
	}
	for _, w := range p.Warnings {
		report.Notes = append(report.Notes, Note{Code: w.Reason.Code, File: w.Table, Text: joinNonEmpty(": ", w.Column, w.Reason.String())})
	}
}
