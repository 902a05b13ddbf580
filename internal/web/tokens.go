package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/ui"
)

func (s *Site) tokenRoutes(add register) {
	add("GET /settings/tokens", s.showTokens)
	add("POST /settings/tokens", s.createToken, identity.TokensOwn)
	add("POST /settings/tokens/{token}/revoke", s.revokeToken)
}

// tokenDays are the lives that a token can be given, in days.
var tokenDays = []int{7, 30, 90, 365}

// tokenForm is what was chosen for a new token.
type tokenForm struct {
	name         string
	days         int
	capabilities []string
}

func (s *Site) showTokens(w http.ResponseWriter, r *http.Request, v visit) error {
	return s.drawTokens(w, r, v, http.StatusOK, tokenForm{days: 90, capabilities: []string{string(identity.RecordsView), string(identity.MetricsView)}}, complaint{}, "")
}

// drawTokens lists tokens and offers to make one. secret is that of a token just made, shown this once.
func (s *Site) drawTokens(w http.ResponseWriter, r *http.Request, v visit, status int, in tokenForm, wrong complaint, secret string) error {
	if err := requireAny(v, identity.TokensOwn, identity.TokensManage); err != nil {
		return err
	}
	whose := v.access.Person
	if v.access.May(identity.TokensManage) {
		whose = value.ID{} // everybody's
	}
	var tokens []identity.Token
	var people []identity.Person
	err := s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		if tokens, err = identity.ListTokens(r.Context(), tx, whose); err != nil {
			return err
		}
		people, err = identity.PeopleAt(r.Context(), tx, v.now)
		return err
	})
	if err != nil {
		return err
	}
	var made g.Node
	if secret != "" {
		made = ui.Notice(ui.ToneGood, "key", h.Strong(v.view.Text("tokens.made")), h.P(v.view.Text("tokens.once")), h.Code(h.Class("z-secret"), h.ID("secret"), g.Text(secret)))
	}
	body := g.Group{made, tokenList(v, tokens, directory{people: people})}
	if v.access.May(identity.TokensOwn) {
		body = append(body, ui.Card{Title: v.T("tokens.new")}.Node(in.node(v, wrong)))
	}
	return s.drawSettings(w, r, v, status, settingsPage{title: v.T("tokens.title"), lead: v.T("tokens.lead"), body: body})
}

func tokenList(v visit, tokens []identity.Token, d directory) g.Node {
	columns := []ui.Column[identity.Token]{
		{Label: v.T("tokens.name"), Cell: func(t identity.Token) g.Node {
			return g.Group{h.Strong(g.Text(t.Name)), g.Text(" "), tokenState(v, t), h.P(h.Class("z-hint"), v.view.Text("tokens.may", "n", len(t.Capabilities)))}
		}},
		{Label: v.T("tokens.owner"), Wide: true, Cell: func(t identity.Token) g.Node { return ui.Person(d.person(t.Person)) }},
		{Label: v.T("tokens.used"), Wide: true, Cell: func(t identity.Token) g.Node {
			if t.UsedAt == 0 {
				return g.Text(v.T("tokens.never"))
			}
			return g.Text(v.view.Ago(t.UsedAt))
		}},
		{Label: v.T("tokens.expires"), Cell: func(t identity.Token) g.Node {
			return g.Text(v.view.Date(value.DayOf(t.ExpiresAt.Time().In(v.settings.Zone))))
		}},
		{Label: "", Numeric: true, Cell: func(t identity.Token) g.Node {
			if t.RevokedAt != 0 || t.ExpiresAt <= v.now {
				return nil
			}
			return actionButton("/settings/tokens/"+t.ID.String()+"/revoke", v.T("tokens.revoke"), "", "btn btn-sm", nil)
		}},
	}
	return ui.Card{Title: v.T("tokens.list"), Flush: true}.Node(ui.Table[identity.Token]{Caption: v.T("tokens.list"), Columns: columns, Rows: tokens,
		Empty: ui.State{Icon: "key", Title: v.T("tokens.none"), Text: v.T("tokens.none_text")}.Node()}.Node(v.view))
}

