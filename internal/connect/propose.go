package connect

import (
	"context"
	"strings"

	"zveno.dev/zveno/internal/connect/mapping"
	"zveno.dev/zveno/internal/connect/tabular"
)

// chooseMapping is the mapping that the options name or, without one, what the files suggest. Questions go into the report.
func chooseMapping(ctx context.Context, set *tabular.Set, o ImportOptions, report *Report) (*mapping.Mapping, error) {
	for _, skipped := range set.Skipped {
		report.LeftOut = append(report.LeftOut, LeftOut{skipped.Path, skipped.Reason})
	}
	m := o.Mapping
	if m == nil {
		proposal, err := propose(ctx, set, o)
		if err != nil {
			return nil, err
		}
		describeProposal(set, proposal, report)
		m = &proposal.Mapping
	}
	if o.Source != "" && o.Source != m.Source {
		renamed := *m
		renamed.Source = o.Source
		m = &renamed
	}
	report.Mapping = m
	return m, nil
}

// propose looks at all cells of all tables.
func propose(ctx context.Context, set *tabular.Set, o ImportOptions) (mapping.Proposal, error) {
	described := make([]mapping.Described, len(set.Tables))
	profiles := make([][]tabular.ColumnProfile, len(set.Tables))
	for i, t := range set.Tables {
		profile, err := tabular.Profile(ctx, t)
		if err != nil {
			return mapping.Proposal{}, err
		}
		profiles[i] = profile.Columns
		described[i] = mapping.Described{Name: t.Name, Header: t.Header, Columns: profile.Columns}
	}
	proposal, err := mapping.Propose(described, mapping.Wish{
		Source: o.Source, Currency: o.askedCurrency, DateOrder: o.DateOrder, CustomFields: o.CustomFields, Answers: o.Answers,
	})
	if err == nil {
		preferChoices(&proposal.Mapping, profiles)
	}
	return proposal, err
}

// describeProposal puts into the report what a person should know of a proposal.
func describeProposal(set *tabular.Set, p mapping.Proposal, report *Report) {
	report.Questions = p.Questions
	for i, d := range p.Tables {
		path := set.Tables[i].Path
		if d.Object == "" {
			report.LeftOut = append(report.LeftOut, LeftOut{path, d.Reason.String()})
			continue
		}
		for _, c := range d.Columns {
			if unknown := c.Target == "" && strings.HasPrefix(c.Reason.Code, "column_") && c.Reason.Code != "column_ignored"; unknown {
				report.CustomFields = append(report.CustomFields, FieldOffer{File: path, Column: c.Header, Object: d.Object})
			}
		}
	}
	for _, w := range p.Warnings {
		report.Notes = append(report.Notes, Note{Code: w.Reason.Code, File: w.Table, Text: joinNonEmpty(": ", w.Column, w.Reason.String())})
	}
}

// tableMapping is what the mapping says of a table: of the same position and name, as a proposal has them, else of the
// first whose name fits; nil = nothing.
func tableMapping(m *mapping.Mapping, table *tabular.Table, position int) *mapping.Table {
	if position < len(m.Tables) && m.Tables[position].Name == table.Name {
		return &m.Tables[position]
	}
	for i := range m.Tables {
		if strings.EqualFold(m.Tables[i].Name, table.Name) {
			return &m.Tables[i]
		}
	}
	return nil
}
