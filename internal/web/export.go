package web

import (
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/i18n"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/metric"
)

// noteExport refuses an export to whoever may not take records out, and writes it down before anything is sent.
func (s *Site) noteExport(ctx context.Context, v visit, object string, detail map[string]any) error {
	if err := v.access.Require(identity.Export); err != nil {
		return err
	}
	return s.DB.Write(ctx, s.txInfo(v), func(tx *db.Tx) error {
		return identity.AppendAudit(ctx, tx, identity.AuditEntry{Action: "export", Object: object, Detail: detail})
	})
}

// exportDeals sends the whole list as CSV.
func (s *Site) exportDeals(w http.ResponseWriter, r *http.Request, v visit, l dealList) error {
	if err := s.noteExport(r.Context(), v, "deal", map[string]any{"address": r.URL.RequestURI(), "rows": len(l.rows)}); err != nil {
		return err
	}
	header := []string{"id", v.T("column.deal"), v.T("column.counts"), orDefault(l.value, v.T("column.value"))}
	return writeCSV(w, r, v, l.file, header, func(row func(...string) error) error {
		for _, d := range l.rows {
			if err := row(d.ID, d.Name, yesNo(d.Counts), plainNumber(d.Value)); err != nil {
				return err
			}
		}
		return nil
	})
}

// writeCSV sends a file of comma-separated values that spreadsheets open as they are: UTF-8 with a mark that says so, and
// semicolons where commas separate decimals.
func writeCSV(w http.ResponseWriter, r *http.Request, v visit, name string, header []string, rows func(row func(...string) error) error) error {
	file := fmt.Sprintf("%s-%s.csv", name, v.view.Today())
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+file+`"`)
	w.Header().Set("Cache-Control", "no-store")
	w.Write([]byte("\ufeff"))
	out := csv.NewWriter(w)
	if v.view.Lang == i18n.Russian {
		out.Comma = ';'
	}
	row := func(cells ...string) error {
		if err := r.Context().Err(); err != nil {
			return err // whoever asked is gone
		}
		for i, cell := range cells {
			cells[i] = harmless(cell)
		}
		return out.Write(cells)
	}
	if err := row(header...); err != nil {
		return nil
	}
	if err := rows(row); err != nil {
		return nil
	}
	out.Flush()
	return nil
}

// harmless keeps a spreadsheet from taking a text for a formula. Numbers stay numbers.
func harmless(cell string) string {
	if cell == "" || !strings.ContainsRune("=+-@\t\r", rune(cell[0])) || isNumber(cell) {
		return cell
	}
	return "'" + cell
}

func isNumber(cell string) bool {
	return strings.Trim(cell[1:], "0123456789") == "" && len(cell) > 1 && cell[0] == '-' ||
		cell[0] == '-' && strings.Count(cell, ".") == 1 && strings.Trim(cell[1:], "0123456789.") == "" && len(cell) > 2
}

func yesNo(yes bool) string {
	if yes {
		return "1"
	}
	return "0"
}

func plainNumber(n *metric.Number) string {
	if n == nil {
		return ""
	}
	return n.String()
}

func orDefault(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