func tokenState(v visit, t identity.Token) g.Node {
	switch {
	case t.RevokedAt != 0:
		return ui.Badge(ui.ToneQuiet, v.T("tokens.revoked"))
	case t.ExpiresAt <= v.now:
		return ui.Badge(ui.ToneQuiet, v.T("tokens.expired"))
	}
	return ui.Badge(ui.ToneGood, v.T("tokens.works"))
}

// node is the form of a new token.
func (in tokenForm) node(v visit, wrong complaint) g.Node {
	var allowed []identity.Capability
	for _, c := range identity.Capabilities {
		if v.access.May(c) {
			allowed = append(allowed, c)
		}
	}
	var lives []ui.Option
	for _, days := range tokenDays {
		lives = append(lives, ui.Option{Value: strconv.Itoa(days), Label: v.T("tokens.days", "n", days)})
	}
	name := ui.Field{Name: "name", Label: v.T("tokens.name"), Value: in.name, Hint: v.T("tokens.name_hint"), Required: true, Error: wrong.fields["name"]}
	life := ui.Field{Name: "days", Label: v.T("tokens.life"), Type: "select", Value: strconv.Itoa(in.days), Options: lives, Required: true, Error: wrong.fields["expires_at"]}
	return h.Form(h.Method("post"), h.Action("/settings/tokens"), h.Class("z-form"), formProblem(v, wrong), h.Div(h.Class("z-form-row"), name.Node(v.view), life.Node(v.view)),
		checks("capabilities", v.T("tokens.allowed"), capabilityOptions(v, allowed), func(c string) bool { return slices.Contains(in.capabilities, c) }, wrong.fields["capabilities"]),
		h.Div(h.Class("z-form-actions"), h.Button(h.Type("submit"), h.Class("btn btn-primary"), v.view.Text("tokens.create"))))
}

// createToken makes a token and shows its secret.
func (s *Site) createToken(w http.ResponseWriter, r *http.Request, v visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	in := tokenForm{name: r.PostFormValue("name"), capabilities: r.PostForm["capabilities"]}
	in.days, _ = strconv.Atoi(r.PostFormValue("days")) // what is no number is none of the choices
	if !slices.Contains(tokenDays, in.days) {
		return s.drawTokens(w, r, v, http.StatusUnprocessableEntity, in, complaint{fields: map[string]string{"expires_at": v.T("tokens.wrong.expires_at")}}, "")
	}
	asked := identity.TokenNew{Name: in.name, ExpiresAt: v.now + value.Instant(time.Duration(in.days)*24*time.Hour/time.Microsecond)}
	for _, c := range in.capabilities {
		asked.Capabilities = append(asked.Capabilities, identity.Capability(c))
	}
	var secret string
	err := s.change(r, v, func(ctx context.Context, tx *db.Tx) (err error) {
		_, secret, err = identity.CreateToken(ctx, tx, v.access, asked)
		return err
	})
	if wrong, mendable := complain(v, "tokens", err); mendable {
		return s.drawTokens(w, r, v, http.StatusUnprocessableEntity, in, wrong, "")
	}
	if err != nil {
		return err
	}
	return s.drawTokens(w, r, v, http.StatusOK, tokenForm{days: in.days, capabilities: in.capabilities}, complaint{}, secret)
}

func (s *Site) revokeToken(w http.ResponseWriter, r *http.Request, v visit) error {
	id, err := value.ParseID(r.PathValue("token"))
	if err != nil {
		return fault.New(fault.NotFound, "there is no such token")
	}
	err = s.change(r, v, func(ctx context.Context, tx *db.Tx) error { return identity.RevokeToken(ctx, tx, v.access, id) })
	if err != nil {
		return err
	}
	return saved(w, r, "flash.revoked", "/settings/tokens")
}
