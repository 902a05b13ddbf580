package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

// savedView is a list that somebody saved: a page with the query of its address.
type savedView struct {
	id          value.ID
	name, query string
	shared, own bool
}

// Bounds of views.
const (
	maxViewName  = 80    // letters
	maxViewQuery = 4_000 // bytes
	maxViews     = 200   // of one person
)

// listViews lists the views of a page that somebody sees: their own, then those that others share.
func listViews(ctx context.Context, tx *db.Tx, person value.ID, page string) ([]savedView, error) {
	rows, err := tx.Query(ctx, `SELECT id, name, query, shared, person_id = $1 FROM web_views WHERE page = $2 AND (person_id = $1 OR shared)
		ORDER BY CASE WHEN person_id = $1 THEN 0 ELSE 1 END, created_at, id LIMIT 500`, person, page)
	if err != nil {
		return nil, fmt.Errorf("web: list views: %w", err)
	}
	defer rows.Close()
	var views []savedView
	for rows.Next() {
		var v savedView
		if err := rows.Scan(&v.id, &v.name, &v.query, &v.shared, &v.own); err != nil {
			return nil, fmt.Errorf("web: list views: %w", err)
		}
		views = append(views, v)
	}
	return views, rows.Err()
}

// viewPages are the pages of which views can be saved.
func viewPages() []string {
	pages := []string{boardPath}
	for _, k := range recordKinds {
		pages = append(pages, k.list)
	}
	return pages
}

// saveView saves the list that somebody looks at under a name, and goes back there.
func (s *Site) saveView(w http.ResponseWriter, r *http.Request, v visit) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	in := savedView{id: value.NewID(), name: strings.TrimSpace(r.PostFormValue("name")), shared: r.PostFormValue("shared") != ""}
	page := r.PostFormValue("page")
	query, err := url.ParseQuery(r.PostFormValue("query"))
	switch {
	case err != nil || len(r.PostFormValue("query")) > maxViewQuery:
		return fault.InvalidField("query", "is not what an address of a list looks like")
	case in.name == "" || utf8.RuneCountInString(in.name) > maxViewName || !utf8.ValidString(in.name) || strings.ContainsRune(in.name, 0):
		return fault.InvalidField("name", "%s", v.T("view.wrong_name", "n", maxViewName))
	case !slices.Contains(viewPages(), page):
		return fault.InvalidField("page", "is not a page of which views are saved")
	}
	if in.shared {
		if err := v.access.Require(identity.ViewsShare); err != nil {
			return err
		}
	}
	query.Del(paramCursor)
	query.Del(paramLast)
	in.query = query.Encode()
	err = s.DB.Write(r.Context(), s.txInfo(v), func(tx *db.Tx) error { return insertView(r.Context(), tx, v.access.Person, page, in) })
	if err != nil {
		return err
	}
	setFlash(w, r, "flash.view_saved")
	http.Redirect(w, r, in.address(page), http.StatusSeeOther)
	return nil
}

func insertView(ctx context.Context, tx *db.Tx, person value.ID, page string, in savedView) error {
	var count int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM web_views WHERE person_id = $1`, person).Scan(&count); err != nil {
		return fmt.Errorf("web: count views: %w", err)
	}
	if count >= maxViews {
		return fault.New(fault.Invalid, "you have %d saved views, which is the most: delete one first", count)
	}
	_, err := tx.Exec(ctx, `INSERT INTO web_views (id, person_id, page, name, query, shared, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		in.id, person, page, in.name, in.query, in.shared, tx.At)
	if err != nil {
		return fmt.Errorf("web: save view: %w", err)
	}
	detail := map[string]any{"name": in.name, "page": page, "query": in.query, "shared": in.shared}
	return identity.AppendAudit(ctx, tx, identity.AuditEntry{Action: "view.save", Object: "view", Record: in.id, Detail: detail})
}

// deleteView deletes a view of one's own.
func (s *Site) deleteView(w http.ResponseWriter, r *http.Request, v visit) error {
	id, err := value.ParseID(r.PathValue("id"))
	if err != nil {
		return fault.New(fault.NotFound, "no such view")
	}
	var page string
	err = s.DB.Write(r.Context(), s.txInfo(v), func(tx *db.Tx) error {
		deleted := tx.QueryRow(r.Context(), `DELETE FROM web_views WHERE id = $1 AND person_id = $2 RETURNING page`, id, v.access.Person)
		if deleted.Scan(&page) != nil {
			return fault.New(fault.NotFound, "no such view among yours")
		}
		return identity.AppendAudit(r.Context(), tx, identity.AuditEntry{Action: "view.delete", Object: "view", Record: id})
	})
	if err != nil {
		return err
	}
	setFlash(w, r, "flash.view_deleted")
	http.Redirect(w, r, page, http.StatusSeeOther)
	return nil
}

// address is that of the view.
func (view savedView) address(page string) string {
	if view.query == "" {
		return page
	}
	return page + "?" + view.query
}
