package api

import (
	"context"

	"zveno.dev/zveno/internal/crm/search"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

// Me is whom a token acts for.
type Me struct {
	ID           value.ID              `json:"id" format:"uuid"`
	Name         string                `json:"name"`
	Email        string                `json:"email"`
	Role         string                `json:"role"`
	Language     string                `json:"language"`
	Capabilities []identity.Capability `json:"capabilities" doc:"What the token may do."`
	SeesAll      bool                  `json:"sees_all" doc:"False: some rows only, by their owners."`
	Token        value.ID              `json:"token" format:"uuid"`
	Company      Company               `json:"company"`
}

// Company is what the company chose for everybody.
type Company struct {
	Name             string `json:"name"`
	Currency         string `json:"currency" doc:"ISO 4217; metrics are in it."`
	Zone             string `json:"zone" doc:"In which days begin and end."`
	FiscalStartMonth int    `json:"fiscal_start_month" minimum:"1" maximum:"12"`
}

type meOutput struct{ Body Me }

func (s *server) showMe(_ context.Context, v visit, _ *struct{}) (*meOutput, error) {
	a := v.access
	me := Me{ID: a.Person, Name: a.Name, Email: a.Email, Role: a.Role.Name, Language: string(a.Lang), SeesAll: a.Scope.All, Token: a.Token,
		Capabilities: []identity.Capability{}, Company: Company{Name: v.settings.Company, Currency: v.settings.Currency, Zone: v.settings.Zone.String(),
			FiscalStartMonth: int(v.settings.FiscalStartMonth)}}
	for _, c := range identity.Capabilities {
		if a.May(c) {
			me.Capabilities = append(me.Capabilities, c)
		}
	}
	return &meOutput{me}, nil
}

type searchInput struct {
	Text  string `query:"q" required:"true" minLength:"1" maxLength:"200" example:"acme" doc:"Words."`
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"The most records."`
}

// SearchHit is a record that was found.
type SearchHit struct {
	Object string   `json:"object" example:"deal"`
	ID     value.ID `json:"id" format:"uuid"`
	Name   string   `json:"name"`
	Whole  bool     `json:"whole" doc:"Every word searched for is a whole word of the record."`
}

type searchOutput struct {
	Body struct {
		Data []SearchHit `json:"data" doc:"The best first."`
	}
}

func (s *server) search(ctx context.Context, v visit, in *searchInput) (*searchOutput, error) {
	output := &searchOutput{}
	output.Body.Data = []SearchHit{}
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		hits, err := search.Find(ctx, tx, v.access.Scope, in.Text, in.Limit)
		for _, h := range hits {
			output.Body.Data = append(output.Body.Data, SearchHit(h))
		}
		return err
	})
	if err != nil {
		return nil, inQuery(err)
	}
	return output, nil
}
